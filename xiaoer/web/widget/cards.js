// Cards: facts that the server has already put into words; here they are only drawn.
import { safe } from "./place.js";
import { actButton } from "./view/act.js";
import { h, icon, picture } from "./view/dom.js";
import { drawVerdict } from "./view/verdict.js";

/**
 * @typedef {import("./view/message.js").Tools} Tools
 * @typedef {import("./record.js").Message} Message
 */

const FEW = 5;
/** @type {Record<string, (card: any, message: Message, tools: Tools) => HTMLElement>} */
const DRAW = { product: drawProduct, order: drawOrder, comparison: drawComparison, verdict: drawVerdict };

/** The cards of a message; kinds that this version does not know are left out. @param {Message} message @param {Tools} tools */
export function cards(message, tools) {
  return message.cards.filter((card) => card.type in DRAW).map((card) => DRAW[card.type](card, message, tools));
}

/** @param {any} card @param {Message} _ @param {Tools} tools */
function drawProduct(card, _, tools) {
  const { t, compare } = tools;
  const address = safe(card.url);
  const stock = card.stock === 0 ? t("stock_none") : card.stock <= FEW ? t("stock_few", { n: card.stock }) : t("stock");
  const meaning = card.stock === 0 ? "stop" : card.stock <= FEW ? "wait" : "ok";
  return h(
    "article",
    { class: "card product", "aria-label": card.name },
    picture(safe(card.picture), "", 72),
    h(
      "div",
      { class: "card-text" },
      h("strong", {}, card.name),
      card.variant && h("span", { class: "quiet" }, card.variant),
      h(
        "span",
        { class: "price" },
        h("b", {}, card.price),
        card.was_price && h("s", {}, card.was_price),
        h("span", { class: `mark ${meaning}` }, stock),
      ),
      h(
        "span",
        { class: "acts" },
        address && h("a", { class: "act", href: address }, t("look")),
        compare.toggle(card.id, card.name),
      ),
    ),
  );
}

/** @param {any} card @param {Message} _ @param {Tools} tools */
function drawOrder(card, _, tools) {
  const { t } = tools;
  const now = card.steps.map((/** @type {any} */ step) => step.done).lastIndexOf(true);
  const isChoice = card.buttons.some((/** @type {any} */ one) => one.choice?.slot); // one of several to choose from: in short
  const hasSteps = !isChoice && now >= 0 && !["cancelled", "returned"].includes(card.state);
  const steps = card.steps.map((/** @type {any} */ step, /** @type {number} */ i) =>
    h(
      "li",
      { class: step.done ? "done" : "", "aria-current": i === now ? "step" : null },
      h("span", { class: "dot" }),
      h("span", { class: "step" }, step.label),
      i === now && h("span", { class: "quiet at" }, step.at), // four of them would not fit side by side
    ),
  );
  return h(
    "article",
    { class: "card order", "aria-label": t("order", { id: card.id }) },
    h(
      "header",
      {},
      h("span", { class: "number" }, t("order", { id: card.id })),
      h("span", { class: `mark ${card.state}` }, card.state_label),
    ),
    h("ul", { class: "items" }, ...card.items.map((/** @type {any} */ item) => drawItem(item, tools))),
    hasSteps && h("ol", { class: "steps" }, ...steps),
    !isChoice &&
      card.last_event &&
      h(
        "p",
        { class: "track" },
        icon("truck"),
        h("span", {}, card.last_event.text, h("span", { class: "quiet" }, ` ${card.last_event.at}`)),
      ),
    !isChoice && card.parcel && h("p", { class: "quiet parcel" }, `${card.parcel.courier} ${card.parcel.number}`),
    h(
      "footer",
      {},
      h("span", { class: "total" }, `${t("total")} `, h("b", {}, card.total)),
      h("span", { class: "acts" }, ...card.buttons.map((/** @type {any} */ one) => actButton(one, tools))),
    ),
  );
}

/** @param {any} item @param {Tools} tools */
function drawItem(item, { t }) {
  return h(
    "li",
    {},
    picture(safe(item.picture), "", 44),
    h("span", { class: "item-text" }, h("span", {}, item.name), item.options && h("span", { class: "quiet" }, item.options)),
    h(
      "span",
      { class: "item-price" },
      item.price,
      item.quantity > 1 && h("span", { class: "quiet" }, ` ${t("pieces", { n: item.quantity })}`),
    ),
  );
}

/** @param {any} card @param {Message} _ @param {Tools} tools */
function drawComparison(card, _, tools) {
  const heads = card.products.map((/** @type {any} */ one) =>
    h("th", { scope: "col" }, picture(safe(one.picture), "", 52), h("span", {}, one.name)),
  );
  const rows = card.rows.map((/** @type {any} */ row) =>
    h("tr", {}, h("th", { scope: "row" }, row.label), ...row.values.map((/** @type {string} */ value) => h("td", {}, value))),
  );
  const corner = h("td", {});
  return h(
    "article",
    { class: "card comparison", tabindex: "0", role: "region", "aria-label": tools.t("compare_go", { n: card.products.length }) },
    h("table", {}, h("thead", {}, h("tr", {}, corner, ...heads)), h("tbody", {}, ...rows)),
  );
}
