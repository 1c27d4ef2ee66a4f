// <label-queue> walks through what waits for a label: J and K to the next and the previous line, 1 to 5 press a proposed intent, / (or
// any other letter) types one, X takes all that are alike, S skips, U takes back. After a line is labelled the next one is current.

let place = 0; // the element is replaced with every answer, the place in the queue stays

class LabelQueue extends HTMLElement {
  /** @type {AbortController | undefined} */ #leaving;

  connectedCallback() {
    this.#leaving = new AbortController();
    const { signal } = this.#leaving;
    document.addEventListener("keydown", (event) => this.#onKey(event), { signal });
    this.addEventListener("focusin", (event) => this.#follow(event.target), { signal });
    this.#choose(place, false);
  }

  disconnectedCallback() {
    this.#leaving?.abort();
  }

  get #rows() {
    return /** @type {HTMLElement[]} */ ([...this.querySelectorAll("[data-row]")]);
  }

  /** @param {number} wanted @param {boolean} withFocus */
  #choose(wanted, withFocus) {
    const rows = this.#rows;
    place = Math.max(0, Math.min(rows.length - 1, wanted));
    for (const [number, row] of rows.entries()) row.toggleAttribute("aria-current", number === place);
    const row = rows[place];
    if (!row) return;
    row.setAttribute("aria-current", "true");
    if (withFocus) row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }

  /** Whoever goes to a line by mouse or Tab is there for the keys, too. @param {EventTarget | null} target */
  #follow(target) {
    const row = target instanceof Element ? target.closest("[data-row]") : null;
    const number = row instanceof HTMLElement ? this.#rows.indexOf(row) : -1;
    if (number >= 0 && number !== place) this.#choose(number, false);
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.defaultPrevented || event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
    const typing = isTyping(event.target);
    if (typing && event.key === "Escape") this.#choose(place, true);
    if (typing) return;
    if (this.#act(event.key.toLowerCase())) event.preventDefault();
  }

  /** True when the key did something. @param {string} key */
  #act(key) {
    const row = this.#rows[place];
    if (key === "j" || key === "k") return this.#choose(place + (key === "j" ? 1 : -1), true), true;
    if (key === "u") return press(this.querySelector('[data-key="u"]'));
    if (!row) return false;
    if (key === "s") return press(row.querySelector("[data-skip]"));
    if (key === "x") return press(row.querySelector("[data-whole]"));
    if (/^[1-9]$/.test(key)) return press(row.querySelector(`[data-pick="${key}"]`));
    if (key !== "/" && key !== "+" && !/^\p{L}$/u.test(key)) return false;
    const input = row.querySelector("input[list]");
    if (!(input instanceof HTMLInputElement)) return false;
    input.focus();
    input.value = key === "/" ? "" : key; // the letter that was pressed is the first of the name
    return true;
  }
}

/** @param {EventTarget | null} target */
function isTyping(target) {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.matches("textarea, select, input:not([type=radio], [type=checkbox])");
}

/** @param {Element | null} target */
function press(target) {
  if (!(target instanceof HTMLElement) || target.matches(":disabled")) return false;
  target.click();
  return true;
}

customElements.define("label-queue", LabelQueue);
