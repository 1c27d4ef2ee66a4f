// The verdict card: what may be done, by which rule, for how much, until when, and what would have changed the answer.
import { actButton } from "./act.js";
import { h, icon } from "./dom.js";

/** @type {Record<string, [string, string]>} what it looks like: meaning and drawing */
const LOOK = {
  allowed: ["ok", "yes"],
  refused: ["stop", "no"],
  needs_evidence: ["wait", "picture"],
  needs_person: ["info", "person"],
};

/** @param {any} card @param {import("../record.js").Message} _ @param {import("./message.js").Tools} tools */
export function drawVerdict(card, _, tools) {
  const { t } = tools;
  const [meaning, drawing] = LOOK[card.outcome] ?? LOOK.needs_person;
  const lines = card.lines.map((/** @type {any} */ line) => h("div", {}, h("dt", {}, line.label), h("dd", {}, line.amount)));
  if (card.total) lines.push(h("div", { class: "sum" }, h("dt", {}, t("refund")), h("dd", {}, card.total)));
  if (card.until) lines.push(h("div", {}, h("dt", {}, t("until")), h("dd", {}, card.until)));
  return h(
    "article",
    { class: `card verdict ${meaning}`, "aria-label": card.outcome_label },
    h(
      "header",
      {},
      icon(drawing),
      h("strong", {}, card.outcome_label),
      card.order_id && h("span", { class: "number" }, t("order", { id: card.order_id })),
    ),
    lines.length > 0 && h("dl", { class: "sums" }, ...lines),
    card.clauses.length > 0 &&
      details(
        t("clause"),
        card.clauses.map((/** @type {any} */ clause) => clause.text),
      ),
    card.changes.length > 0 && details(t("instead"), card.changes),
    card.buttons.length > 0 &&
      h(
        "footer",
        {},
        ...card.buttons.map((/** @type {any} */ one) => actButton(one, tools, one.choice?.answer === "yes" ? "main" : "")),
      ),
  );
}

/** @param {string} title @param {string[]} texts */
function details(title, texts) {
  return h("section", {}, h("p", { class: "topic" }, title), ...texts.map((text) => h("p", {}, text)));
}
