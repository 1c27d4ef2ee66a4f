// The chat API over HTTP. What fails is a Problem with the server's own sentence.
import { at } from "./place.js";

export class Problem extends Error {
  /** @param {{code: string, status: number, detail: string, retryAfter?: number}} facts */
  constructor({ code, status, detail, retryAfter = 0 }) {
    super(detail);
    this.code = code;
    this.status = status;
    this.retryAfter = retryAfter;
  }

  /** Whether the same request may work later. */
  get isWorthRetrying() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/**
 * @param {string} path below /api/v1/
 * @param {{token?: string, language: string, method?: string, json?: unknown, form?: FormData, timeout?: number}} options
 * @returns {Promise<any>}
 */
export async function call(path, { token, language, method = "GET", json, form, timeout = 15000 }) {
  /** @type {Record<string, string>} */
  const headers = { "Accept-Language": language };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (json !== undefined) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(at(`api/v1/${path}`), {
      method,
      headers,
      body: form ?? (json === undefined ? undefined : JSON.stringify(json)),
      credentials: "omit", // the token says who it is; a cookie of the shop's site is none of our business
      cache: "no-store",
      signal: AbortSignal.timeout(timeout),
    });
  } catch (error) {
    throw new Problem({ code: "offline", status: 0, detail: String(error) });
  }
  const body = await response.json().catch(() => ({}));
  if (response.ok) return body;
  throw new Problem({
    code: body.code ?? "error",
    status: response.status,
    detail: body.detail ?? response.statusText,
    retryAfter: Number(response.headers.get("Retry-After") ?? 0),
  });
}
