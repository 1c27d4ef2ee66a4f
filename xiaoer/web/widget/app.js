// The widget's parts and how they speak with each other. What the server sends goes through `incoming.js`, what the customer
// does through `outgoing.js`.
import { Composer } from "./composer.js";
import { Connection } from "./connection.js";
import { listenerOf } from "./incoming.js";
import { keep, kept } from "./keep.js";
import { Outbox, ownerOf } from "./outbox.js";
import { leave, loadEarlier, retry, say, showTyping, upload } from "./outgoing.js";
import { Record } from "./record.js";
import { ArticleView } from "./view/article.js";
import { Compare } from "./view/compare.js";
import { Panel } from "./view/panel.js";
import { Screen } from "./view/screen.js";
import { Status } from "./view/status.js";
import { Thread } from "./view/thread.js";
import { languageOf, wordsOf } from "./words.js";

/** @typedef {import("./words.js").Language} Language */

export class App {
  /**
   * @param {{shop: string, identity: string, language: Language | null, tell: (name: string, detail: object) => void,
   *   onLanguage: (language: Language) => void}} page
   */
  constructor(page) {
    this.page = page;
    this.pageLanguage = page.language ?? languageOf(document.documentElement.lang) ?? languageOf(navigator.language) ?? "en";
    const chosen = kept("local", this.key("language")); // counts only while the page speaks as it did then
    this.language = /** @type {Language} */ (chosen?.page === this.pageLanguage ? chosen.language : this.pageLanguage);
    this.owner = ownerOf(page.identity);
    this.health = /** @type {import("./connection.js").Health} */ ("off");
    this.session = /** @type {any} */ (null);
    this.leaving = /** @type {"" | "writing" | "done"} */ ("");
    this.typedAt = 0;
    this.record = new Record();
    this.outbox = this.openOutbox();
    const who = { shop: page.shop, identity: page.identity, language: this.language };
    this.connection = new Connection(who, listenerOf(this));
    this.tools = this.makeTools();
    this.thread = new Thread(this.tools, { onEarlier: () => void loadEarlier(this) });
    this.article = new ArticleView({
      load: (id) => this.connection.call(`articles/${encodeURIComponent(id)}?language=${this.language}`),
    });
    this.status = new Status({ onLeave: () => leave(this), onRetry: () => this.connection.hurry() });
    this.composer = new Composer({
      draftKey: this.key("draft"),
      say: (text, pictures) => say(this, text, undefined, pictures),
      onTyping: () => showTyping(this),
      onPerson: () => say(this, this.tools.t("person_say"), { intent: "human_request" }),
      upload: (file) => upload(this, file),
    });
    this.panel = new Panel({
      body: [this.thread.element, this.article.element, this.status.element, this.tools.compare.bar, this.composer.element],
      onOpen: () => this.onOpen(),
      onClose: () => this.onClose(),
      onLanguage: () => this.choose(this.language === "zh" ? "en" : "zh"),
      onEscape: () => this.article.close(),
    });
    this.screen = new Screen(this);
    this.elements = [this.panel.element, this.panel.mark];
    this.speak(this.language);
  }

  /** @param {string} name @returns {string} where something of this shop is kept */
  key(name) {
    return `xiaoer:${this.page.shop}:${name}`;
  }

  openOutbox() {
    const outbox = new Outbox(this.key(`${this.owner}:outbox`));
    outbox.send = (line) =>
      this.connection.send({
        type: "say",
        client_id: line.client_id,
        text: line.text,
        choice: line.choice,
        attachments: line.attachments,
      });
    outbox.onChange = () => this.screen.showPending();
    return outbox;
  }

  /** @returns {import("./view/message.js").Tools} */
  makeTools() {
    return {
      t: wordsOf(this.language),
      language: this.language,
      say: (text, choice) => say(this, text, choice),
      rate: (seq, useful) => this.connection.call(`chat/messages/${seq}/rating`, { method: "POST", json: { useful } }),
      openArticle: (source, opener) => void this.article.open(source, { ...this.tools, opener }),
      compare: new Compare((text) => say(this, text)),
      retry: (clientId) => retry(this, clientId),
      edit: (clientId) => this.composer.write(this.outbox.forget(clientId)?.text ?? ""),
    };
  }

  /** Where somebody has talked before there may be an answer to fetch; a stranger costs the server nothing until they open. */
  connect() {
    const mayHaveNews =
      kept("local", this.key(`${this.owner}:talked`)) || kept("local", this.key("visitor")) || this.outbox.lines.length;
    if (mayHaveNews) this.connection.start();
    if (kept("session", this.key("open"))) this.panel.open(false);
  }

  disconnect() {
    this.connection.stop();
  }

  onOpen() {
    keep("session", this.key("open"), true);
    this.connection.start();
    this.composer.refresh(); // it could not be measured while it was hidden
    this.screen.markRead();
    this.thread.scrollToEnd();
    this.page.tell("open", {});
  }

  onClose() {
    keep("session", this.key("open"), null);
    this.page.tell("close", {});
  }

  /** @param {string} text */
  ask(text) {
    this.panel.open();
    say(this, text);
  }

  /** Another buyer, or none. @param {string} identity */
  signIn(identity) {
    this.owner = ownerOf(identity);
    this.outbox = this.openOutbox();
    this.connection.change({ identity });
    this.connect();
  }

  /** The customer chose a language; kept as long as the page speaks as it does now. @param {Language} language */
  choose(language) {
    keep("local", this.key("language"), { page: this.pageLanguage, language });
    this.speak(language);
    this.connection.change({ language });
  }

  /** @param {Language} language */
  speak(language) {
    this.language = language;
    this.tools.language = language;
    this.tools.t = wordsOf(language);
    this.page.onLanguage(language);
    this.screen.speak();
  }
}
