// Speaking instead of typing, only where the browser can listen. What is heard goes into the field, to be read before it is sent.
import { h, icon } from "./view/dom.js";

export class Voice {
  /** @param {{t: import("./view/message.js").Tools["t"], field: HTMLTextAreaElement, onChange: () => void}} tools */
  constructor({ t, field, onChange }) {
    this.t = t;
    this.field = field;
    this.onChange = onChange;
    const Listener = /** @type {any} */ (window).SpeechRecognition ?? /** @type {any} */ (window).webkitSpeechRecognition;
    this.listener = Listener ? new Listener() : null;
    this.before = "";
    this.isOn = false;
    this.button = h(
      "button",
      { type: "button", class: "tool voice", hidden: !this.listener, onclick: () => this.toggle() },
      icon("voice"),
    );
    if (this.listener) this.listen();
  }

  listen() {
    this.listener.interimResults = true;
    this.listener.onresult = (/** @type {any} */ event) => {
      const heard = [...event.results].map((result) => result[0].transcript).join("");
      this.field.value = [this.before, heard].filter(Boolean).join(this.before ? " " : "");
      this.onChange();
    };
    this.listener.onerror = (/** @type {any} */ event) => this.set(false, event.error === "aborted" ? "" : this.t("voice_off"));
    this.listener.onend = () => this.set(false, "");
  }

  /** @param {import("./words.js").Language} language */
  speak(language) {
    if (this.listener) this.listener.lang = language === "zh" ? "zh-CN" : "en-GB";
    this.set(this.isOn, "");
  }

  toggle() {
    if (this.isOn) return this.stop();
    this.before = this.field.value.trim();
    try {
      this.listener.start();
      this.set(true, "");
    } catch {
      this.set(false, this.t("voice_off"));
    }
  }

  stop() {
    if (this.isOn) this.listener.stop();
    this.set(false, "");
  }

  /** @param {boolean} isOn @param {string} trouble */
  set(isOn, trouble) {
    this.isOn = isOn;
    const label = trouble || this.t(isOn ? "voice_on" : "voice");
    this.button.setAttribute("aria-pressed", String(isOn));
    this.button.setAttribute("aria-label", label);
    this.button.title = label;
  }
}
