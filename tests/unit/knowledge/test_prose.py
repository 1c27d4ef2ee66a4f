"""Markdown becomes HTML that can do no harm, whatever was written."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from xiaoer.knowledge.prose import as_html, pictures_in

PICTURE = "upl_01234567890123456789abcdef.png"


def html(markdown: str) -> str:
    return as_html(markdown, picture=lambda name: f"/pictures/{name}")


def test_headings_lists_and_tables_survive() -> None:
    made = html("# 退货\n\n1. 申请\n2. 寄回\n\n| 商品 | 天数 |\n|---|--:|\n| 鞋 | 7 |\n")
    assert "<h3>退货</h3>" in made
    assert re.search(r"<ol>\s*<li>申请</li>\s*<li>寄回</li>", made)
    assert '<td align="right">7</td>' in made


def test_only_the_shops_own_pictures_are_shown() -> None:
    made = html(f"![步骤]({PICTURE}) ![外面](https://elsewhere.example/track.gif)")
    assert f'<img src="/pictures/{PICTURE}" alt="步骤">' in made
    assert "elsewhere" not in made
    assert "外面" in made
    assert pictures_in(f"- ![步骤]({PICTURE})\n\n![步骤]({PICTURE}) ![外面](https://elsewhere.example/a.png)") == (PICTURE,)


def test_a_link_says_nothing_about_its_reader() -> None:
    assert 'rel="noopener noreferrer nofollow"' in html("[官网](https://spruce.example)")
    assert "<a" not in html("[点我](javascript:alert(1)) [点我](data:text/html;base64,xx)")


@given(st.text(max_size=300) | st.sampled_from(["<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", "[a](<javascript:x>)"]))
def test_nothing_runs(text: str) -> None:
    made = html(text)
    assert set(re.findall(r"<\s*([a-zA-Z0-9]+)", made)) <= {
        "p", "br", "hr", "h3", "h4", "h5", "h6", "ul", "ol", "li", "strong", "em", "s", "code", "pre", "blockquote", "a", "img",
        "table", "thead", "tbody", "tr", "th", "td",
    }  # fmt: skip
    assert not re.search(r"<[^>]+\son\w+\s*=", made)
