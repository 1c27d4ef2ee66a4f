// The products that the customer lays side by side before asking for the comparison.
import { h } from "./dom.js";

const MOST = 3;

export class Compare {
  /** @param {(text: string) => void} say */
  constructor(say) {
    this.say = say;
    this.chosen = /** @type {Map<string, string>} */ (new Map());
    this.buttons = /** @type {Map<string, Set<HTMLButtonElement>>} */ (new Map());
    this.bar = h("div", { class: "bar compare", hidden: true });
    this.t = /** @type {import("./message.js").Tools["t"]} */ ((key) => key);
  }

  /** The button of a product card. @param {string} id @param {string} name @returns {HTMLButtonElement} */
  toggle(id, name) {
    const button = h("button", { type: "button", class: "act", onclick: () => this.press(id, name) });
    if (!this.buttons.has(id)) this.buttons.set(id, new Set());
    this.buttons.get(id)?.add(button);
    this.label(id);
    return button;
  }

  /** @param {string} id @param {string} name */
  press(id, name) {
    if (!this.chosen.delete(id)) {
      const [oldest] = this.chosen.keys();
      if (this.chosen.size >= MOST) this.press(oldest, "");
      this.chosen.set(id, name);
    }
    this.label(id);
    this.draw();
  }

  /** @param {string} id */
  label(id) {
    const isChosen = this.chosen.has(id);
    for (const button of this.buttons.get(id) ?? []) {
      button.textContent = this.t(isChosen ? "compare_out" : "compare_add");
      button.setAttribute("aria-pressed", String(isChosen));
    }
  }

  /** @param {import("./message.js").Tools["t"]} t */
  speak(t) {
    this.t = t;
    this.buttons.clear(); // the thread draws its cards again
    this.draw();
  }

  clear() {
    const ids = [...this.chosen.keys()];
    this.chosen.clear();
    ids.forEach((id) => this.label(id));
    this.draw();
  }

  draw() {
    const { t } = this;
    const names = [...this.chosen.values()];
    this.bar.hidden = names.length === 0;
    const isEnough = names.length > 1;
    this.bar.replaceChildren(
      h("span", {}, isEnough ? names.join(" · ") : t("compare_more", { n: 2 - names.length })),
      isEnough
        ? h("button", { type: "button", class: "act main", onclick: () => this.ask(names) }, t("compare_go", { n: names.length }))
        : "",
      h("button", { type: "button", class: "link", onclick: () => this.clear() }, t("compare_clear")),
    );
  }

  /** @param {string[]} names */
  ask(names) {
    const { t } = this;
    const quoted = names.map((name) => t("compare_name", { name }));
    const last = quoted.pop();
    const listed = [quoted.join(t("compare_comma")), last].join(t("compare_and"));
    this.say(t("compare_say", { names: listed }));
    this.clear();
  }
}
