// <line-list> shows the lines of its textarea as a list of fields. The textarea stays what is sent: without scripts it is all there is.

class LineList extends HTMLElement {
  connectedCallback() {
    this.field = /** @type {HTMLTextAreaElement} */ (this.querySelector("textarea"));
    this.field.hidden = true;
    this.list = document.createElement("ol");
    this.list.className = "lines";
    const add = document.createElement("button");
    add.type = "button";
    add.className = "button bare";
    add.textContent = `+ ${this.dataset.add}`;
    add.addEventListener("click", () => this.#insert("", null).focus());
    this.append(this.list, add);
    for (const line of this.field.value.split("\n").filter((one) => one.trim())) this.#insert(line, null);
    this.#count();
    this.addEventListener("keydown", (event) => this.#onKey(event));
    this.addEventListener("paste", (event) => this.#onPaste(event));
    this.addEventListener("input", () => this.#keep());
  }

  get #inputs() {
    return /** @type {HTMLInputElement[]} */ ([...this.querySelectorAll(".lines input")]);
  }

  /** @param {string} text @param {Element | null} after */
  #insert(text, after) {
    const item = document.createElement("li");
    const input = document.createElement("input");
    input.className = "input";
    input.value = text;
    input.maxLength = 200;
    input.lang = this.field?.lang ?? "";
    input.setAttribute("aria-label", this.dataset.item ?? "");
    const remove = document.createElement("button");
    remove.type = "button";
    remove.className = "button bare icon-only";
    remove.textContent = "×";
    remove.setAttribute("aria-label", `${this.dataset.remove} ${text}`);
    remove.addEventListener("click", () => this.#remove(item));
    item.append(input, remove);
    if (after) after.after(item);
    else this.list?.append(item);
    return input;
  }

  /** @param {Element} item */
  #remove(item) {
    const next = item.nextElementSibling ?? item.previousElementSibling;
    item.remove();
    next?.querySelector("input")?.focus();
    this.#keep();
    this.field?.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const input = event.target;
    if (!(input instanceof HTMLInputElement) || event.isComposing) return;
    const item = /** @type {HTMLElement} */ (input.closest("li"));
    const inputs = this.#inputs;
    const place = inputs.indexOf(input);
    if (event.key === "Enter") this.#insert("", item).focus();
    else if (event.key === "Backspace" && !input.value && inputs.length > 1) this.#remove(item);
    else if (event.key === "ArrowDown" && inputs[place + 1]) inputs[place + 1].focus();
    else if (event.key === "ArrowUp" && inputs[place - 1]) inputs[place - 1].focus();
    else return;
    event.preventDefault();
  }

  /** Many lines pasted become many fields. @param {ClipboardEvent} event */
  #onPaste(event) {
    const input = event.target;
    const lines = (event.clipboardData?.getData("text") ?? "").split(/\r?\n/).filter((one) => one.trim());
    if (!(input instanceof HTMLInputElement) || lines.length < 2) return;
    event.preventDefault();
    let item = /** @type {Element} */ (input.closest("li"));
    if (!input.value) input.value = lines.shift() ?? "";
    for (const line of lines) item = /** @type {Element} */ (this.#insert(line.trim(), item).closest("li"));
    this.#keep();
    this.field?.dispatchEvent(new Event("input", { bubbles: true }));
  }

  #keep() {
    if (this.field) this.field.value = this.#inputs.map((one) => one.value.trim()).filter(Boolean).join("\n");
    this.#count();
  }

  #count() {
    const count = this.#inputs.filter((one) => one.value.trim()).length;
    const place = this.querySelector("[data-count]");
    if (place) place.textContent = count ? String(count) : "";
  }
}

customElements.define("line-list", LineList);
