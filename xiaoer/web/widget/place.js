// Where this server is, told by where this file came from: /widget/place.js or /widget/~mark/place.js.
const here = new URL(import.meta.url);

/** The server's address, with a slash at its end. */
export const ROOT = new URL(/\/~[^/]+\//.test(here.pathname) ? "../../" : "../", here);

/** An address on the server. @param {string} path such as "api/v1/chat/messages" or "/pictures/mug.svg" */
export function at(path) {
  return new URL(path.replace(/^\//, ""), ROOT);
}

/** A file beside this one. @param {string} path */
export function beside(path) {
  return new URL(path, here).href;
}

/** The address if a browser may follow it without running anything, else null. @param {unknown} address */
export function safe(address) {
  if (typeof address !== "string" || !address) return null;
  try {
    const url = /^[a-z][a-z0-9+.-]*:/i.test(address) ? new URL(address) : at(address);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}
