// The buttons of cards and questions.
import { h } from "./dom.js";

/**
 * A button says its words and what they mean. One that answers a question counts only while the question is open; the thread
 * switches those off (`data-once`) as soon as the conversation has gone on.
 * @param {any} button @param {import("./message.js").Tools} tools @param {string} [kind]
 */
export function actButton(button, tools, kind = "") {
  const isOnce = Boolean(button.choice?.answer || button.choice?.slot);
  const press = () => tools.say(button.say, button.choice);
  return h("button", { type: "button", class: `act ${kind}`, "data-once": isOnce, onclick: press }, button.label);
}
