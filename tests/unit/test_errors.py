"""Errors speak both languages."""

from __future__ import annotations

import pytest

from xiaoer.errors import CallerError, Conflict, RecordsUnavailable, TooMany, UnavailableError, XiaoerError


def test_an_error_speaks_the_readers_language() -> None:
    error = Conflict("Somebody was faster.", "已被别人抢先。", field="version")
    assert error.text("zh") == "已被别人抢先。"
    assert error.text("en") == str(error) == "Somebody was faster."
    assert error.field == "version"


def test_an_error_without_chinese_says_it_in_english() -> None:
    assert XiaoerError("Broken.").text("zh") == "Broken."


def test_too_many_says_how_long_to_wait() -> None:
    assert TooMany("Slow down.", "请慢一点。", retry_after_s=60).retry_after_s == 60


@pytest.mark.parametrize(("kind", "root", "status"), [(TooMany, CallerError, 429), (RecordsUnavailable, UnavailableError, 503)])
def test_errors_are_caught_by_their_kind(kind: type[XiaoerError], root: type[XiaoerError], status: int) -> None:
    with pytest.raises(root) as caught:
        raise kind("No.", "不行。")
    assert caught.value.status == status
