// What the widget knows of the conversation: the lines by number, who holds it, what has been read.
import { keep, kept } from "./keep.js";

/**
 * @typedef {{seq: number, client_id: string, author: "customer" | "assistant" | "staff" | "system", kind: "text" | "event",
 *   text: string, language: string, created_at: string, staff_name: string | null, turn_id: string | null, cards: any[],
 *   sources: any[], chips: any[], attachments: any[], data: any, useful: boolean | null}} Message
 * @typedef {{id: string, holder: "assistant" | "queue" | "staff" | "closed", staff_name: string | null, staff_online: boolean,
 *   queue: {position: number, waiting: number} | null, last_seq: number}} Conversation
 */

export class Record {
  constructor() {
    this.conversationId = "";
    this.lines = /** @type {Map<number, Message>} */ (new Map());
    this.conversation = /** @type {Conversation | null} */ (null);
    this.hasEarlier = false; // lines before the first one here
  }

  /** Another conversation is shown from now on. @param {string} conversationId @returns {boolean} whether it is another one */
  turnTo(conversationId) {
    if (conversationId === this.conversationId) return false;
    this.conversationId = conversationId;
    this.lines.clear();
    this.conversation = null;
    this.hasEarlier = false;
    return true;
  }

  /** @param {Message[]} messages @returns {Message[]} those that were not there, oldest first */
  add(messages) {
    const fresh = messages.filter((message) => !this.lines.has(message.seq));
    for (const message of messages) this.lines.set(message.seq, message);
    return fresh.sort((a, b) => a.seq - b.seq);
  }

  /** All lines in their order. */
  get all() {
    return [...this.lines.values()].sort((a, b) => a.seq - b.seq);
  }

  get firstSeq() {
    return this.lines.size ? Math.min(...this.lines.keys()) : null;
  }

  get lastSeq() {
    return this.lines.size ? Math.max(...this.lines.keys()) : null;
  }

  /** Whether the machine owes an answer to the newest line. */
  get isAnswerOwed() {
    return this.all.at(-1)?.author === "customer" && this.conversation?.holder === "assistant";
  }

  get readKey() {
    return `xiaoer:${this.conversationId}:read`;
  }

  /** How many lines of others came since the customer last looked. */
  get unread() {
    const read = kept("local", this.readKey) ?? 0;
    return this.all.filter((message) => message.seq > read && message.author !== "customer" && message.kind === "text").length;
  }

  markRead() {
    if (this.lastSeq !== null && this.lastSeq > (kept("local", this.readKey) ?? 0)) keep("local", this.readKey, this.lastSeq);
  }
}
