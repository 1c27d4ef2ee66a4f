"""A help centre is read politely, and never leads inside this network."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.unit.knowledge.ingest.build import shop_book
from xiaoer.knowledge.ingest.fetch import Fetcher, check_url, is_public
from xiaoer.knowledge.ingest.site import Site, read_sitemap
from xiaoer.knowledge.ingest.types import Options, Piece, Problem, Source
from xiaoer.knowledge.ingest.unreadable import Unreadable

PAGE = "<html><head><title>{0}</title></head><body><main><h1>{0}</h1><p>{1}</p></main></body></html>"


class Centre:
    """A help centre on this machine: path → (status, type, bytes), and what was asked for."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[int, str, bytes]] = {}
        self.asked: list[str] = []
        self.hosts: set[str] = set()
        centre = self

        class Answering(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                centre.asked.append(self.path)
                centre.hosts.add(self.headers["Host"])
                status, kind, body = centre.pages.get(self.path, (404, "text/plain", b""))
                self.send_response(status)
                self.send_header("Location" if status == 302 else "Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        self.port = self.server.server_address[1]
        self.base = f"http://help.spruce.example:{self.port}"

    def add(self, path: str, body: str | bytes, kind: str = "text/html; charset=utf-8", status: int = 200) -> None:
        self.pages[path] = (status, kind, body.encode() if isinstance(body, str) else body)

    def site(self, path: str, *, allow_private: bool = True, most_pages: int = 50, most_bytes: int = 5 << 20) -> Site:
        fetcher = Fetcher(allow_private=allow_private, most_bytes=most_bytes, resolve=self.resolve)
        return Site(f"{self.base}{path}", Options(), fetcher, most_pages, self.sleep)

    async def resolve(self, host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    async def sleep(self, seconds: float) -> None:
        self.slept = seconds


@pytest.fixture
def centre() -> Iterator[Centre]:
    made = Centre()
    thread = threading.Thread(target=made.server.serve_forever, args=(0.01,))
    thread.start()
    made.add("/a", PAGE.format("退货 & 换货", "七天。"))
    made.add("/b", PAGE.format("运费", "八元。"))
    made.add("/prices.xlsx", shop_book(), "application/octet-stream")
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


def sitemap(*addresses: str, kind: str = "urlset") -> str:
    entries = "".join(f"<url><loc> {one} </loc></url>" for one in addresses)
    return f'<?xml version="1.0"?><{kind} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</{kind}>'


async def read(site: Site) -> tuple[list[Source], list[Problem], bool]:
    sources = await site.open()
    found = [source async for source in sources.each]
    return found, sources.problems, sources.is_whole


def titles(sources: list[Source]) -> list[str]:
    return [one.title for source in sources for one in source.found if isinstance(one, Piece)]


async def test_every_page_of_the_sitemap_and_nothing_of_other_hosts(centre: Centre) -> None:
    centre.add("/map.xml", sitemap(f"{centre.base}/a", f"{centre.base}/b", f"{centre.base}/prices.xlsx"))
    others = ["https://elsewhere.example/x", "http://help.spruce.example:1/x", f"{centre.base}/logo.png"]
    centre.add("/index.xml", sitemap(f"{centre.base}/map.xml", f"{centre.base}/packed.xml.gz", kind="sitemapindex"))
    centre.add("/packed.xml.gz", gzip.compress(sitemap(f"{centre.base}/c", *others).encode()))
    found, problems, is_whole = await read(centre.site("/index.xml"))
    assert titles(found)[:2] == ["退货 & 换货", "运费"]
    assert "怎么退货" in titles(found)
    assert [one.found[0] for one in found if one.id.endswith("/c")] == [
        Problem("", "The server answers 404.", "网站返回 404。")
    ]
    assert [one.en for one in problems] == ["2 addresses of other hosts were left out."]
    assert not is_whole
    assert {source.root for source in found} == {centre.base}
    assert centre.hosts == {f"help.spruce.example:{centre.port}"}
    assert "/logo.png" not in centre.asked
    assert centre.slept == 0.2


async def test_robots_are_obeyed_and_name_the_sitemap(centre: Centre) -> None:
    centre.add(
        "/robots.txt", f"User-agent: *\nCrawl-delay: 3\nDisallow: /b\nSitemap: {centre.base}/map.xml\n", "text/plain"
    )
    centre.add("/map.xml", sitemap(f"{centre.base}/a", f"{centre.base}/b"))
    found, _, is_whole = await read(centre.site("/"))
    assert titles(found) == ["退货 & 换货"]
    assert "robots.txt" in found[1].found[0].en  # type: ignore[union-attr]
    assert is_whole
    assert "/b" not in centre.asked
    assert centre.slept == 3.0


async def test_robots_that_fail_stop_everything(centre: Centre) -> None:
    centre.add("/robots.txt", "", status=503)
    with pytest.raises(Unreadable, match="503"):
        await centre.site("/a").open()


async def test_one_page_alone_is_not_taken_for_the_whole_site(centre: Centre) -> None:
    found, _, is_whole = await read(centre.site("/a"))
    assert titles(found) == ["退货 & 换货"]
    assert (found[0].root, is_whole) == ("", False)
    centre.add("/", PAGE.format("首页", "欢迎。"))
    assert titles((await read(centre.site("/")))[0]) == ["首页"]  # neither robots.txt nor sitemap.xml


async def test_the_limits_on_pages_and_bytes(centre: Centre) -> None:
    centre.add("/map.xml", sitemap(*(f"{centre.base}/{letter}" for letter in "abcd")))
    found, problems, is_whole = await read(centre.site("/map.xml", most_pages=2))
    assert (len(found), is_whole) == (2, False)
    assert problems[0].en == "Only 2 of 4 pages were read."
    centre.add("/big", PAGE.format("大", "x" * 5000))
    found, _, _ = await read(centre.site("/big", most_bytes=1000))
    assert "more than" in found[0].found[0].en  # type: ignore[union-attr]


async def test_redirects_stay_on_the_host_and_end(centre: Centre) -> None:
    centre.add("/old", b"", "/a", 302)
    centre.add("/out", b"", "http://127.0.0.1:1/secret", 302)
    centre.add("/circle", b"", "/circle", 302)
    assert titles((await read(centre.site("/old")))[0]) == ["退货 & 换货"]
    assert "another host" in (await read(centre.site("/out")))[0][0].found[0].en  # type: ignore[union-attr]
    assert "circle" in (await read(centre.site("/circle")))[0][0].found[0].en  # type: ignore[union-attr]


async def test_nothing_inside_this_network_is_fetched(centre: Centre) -> None:
    with pytest.raises(Unreadable, match="XIAOER_IMPORT_PRIVATE_ADDRESSES"):
        await centre.site("/a", allow_private=False).open()
    assert centre.asked == []


@pytest.mark.parametrize(
    ("address", "expected"),
    [("127.0.0.1", False), ("10.1.2.3", False), ("172.16.0.1", False), ("192.168.1.1", False), ("169.254.169.254", False),
     ("100.64.0.1", False), ("0.0.0.0", False), ("::1", False), ("fe80::1%eth0", False), ("fc00::1", False),
     ("::ffff:10.0.0.1", False),
     ("64:ff9b::a00:1", False), ("2002:a00:1::", False), ("224.0.0.1", False), ("nonsense", False), ("1.1.1.1", True),
     ("2606:4700:4700::1111", True)],
)  # fmt: skip
def test_which_addresses_are_public(address: str, expected: bool) -> None:
    assert is_public(address) is expected


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "ftp://a.example/x", "http://user:pass@a.example/", "http://", "http://a:99999/", "//a"],
)
def test_what_is_no_plain_web_address(url: str) -> None:
    with pytest.raises(Unreadable):
        check_url(url)


@pytest.mark.parametrize(
    "data",
    [b"", b"<html></html>", b"not xml", b'<!DOCTYPE x [<!ENTITY a "b">]><urlset/>', b"\x1f\x8bbroken",
     gzip.compress(b"<urlset>" + b" " * (51 << 20))],
)  # fmt: skip
def test_what_is_no_sitemap(data: bytes) -> None:
    with pytest.raises(Unreadable):
        read_sitemap(data)
