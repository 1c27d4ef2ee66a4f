// Before the first word: who answers here, and what is asked most.
import { h } from "./dom.js";

/** @param {{label: string, say: string}[]} hotQuestions @param {import("./message.js").Tools} tools @returns {HTMLElement[]} */
export function drawIntro(hotQuestions, { t, say }) {
  const chips = hotQuestions.map((one) => h("button", { type: "button", class: "chip", onclick: () => say(one.say) }, one.label));
  const hello = h("div", { class: "hello" }, h("p", {}, h("strong", {}, t("hello"))), h("p", {}, t("hello_more")));
  return chips.length ? [hello, h("p", { class: "quiet" }, t("hot")), h("div", { class: "hot" }, ...chips)] : [hello];
}
