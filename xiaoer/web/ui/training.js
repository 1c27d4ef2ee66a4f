// The page Training: labelling by keyboard. Every form here also works without this file.

import "./label-queue.js";

document.documentElement.classList.add("has-script");

// A page that is no part of this one (signed out, an error of its own) is loaded whole.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { detail } = /** @type {CustomEvent} */ (event);
  const { xhr, target } = detail;
  if (target.id === "part" && !xhr.responseText.includes('id="part"')) {
    detail.shouldSwap = false;
    location.assign(xhr.status < 400 ? xhr.responseURL : location.href);
  } else if (target.id === "run" && xhr.status >= 400) {
    detail.shouldSwap = false;
    if (xhr.status === 401) location.reload();
  }
});
