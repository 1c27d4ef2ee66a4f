// <xiaoer-chat shop="spruce" language="zh" identity="JWT">: the whole widget, put together.
import { App } from "./app.js";
import { at, beside } from "./place.js";
import { languageOf } from "./words.js";

const STYLES = [at("ui/tokens.css").href, ...["frame", "thread", "cards", "composer"].map((name) => beside(`css/${name}.css`))];

export class XiaoerChat extends HTMLElement {
  static observedAttributes = ["identity", "language"];

  constructor() {
    super();
    this.app = /** @type {App | null} */ (null);
    this.attachShadow({ mode: "open" });
  }

  connectedCallback() {
    if (this.app) return this.app.connect();
    const root = /** @type {ShadowRoot} */ (this.shadowRoot);
    this.app = new App({
      shop: this.getAttribute("shop") ?? "",
      identity: this.getAttribute("identity") ?? "",
      language: languageOf(this.getAttribute("language")),
      tell: (name, detail) => this.dispatchEvent(new CustomEvent(`xiaoer-${name}`, { detail, bubbles: true, composed: true })),
      onLanguage: (language) => (this.lang = language === "zh" ? "zh-Hans" : "en"),
    });
    const { app } = this;
    void withStyles(root).then(() => {
      root.append(...app.elements);
      app.connect();
      if (this.hasAttribute("open")) app.panel.open(false);
    });
  }

  disconnectedCallback() {
    this.app?.disconnect();
  }

  /** @param {string} name @param {string | null} before @param {string | null} now */
  attributeChangedCallback(name, before, now) {
    if (!this.app || before === now) return;
    if (name === "identity") this.app.signIn(now ?? "");
    const language = languageOf(now);
    if (name === "language" && language) this.app.speak(language);
  }

  /** Open the panel. */
  open() {
    this.app?.panel.open();
  }

  /** Close the panel. */
  close() {
    this.app?.panel.close();
  }

  /** Open the panel and say something for the customer. @param {string} text */
  ask(text) {
    this.app?.ask(text);
  }
}

/** The styles, loaded before anything is shown: a flash of bare buttons is no welcome. @param {ShadowRoot} root */
async function withStyles(root) {
  const loads = STYLES.map((address) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = address;
    root.append(link);
    return new Promise((resolve) => {
      link.onload = resolve;
      link.onerror = resolve; // without looks it still works
    });
  });
  await Promise.all(loads);
}

if (!customElements.get("xiaoer-chat")) customElements.define("xiaoer-chat", XiaoerChat);
