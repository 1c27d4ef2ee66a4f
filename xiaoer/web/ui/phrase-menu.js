// The list that opens when the text is "/" and a word: arrows choose, Enter or Tab takes, Escape closes.

export class PhraseMenu {
  /** @param {HTMLTextAreaElement} words @param {HTMLElement} list */
  constructor(words, list) {
    this.words = words;
    this.list = list;
    this.options = /** @type {HTMLElement[]} */ ([...list.querySelectorAll("[role=option]")]);
    words.setAttribute("aria-controls", list.id);
    for (const option of this.options) {
      option.addEventListener("mousedown", (event) => {
        event.preventDefault(); // the text keeps the keyboard
        this.#choose(option);
      });
    }
    words.addEventListener("blur", () => this.#close());
  }

  /** Look whether a phrase is being called. */
  look() {
    const called = /^\/(\S*)$/u.exec(this.words.value);
    if (!called) return this.#close();
    const wanted = called[1].toLowerCase();
    for (const option of this.options) option.hidden = !(option.dataset.name ?? "").toLowerCase().includes(wanted);
    const [first] = this.#shown;
    this.list.hidden = !first;
    this.words.setAttribute("aria-expanded", String(Boolean(first)));
    this.#mark(first);
  }

  /** A key for the menu; true when it was one. @param {KeyboardEvent} event */
  take(event) {
    if (this.list.hidden || event.isComposing) return false;
    const shown = this.#shown;
    const place = shown.findIndex((one) => one.getAttribute("aria-selected") === "true");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.#mark(shown[(place + step + shown.length) % shown.length]);
    else if (event.key === "Enter" || event.key === "Tab") this.#choose(shown[Math.max(place, 0)]);
    else if (event.key === "Escape") this.#close();
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  get #shown() {
    return this.options.filter((one) => !one.hidden);
  }

  /** @param {HTMLElement | undefined} chosen */
  #mark(chosen) {
    for (const option of this.options) option.setAttribute("aria-selected", String(option === chosen));
    this.words.setAttribute("aria-activedescendant", chosen?.id ?? "");
    chosen?.scrollIntoView({ block: "nearest" });
  }

  /** @param {HTMLElement} option */
  #choose(option) {
    this.words.value = option.dataset.text ?? "";
    this.#close();
    this.words.dispatchEvent(new Event("input", { bubbles: true }));
    this.words.focus();
  }

  #close() {
    this.list.hidden = true;
    this.words.setAttribute("aria-expanded", "false");
    this.words.removeAttribute("aria-activedescendant");
  }
}
