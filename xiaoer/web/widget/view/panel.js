// The mark in the corner and the panel that opens from it: heading, focus, full screen on a phone.
import { h, icon } from "./dom.js";

const PHONE = "(max-width: 480px)";

export class Panel {
  /** @param {{body: Node[], onOpen: () => void, onClose: () => void, onLanguage: () => void, onEscape: () => boolean}} tools */
  constructor({ body, onOpen, onClose, onLanguage, onEscape }) {
    this.onOpen = onOpen;
    this.onClose = onClose;
    this.onEscape = onEscape;
    this.badge = h("span", { class: "badge", hidden: true });
    this.mark = h(
      "button",
      { type: "button", class: "mark-button", "aria-expanded": "false" },
      h("span", { class: "seal", "aria-hidden": "true" }, "小二"),
      this.badge,
    );
    this.title = h("h2", { id: "title" });
    this.label = h("p", { class: "label" });
    this.language = h("button", { type: "button", class: "head-button language", onclick: onLanguage });
    this.closer = h("button", { type: "button", class: "head-button", onclick: () => this.close() }, icon("close"));
    const heading = h(
      "div",
      { class: "head" },
      h("span", { class: "seal", "aria-hidden": "true" }, "小二"),
      h("div", { class: "names" }, this.title, this.label),
      this.language,
      this.closer,
    );
    this.element = h(
      "section",
      { class: "panel", role: "dialog", "aria-modal": "true", "aria-labelledby": "title", hidden: true },
      heading,
      ...body,
    );
    this.mark.addEventListener("click", () => (this.isOpen ? this.close() : this.open()));
    this.element.addEventListener("keydown", (event) => this.onKey(event));
    this.phone = window.matchMedia(PHONE);
    this.fit = () => this.fitToScreen();
    // A button that was pressed may be gone or switched off by now, and its keys go to the page.
    this.onLostKey = (/** @type {KeyboardEvent} */ event) => event.target === document.body && this.onKey(event);
  }

  get isOpen() {
    return !this.element.hidden;
  }

  /** @param {boolean} [withFocus] a reload that finds the panel open must not take the focus from the page */
  open(withFocus = true) {
    if (this.isOpen) return;
    this.element.hidden = false;
    this.mark.setAttribute("aria-expanded", "true");
    window.visualViewport?.addEventListener("resize", this.fit);
    document.addEventListener("keydown", this.onLostKey);
    this.fitToScreen();
    this.onOpen();
    // On a phone the field's keyboard would cover half of what the customer came to read.
    if (withFocus) (this.phone.matches ? this.closer : this.element.querySelector("textarea"))?.focus();
  }

  close() {
    if (!this.isOpen) return;
    this.element.hidden = true;
    this.mark.setAttribute("aria-expanded", "false");
    window.visualViewport?.removeEventListener("resize", this.fit);
    document.removeEventListener("keydown", this.onLostKey);
    document.documentElement.style.removeProperty("overflow");
    this.onClose();
    this.mark.focus();
  }

  /** On a phone: as high as what the keyboard leaves, and the page behind does not scroll. */
  fitToScreen() {
    const isPhone = this.phone.matches;
    document.documentElement.style.setProperty("overflow", isPhone ? "hidden" : "");
    this.element.style.height = isPhone && window.visualViewport ? `${window.visualViewport.height}px` : "";
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    if (event.key === "Escape" && !event.isComposing) {
      event.stopPropagation();
      if (!this.onEscape()) this.close();
    }
    if (event.key !== "Tab") return;
    const stops = [...this.element.querySelectorAll("button, a[href], textarea, [tabindex='0']")].filter(isReachable);
    const [first, last] = [stops[0], stops[stops.length - 1]];
    const root = /** @type {ShadowRoot} */ (this.element.getRootNode());
    const edge = event.shiftKey ? first : last;
    if (root.activeElement !== edge) return;
    event.preventDefault();
    /** @type {HTMLElement} */ (event.shiftKey ? last : first).focus();
  }

  /** @param {number} unread @param {string} label */
  showUnread(unread, label) {
    this.badge.hidden = unread === 0;
    this.badge.textContent = unread > 99 ? "99+" : String(unread);
    this.mark.setAttribute("aria-label", label);
  }
}

/** @param {Element} element */
function isReachable(element) {
  return !(/** @type {HTMLButtonElement} */ (element).disabled) && element.getClientRects().length > 0;
}
