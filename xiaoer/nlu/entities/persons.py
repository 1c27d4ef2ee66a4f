"""Who somebody says they are: their name, and the postcode that stands beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from xiaoer.nlu.entities.spans import entity
from xiaoer.nlu.normalise import Normalised
from xiaoer.nlu.types import Entity

_POSTCODE = re.compile(r"(?:\bzip(?: ?code)?|\bpostal code|\bpost ?code|邮编|邮政编码)\D{0,8}(\d{5,6})(?!\d)|(?<![\d#])(\d{5})(?:-\d{4})?(?!\d)(?=\s*(?:$|[,.。]|是我的邮编|邮编))")
_NAMED = re.compile(r"(?:\b(?:my (?:full )?name(?:'s| is)|i am|i'm|this is|name:)|我叫|我是|姓名(?:是|:)?|名字(?:是|叫|:)?)\s*([a-z][a-z'\-]+(?: [a-z][a-z'\-]+){1,2}|[㐀-鿿·]{2,5})")
_BESIDE = re.compile(r"(?:^|[.!?。\n]\s*|(?<=\.com)|(?<=\.net)|(?<=\.org)|(?<=\.cn))([a-z][a-z'\-]+ [a-z][a-z'\-]+)(?:,| )\s*(?:and )?(?:my |the )?(?:zip|postal|post ?code|邮编)")
_NO_NAME = frozenset({"sorry", "looking", "not", "here", "calling", "writing", "unable", "trying", "sure", "afraid", "the", "a", "an", "my", "just", "so", "very"})


def find(original: str, normal: Normalised) -> Iterator[Entity]:
    """A name said as one's own, and a postcode named as one or beside a name."""
    name = _NAMED.search(normal.text) or _BESIDE.search(normal.text)
    if name is not None and not _NO_NAME & set(name.group(1).split()):
        said = re.split(r" (?:and|my|zip)\b", name.group(1))[0]
        first, last = normal.span(name.start(1), name.start(1) + len(said))
        yield entity("person_name", original, normal, name.start(1), name.start(1) + len(said), original[first:last].strip())
    for match in _POSTCODE.finditer(normal.text):
        group = 1 if match.group(1) else 2
        yield entity("postcode", original, normal, match.start(group), match.end(group), match.group(group))
        return
