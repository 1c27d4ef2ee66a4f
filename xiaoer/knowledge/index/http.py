"""The conversation with an engine over HTTP: credentials, TLS, time limits, tries, and one sentence when it does not answer."""

from __future__ import annotations

import random
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx2

from xiaoer.errors import ConfigurationError, IndexUnavailable
from xiaoer.knowledge.index.access import Access

_TRIES = 4
_AGAIN = frozenset({429, 502, 503, 504})  # busy, or not there for a moment
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.1, 2.0
WRITE_TIMES = 10  # a bulk of entries may take so many times longer than a question


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    data: Any

    @property
    def reason(self) -> str:
        """Why the engine refused, in its own words."""
        error = self.data.get("error") if isinstance(self.data, dict) else None
        if isinstance(error, dict):
            return str(error.get("reason") or error.get("msg") or error.get("type") or error)[:300]
        return str(error or self.data or f"status {self.status}")[:300]


class Caller:
    """Sends requests until they are answered, within limits."""

    def __init__(self, access: Access, headers: Mapping[str, str], *, path: str = "") -> None:
        """`path` stands behind the host where the URL names no path of its own."""
        self.base = access.base + ("" if urlsplit(access.base).path else path)
        self._timeout_s, self._rest_s = access.timeout_s, access.rest_s
        self._client = httpx2.Client(
            base_url=self.base,
            auth=access.user,
            headers=dict(headers),
            verify=_trust(access.ca_file) if access.base.startswith("https") else True,
            timeout=access.timeout_s,
            trust_env=False,  # a proxy for the web is not one for the engine next door
        )
        self._down_until = 0.0
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        json: Any = None,
        content: bytes | None = None,
        content_type: str = "application/json",
        is_write: bool = False,
        allowed: frozenset[int] = frozenset(),
    ) -> Reply:
        """The reply of a request that succeeded, or that failed with an allowed status. IndexUnavailable for everything else."""
        if time.monotonic() < self._down_until:
            raise self.unavailable("it did not answer a moment ago", "刚才没有响应，稍后自动重试")
        timeout_s = self._timeout_s * (WRITE_TIMES if is_write else 1)
        ends = time.monotonic() + timeout_s
        for attempt in range(_TRIES):
            pause_s = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2**attempt) * (0.5 + random.random() / 2)
            is_last = attempt == _TRIES - 1 or time.monotonic() + pause_s > ends
            try:
                options: dict[str, Any] = {"json": json} if content is None else {"content": content}
                headers = {} if content is None else {"Content-Type": content_type}
                answer = self._client.request(
                    method, path, params=params, headers=headers, timeout=timeout_s, **options
                )
            except httpx2.TransportError as error:
                if is_last:
                    self._rest()
                    raise self.unavailable(str(error) or type(error).__name__) from error
            else:
                reply = Reply(answer.status_code, answer.headers, _json_of(answer))
                if reply.status < 400 or reply.status in allowed:
                    return reply
                if reply.status not in _AGAIN:
                    raise self.unavailable(f"{reply.status}: {reply.reason}")
                if is_last:
                    self._rest()
                    raise self.unavailable(f"{reply.status}: {reply.reason}")
                pause_s = max(pause_s, _asked_pause(reply))
            time.sleep(min(pause_s, max(0.0, ends - time.monotonic())))
        raise AssertionError("unreachable")

    def _rest(self) -> None:
        with self._lock:
            self._down_until = time.monotonic() + self._rest_s

    def unavailable(self, en: str, zh: str = "") -> IndexUnavailable:
        """The error that names the engine and what it said."""
        return IndexUnavailable(
            f"The search engine at {self.base} does not serve ({en}). Edits wait in the records and are caught up.",
            f"搜索引擎 {self.base} 无法使用（{zh or en}）。修改已存入数据库，恢复后自动补上。",
        )


def _asked_pause(reply: Reply) -> float:
    asked = str(reply.headers.get("retry-after", ""))
    return min(float(asked), _LONGEST_PAUSE_S) if asked.isdigit() else 0.0


def _json_of(answer: httpx2.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return answer.text[:500]


def _trust(ca_file: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file or None)
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(
            f"XIAOER_INDEX_CA is {ca_file!r}: {error}. Expected a file with the certificate that signs for the engine, in PEM.",
            f"XIAOER_INDEX_CA 的值 {ca_file!r} 无法读取：{error}。应为签发搜索引擎证书的 CA 文件（PEM 格式）。",
            field="index_ca",
        ) from error
