// <elapsed-time data-since="…" data-wait="120" data-stop="300"> counts on from what the server wrote, with the same rule
// (web/console/desk/look.py: span_of), and turns to the wait and the stop colour.

const EVERY_MS = 5000;
const LOCALES = { zh: "zh-CN", en: "en-GB" };
/** @type {Set<ElapsedTime>} */
const shown = new Set();
setInterval(() => shown.forEach((one) => one.tick()), EVERY_MS);

class ElapsedTime extends HTMLElement {
  connectedCallback() {
    shown.add(this);
    this.tick();
  }

  disconnectedCallback() {
    shown.delete(this);
  }

  tick() {
    const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(this.dataset.since ?? "")) / 1000));
    const place = this.querySelector("[data-text]");
    const text = spanOf(seconds);
    if (place && place.textContent !== text) place.textContent = text;
    const isStop = seconds >= Number(this.dataset.stop);
    this.classList.toggle("stop", isStop);
    this.classList.toggle("wait", !isStop && seconds >= Number(this.dataset.wait));
  }
}

/** Seconds in one unit: 3分钟, 2 hrs, <1 min. @param {number} seconds */
function spanOf(seconds) {
  if (seconds >= 86400) return inUnit(Math.floor(seconds / 86400), "day");
  if (seconds >= 3600) return inUnit(Math.floor(seconds / 3600), "hour");
  return seconds >= 60 ? inUnit(Math.floor(seconds / 60), "minute") : `<${inUnit(1, "minute")}`;
}

/** @param {number} count @param {string} unit */
function inUnit(count, unit) {
  const language = document.documentElement.lang.slice(0, 2) === "zh" ? "zh" : "en";
  return new Intl.NumberFormat(LOCALES[language], { style: "unit", unit, unitDisplay: "short" }).format(count);
}

customElements.define("elapsed-time", ElapsedTime);
