// A reply's text, or an article's Markdown, as elements: paragraphs, lists, tables, bold. Everything else stays as it was written.
import { h } from "./dom.js";

const BULLET = /^\s*(?:[-*·•])\s+(.*)$/;
const NUMBER = /^\s*(\d{1,2})[.、]\s*(.+)$/;
const HEADING = /^\s*#{1,6}\s+(.*)$/;
const RULE = /^\s*\|?[\s:|-]+\|?\s*$/;

/** @param {string} text @returns {HTMLElement[]} */
export function prose(text) {
  const lines = text.split("\n");
  /** @type {HTMLElement[]} */
  const blocks = [];
  for (let i = 0; i < lines.length;) {
    const [block, used] = table(lines, i) ?? list(lines, i, "ul") ?? list(lines, i, "ol") ?? paragraph(lines, i);
    if (block) blocks.push(block);
    i += used;
  }
  return blocks;
}

/** @param {string[]} lines @param {number} from @returns {[HTMLElement, number] | null} */
function table(lines, from) {
  let to = from;
  while (to < lines.length && (lines[to].includes(" | ") || /^\s*\|/.test(lines[to]))) to += 1;
  if (to - from < 2) return null;
  const rows = lines
    .slice(from, to)
    .filter((line) => !RULE.test(line))
    .map(cells);
  const [head, ...body] = rows;
  const drawn = h(
    "table",
    {},
    h("thead", {}, h("tr", {}, ...head.map((cell) => h("th", { scope: "col" }, ...spans(cell))))),
    h("tbody", {}, ...body.map((row) => h("tr", {}, ...row.map((cell) => h("td", {}, ...spans(cell)))))),
  );
  return [h("div", { class: "table", tabindex: "0" }, drawn), to - from];
}

/** @param {string} line */
function cells(line) {
  return line
    .trim()
    .replace(/^\||\|$/g, "")
    .split("|")
    .map((cell) => cell.trim());
}

/** @param {string[]} lines @param {number} from @param {"ul" | "ol"} kind @returns {[HTMLElement, number] | null} */
function list(lines, from, kind) {
  const pattern = kind === "ul" ? BULLET : NUMBER;
  /** @type {HTMLElement[]} */
  const items = [];
  let to = from;
  for (; to < lines.length; to += 1) {
    const match = pattern.exec(lines[to]);
    if (!match) break;
    items.push(h("li", kind === "ol" ? { value: match[1] } : {}, ...spans(match[kind === "ul" ? 1 : 2])));
  }
  const isList = kind === "ul" ? items.length > 0 : items.length > 1; // a single "3. " may be the end of a sentence
  return isList ? [h(kind, {}, ...items), to - from] : null;
}

/** @param {string[]} lines @param {number} from @returns {[HTMLElement | null, number]} */
function paragraph(lines, from) {
  const heading = HEADING.exec(lines[from]);
  if (heading) return [h("h3", {}, ...spans(heading[1])), 1];
  let to = from;
  const starts = (/** @type {number} */ i) =>
    HEADING.test(lines[i]) || table(lines, i) || list(lines, i, "ul") || list(lines, i, "ol");
  while (to < lines.length && lines[to].trim() && (to === from || !starts(to))) to += 1;
  if (to === from) return [null, 1];
  return [h("p", {}, ...spans(lines.slice(from, to).join("\n"))), to - from];
}

/** Bold parts as <strong>, links of Markdown by their words. @param {string} text @returns {(Node | string)[]} */
function spans(text) {
  const plain = text.replace(/\[([^\]]+)\]\([^)]+\)/g, "$1");
  return plain.split(/(\*\*[^*]+\*\*)/).map((part) => (/^\*\*[^*]+\*\*$/.test(part) ? h("strong", {}, part.slice(2, -2)) : part));
}
