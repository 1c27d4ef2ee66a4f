"""What neither engine can store is replaced, character by character."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from xiaoer.db.text import storable

TEXTS = st.text(alphabet=st.characters(), max_size=40)
JSON = st.recursive(st.none() | st.booleans() | st.integers() | TEXTS, lambda part: st.lists(part) | st.dictionaries(TEXTS, part))


@given(TEXTS)
def test_a_text_keeps_its_length_and_what_can_be_stored(text: str) -> None:
    kept = storable(text)
    assert len(kept) == len(text)
    assert "\x00" not in kept
    kept.encode()
    assert all(one == other or other == "\ufffd" for one, other in zip(text, kept, strict=True))
    assert storable(kept) == kept


@given(JSON)
def test_json_keeps_its_shape(value: object) -> None:
    json.dumps(storable(value), ensure_ascii=False).encode()
    assert "\\u0000" not in json.dumps(storable(value))
