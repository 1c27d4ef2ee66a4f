// Keeps one session and one channel open: opens again after a loss, from the last line seen, a little later each time.
import { call, Problem } from "./api.js";
import { openPolling, openSocket } from "./channels.js";
import { keep, kept } from "./keep.js";

const WAITS_MS = [400, 1000, 2000, 4000, 8000, 15000, 30000];
const SOCKET_TRIES = 3; // that never opened, before asking instead

/**
 * @typedef {{shop: string, identity: string, language: string}} Who
 * @typedef {"off" | "opening" | "on" | "lost" | "signed_out"} Health
 * @typedef {{
 *   onSession: (session: any) => void, onFrame: (frame: import("./channels.js").Frame) => void,
 *   onHealth: (health: Health) => void, lastSeq: () => number | null,
 * }} Listener
 */

export class Connection {
  /** @param {Who} who @param {Listener} listener */
  constructor(who, listener) {
    this.who = who;
    this.listener = listener;
    this.session = /** @type {any} */ (null);
    this.channel = /** @type {import("./channels.js").Channel | null} */ (null);
    this.isRunning = false;
    this.isChanged = false; // the channel was closed to open as somebody else
    this.tries = 0;
    this.socketTries = 0;
    this.wake = () => {};
    this.onReturn = () => document.visibilityState === "visible" && this.hurry();
    this.onOffline = () => this.channel?.close(); // the socket itself would notice only after a while
  }

  get visitorKey() {
    return `xiaoer:${this.who.shop}:visitor`;
  }

  start() {
    if (this.isRunning) return;
    this.isRunning = true;
    window.addEventListener("online", this.onReturn);
    window.addEventListener("offline", this.onOffline);
    document.addEventListener("visibilitychange", this.onReturn);
    void this.run();
  }

  stop() {
    this.isRunning = false;
    window.removeEventListener("online", this.onReturn);
    window.removeEventListener("offline", this.onOffline);
    document.removeEventListener("visibilitychange", this.onReturn);
    this.channel?.close();
    this.wake();
  }

  /** Try at once instead of waiting. */
  hurry() {
    this.tries = 0;
    this.wake();
  }

  /** Somebody else is signed in, or the language changed. @param {Partial<Who>} who */
  change(who) {
    this.who = { ...this.who, ...who };
    this.session = null;
    this.isChanged = this.channel !== null;
    this.channel?.close();
    this.hurry();
  }

  /** @param {import("./channels.js").Frame} frame @returns {boolean} whether it went out */
  send(frame) {
    return this.channel?.send(frame) ?? false;
  }

  /** A call of the API in this session. @param {string} path @param {Record<string, unknown>} [options] */
  async call(path, options = {}) {
    if (!this.session) await this.open();
    return call(path, { token: this.session.token, language: this.who.language, ...options });
  }

  async run() {
    while (this.isRunning) {
      if (this.tries === 0) this.listener.onHealth("opening");
      try {
        if (!this.session) await this.open();
        const ended = await this.talk();
        if (ended.opened) this.tries = 0;
        if (ended.code === 4401) this.session = null; // the token ran out, or a visitor has signed in elsewhere
        if (this.isChanged) {
          this.isChanged = false;
          continue;
        }
      } catch (error) {
        const isRefused = error instanceof Problem && error.status === 401;
        this.listener.onHealth(isRefused ? "signed_out" : "lost");
      }
      if (this.isRunning) await this.pause();
    }
    this.listener.onHealth("off");
  }

  async open() {
    const visitor = kept("local", this.visitorKey);
    const { shop, identity, language } = this.who;
    const asked = { shop: shop || undefined, language, identity: identity || undefined, visitor: visitor ?? undefined };
    this.session = await call("chat/sessions", { language, method: "POST", json: asked });
    keep("local", this.visitorKey, this.session.customer.is_visitor ? this.session.token : null);
    this.listener.onSession(this.session);
  }

  async talk() {
    const open = this.socketTries < SOCKET_TRIES ? openSocket : openPolling;
    this.channel = open({
      token: this.session.token,
      language: this.who.language,
      after: this.listener.lastSeq(),
      onFrame: (frame) => this.listener.onFrame(frame),
      onOpen: () => this.listener.onHealth("on"),
    });
    const ended = await this.channel.ended;
    this.channel = null;
    // A socket that never opens is worth another way only if that way works: a server that is down opens neither.
    this.socketTries = ended.opened || open === openPolling ? 0 : this.socketTries + 1;
    const isTold = !ended.opened && this.tries > 0; // a first loss is mostly over before it can be read
    if (this.isRunning && !this.isChanged) this.listener.onHealth(isTold || !navigator.onLine ? "lost" : "opening");
    return ended;
  }

  async pause() {
    const wait = WAITS_MS[Math.min(this.tries, WAITS_MS.length - 1)] * (0.75 + Math.random() / 2);
    this.tries += 1;
    await new Promise((resolve) => {
      this.wake = () => resolve(undefined);
      setTimeout(this.wake, wait);
    });
  }
}
