"""Every shipped template compiles: they are compiled when first needed, so nothing else would tell before a customer does."""

from __future__ import annotations

import pytest

from xiaoer.replies.writers.templates import LANGUAGES, read_shipped


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_template_compiles(language: str) -> None:
    templates = read_shipped()[language]
    assert len(templates) > 100
    for name in templates:
        assert templates[name] is templates[name]  # once
