// What the customer does: says, retries, leaves a message, types, sends a picture, looks further back.
import { keep } from "./keep.js";

const DOTS_AFTER_MS = 300;
const TYPING_EVERY_MS = 3000;
const UPLOAD_MS = 60000;
/** @typedef {import("./app.js").App} App */

/** @param {App} app @param {string} text @param {object} [choice] @param {import("./pictures.js").Sent[]} [pictures] */
export function say(app, text, choice, pictures = []) {
  app.connection.start();
  app.article.close();
  keep("local", app.key(`${app.owner}:talked`), true);
  if (app.leaving === "writing") app.leaving = "done";
  app.outbox.add({ text, choice, attachments: pictures.map((one) => one.id), previews: pictures.map((one) => one.url) });
  app.screen.show();
  window.setTimeout(() => app.screen.showDots(), DOTS_AFTER_MS);
}

/** @param {App} app @param {string} clientId */
export function retry(app, clientId) {
  app.outbox.retry(clientId);
  if (app.health !== "on") app.connection.hurry();
}

/** Not to wait in the queue: write it down and go. @param {App} app */
export function leave(app) {
  app.leaving = "writing";
  app.screen.show();
  app.composer.field.focus();
}

/** Staff see that the customer is typing. @param {App} app */
export function showTyping(app) {
  if (app.record.conversation?.holder !== "staff" || Date.now() - app.typedAt < TYPING_EVERY_MS) return;
  app.typedAt = Date.now();
  app.connection.send({ type: "typing" });
}

/** @param {App} app @param {Blob} file @returns {Promise<{id: string, url: string}>} */
export function upload(app, file) {
  const form = new FormData();
  form.append("file", file);
  return app.connection.call("chat/uploads", { method: "POST", form, timeout: UPLOAD_MS });
}

/** @param {App} app */
export async function loadEarlier(app) {
  const found = await app.connection.call(`chat/messages?before=${app.record.firstSeq}`).catch(() => null);
  if (!found) return;
  app.record.add(found.messages);
  app.record.hasEarlier = found.more;
  app.screen.showAll({ keepPlace: true });
}
