"""A help centre as sources: the pages of its sitemap (or one page), one after the other, as robots.txt allows."""

from __future__ import annotations

import asyncio
import gzip
import io
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

from xiaoer.knowledge.ingest.fetch import NAME, Fetcher, Page, Refused, check_url
from xiaoer.knowledge.ingest.read import ENDINGS, read_file, read_html_page
from xiaoer.knowledge.ingest.run import Sources
from xiaoer.knowledge.ingest.types import Found, Options, Problem, Reading, Source
from xiaoer.knowledge.ingest.unreadable import Unreadable

MOST_PAGES = 500
_MOST_MAPS = 50
_MOST_UNPACKED = 50 << 20
_DELAY_S, _MOST_DELAY_S = 0.2, 10.0
_SKIPPED = re.compile(r"\.(?:jpe?g|png|gif|webp|svg|mp4|zip|css|js|ico|woff2?)$", re.IGNORECASE)
Sleep = Callable[[float], Awaitable[None]]


@dataclass
class Site:
    """A site that is read. `most_pages` are fetched at most."""

    url: str
    options: Options
    fetcher: Fetcher
    most_pages: int = MOST_PAGES
    sleep: Sleep = asyncio.sleep
    _robots: RobotFileParser = field(default_factory=RobotFileParser)
    _host: str = ""

    async def open(self) -> Sources:
        """Look which pages there are. Unreadable where the site or its sitemap cannot be read at all."""
        self._host = check_url(self.url)
        await self._read_robots()
        pages, problems, is_map = await self._list_pages()
        sources = Sources(_nothing(), len(pages), self._root if is_map else "", problems=problems)
        sources.is_whole = is_map and not problems
        sources.each = self._each(pages)
        return sources

    @property
    def _root(self) -> str:
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc.lower()}"

    async def _read_robots(self) -> None:
        try:
            page = await self.fetcher.get(f"{self._root}/robots.txt")
        except Refused as error:
            if error.status >= 500:
                raise Unreadable(
                    f"robots.txt answers {error.status}; try again later.",
                    f"robots.txt 返回 {error.status}，请稍后再试。",
                ) from error
            self._robots.parse([])
            return
        self._robots.parse(page.data.decode("utf-8", "replace").splitlines())

    def _may(self, url: str) -> bool:
        return self._robots.can_fetch(NAME, url)

    @property
    def _delay_s(self) -> float:
        asked = self._robots.crawl_delay(NAME)
        return min(_MOST_DELAY_S, max(_DELAY_S, float(asked))) if asked else _DELAY_S

    async def _list_pages(self) -> tuple[list[str], list[Problem], bool]:
        if urlsplit(self.url).path in ("", "/"):
            maps = [one for one in self._robots.site_maps() or [] if _is_on(one, self._host)] or [
                f"{self._root}/sitemap.xml"
            ]
            try:
                return *await self._read_maps(maps), True
            except Refused:
                return [self.url], [], False
        if re.search(r"\.xml(?:\.gz)?$", urlsplit(self.url).path, re.IGNORECASE):
            return *await self._read_maps([self.url]), True
        return [self.url], [], False

    async def _read_maps(self, waiting: list[str]) -> tuple[list[str], list[Problem]]:
        pages: dict[str, None] = {}
        problems: list[Problem] = []
        seen: set[str] = set()
        strange = 0
        while waiting:
            url = waiting.pop(0)
            if url in seen or len(seen) >= _MOST_MAPS:
                continue
            seen.add(url)
            inner, found = read_sitemap((await self.fetcher.get(url)).data)
            waiting += [one for one in inner if _is_on(one, self._host)]
            strange += sum(not _is_on(one, self._host) for one in [*inner, *found])
            pages |= dict.fromkeys(
                one for one in found if _is_on(one, self._host) and not _SKIPPED.search(urlsplit(one).path)
            )
        if strange:
            problems.append(
                Problem(
                    "", f"{strange} addresses of other hosts were left out.", f"已跳过 {strange} 个其他网站的地址。"
                )
            )
        if len(pages) > self.most_pages:
            problems.append(
                Problem(
                    "",
                    f"Only {self.most_pages} of {len(pages)} pages were read.",
                    f"共 {len(pages)} 页，只读取了 {self.most_pages} 页。",
                )
            )
        return list(pages)[: self.most_pages], problems

    async def _each(self, pages: list[str]) -> AsyncIterator[Source]:
        root = self._root if len(pages) != 1 or pages[0] != self.url else ""
        try:
            for place, url in enumerate(pages):
                if place:
                    await self.sleep(self._delay_s)
                yield await self._source(url, root)
        finally:
            await self.fetcher.close()

    async def _source(self, url: str, root: str) -> Source:
        if not self._may(url):
            return Source(
                url, root, (Problem("", "robots.txt does not allow this page.", "robots.txt 不允许读取这一页。"),)
            )
        try:
            page = await self.fetcher.get(url)
        except Unreadable as error:
            return Source(url, root, (Problem("", error.en, error.zh),))
        return Source(url, root, tuple(await asyncio.to_thread(lambda: list(read_page(page, self.options)))))


def read_page(page: Page, options: Options) -> list[Found]:
    """What a page holds: an HTML page by its markup, a file (PDF, XLSX …) as files are read."""
    name = urlsplit(page.url).path.rsplit("/", 1)[-1] or str(urlsplit(page.url).hostname)
    is_file = name.lower().endswith(ENDINGS) and not name.lower().endswith((".html", ".htm"))
    if page.media_type in ("text/html", "application/xhtml+xml") or (not is_file and page.data.lstrip()[:1] == b"<"):
        read = partial(read_html_page, url=page.url, charset=page.charset)
        return list(read_file(page.data, Reading(name, options), reader=read))
    return list(read_file(page.data, Reading(name, options)))


async def _nothing() -> AsyncIterator[Source]:
    return
    yield


def _is_on(url: str, host: str) -> bool:
    try:
        return check_url(url) == host
    except Unreadable:
        return False


def read_sitemap(data: bytes) -> tuple[list[str], list[str]]:
    """(further sitemaps, pages) of a sitemap, packed or not. Unreadable for anything else."""
    if data.startswith(b"\x1f\x8b"):
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
                data = packed.read(_MOST_UNPACKED + 1)
        except (OSError, EOFError, ValueError) as error:
            raise Unreadable("The sitemap is damaged.", "站点地图已损坏。") from error
    if len(data) > _MOST_UNPACKED or b"<!DOCTYPE" in data[:4096].upper() or b"<!ENTITY" in data[:65536].upper():
        raise Unreadable("This is no sitemap.", "这不是站点地图。")
    try:
        root = ElementTree.fromstring(data)
    except (ElementTree.ParseError, ValueError) as error:
        raise Unreadable(f"The sitemap is no XML ({error}).", f"站点地图不是合法的 XML（{error}）。") from error
    kind = root.tag.rpartition("}")[2]
    addresses = [(one.text or "").strip() for entry in root for one in entry if one.tag.rpartition("}")[2] == "loc"]
    if kind not in ("urlset", "sitemapindex"):
        raise Unreadable("This is no sitemap.", "这不是站点地图。")
    return (addresses, []) if kind == "sitemapindex" else ([], addresses)
