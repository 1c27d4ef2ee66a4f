// One line of the conversation.
import { safe } from "../place.js";
import { cards } from "../cards.js";
import { when } from "../times.js";
import { h, icon } from "./dom.js";
import { prose } from "./prose.js";

/**
 * @typedef {import("../record.js").Message} Message
 * @typedef {{
 *   t: (key: import("../words.js").Key, values?: Record<string, unknown>) => string, language: import("../words.js").Language,
 *   say: (text: string, choice?: object) => void, rate: (seq: number, useful: boolean | null) => Promise<void>,
 *   openArticle: (source: any, opener: HTMLElement) => void, compare: import("./compare.js").Compare, retry: (clientId: string) => void,
 *   edit: (clientId: string) => void,
 * }} Tools
 */

/** @param {Message} message @param {boolean} startsGroup whether the line before is somebody else's @param {Tools} tools */
export function drawMessage(message, startsGroup, tools) {
  const { t } = tools;
  if (message.kind === "event") return h("li", { class: "event", "data-seq": message.seq }, message.text);
  const isMine = message.author === "customer";
  const text = isMine ? [h("p", {}, message.text)] : prose(message.text);
  return h(
    "li",
    { class: `line ${message.author}${startsGroup ? " first" : ""}`, "data-seq": message.seq },
    startsGroup && !isMine && who(message, tools),
    h("span", { class: "visually-hidden" }, isMine ? t("you") : speaker(message, tools), language(message) === "zh" ? "：" : ": "),
    message.text && h("div", { class: "bubble", lang: isMine ? null : tag(message.language) }, ...text),
    ...pictures(message.attachments, tools),
    ...cards(message, tools),
    !isMine && foot(message, tools),
    h("time", { class: "time", datetime: message.created_at }, when(new Date(message.created_at), tools.language)),
  );
}

/** A line that is not stored yet. @param {import("../outbox.js").Line} line @param {Tools} tools */
export function drawPending(line, tools) {
  const { t } = tools;
  const isSending = line.state === "sending" || line.state === "stored";
  const reason = line.reason || (navigator.onLine ? t("unsent") : t("unsent_offline"));
  return h(
    "li",
    { class: `line customer first pending ${line.state}`, "data-client": line.client_id },
    h("span", { class: "visually-hidden" }, t("you"), ": "),
    line.text && h("div", { class: "bubble" }, h("p", {}, line.text)),
    ...(line.previews ?? []).map((address) => h("img", { class: "sent-picture", src: address, alt: t("picture_sent") })),
    isSending
      ? h("p", { class: "state" }, line.state === "sending" && t("sending"))
      : h(
          "p",
          { class: "state failed" },
          icon("warn"),
          h("span", {}, reason),
          line.state !== "refused" &&
            h("button", { type: "button", class: "link", onclick: () => tools.retry(line.client_id) }, t("retry")),
          line.state === "refused" &&
            h("button", { type: "button", class: "link", onclick: () => tools.edit(line.client_id) }, t("edit")),
        ),
  );
}

/** @param {Message} message @param {Tools} tools */
function who(message, tools) {
  const name = speaker(message, tools);
  const face = message.author === "staff" ? [...name].slice(0, 1).join("") : "小二";
  return h(
    "div",
    { class: "who" },
    h("span", { class: `face ${message.author}`, "aria-hidden": "true" }, face),
    h("span", {}, name),
  );
}

/** @param {Message} message @param {Tools} tools */
function speaker(message, { t }) {
  return message.author === "staff" ? (message.staff_name ?? t("staff")) : t("assistant");
}

/** @param {any[]} attachments @param {Tools} tools */
function pictures(attachments, { t }) {
  return attachments.map((one) => {
    const address = safe(one.url);
    return (
      address &&
      h(
        "a",
        { class: "sent", href: address, target: "_blank", rel: "noopener" },
        h("img", { class: "sent-picture", src: address, alt: t("picture_sent"), loading: "lazy" }),
      )
    );
  });
}

/** Sources, and whether it helped. @param {Message} message @param {Tools} tools */
function foot(message, tools) {
  const sources = message.sources.map((source) =>
    h(
      "button",
      { type: "button", class: "source", onclick: (/** @type {any} */ event) => tools.openArticle(source, event.currentTarget) },
      icon("book"),
      h("span", {}, source.title),
    ),
  );
  const isAnswer = message.author === "assistant" && message.turn_id && !message.data?.expects && !message.chips.length;
  if (!sources.length && !isAnswer) return null;
  return h("div", { class: "foot" }, ...sources, isAnswer && rating(message, tools));
}

/** @param {Message} message @param {Tools} tools */
function rating(message, { t, rate }) {
  const box = h("div", { class: "rating", role: "group", "aria-label": `${t("useful")} / ${t("useless")}` });
  const thanks = h("span", { class: "thanks", role: "status" });
  const buttons = [true, false].map((useful) =>
    h(
      "button",
      { type: "button", class: "rate", "aria-pressed": String(message.useful === useful), onclick: () => press(useful) },
      icon(useful ? "up" : "down"),
      h("span", {}, t(useful ? "useful" : "useless")),
    ),
  );
  /** @param {boolean} useful */
  const press = async (useful) => {
    const before = message.useful;
    const wanted = before === useful ? null : useful;
    show(wanted);
    try {
      await rate(message.seq, wanted);
      thanks.textContent = wanted === null ? "" : t("thanks");
    } catch (error) {
      show(before);
      thanks.textContent = error instanceof Error ? error.message : "";
    }
  };
  /** @param {boolean | null} useful */
  const show = (useful) => {
    message.useful = useful;
    buttons.forEach((button, i) => button.setAttribute("aria-pressed", String(useful === (i === 0))));
  };
  box.append(...buttons, thanks);
  return box;
}

/** @param {Message} message */
const language = (message) => message.language;
/** @param {string} code */
const tag = (code) => (code === "zh" ? "zh-Hans" : "en");
