// What the browser keeps for us. A browser may refuse (private windows, full storage): then it is kept for this page only.
/** @type {Map<string, string>} */
const instead = new Map();

/** @param {"local" | "session"} where */
function storage(where) {
  return where === "local" ? window.localStorage : window.sessionStorage;
}

/** @param {"local" | "session"} where @param {string} key @returns {any} what was kept, or null */
export function kept(where, key) {
  let text = instead.get(`${where}/${key}`) ?? null;
  try {
    text = storage(where).getItem(key) ?? text;
  } catch {
    // kept for this page only
  }
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return null; // not ours, or cut short
  }
}

/** @param {"local" | "session"} where @param {string} key @param {unknown} value null forgets it */
export function keep(where, key, value) {
  const text = value === null ? null : JSON.stringify(value);
  if (text === null) instead.delete(`${where}/${key}`);
  else instead.set(`${where}/${key}`, text);
  try {
    if (text === null) storage(where).removeItem(key);
    else storage(where).setItem(key, text);
  } catch {
    // kept for this page only
  }
}
