// The desk's page: its elements, and what holds them together. Every link and form here also works without this file.

import "./elapsed-time.js";
import "./hot-keys.js";
import "./live-stream.js";
import { MessageComposer } from "./message-composer.js";
import "./split-columns.js";

document.documentElement.classList.add("has-script");

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  const opener = target?.closest("[data-opens]");
  if (opener instanceof HTMLElement) open(event, opener);
  const source = target?.closest("[data-insert]");
  const composer = document.querySelector("message-composer");
  if (source instanceof HTMLElement && composer instanceof MessageComposer) composer.insert(source.dataset.insert ?? "");
  const toggle = target?.closest("[data-toggles][aria-expanded=true]");
  if (toggle instanceof HTMLElement) fold(event, toggle);
  if (target instanceof HTMLDialogElement) target.close(); // a press beside the dialog's content
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (target && !menu.contains(target)) menu.removeAttribute("open");
  }
}, { capture: true });

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const box = document.querySelector("dialog[open]");
  if (box instanceof HTMLDialogElement) box.close(); // also from its search box, where the browser would only empty it
  for (const menu of document.querySelectorAll("details.menu[open]")) menu.removeAttribute("open");
});

document.getElementById("find")?.addEventListener("keydown", (event) => {
  const places = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("#find input, #find a")]);
  const place = places.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) places[(place + step + places.length) % places.length]?.focus();
  else if (event.key === "Enter" && place === 0 && !event.isComposing) places[1]?.click();
  else return;
  event.preventDefault();
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const { detail } = /** @type {CustomEvent} */ (event);
  const { xhr, target } = detail;
  if (target.id === "open" && !xhr.responseText.includes('id="open"')) {
    detail.shouldSwap = false; // signed out, or an error that has a page of its own
    location.assign(xhr.status < 400 ? xhr.responseURL : location.href);
  } else if (target.id !== "open" && xhr.status >= 400) {
    detail.shouldSwap = false;
    if (xhr.status === 401) location.reload();
  }
});

// How many wait stands before the page's name, where it is seen from another tab.
document.addEventListener("part-replaced", () => {
  const waiting = Number(document.querySelector("#tab-queue .count")?.textContent);
  document.title = (waiting ? `(${waiting}) ` : "") + document.title.replace(/^\(\d+\) /, "");
});

document.addEventListener("htmx:afterSwap", (event) => {
  const { target } = /** @type {CustomEvent} */ (event).detail;
  if (!target.classList.contains("why")) return;
  target.hidden = false;
  document.querySelector(`[aria-controls="${target.id}"]`)?.setAttribute("aria-expanded", "true");
});

/** @param {Event} event @param {HTMLElement} opener */
function open(event, opener) {
  const box = document.getElementById(opener.dataset.opens ?? "");
  if (!(box instanceof HTMLDialogElement)) return;
  event.preventDefault();
  if (box.open) box.close();
  else box.showModal();
}

/** What a second press on "why" does. @param {Event} event @param {HTMLElement} toggle */
function fold(event, toggle) {
  event.preventDefault();
  event.stopPropagation();
  toggle.setAttribute("aria-expanded", "false");
  const box = document.getElementById(toggle.getAttribute("aria-controls") ?? "");
  if (box) box.hidden = true;
}
