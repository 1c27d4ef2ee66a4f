// <auto-save> keeps its form as a draft while it is written, a moment after the last key and whenever a field is left. Where a
// colleague was faster nothing is overwritten: saving by hand shows both texts.

const PAUSE_MS = 1500;
const AGAIN_MS = 5000;

class AutoSave extends HTMLElement {
  /** @type {number | undefined} */ #timer;
  #isDirty = false;
  /** @type {Promise<void> | null} */ #saving = null;
  #isBlocked = false;

  connectedCallback() {
    this.addEventListener("input", () => this.#soon(PAUSE_MS));
    this.addEventListener("change", (event) => {
      if (event.target instanceof HTMLInputElement && event.target.type === "file") return;
      this.#soon(0);
    });
    this.form.addEventListener("submit", (event) => this.#onSubmit(event));
    window.addEventListener("beforeunload", (event) => this.#isDirty && event.preventDefault());
  }

  get form() {
    return /** @type {HTMLFormElement} */ (this.querySelector("form"));
  }

  /** @param {number} pause */
  #soon(pause) {
    this.#isDirty = true;
    if (this.#isBlocked) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#save(), pause);
  }

  /** A save that is on its way comes first: it changes the revision that the form must name. @param {SubmitEvent} event */
  #onSubmit(event) {
    clearTimeout(this.#timer);
    this.#isDirty = false;
    if (!this.#saving) return;
    event.preventDefault();
    this.#saving.then(() => this.form.requestSubmit(event.submitter));
  }

  #save() {
    if (this.#saving) return this.#soon(PAUSE_MS);
    this.#saving = this.#send().finally(() => (this.#saving = null));
  }

  async #send() {
    this.#isDirty = false;
    this.#tell(this.dataset.saving ?? "");
    const body = new FormData(this.form);
    for (const input of this.form.querySelectorAll("input[type=file]")) body.delete(/** @type {HTMLInputElement} */ (input).name);
    body.set("do", "autosave");
    try {
      const answer = await fetch(this.form.action, { method: "POST", body, headers: { "X-Part": "autosave" } });
      const told = await answer.json().catch(() => ({}));
      if (answer.ok) this.#kept(told);
      else if (answer.status >= 500 || answer.status === 429) this.#again();
      else {
        this.#isDirty = true;
        this.#isBlocked = answer.status === 409;
        this.#tell(told.detail ?? this.dataset.failed ?? "", true);
      }
    } catch {
      this.#again();
    }
  }

  /** @param {{revision: number, said: string}} told */
  #kept(told) {
    const revision = /** @type {HTMLInputElement} */ (this.form.elements.namedItem("revision"));
    if (told.revision) revision.value = String(told.revision);
    this.#tell(told.said);
  }

  #again() {
    this.#tell(this.dataset.failed ?? "", true);
    this.#soon(AGAIN_MS);
  }

  /** @param {string} text @param {boolean} isBad */
  #tell(text, isBad = false) {
    const place = this.querySelector("[data-autosaved]");
    if (!place) return;
    place.textContent = text;
    place.classList.toggle("is-bad", isBad);
  }
}

customElements.define("auto-save", AutoSave);
