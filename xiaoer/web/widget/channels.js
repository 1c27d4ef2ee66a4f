// Two ways to the same conversation: the socket, and asking every few seconds where a proxy lets no socket through.
// Both take frames (say, typing) and give frames (messages, conversation, typing, stored, error).
import { call, Problem } from "./api.js";
import { at } from "./place.js";

/**
 * @typedef {{type: string, [name: string]: any}} Frame
 * @typedef {{send: (frame: Frame) => boolean, close: () => void, ended: Promise<{opened: boolean, code: number}>}} Channel
 * @typedef {{token: string, language: string, after: number | null, onFrame: (frame: Frame) => void, onOpen: () => void}} Opening
 */

const PING_MS = 25000;
const SILENT_MS = 45000;
const POLL_MS = 3000;
const POLL_FOR_MS = 120000; // then the socket is tried again

/** @param {Opening} opening @returns {Channel} */
export function openSocket({ token, language, after, onFrame, onOpen }) {
  const address = at("api/v1/chat/socket");
  address.protocol = address.protocol.replace("http", "ws");
  const socket = new WebSocket(address);
  let opened = false;
  let heard = Date.now();
  const beat = setInterval(() => {
    if (Date.now() - heard > SILENT_MS)
      socket.close(); // the line is dead and nobody told us
    else if (socket.readyState === WebSocket.OPEN) socket.send('{"type":"ping"}');
  }, PING_MS);
  socket.onopen = () => socket.send(JSON.stringify({ type: "hello", token, language, ...(after === null ? {} : { after }) }));
  socket.onmessage = (event) => {
    heard = Date.now();
    const frame = JSON.parse(event.data);
    if (!opened && frame.type !== "error") {
      opened = true;
      onOpen();
    }
    onFrame(frame);
  };
  const ended = new Promise((resolve) => {
    socket.onclose = (event) => {
      clearInterval(beat);
      resolve({ opened, code: event.code });
    };
  });
  return {
    send: (frame) => {
      if (socket.readyState !== WebSocket.OPEN || !opened) return false;
      socket.send(JSON.stringify(frame));
      return true;
    },
    close: () => socket.close(),
    ended: /** @type {Promise<{opened: boolean, code: number}>} */ (ended),
  };
}

/** @param {Opening} opening @returns {Channel} */
export function openPolling({ token, language, after, onFrame, onOpen }) {
  let last = after;
  let isOver = false;
  let opened = false;
  let wake = () => {};

  const look = async () => {
    const part = last === null ? "before=2147483647" : `after=${last}`; // the newest, or what came since
    const found = await call(`chat/messages?${part}`, { token, language });
    if (isOver) return;
    if (!opened) onOpen();
    opened = true;
    onFrame({ type: "conversation", conversation: found.conversation });
    if (found.messages.length) onFrame({ type: "messages", messages: found.messages });
    const isFirst = last === null;
    last = found.messages.at(-1)?.seq ?? last ?? 0;
    if (found.more && !isFirst) await look();
  };
  const run = async () => {
    const end = Date.now() + POLL_FOR_MS;
    while (!isOver && Date.now() < end) {
      try {
        await look();
      } catch (error) {
        const problem = /** @type {Problem} */ (error);
        if (problem.status === 401 || problem.status === 404) return { opened, code: 4401 };
        return { opened, code: 1006 };
      }
      await new Promise((resolve) => {
        wake = () => resolve(undefined);
        setTimeout(wake, POLL_MS);
      });
    }
    return { opened, code: 1000 };
  };
  /** @param {Frame} frame */
  const say = async ({ type: _, ...line }) => {
    try {
      const stored = await call("chat/messages", { token, language, method: "POST", json: line });
      onFrame({ type: "stored", client_id: line.client_id, seq: stored.seq });
      wake();
    } catch (error) {
      const problem = /** @type {Problem} */ (error);
      onFrame({
        type: "error",
        code: problem.code,
        detail: problem.message,
        client_id: line.client_id,
        retry_after_s: problem.retryAfter,
      });
    }
  };
  return {
    send: (frame) => {
      if (frame.type === "say") void say(frame);
      return true;
    },
    close: () => {
      isOver = true;
      wake();
    },
    ended: run(),
  };
}
