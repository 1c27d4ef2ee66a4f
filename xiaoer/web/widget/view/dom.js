// Elements out of plain values. Text goes in as text, never as markup.

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, any>} [attributes] "onclick" and the like are listeners; null, undefined and false are left out
 * @param {...(Node | string | null | undefined | false)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children) if (child) element.append(child);
  return element;
}

const SVG = "http://www.w3.org/2000/svg";
/** @type {Record<string, string>} drawn on 24 × 24 */
const ICONS = {
  back: "M15 5 8 12l7 7",
  below: "M12 5v13M6.500 12.500 12 18l5.500-5.500",
  close: "m6 6 12 12M18 6 6 18",
  send: "M4 12 20 4l-5 16-3.5-6.5zM11.5 13.5 20 4",
  picture: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 9.2v.1",
  voice:
    "M12 4a2.500 2.500 0 0 1 2.500 2.500v5a2.500 2.500 0 0 1-5 0v-5A2.500 2.500 0 0 1 12 4zM6 11.500a6 6 0 0 0 12 0M12 17.500V20",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.500 20c1-4 4-6 7.500-6s6.500 2 7.500 6",
  warn: "M12 4 2.500 20h19zM12 10v4.500M12 17.200v.1",
  book: "M5 4h11a3 3 0 0 1 3 3v13H8a3 3 0 0 1-3-3zM5 17a3 3 0 0 1 3-3h11",
  up: "M7 11v9H4v-9zM7 11l4-7c1.500 0 2.500 1 2.200 2.600L12.600 10H19a1.500 1.500 0 0 1 1.500 1.800l-1.200 6.500A2 2 0 0 1 17.300 20H7",
  down: "M7 13V4H4v9zM7 13l4 7c1.500 0 2.500-1 2.200-2.600L12.600 14H19a1.500 1.500 0 0 0 1.500-1.800l-1.200-6.500A2 2 0 0 0 17.300 4H7",
  yes: "m5 12.500 4.500 4.500L19 7.500",
  no: "m6.500 6.500 11 11M17.500 6.500l-11 11",
  clock: "M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 0 0 0-17zM12 7v5l3.500 2",
  truck: "M3 6h11v10H3zM14 10h4l3 3v3h-7zM7 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM17 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
};

/** A drawing; the words beside it say what it means. @param {string} name */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/** A picture that leaves an empty tile where it cannot be shown. @param {string | null} address @param {string} [alt] @param {number} [size] */
export function picture(address, alt = "", size = 64) {
  if (!address) return h("span", { class: "tile", "aria-hidden": "true" });
  const image = h("img", { class: "tile", src: address, alt, width: size, height: size, loading: "lazy", decoding: "async" });
  image.addEventListener("error", () =>
    image.replaceWith(h("span", { class: "tile", role: alt ? "img" : null, "aria-label": alt || null })),
  );
  return image;
}
