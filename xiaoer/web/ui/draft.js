// What was begun in a conversation and not sent, kept in this browser.

export class Draft {
  /** @param {string} conversationId */
  constructor(conversationId) {
    this.key = `xiaoer draft ${conversationId}`;
  }

  /** @returns {{ kind: "reply" | "note", text: string }} */
  read() {
    try {
      const { kind, text } = JSON.parse(localStorage.getItem(this.key) ?? "{}");
      return { kind: kind === "note" ? "note" : "reply", text: String(text ?? "") };
    } catch {
      return { kind: "reply", text: "" };
    }
  }

  /** @param {string} kind @param {string} text */
  keep(kind, text) {
    if (text) localStorage.setItem(this.key, JSON.stringify({ kind, text }));
    else localStorage.removeItem(this.key);
  }
}
