// Lines that the customer has sent and the server has not yet stored. Kept for the tab, so that a reload loses none; sent
// again with the same client_id, so that none is stored twice.
import { keep, kept } from "./keep.js";

/**
 * @typedef {{client_id: string, text: string, choice?: object, attachments?: string[], previews?: string[], at: string,
 *   state: "sending" | "stored" | "waiting" | "refused", reason?: string}} Line
 */

const PATIENCE_MS = 8000; // for the server to say that it has stored a line

export class Outbox {
  /** @param {string} key under which the lines of one customer are kept */
  constructor(key) {
    this.key = key;
    this.lines = /** @type {Line[]} */ (kept("session", this.key) ?? []);
    for (const line of this.lines) if (line.state !== "refused") line.state = "waiting";
    this.timers = /** @type {Map<string, number>} */ (new Map());
    this.send = /** @type {(line: Line) => boolean} */ (() => false);
    this.onChange = () => {};
  }

  /** @param {{text: string, choice?: object, attachments?: string[], previews?: string[]}} line @returns {Line} */
  add(line) {
    const added = /** @type {Line} */ ({ ...line, client_id: newId(), at: new Date().toISOString(), state: "sending" });
    this.lines.push(added);
    this.attempt(added);
    this.save();
    return added;
  }

  /** @param {string} clientId @returns {Line | undefined} */
  find(clientId) {
    return this.lines.find((line) => line.client_id === clientId);
  }

  /** The server has it. It stays on the screen until it comes back as a stored line. @param {string} clientId */
  confirm(clientId) {
    const line = this.find(clientId);
    if (!line) return;
    this.clear(clientId);
    line.state = "stored";
    this.save();
  }

  /** The server would not have it: wait and send again, or show why. @param {string} clientId @param {import("./channels.js").Frame} error */
  refuse(clientId, error) {
    const line = this.find(clientId);
    if (!line) return;
    this.clear(clientId);
    const isTemporary = ["too_many", "records_unavailable", "unavailable", "error", "offline"].includes(error.code);
    line.state = isTemporary ? "waiting" : "refused";
    line.reason = error.code === "offline" ? "" : error.detail;
    if (isTemporary)
      this.timers.set(
        clientId,
        window.setTimeout(() => this.retry(clientId), 1000 * (error.retry_after_s || 5)),
      );
    this.save();
  }

  /** Send it now. @param {string} clientId */
  retry(clientId) {
    const line = this.find(clientId);
    if (!line) return;
    line.reason = "";
    this.attempt(line);
    this.save();
  }

  /** The connection is back: send everything that still waits, in the order it was written. */
  flush() {
    for (const line of this.lines) if (line.state !== "refused") this.attempt(line);
    this.save();
  }

  /** @param {string} clientId @returns {Line | undefined} what was taken out */
  forget(clientId) {
    const line = this.find(clientId);
    this.clear(clientId);
    this.lines = this.lines.filter((one) => one !== line);
    this.save();
    return line;
  }

  /** @param {Line} line */
  attempt(line) {
    this.clear(line.client_id);
    line.state = this.send(line) ? "sending" : "waiting";
    if (line.state === "waiting") return;
    const giveUp = () => {
      line.state = "waiting";
      this.save();
    };
    this.timers.set(line.client_id, window.setTimeout(giveUp, PATIENCE_MS));
  }

  /** @param {string} clientId */
  clear(clientId) {
    window.clearTimeout(this.timers.get(clientId));
    this.timers.delete(clientId);
  }

  save() {
    keep("session", this.key, this.lines.length ? this.lines : null);
    this.onChange();
  }
}

function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return `w-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** Whose lines wait here: the buyer whom the page has signed in, by the token's own word, or the visitor. @param {string} identity */
export function ownerOf(identity) {
  try {
    const claims = JSON.parse(atob(identity.split(".")[1].replace(/-/g, "+").replace(/_/g, "/")));
    return `buyer-${claims.sub}`;
  } catch {
    return "visitor";
  }
}
