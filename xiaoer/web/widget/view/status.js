// The line above the composer: where one stands in the queue, that the connection is lost, that the conversation was ended.
import { h, icon } from "./dom.js";

/**
 * @typedef {{conversation: import("../record.js").Conversation | null, health: import("../connection.js").Health,
 *   shop: {hours_from: string, hours_to: string} | null, leaving: "" | "writing" | "done"}} Standing
 */

export class Status {
  /** @param {{onLeave: () => void, onRetry: () => void}} wishes */
  constructor({ onLeave, onRetry }) {
    this.onLeave = onLeave;
    this.onRetry = onRetry;
    this.element = h("div", { class: "status", role: "status" });
    this.shown = "";
  }

  /** @param {Standing} standing @param {import("./message.js").Tools["t"]} t */
  show(standing, t) {
    const parts = this.parts(standing, t);
    const text = JSON.stringify([parts.map((part) => part.textContent), t("queue_next")]);
    if (text === this.shown) return; // said once is enough for a screen reader
    this.shown = text;
    this.element.replaceChildren(...parts);
  }

  /** @param {Standing} standing @param {import("./message.js").Tools["t"]} t @returns {HTMLElement[]} */
  parts(standing, t) {
    const bars = [];
    if (standing.health === "lost")
      bars.push(this.bar("wait", navigator.onLine ? t("broken") : t("offline"), t("retry"), this.onRetry));
    if (standing.health === "signed_out") bars.push(this.bar("stop", t("signed_out"), t("retry"), this.onRetry));
    const { conversation } = standing;
    if (conversation?.holder === "queue") bars.push(this.queue(standing, t));
    if (conversation?.holder === "closed") bars.push(this.bar("", t("closed")));
    return bars;
  }

  /** @param {Standing} standing @param {import("./message.js").Tools["t"]} t */
  queue({ conversation, shop, leaving }, t) {
    if (leaving === "done") return this.bar("", t("left"));
    if (leaving === "writing") return this.bar("", t("leave_hint"));
    if (!conversation?.staff_online)
      return this.bar("wait", t("queue_off", { from: shop?.hours_from, to: shop?.hours_to }), t("leave"), this.onLeave);
    const { position = 1, waiting = 1 } = conversation.queue ?? {};
    const text = t("queue", { position, waiting }) + (position === 1 ? ` · ${t("queue_next")}` : "");
    return this.bar("wait", text, t("leave"), this.onLeave);
  }

  /** @param {string} kind @param {string} text @param {string} [label] @param {() => void} [press] */
  bar(kind, text, label, press) {
    return h(
      "div",
      { class: `bar ${kind}` },
      icon(kind === "stop" ? "warn" : "clock"),
      h("span", {}, text),
      label && h("button", { type: "button", class: "link", onclick: press }, label),
    );
  }
}
