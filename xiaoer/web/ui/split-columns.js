// <split-columns> lets the outer columns be made wider or narrower, by pointer or with the arrow keys, and remembers it.
// A `.divider[data-edge]` names the width it changes: the custom property --<edge>.

const KEY = "xiaoer columns";
const LEAST = 220;
const MOST = 560;
const STEP = 16;

class SplitColumns extends HTMLElement {
  connectedCallback() {
    for (const [edge, width] of Object.entries(kept())) this.#set(edge, width);
    this.addEventListener("pointerdown", (event) => this.#onPointer(event));
    this.addEventListener("keydown", (event) => this.#onKey(event));
    this.addEventListener("dblclick", (event) => {
      const edge = edgeOf(event);
      if (edge) this.#keep(edge, undefined);
    });
  }

  /** @param {PointerEvent} event */
  #onPointer(event) {
    const edge = edgeOf(event);
    if (!edge) return;
    event.preventDefault();
    const divider = /** @type {HTMLElement} */ (event.target);
    const begin = this.#width(edge);
    const sign = edge === this.dataset.last ? -1 : 1;
    /** @param {PointerEvent} moved */
    const move = (moved) => this.#keep(edge, begin + sign * (moved.clientX - event.clientX));
    divider.setPointerCapture(event.pointerId);
    divider.addEventListener("pointermove", move);
    divider.addEventListener("pointerup", () => divider.removeEventListener("pointermove", move), { once: true });
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const edge = edgeOf(event);
    const step = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
    if (!edge || !step) return;
    event.preventDefault();
    this.#keep(edge, this.#width(edge) + (edge === this.dataset.last ? -step : step));
  }

  /** @param {string} edge */
  #width(edge) {
    return document.getElementById(`${edge}-column`)?.getBoundingClientRect().width ?? 0;
  }

  /** @param {string} edge @param {number | undefined} width */
  #keep(edge, width) {
    const all = kept();
    if (width === undefined) delete all[edge];
    else all[edge] = Math.round(Math.min(MOST, Math.max(LEAST, width)));
    localStorage.setItem(KEY, JSON.stringify(all));
    this.#set(edge, all[edge]);
  }

  /** @param {string} edge @param {number | undefined} width */
  #set(edge, width) {
    const divider = this.querySelector(`[data-edge="${edge}"]`);
    if (width !== undefined) divider?.setAttribute("aria-valuenow", String(width));
    if (width === undefined) this.style.removeProperty(`--${edge}`);
    else this.style.setProperty(`--${edge}`, `${width}px`);
  }
}

/** @param {Event} event @returns {string | undefined} */
function edgeOf(event) {
  return event.target instanceof HTMLElement ? event.target.dataset.edge : undefined;
}

/** @returns {Record<string, number>} */
function kept() {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}");
  } catch {
    return {};
  }
}

customElements.define("split-columns", SplitColumns);
