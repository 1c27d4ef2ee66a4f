"""Who somebody says they are: their name, and the postcode that stands beside it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from xiaoer.nlu.entities.spans import entity
from xiaoer.nlu.normalise import Normalised
from xiaoer.nlu.types import Entity

_POSTCODE = re.compile(r"(?:\bzip(?: ?code)?|\bpostal code|\bpost ?code|邮编|邮政编码)\D{0,8}(\d{5,6})(?!\d)|(?<![\d#])(\d{5})(?:-\d{4})?(?!\d)(?=\s*(?:$|[,.。]|是我的邮编|邮编))")
_NAMED = re.compile(r"(?:\b(?:my (?:full )?name(?:'s| is)|i am|i'm|this is|name:)|我叫|我是|姓名(?:是|:)?|名字(?:是|叫|:)?)\s*([a-z][a-z'\-]+(?: [a-z][a-z'\-]+){1,2}|[㐀-鿿·]{2,5})")
_BESIDE = re.compile(r"(?:^|[!?。,\n]\s*|\.\s+)([a-z][a-z'\-]+ [a-z][a-z'\-]+)(?:,\s*| )(?:and )?(?:my |the )?(?:(?:zip|postal|post ?code|邮编|邮政编码)|\d{5}(?!\d))")
_CAPITALS = re.compile(r"(?<![A-Za-z@.])([A-Z][A-Za-z'’\-]+(?: [A-Z][A-Za-z'’\-]+){1,2})(?![A-Za-z])|(?<=\.(?:com|net|org))([A-Z][a-z'’\-]+ [A-Z][A-Za-z'’\-]+)")
_NO_NAME = frozenset(
    ("sorry", "looking", "not", "here", "calling", "writing", "unable", "trying", "sure", "afraid", "the", "a", "an", "my", "just", "so", "very", "zip", "code", "no", "it's", "hi", "hello")
)


def find(original: str, normal: Normalised) -> Iterator[Entity]:
    """A name said as one's own or standing beside a postcode, and that postcode."""
    code = _POSTCODE.search(normal.text)
    name = _name(normal, original, has_code=code is not None)
    if name is not None:
        yield entity("person_name", original, normal, name[0], name[1], original[slice(*normal.span(*name))].strip())
    if code is not None:
        group = 1 if code.group(1) else 2
        yield entity("postcode", original, normal, code.start(group), code.end(group), code.group(group))


def _name(normal: Normalised, original: str, *, has_code: bool) -> tuple[int, int] | None:
    """Where the name stands: after "my name is", in capitals beside a postcode, or typed small right before one."""
    for pattern in (_NAMED, _BESIDE) if has_code else (_NAMED,):
        for match in pattern.finditer(normal.text):
            said = re.split(r" (?:and|my|zip|the)\b", match.group(1))[0]
            if (" " in said and not _NO_NAME & set(said.split())) or (said and said[0] >= "㐀"):
                return match.start(1), match.start(1) + len(said)
    for match in _CAPITALS.finditer(original) if has_code else ():
        group = 1 if match.group(1) else 2
        words = match.group(group).split()
        while words and words[0].lower() in _NO_NAME:
            words = words[1:]
        if len(words) > 1:
            start = match.end(group) - len(" ".join(words))
            return bisect_left(normal.origin, start), bisect_left(normal.origin, match.end(group))
    return None
