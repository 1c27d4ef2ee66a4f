// <message-composer data-draft="cnv_…"> around the form that replies or notes: Enter sends, drafts survive, "/" opens phrases,
// and a line that could not be sent stays in the box with a way to try again. Without this element the form still works.

import { PhraseMenu } from "./phrase-menu.js";

class MessageComposer extends HTMLElement {
  /** @type {HTMLFormElement} */ #form;
  /** @type {HTMLTextAreaElement} */ #words;
  #isSending = false;

  connectedCallback() {
    this.#form = /** @type {HTMLFormElement} */ (this.querySelector("form"));
    this.#words = /** @type {HTMLTextAreaElement} */ (this.querySelector("textarea"));
    if (!this.#words.value) this.#takeDraft();
    const menu = new PhraseMenu(this.#words, /** @type {HTMLElement} */ (this.querySelector("[role=listbox]")));
    this.#words.addEventListener("keydown", (event) => menu.take(event) || this.#onKey(event));
    this.#words.addEventListener("input", () => this.#onInput(menu));
    this.#form.addEventListener("change", () => {
      this.#showKind();
      this.#keepDraft(this.#words.value);
    });
    this.#form.addEventListener("submit", (event) => this.#onSubmit(event));
    this.#showKind();
  }

  /** Put words at the cursor, as from a phrase or an article. @param {string} text */
  insert(text) {
    const { selectionStart, selectionEnd } = this.#words;
    this.#words.setRangeText(text, selectionStart, selectionEnd, "end");
    this.#words.dispatchEvent(new Event("input", { bubbles: true }));
    this.#words.focus();
  }

  get #kind() {
    return new FormData(this.#form).get("kind") === "note" ? "note" : "reply";
  }

  get #key() {
    return `xiaoer draft ${this.dataset.draft}`;
  }

  /** What was begun here before, unless it was a reply and replying is not possible now. */
  #takeDraft() {
    try {
      const { kind, text } = JSON.parse(localStorage.getItem(this.#key) ?? "{}");
      const choice = this.querySelector(`input[name=kind][value=${kind === "note" ? "note" : "reply"}]`);
      if (!text || !(choice instanceof HTMLInputElement) || choice.disabled) return;
      choice.checked = true;
      this.#words.value = text;
    } catch {
      localStorage.removeItem(this.#key);
    }
  }

  /** @param {string} text */
  #keepDraft(text) {
    if (text) localStorage.setItem(this.#key, JSON.stringify({ kind: this.#kind, text }));
    else localStorage.removeItem(this.#key);
  }

  /** @param {PhraseMenu} menu */
  #onInput(menu) {
    this.#keepDraft(this.#words.value);
    this.#grow();
    menu.look();
  }

  #grow() {
    this.#words.rows = Math.min(8, Math.max(3, this.#words.value.split("\n").length));
  }

  /** Enter sends, unless an input method is composing or a new line is wanted. @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.#form.requestSubmit();
  }

  #showKind() {
    const kind = this.#kind;
    this.#words.placeholder = this.#words.dataset[kind] ?? "";
    const label = this.querySelector("button span[data-reply]");
    if (label instanceof HTMLElement) label.textContent = label.dataset[kind] ?? "";
    this.#grow();
  }

  /** @param {SubmitEvent} event */
  async #onSubmit(event) {
    event.preventDefault();
    if (this.#isSending || !this.#words.value.trim()) return;
    this.#isSending = true;
    this.#showFailure("");
    const sent = this.#words.value;
    try {
      const answer = await fetch(this.#form.action, {
        method: "POST",
        body: new URLSearchParams([...new FormData(this.#form)].map(([name, value]) => [name, String(value)])),
        headers: { "X-Part": "line", Accept: "text/html" },
      });
      const text = await answer.text();
      if (answer.ok) this.#onSent(text, sent);
      else this.#showFailure(answer.headers.get("content-type")?.startsWith("text/plain") ? text : (this.dataset.failed ?? ""));
    } catch {
      this.#showFailure(this.dataset.offline ?? "");
    }
    this.#isSending = false;
  }

  /** @param {string} html @param {string} sent */
  #onSent(html, sent) {
    document.querySelector("live-stream")?.insert(html);
    const id = /** @type {HTMLInputElement} */ (this.#form.elements.namedItem("client_id"));
    id.value = `say_${crypto.randomUUID()}`;
    this.#words.value = this.#words.value.startsWith(sent) ? this.#words.value.slice(sent.length) : this.#words.value;
    this.#keepDraft(this.#words.value);
    this.#grow();
    this.#words.focus();
  }

  /** @param {string} text */
  #showFailure(text) {
    this.querySelector(".unsent")?.remove();
    if (!text) return;
    const line = document.createElement("p");
    line.className = "notice stop unsent";
    line.setAttribute("role", "alert");
    const retry = document.createElement("button");
    retry.className = "link";
    retry.type = "submit";
    retry.textContent = this.dataset.retry ?? "";
    line.append(text, retry);
    this.#form.prepend(line);
  }
}

customElements.define("message-composer", MessageComposer);
