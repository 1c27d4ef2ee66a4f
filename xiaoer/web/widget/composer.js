// Where the customer writes: a field that grows from one line to five, pictures, voice, and the way to a person.
import { keep, kept } from "./keep.js";
import { Pictures } from "./pictures.js";
import { h, icon } from "./view/dom.js";
import { Voice } from "./voice.js";
import { wordsOf } from "./words.js";

const MOST = 4000;
const NEAR = 200; // characters before the limit from which on the rest is counted

export class Composer {
  /**
   * @param {{draftKey: string,
   *   say: (text: string, pictures: import("./pictures.js").Sent[]) => void, onTyping: () => void, onPerson: () => void,
   *   upload: (file: Blob) => Promise<{id: string, url: string}>}} tools
   */
  constructor(tools) {
    this.tools = tools;
    this.t = wordsOf("en");
    this.isComposing = false;
    this.field = h("textarea", { rows: "1", class: "field", enterkeyhint: "send", autocomplete: "off" });
    this.count = h("p", { class: "count", role: "status" });
    this.send = h("button", { type: "button", class: "tool send" }, icon("send"));
    this.person = h("button", { type: "button", class: "tool person", onclick: tools.onPerson }, icon("person"), h("span"));
    this.add = h("button", { type: "button", class: "tool add", onclick: () => this.pictures.choose() }, icon("picture"));
    this.pictures = new Pictures({ t: (...a) => this.t(...a), upload: tools.upload, onChange: () => this.refresh() });
    this.voice = new Voice({ t: (...a) => this.t(...a), field: this.field, onChange: () => this.refresh() });
    const row = h("div", { class: "tools" }, this.person, this.add, this.voice.button, this.count, this.send);
    this.element = h("div", { class: "composer" }, this.pictures.element, this.field, row);
    this.listen();
    this.field.value = kept("session", tools.draftKey) ?? "";
  }

  listen() {
    const { field } = this;
    field.addEventListener("compositionstart", () => (this.isComposing = true));
    field.addEventListener("compositionend", () => (this.isComposing = false));
    field.addEventListener("input", () => {
      this.refresh();
      if (field.value) this.tools.onTyping();
    });
    field.addEventListener("keydown", (event) => {
      // An Enter that chooses a word of the input method sends nothing; Safari tells only by the key code.
      if (event.key !== "Enter" || event.shiftKey || this.isComposing || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      this.submit();
    });
    field.addEventListener("paste", (event) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (files.length) event.preventDefault();
      this.pictures.take(files);
    });
    this.send.addEventListener("click", () => {
      this.submit();
      field.focus();
    });
  }

  /** @param {import("./view/message.js").Tools["t"]} t @param {import("./words.js").Language} language */
  speak(t, language) {
    this.t = t;
    this.send.setAttribute("aria-label", t("send"));
    this.add.setAttribute("aria-label", t("picture"));
    this.add.title = t("picture");
    this.voice.speak(language);
    this.pictures.draw();
    this.refresh();
  }

  /** @param {import("./record.js").Conversation | null} conversation @param {boolean} isLeaving */
  show(conversation, isLeaving) {
    const { t } = this;
    const holder = conversation?.holder ?? "assistant";
    const placeholder = isLeaving ? "placeholder_leave" : holder === "staff" ? "placeholder_staff" : "placeholder";
    this.field.placeholder = t(placeholder);
    this.field.setAttribute("aria-label", t(placeholder));
    const words = { queue: "person_waiting", staff: "person_here" };
    const key = /** @type {import("./words.js").Key} */ (words[/** @type {"queue" | "staff"} */ (holder)] ?? "person");
    const label = this.person.querySelector("span");
    if (label) label.textContent = t(key);
    this.person.disabled = holder === "queue" || holder === "staff";
  }

  /** @param {string} text */
  write(text) {
    this.field.value = text;
    this.refresh();
    this.field.focus();
  }

  submit() {
    const text = this.field.value.trim();
    if (text.length > MOST || !this.pictures.isReady || (!text && !this.pictures.sent.length)) return;
    this.tools.say(text, this.pictures.sent);
    this.voice.stop();
    this.field.value = "";
    this.pictures.clear();
    this.refresh();
  }

  refresh() {
    const { field, tools } = this;
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight}px`;
    const left = MOST - field.value.trim().length;
    this.count.textContent = left < 0 ? this.t("over", { n: -left }) : left < NEAR ? this.t("too_long", { n: left }) : "";
    this.count.classList.toggle("over", left < 0);
    const isEmpty = !field.value.trim() && !this.pictures.sent.length;
    this.send.disabled = isEmpty || left < 0 || !this.pictures.isReady;
    keep("session", tools.draftKey, field.value || null);
  }
}
