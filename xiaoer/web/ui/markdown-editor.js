// <markdown-editor> puts marks of Markdown around what is selected, and pictures where the cursor stands.

/** @type {Record<string, (words: string) => string>} */
const MARKS = {
  bold: (words) => `**${words}**`,
  list: (words) => lines(words, () => "- "),
  numbers: (words) => lines(words, (place) => `${place + 1}. `),
  link: (words) => `[${words}](https://)`,
  table: (words) => `\n| ${words || " "} |  |\n| --- | --- |\n|  |  |\n`,
};

class MarkdownEditor extends HTMLElement {
  connectedCallback() {
    this.text = /** @type {HTMLTextAreaElement} */ (this.querySelector("textarea"));
    this.addEventListener("click", (event) => {
      const button = event.target instanceof Element ? event.target.closest("[data-mark]") : null;
      if (button instanceof HTMLElement) this.#mark(button.dataset.mark ?? "");
    });
    this.querySelector("input[type=file]")?.addEventListener("change", (event) => this.#send(event));
    this.text.addEventListener("keydown", (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key === "b") {
        event.preventDefault();
        this.#mark("bold");
      }
    });
  }

  /** @param {string} name */
  #mark(name) {
    const { selectionStart, selectionEnd, value } = this.text ?? { selectionStart: 0, selectionEnd: 0, value: "" };
    const make = MARKS[name];
    if (!make) return;
    this.#put(make(value.slice(selectionStart, selectionEnd)));
    const inside = selectionStart === selectionEnd ? { bold: 2, link: 11 }[name] : 0; // what comes next goes between the marks
    if (inside && this.text) this.text.selectionStart = this.text.selectionEnd -= inside;
  }

  /** In the place of what is selected, so that the browser can undo it. @param {string} words */
  #put(words) {
    const text = this.text;
    if (!text) return;
    text.focus();
    if (!document.execCommand("insertText", false, words)) {
      text.setRangeText(words, text.selectionStart, text.selectionEnd, "end");
      text.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  /** @param {Event} event */
  async #send(event) {
    const input = /** @type {HTMLInputElement} */ (event.target);
    const file = input.files?.[0];
    const told = this.querySelector("[data-told]");
    if (!file || !told) return;
    const form = /** @type {HTMLFormElement} */ (input.form);
    const body = new FormData();
    body.set("form_token", String(new FormData(form).get("form_token")));
    body.set("into", this.dataset.into ?? "zh");
    body.set(input.name, file);
    try {
      const answer = await fetch(this.dataset.href ?? "", { method: "POST", body, headers: { "X-Part": "picture" } });
      const { name, detail } = await answer.json().catch(() => ({ detail: answer.statusText }));
      told.textContent = answer.ok ? "" : detail;
      if (answer.ok) this.#put(`![${file.name.replace(/\.\w+$/, "").replace(/[[\]]/g, "")}](${name})`);
    } catch (error) {
      told.textContent = String(error);
    }
    input.value = "";
  }
}

/** @param {string} words @param {(place: number) => string} mark */
function lines(words, mark) {
  return words.split("\n").map((line, place) => mark(place) + line).join("\n");
}

customElements.define("markdown-editor", MarkdownEditor);
