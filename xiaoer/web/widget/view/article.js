// An article, opened in place over the conversation.
import { h, icon } from "./dom.js";
import { safe } from "../place.js";
import { prose } from "./prose.js";

export class ArticleView {
  /** @param {{load: (id: string) => Promise<any>}} tools */
  constructor({ load }) {
    this.load = load;
    this.element = h("section", { class: "article", hidden: true, tabindex: "-1" });
    this.opener = /** @type {HTMLElement | null} */ (null);
  }

  get isOpen() {
    return !this.element.hidden;
  }

  /**
   * @param {{article_id: string, title: string}} source
   * @param {{t: import("./message.js").Tools["t"], language: string, opener: HTMLElement | null}} now
   */
  async open(source, { t, language, opener }) {
    this.opener = opener;
    const back = h(
      "button",
      { type: "button", class: "back", onclick: () => this.close() },
      icon("back"),
      h("span", {}, t("back")),
    );
    const body = h("div", { class: "article-text", "aria-busy": "true" }, h("p", { class: "quiet" }, t("article")));
    this.element.setAttribute("aria-label", source.title);
    this.element.replaceChildren(back, h("h2", {}, source.title), body);
    this.element.hidden = false;
    back.focus();
    try {
      const article = await this.load(source.article_id);
      const heading = this.element.querySelector("h2");
      if (heading) heading.textContent = article.title;
      const note = article.language === language ? null : h("p", { class: "quiet" }, t("article_other"));
      body.replaceChildren(...(note ? [note] : []), ...(rendered(article.html) ?? prose(article.body)));
      body.lang = article.language === "zh" ? "zh-Hans" : "en";
    } catch (error) {
      const again = h(
        "button",
        { type: "button", class: "link", onclick: () => this.open(source, { t, language, opener }) },
        t("retry"),
      );
      body.replaceChildren(h("p", { class: "failed", role: "alert" }, error instanceof Error ? error.message : "", " ", again));
    }
    body.removeAttribute("aria-busy");
  }

  /** @returns {boolean} whether it was open */
  close() {
    if (!this.isOpen) return false;
    this.element.hidden = true;
    this.opener?.focus();
    return true;
  }
}

/**
 * The server's safe HTML as elements, with whole addresses; null where this page lets no HTML in.
 * @param {string | undefined} html
 * @returns {Element[] | null}
 */
function rendered(html) {
  if (!html) return null;
  const template = document.createElement("template");
  try {
    template.innerHTML = html;
  } catch {
    return null; // a page with Trusted Types
  }
  for (const image of template.content.querySelectorAll("img")) {
    const address = safe(image.getAttribute("src"));
    if (address) Object.assign(image, { src: address, loading: "lazy" });
    else image.remove();
  }
  for (const link of template.content.querySelectorAll("a")) link.target = "_blank";
  for (const table of template.content.querySelectorAll("table")) {
    const frame = h("div", { class: "table", tabindex: "0" });
    table.replaceWith(frame);
    frame.append(table);
  }
  return [...template.content.children];
}
