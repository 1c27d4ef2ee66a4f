// <message-composer data-draft="cnv_…"> around the form that replies or notes: Enter sends, drafts survive, "/" opens phrases,
// and a line that could not be sent stays in the box with a way to try again. Without this element the form still works.

import { Draft } from "./draft.js";
import { LiveStream } from "./live-stream.js";
import { PhraseMenu } from "./phrase-menu.js";
import { TypingSign } from "./typing-sign.js";

export class MessageComposer extends HTMLElement {
  #isSending = false;

  connectedCallback() {
    if (!this.#words.value) this.#takeDraft();
    const menu = new PhraseMenu(this.#words, /** @type {HTMLElement} */ (this.querySelector("[role=listbox]")));
    this.#words.addEventListener("keydown", (event) => menu.take(event) || this.#onKey(event));
    this.#words.addEventListener("input", () => this.#onInput(menu));
    this.#words.addEventListener("input", new TypingSign(this.#form).show);
    this.#form.addEventListener("change", () => (this.#showKind(), this.#keepDraft()));
    this.#form.addEventListener("submit", (event) => this.#onSubmit(event));
    this.#showKind();
  }

  /** Put words at the cursor. @param {string} text */
  insert(text) {
    const { selectionStart, selectionEnd } = this.#words;
    this.#words.setRangeText(text, selectionStart, selectionEnd, "end");
    this.#words.dispatchEvent(new Event("input", { bubbles: true }));
    this.#words.focus();
  }

  get #form() {
    return /** @type {HTMLFormElement} */ (this.querySelector("form"));
  }

  get #words() {
    return /** @type {HTMLTextAreaElement} */ (this.querySelector("textarea"));
  }

  get #kind() {
    return new FormData(this.#form).get("kind") === "note" ? "note" : "reply";
  }

  get #draft() {
    return new Draft(this.dataset.draft ?? "");
  }

  /** What was begun here before, unless it was a reply and replying is not possible now. */
  #takeDraft() {
    const { kind, text } = this.#draft.read();
    const choice = this.querySelector(`input[name=kind][value=${kind}]`);
    if (!text || !(choice instanceof HTMLInputElement) || choice.disabled) return;
    choice.checked = true;
    this.#words.value = text;
  }

  #keepDraft() {
    this.#draft.keep(this.#kind, this.#words.value);
  }

  /** @param {PhraseMenu} menu */
  #onInput(menu) {
    this.#keepDraft();
    this.#grow();
    menu.look();
  }

  #grow() {
    this.#words.rows = Math.min(8, Math.max(2, this.#words.value.split("\n").length));
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
      else if (answer.status === 401) this.#showFailure(this.dataset.signedOut ?? "", this.#signIn());
      else this.#showFailure(answer.headers.get("content-type")?.startsWith("text/plain") ? text : (this.dataset.failed ?? ""));
    } catch {
      this.#showFailure(this.dataset.offline ?? "");
    }
    this.#isSending = false;
  }

  /** @param {string} html @param {string} sent */
  #onSent(html, sent) {
    const stream = document.querySelector("live-stream");
    if (stream instanceof LiveStream) stream.insert(html);
    const id = /** @type {HTMLInputElement} */ (this.#form.elements.namedItem("client_id"));
    id.value = `say_${crypto.randomUUID()}`;
    this.#words.value = this.#words.value.startsWith(sent) ? this.#words.value.slice(sent.length) : this.#words.value;
    this.#keepDraft();
    this.#grow();
    this.#words.focus();
  }

  /** Say what went wrong, and beside it the way on: again, or to the sign-in page. @param {string} text */
  #showFailure(text, wayOn = this.#retry()) {
    this.querySelector(".unsent")?.remove();
    if (!text) return;
    const line = document.createElement("p");
    line.className = "notice stop unsent";
    line.setAttribute("role", "alert");
    wayOn.className = "link";
    line.append(text, wayOn);
    this.#form.prepend(line);
  }

  /** @returns {HTMLElement} */
  #retry() {
    const button = document.createElement("button");
    button.type = "submit";
    button.textContent = this.dataset.retry ?? "";
    return button;
  }

  #signIn() {
    const link = document.createElement("a");
    link.href = `/desk/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`;
    link.textContent = this.dataset.signIn ?? "";
    return link;
  }
}

customElements.define("message-composer", MessageComposer);
