// What comes from the server, taken in: a session, frames, the health of the connection.
/** @typedef {import("./app.js").App} App */

const DOTS_MS = { assistant: 30000, staff: 6000 };

/** @param {App} app @returns {import("./connection.js").Listener} */
export function listenerOf(app) {
  return {
    lastSeq: () => app.record.lastSeq,
    onSession: (session) => takeSession(app, session),
    onFrame: (frame) => takeFrame(app, frame),
    onHealth: (health) => takeHealth(app, health),
  };
}

/** @param {App} app @param {any} session */
function takeSession(app, session) {
  app.session = session;
  if (app.record.turnTo(session.conversation_id)) app.screen.showAll();
  app.screen.show();
}

/** @param {App} app @param {import("./connection.js").Health} health */
function takeHealth(app, health) {
  app.health = health;
  if (health === "on") app.outbox.flush();
  if (health === "signed_out") app.page.tell("signed-out", {}); // the page may set a fresh identity
  app.screen.show();
}

/** @param {App} app @param {import("./channels.js").Frame} frame */
function takeFrame(app, frame) {
  const take = { conversation: takeConversation, messages: takeMessages, typing: takeTyping, stored: takeStored, error: takeError }[
    frame.type
  ];
  take?.(app, frame);
}

/** @param {App} app @param {import("./channels.js").Frame} frame */
function takeConversation(app, { conversation }) {
  if (conversation.holder !== "queue") app.leaving = "";
  if (conversation.holder !== "assistant") app.thread.hideTyping();
  app.record.conversation = conversation;
  app.screen.show();
}

/** @param {App} app @param {import("./channels.js").Frame} frame */
function takeMessages(app, { messages }) {
  const isFirst = app.record.lastSeq === null;
  const fresh = app.record.add(messages);
  for (const message of fresh) if (message.author === "customer") app.outbox.forget(message.client_id);
  if (isFirst) app.record.hasEarlier = fresh.length > 0 && fresh[0].seq > 1;
  if (isFirst) app.screen.showAll();
  else app.screen.add(fresh);
}

/** @param {App} app @param {import("./channels.js").Frame} frame */
function takeTyping(app, { who }) {
  const { t } = app.tools;
  const name = who === "staff" ? (app.record.conversation?.staff_name ?? t("staff")) : t("assistant");
  app.thread.showTyping(name, who === "staff" ? DOTS_MS.staff : DOTS_MS.assistant);
}

/** @param {App} app @param {import("./channels.js").Frame} frame */
function takeStored(app, frame) {
  app.outbox.confirm(frame.client_id);
}

/** @param {App} app @param {import("./channels.js").Frame} frame */
function takeError(app, frame) {
  if (frame.client_id) app.outbox.refuse(frame.client_id, frame);
}
