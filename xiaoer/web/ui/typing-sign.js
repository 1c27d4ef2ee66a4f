// Tells the customer that a person is writing: at most once in three seconds, and never what is written.

const EVERY_MS = 3000;

export class TypingSign {
  #shownAt = 0;

  /** @param {HTMLFormElement} form the form of the reply; its address ends in /say, the sign's in /typing */
  constructor(form) {
    this.form = form;
  }

  show = () => {
    const now = Date.now();
    const fields = new FormData(this.form);
    if (fields.get("kind") !== "reply" || now - this.#shownAt < EVERY_MS) return;
    this.#shownAt = now;
    const token = fields.get("form_token");
    const address = this.form.action.replace(/say$/, "typing");
    // A sign that is lost is no loss.
    fetch(address, { method: "POST", headers: { "x-form-token": String(token) } }).catch(() => {});
  };
}
