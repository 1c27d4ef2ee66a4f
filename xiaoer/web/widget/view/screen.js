// Brings what is known onto the screen: heading, lines, the bar above the composer, the unread count.
import { drawIntro } from "./intro.js";

export class Screen {
  /** @param {import("../app.js").App} app */
  constructor(app) {
    this.app = app;
    this.unread = 0;
  }

  /** Every word anew. */
  speak() {
    const { panel, composer, tools } = this.app;
    const { t } = tools;
    panel.closer.setAttribute("aria-label", t("close"));
    panel.language.setAttribute("aria-label", t("language"));
    panel.language.textContent = t("language_short");
    composer.speak(t, tools.language);
    tools.compare.speak(t);
    this.showAll();
    this.show();
  }

  /** All lines anew. @param {{keepPlace?: boolean}} [options] after earlier lines were put before them */
  showAll({ keepPlace = false } = {}) {
    const { thread, record, tools, outbox } = this.app;
    const { scroller } = thread;
    const fromEnd = scroller.scrollHeight - scroller.scrollTop;
    thread.earlier.hidden = !record.hasEarlier;
    thread.earlier.textContent = tools.t("earlier");
    thread.log.setAttribute("aria-label", tools.t("log"));
    thread.scroller.setAttribute("aria-label", tools.t("log"));
    thread.down.setAttribute("aria-label", tools.t("down"));
    thread.reset(record.all);
    thread.showPending(outbox.lines);
    this.showIntro();
    if (keepPlace) scroller.scrollTop = scroller.scrollHeight - fromEnd;
    else thread.scrollToEnd();
    this.markRead();
  }

  /** @param {import("../record.js").Message[]} fresh */
  add(fresh) {
    const { thread, outbox } = this.app;
    if (fresh.some((message) => message.author !== "customer")) thread.hideTyping();
    thread.add(fresh);
    thread.showPending(outbox.lines);
    this.showIntro();
    this.markRead();
  }

  showPending() {
    this.app.thread.showPending(this.app.outbox.lines);
    this.showIntro();
  }

  showIntro() {
    const { thread, record, outbox, session, tools } = this.app;
    const isBlank = record.lines.size === 0 && outbox.lines.length === 0;
    thread.intro.replaceChildren(...(isBlank ? drawIntro(session?.hot_questions ?? [], tools) : []));
  }

  /** The answer is taking its time. */
  showDots() {
    const { record, outbox, thread, tools } = this.app;
    const isWaiting =
      record.isAnswerOwed || (outbox.lines.some((line) => line.state === "stored") && record.conversation?.holder === "assistant");
    if (isWaiting) thread.showTyping(tools.t("assistant"), 30000);
  }

  /** Heading, composer and the bar. */
  show() {
    const { panel, composer, status, record, session, health, leaving, tools } = this.app;
    const { t, language } = tools;
    const { conversation } = record;
    const isOnline = conversation?.staff_online ?? session?.staff_online ?? false;
    const name = session?.shop.names[language] ?? Object.values(session?.shop.names ?? {})[0] ?? t("assistant");
    panel.title.textContent = name;
    const staff = conversation?.holder === "staff" ? t("with_staff", { name: conversation.staff_name ?? t("staff") }) : "";
    const machine = `${session?.ai_label ?? t("assistant")} · ${t(isOnline ? "staff_on" : "staff_off")}`;
    panel.label.textContent = staff || machine;
    panel.label.classList.toggle("online", isOnline || Boolean(staff));
    composer.show(conversation, leaving === "writing");
    status.show({ conversation, health, shop: session?.shop ?? null, leaving }, t);
    this.showIntro();
    this.showUnread();
  }

  markRead() {
    const { panel, record } = this.app;
    if (panel.isOpen && document.visibilityState === "visible") record.markRead();
    this.showUnread();
  }

  showUnread() {
    const { panel, record, tools, page } = this.app;
    const unread = panel.isOpen ? 0 : record.unread;
    panel.showUnread(unread, unread ? tools.t("open_unread", { n: unread }) : tools.t("open"));
    if (unread !== this.unread) page.tell("unread", { count: unread });
    this.unread = unread;
  }
}
