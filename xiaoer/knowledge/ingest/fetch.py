"""Pages fetched from a help centre, politely and safely: only over HTTP, only where the address leads outside of this network.

The name is looked up here and the connection made to the address that was looked at, so no second look-up can lead elsewhere.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx2

from xiaoer.knowledge.ingest.unreadable import Unreadable

NAME = "XiaoerImport/1.0 (+knowledge import)"
MOST_BYTES = 5 << 20  # of a page
_TIMEOUT_S = 20.0
_MOST_REDIRECTS = 5
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Page:
    """What was fetched: the address it came from at last, its bytes and its kind."""

    url: str
    data: bytes
    media_type: str
    charset: str


async def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a name."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(one[4][0]) for one in found]


@dataclass
class Fetcher:
    """Fetches pages of one host. `allow_private`: addresses inside this network, too (a setting, off by default)."""

    allow_private: bool = False
    most_bytes: int = MOST_BYTES
    resolve: Resolve = resolve
    _client: httpx2.AsyncClient = field(init=False)

    def __post_init__(self) -> None:
        self._client = httpx2.AsyncClient(timeout=_TIMEOUT_S, trust_env=False, follow_redirects=False)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()

    async def get(self, url: str) -> Page:
        """The page. Unreadable says why not; redirects to another host are not followed."""
        host = check_url(url)
        for _ in range(_MOST_REDIRECTS + 1):
            page = await self._get_once(url)
            if isinstance(page, Page):
                return page
            url = urljoin(url, page)
            if check_url(url) != host:
                raise Unreadable(
                    f"It leads to another host ({urlsplit(url).hostname}).",
                    f"页面跳转到了其他网站（{urlsplit(url).hostname}）。",
                )
        raise Unreadable("It redirects in a circle.", "页面循环跳转。")

    async def _get_once(self, url: str) -> Page | str:
        parts = urlsplit(url)
        host = str(parts.hostname)
        address = await self._safe_address(host, parts.port or (443 if parts.scheme == "https" else 80))
        pinned = parts._replace(netloc=_netloc(address, parts.port), fragment="").geturl()
        headers = {
            "Host": _netloc(host, parts.port),
            "User-Agent": NAME,
            "Accept": "text/html, application/xml;q=0.9, */*;q=0.1",
        }
        more: dict[str, Any] = {"sni_hostname": host} if parts.scheme == "https" else {}
        try:
            async with self._client.stream("GET", pinned, headers=headers, extensions=more) as answer:
                if answer.is_redirect:
                    return answer.headers.get("location", "")
                if answer.status_code != 200:
                    raise Refused(answer.status_code)
                return Page(url, await self._body(answer), *_kind_of(answer.headers.get("content-type", "")))
        except (httpx2.HTTPError, httpx2.InvalidURL, UnicodeError) as error:
            reason = str(error) or type(error).__name__
            raise Unreadable(f"The page cannot be fetched: {reason}.", f"页面无法获取：{reason}。") from error

    async def _body(self, answer: httpx2.Response) -> bytes:
        data = bytearray()
        async for part in answer.aiter_bytes():  # unpacked: a small answer may become a flood
            data += part
            if len(data) > self.most_bytes:
                raise Unreadable(
                    f"The page has more than {self.most_bytes >> 20} MB.", f"页面超过 {self.most_bytes >> 20} MB。"
                )
        return bytes(data)

    async def _safe_address(self, host: str, port: int) -> str:
        try:
            found = await self.resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise Unreadable(f"There is no host {host}.", f"找不到网站 {host}。") from error
        if not found:
            raise Unreadable(f"There is no host {host}.", f"找不到网站 {host}。")
        if not self.allow_private and not all(is_public(one) for one in found):
            raise Unreadable(
                f"{host} is inside this network; XIAOER_IMPORT_PRIVATE_ADDRESSES=true allows that.",
                f"{host} 是内网地址；如需允许，请设置 XIAOER_IMPORT_PRIVATE_ADDRESSES=true。",
            )
        return found[0]


class Refused(Unreadable):
    """The server answered, but not with the page."""

    def __init__(self, status: int) -> None:
        super().__init__(f"The server answers {status}.", f"网站返回 {status}。")
        self.status = status


def check_url(url: str) -> str:
    """The host with its port; Unreadable for what is no plain web address."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Unreadable(f"{url!r} is no address.", f"{url!r} 不是网址。") from error
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
        raise Unreadable(f"{url!r} is no address of a page (https://…).", f"{url!r} 不是网页地址（https://…）。")
    return f"{parts.hostname.lower()}:{port or (443 if parts.scheme == 'https' else 80)}"


def is_public(address: str) -> bool:
    """Whether an address lies outside of every private, local, shared and reserved range, also when it is wrapped in IPv6."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inner = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    if inner is not None:
        found = inner
    return found.is_global and not found.is_multicast and found not in _TRANSLATED


_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")  # IPv4 behind a translator: it may lead anywhere


def _netloc(host: str, port: int | None) -> str:
    name = f"[{host}]" if ":" in host else host
    return f"{name}:{port}" if port else name


def _kind_of(content_type: str) -> tuple[str, str]:
    media_type, _, more = content_type.partition(";")
    charset = more.partition("charset=")[2].strip().strip("\"'").split(";")[0]
    return media_type.strip().lower(), charset
