// <live-stream data-from="/desk/stream?conversation=…" data-after="12"> keeps what is inside of it up to date.
//
// Lines (`<li data-seq>`) are put in by their sequence number, so none is there twice whatever arrives twice; after a lost
// connection the stream goes on from the last line seen. Parts of the page are replaced by their id when their
// `data-version` differs.

const RETRY_MS = [1000, 2000, 5000, 10000];
const NEAR_PX = 80;

export class LiveStream extends HTMLElement {
  /** @type {EventSource | undefined} */ #source;
  /** @type {number | undefined} */ #timer;
  /** @type {AbortController | undefined} */ #leaving;
  #tries = 0;

  connectedCallback() {
    this.#leaving = new AbortController();
    const { signal } = this.#leaving;
    document.addEventListener("visibilitychange", () => this.#lookAgain(), { signal });
    window.addEventListener("online", () => this.#lookAgain(), { signal });
    this.#open();
  }

  disconnectedCallback() {
    this.#leaving?.abort();
    this.#close();
  }

  /** Put a line where its number belongs; one that is there already is replaced. @param {string} html */
  insert(html) {
    const list = this.#list;
    const line = firstElementOf(html);
    if (!list || !line) return;
    const seq = Number(line.dataset.seq);
    const isNear = Math.abs(this.scrollTop) < NEAR_PX; // upside down: 0 is the newest line
    const same = list.querySelector(`:scope > [data-seq="${seq}"]`);
    if (same) {
      same.replaceWith(line);
    } else {
      const lines = /** @type {HTMLElement[]} */ ([...list.querySelectorAll(":scope > [data-seq]")]);
      const later = lines.find((one) => Number(one.dataset.seq) > seq);
      list.insertBefore(line, later ?? null);
      line.classList.add("is-new");
    }
    window.htmx?.process(line);
    this.dataset.after = String(Math.max(seq, Number(this.dataset.after)));
    if (isNear) this.scrollTop = 0;
    else if (!same) this.#showNew();
  }

  /** @returns {HTMLElement | null} */
  get #list() {
    return this.querySelector(".lines");
  }

  /** Somebody reads further up: say that there is more below, and lead there. */
  #showNew() {
    if (document.getElementById("stream-new")) return;
    const button = document.createElement("button");
    button.id = "stream-new";
    button.type = "button";
    button.className = "button stream-new";
    button.textContent = this.dataset.new ?? "";
    button.addEventListener("click", () => this.scrollTo({ top: 0 }));
    this.addEventListener("scroll", () => Math.abs(this.scrollTop) < NEAR_PX && button.remove());
    this.after(button);
  }

  #open() {
    const separator = this.dataset.from?.includes("?") ? "&" : "?";
    const source = new EventSource(`${this.dataset.from}${separator}after=${this.dataset.after}`);
    this.#source = source;
    source.addEventListener("open", () => this.#showLost(false));
    source.addEventListener("line", (event) => this.insert(event.data));
    source.addEventListener("part", (event) => replacePart(event.data));
    source.addEventListener("leave", () => location.reload());
    source.addEventListener("error", () => this.#fail());
  }

  #close() {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = undefined;
  }

  /** The browser reconnects by itself unless the answer was an error; then we do, from the last line seen. */
  #fail() {
    this.#showLost(true);
    this.#close();
    const pause = RETRY_MS[Math.min(this.#tries, RETRY_MS.length - 1)];
    this.#tries += 1;
    this.#timer = setTimeout(() => this.#open(), pause);
  }

  #lookAgain() {
    if (document.visibilityState !== "visible" || this.#source?.readyState === EventSource.OPEN) return;
    this.#close();
    this.#open();
  }

  /** @param {boolean} isLost */
  #showLost(isLost) {
    if (!isLost) this.#tries = 0;
    let sign = document.getElementById("stream-lost");
    if (isLost && !sign && this.#tries > 0) {
      sign = document.createElement("p");
      sign.id = "stream-lost";
      sign.className = "notice wait stream-lost";
      sign.setAttribute("role", "status");
      sign.textContent = this.dataset.lost ?? "";
      this.before(sign);
    } else if (!isLost) {
      sign?.remove();
    }
  }
}

/** @param {string} html @returns {HTMLElement | null} */
function firstElementOf(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.querySelector("*");
}

/** Replace a part of the page; what was opened in it stays open, and the keyboard stays where it was. @param {string} html */
function replacePart(html) {
  const next = firstElementOf(html);
  const now = next && document.getElementById(next.id);
  if (!next || !now || now.dataset.version === next.dataset.version) return;
  for (const opened of now.querySelectorAll("details[id]")) {
    const same = next.querySelector(`#${CSS.escape(opened.id)}`);
    if (same instanceof HTMLDetailsElement) same.open = opened instanceof HTMLDetailsElement && opened.open;
  }
  const focused = now.contains(document.activeElement) ? document.activeElement?.id : "";
  now.replaceWith(next);
  window.htmx?.process(next);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  next.dispatchEvent(new CustomEvent("part-replaced", { bubbles: true }));
}

customElements.define("live-stream", LiveStream);
