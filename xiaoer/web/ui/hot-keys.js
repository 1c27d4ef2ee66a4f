// <hot-keys> makes keys press what carries them: data-key="t" is clicked by T, data-key="ctrl+k" by Ctrl-K or ⌘K. J and K walk
// through elements with data-row. Keys do nothing while something is being typed, except those with Ctrl.

class HotKeys extends HTMLElement {
  /** @type {AbortController | undefined} */ #leaving;

  connectedCallback() {
    this.#leaving = new AbortController();
    document.addEventListener("keydown", (event) => this.#onKey(event), { signal: this.#leaving.signal });
  }

  disconnectedCallback() {
    this.#leaving?.abort();
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.defaultPrevented || event.isComposing || event.altKey) return;
    const withControl = event.ctrlKey || event.metaKey;
    if (event.key === "Escape") return leave();
    if (isTyping(event.target) && !withControl) return;
    const key = (withControl ? "ctrl+" : "") + event.key.toLowerCase();
    if (key === "j" || key === "k") walk(key === "j" ? 1 : -1);
    else if (!press(key)) return;
    event.preventDefault();
  }
}

/** @param {EventTarget | null} target */
function isTyping(target) {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.matches("textarea, select, input:not([type=radio], [type=checkbox])");
}

/** Press what carries this key; true when there is such a thing. @param {string} key */
function press(key) {
  const target = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!(target instanceof HTMLElement) || target.matches(":disabled")) return false;
  target.click();
  if (target.matches("input")) target.closest("form")?.querySelector("textarea")?.focus();
  return true;
}

/** To the next or the previous row, and open it. @param {number} step */
function walk(step) {
  const rows = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-row]")]);
  const now = rows.findIndex((row) => row.hasAttribute("aria-current"));
  const next = rows[now < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, now + step))];
  if (!next || next === rows[now]) return;
  next.scrollIntoView({ block: "nearest" });
  next.click();
}

/** Escape lets go of what is being typed, so that the other keys work again. */
function leave() {
  if (document.activeElement instanceof HTMLElement && isTyping(document.activeElement)) document.activeElement.blur();
}

customElements.define("hot-keys", HotKeys);
