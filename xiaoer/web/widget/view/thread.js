// The conversation as a list: stored lines by number, then lines that are not stored yet, then the dots.
import { when } from "../times.js";
import { h, icon } from "./dom.js";
import { drawMessage, drawPending } from "./message.js";

const GAP_MS = 5 * 60000; // after which the time is written between two lines
const MARGIN = 16;
const NEAR_END = 80; // pixels; who is this near reads the newest lines and is kept there

export class Thread {
  /** @param {import("./message.js").Tools} tools @param {{onEarlier: () => void}} wishes */
  constructor(tools, { onEarlier }) {
    this.tools = tools;
    this.intro = h("div", { class: "intro" });
    this.earlier = h("button", { type: "button", class: "link earlier", hidden: true, onclick: onEarlier });
    this.list = h("ol", { class: "lines" });
    this.log = h("div", { role: "log", "aria-live": "polite", "aria-relevant": "additions" }, this.list);
    this.pending = h("ol", { class: "lines" });
    this.dots = h("p", { class: "dots", hidden: true }, h("span"), h("span"), h("span"), h("span", { class: "visually-hidden" }));
    this.chips = h("div", { class: "chips" });
    const lines = [this.earlier, this.intro, this.log, this.pending, this.dots, this.chips];
    this.scroller = h("div", { class: "thread", tabindex: "0", onscroll: () => this.showDown() }, ...lines);
    this.down = h("button", { type: "button", class: "down", hidden: true, onclick: () => this.scrollToEnd() }, icon("below"));
    this.element = h("div", { class: "thread-frame" }, this.scroller, this.down);
    this.last = /** @type {import("../record.js").Message | null} */ (null);
  }

  /** Everything anew: another conversation, another language, earlier lines. @param {import("../record.js").Message[]} messages */
  reset(messages) {
    this.last = null;
    this.log.setAttribute("aria-live", "off"); // a history is not news
    this.list.replaceChildren();
    this.add(messages);
    requestAnimationFrame(() => this.log.setAttribute("aria-live", "polite"));
  }

  /** @param {import("../record.js").Message[]} messages new ones, oldest first */
  add(messages) {
    const wasAtEnd = this.isAtEnd;
    const before = this.list.lastElementChild;
    for (const message of messages) {
      const gap = !this.last || Date.parse(message.created_at) - Date.parse(this.last.created_at) > GAP_MS;
      if (gap) this.list.append(h("li", { class: "moment" }, when(new Date(message.created_at), this.tools.language)));
      const startsGroup = gap || this.last?.author !== message.author || this.last?.staff_name !== message.staff_name;
      this.list.append(drawMessage(message, startsGroup, this.tools));
      this.last = message;
    }
    if (messages.length) {
      this.drawChips();
      this.closeQuestions();
      const isMine = messages.some((message) => message.author === "customer");
      if (wasAtEnd || isMine) this.scrollToEnd(isMine ? null : (before?.nextElementSibling ?? null));
    }
  }

  /** @param {import("../outbox.js").Line[]} lines */
  showPending(lines) {
    const wasAtEnd = this.isAtEnd;
    this.pending.replaceChildren(...lines.map((line) => drawPending(line, this.tools)));
    if (lines.length) this.chips.replaceChildren();
    else this.drawChips();
    this.closeQuestions(lines.length > 0);
    if (wasAtEnd || lines.length) this.scrollToEnd();
  }

  /** Dots until the next line, or for so long. @param {string} name @param {number} ms */
  showTyping(name, ms) {
    const wasAtEnd = this.isAtEnd;
    window.clearTimeout(this.dotsTimer);
    this.dots.hidden = false;
    const label = this.dots.querySelector(".visually-hidden");
    if (label) label.textContent = `${name} ${this.tools.t("typing")}`;
    this.dotsTimer = window.setTimeout(() => this.hideTyping(), ms);
    if (wasAtEnd) this.scrollToEnd();
  }

  hideTyping() {
    window.clearTimeout(this.dotsTimer);
    this.dots.hidden = true;
  }

  /** What can be pressed instead of typing: only the newest line's, and only while it is the newest. */
  drawChips() {
    const chips = this.last?.author === "assistant" ? this.last.chips : [];
    const press = (/** @type {any} */ chip) => () => this.tools.say(chip.say, chip.choice);
    this.chips.replaceChildren(
      ...chips.map((chip) => h("button", { type: "button", class: "chip", onclick: press(chip) }, chip.label)),
    );
  }

  /** Buttons that answer a question which is not open any more cannot be pressed. @param {boolean} [all] the newest one too */
  closeQuestions(all = false) {
    const newest = all || this.last?.author === "customer" ? null : this.last?.seq;
    for (const line of this.list.querySelectorAll("li[data-seq]")) {
      const isOpen = line.getAttribute("data-seq") === String(newest);
      for (const button of line.querySelectorAll("button[data-once]")) button.toggleAttribute("disabled", !isOpen);
    }
  }

  get isAtEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR_END;
  }

  /** A way down for who cannot see the newest line. */
  showDown() {
    this.down.hidden = this.isAtEnd;
  }

  /** To the newest line, but not past the beginning of a long answer. @param {Element | null} [start] */
  scrollToEnd(start = null) {
    requestAnimationFrame(() => {
      const { scroller } = this;
      const end = scroller.scrollHeight - scroller.clientHeight;
      const top = start instanceof HTMLElement ? start.offsetTop - MARGIN : end;
      scroller.scrollTop = Math.min(end, top);
      this.showDown();
    });
  }
}
