"""What each mark does to the reading of a message: turns it to what is wanted, to the next choice, to what stays out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from xiaoer.nlu.meant.draft import BREAKS, Reading
from xiaoer.nlu.meant.marks import Mark
from xiaoer.nlu.meant.types import Want

_NEAR, _FAR, _BESIDE, _FEW = 18, 40, 2, 6
_RANKED = re.compile(r"\bover\b|>|\bthan\b")
_SENTENCE_ENDS = re.compile(r"[.!?;。]")
_CLAUSE_ENDS = re.compile(r"[,;。:]")
_BEHIND = ("unchanged", "stays", "stay", "remain", "remains", "不变", "一样", "相同")  # what stays stands before these


def _verb(reading: Reading, mark: Mark) -> None:
    reading.has_verb, reading.mode, reading.level, reading.excludes = True, "source", 0, False
    reading.current = None


def _target(reading: Reading, mark: Mark) -> None:
    kept = [item for item in reading.items if not item.is_excluded]
    if reading.mode == "source" and reading.current is None and len(kept) == 1:
        reading.current = kept[0]
    if reading.mode != "target":
        reading.level = 0
    reading.mode, reading.before = "target", []
    if _SENTENCE_ENDS.search(reading.text[reading.named_at : mark.start]) and len(kept) > 1:
        reading.current = None
    ranks = _SENTENCE_ENDS.split(reading.text[mark.end :])[0]
    reading.softens = reading.text[mark.start : mark.end].endswith("prefer") and bool(_RANKED.search(ranks))
    reading.at = mark.end


def _colon(reading: Reading, mark: Mark) -> None:
    """"…: black, size 8" after goods were named tells what is wanted; so does "…: for the lamp, black" of a lamp named before."""
    following = next((one for one in reading.found if one.start >= mark.end), None)
    if reading.mode != "source" or following is None or not reading.items or following.start - mark.end > _NEAR:
        return
    is_known = following.kind == "goods" and any(set(item.product_ids) & set(following.product_ids) for item in reading.items)
    if following.kind == "option" or (is_known and not re.match(r"\s*[(\[]", reading.text[following.end :])):
        _target(reading, mark)


def _to(reading: Reading, mark: Mark) -> None:
    option = next((one for one in reading.found if one.start >= mark.end), None)
    leads_on = option is not None and option.kind == "option" and option.start - mark.end <= _FEW
    is_open = reading.mode == "loose" or (
        reading.mode == "source" and reading.current is not None and (reading.has_verb or (leads_on and bool(reading.items)))
    )
    if is_open and reading.text[mark.start : mark.end] != "with":
        reading.mode = "target"


def _open(reading: Reading, mark: Mark) -> None:
    """A bracket right behind goods describes them; one behind a wish says more of the wish."""
    reading.depth += 1
    is_behind_goods = not reading.text[reading.named_at : mark.start].strip()
    reading.in_brackets = "like" if is_behind_goods or reading.mode == "source" else ""


def _close(reading: Reading, mark: Mark) -> None:
    reading.depth = max(0, reading.depth - 1)


def _split(reading: Reading, mark: Mark) -> None:
    reading.softens, reading.negates, reading.before = False, False, []
    if reading.text[mark.start : mark.end] not in ("and", "then", "also"):
        reading.excludes, reading.clause, reading.condition = False, [], False


def _comma(reading: Reading, mark: Mark) -> None:
    reading.negates = False
    if reading.condition:
        reading.condition, reading.level = False, reading.level + 1


def _soft(reading: Reading, mark: Mark) -> None:
    sentence = len(re.split(r"[.!?;。]", reading.text[mark.end :])[0])
    fallbacks = [one for one in reading.marks if isinstance(one, Mark) and one.name == "else"]
    if any(0 <= one.start - mark.end <= sentence for one in fallbacks):
        return  # with a second choice behind it, this is the first one and not a mere preference
    if reading.text[mark.start : mark.end].startswith("if"):
        reading.redo(lambda want: replace(want, is_soft=True))
    else:
        reading.softens = True


def _else(reading: Reading, mark: Mark) -> None:
    reading.level, reading.softens, reading.condition = reading.level + 1, False, False
    if reading.mode == "source" and reading.items:
        reading.mode = "target"


def _unless(reading: Reading, mark: Mark) -> None:
    reading.condition = True
    reading.mode = "target" if reading.items else reading.mode


def _provided(reading: Reading, mark: Mark) -> None:
    """Only under this condition: where it can't be had, the item stays as it is."""
    if reading.current is not None:
        reading.mode = "target"
        reading.current.wants.append(Want("leave", level=1, text="provided"))


def _leave(reading: Reading, mark: Mark) -> None:
    reading.want(Want("leave"))


def _same(reading: Reading, mark: Mark) -> None:
    """"Same size", 尺码不变: the options named beside it stay; without any, it says nothing of its own."""
    is_behind = reading.text[mark.start : mark.end] in _BEHIND
    value = None if is_behind else next(iter(reading.near(mark.end, mark.end + 3, "option")), None)
    if value is not None and not _CLAUSE_ENDS.search(reading.text[mark.end : value.start]):  # "same v-neck" is a v-neck
        reading.at = value.end
        reading.want(Want("is", value.pairs, text=value.word))
        return
    keys = _keys_beside(reading, mark)
    if keys:
        reading.want(Want("same", tuple((key, "") for key in keys)))


def _keys_beside(reading: Reading, mark: Mark) -> list[str]:
    """The options named right behind, or, where the words come first (尺码不变), in front; values named there are kept as wishes."""
    said = reading.text[mark.start : mark.end]
    behind = [] if said in _BEHIND else reading.near(mark.end, mark.end + 3, "key")
    if behind and not _CLAUSE_ENDS.search(reading.text[mark.end : behind[0].start]):
        reading.at = behind[0].end
        return [key for key, _ in behind[0].pairs]
    if said.isascii() and said not in _BEHIND:
        return []
    start = _clause_start(reading, mark, _NEAR)
    ahead = [one for one in reading.near(start, mark.start, "key") if one.end <= mark.start]
    return [key for one in ahead for key, _ in one.pairs]


def _clause_start(reading: Reading, mark: Mark, reach: int) -> int:
    return mark.start - len(_CLAUSE_ENDS.split(reading.text[max(0, mark.start - reach) : mark.start])[-1])


def _free(reading: Reading, mark: Mark) -> None:
    """"Waterproof or not doesn't matter": the options said in this clause are free."""
    near = reading.near(_clause_start(reading, mark, _FAR), mark.start + 30, "key", "option")
    reading.undo({one.word for one in near})
    if near:
        reading.want(Want("free", tuple((key, "") for one in near for key, _ in one.pairs)))


def _by_price(how: str, rank: str) -> Callable[[Reading, Mark], None]:
    """Of what is wanted, the price chooses the variant; of what they have, it chooses one of several."""

    def take(reading: Reading, mark: Mark) -> None:
        current = reading.current
        if reading.mode in ("target", "loose"):
            reading.want(Want(how, text=reading.text[mark.start : mark.end]))
        elif current is not None and not BREAKS.search(reading.text[current.end : mark.start]):
            current.rank = rank
        else:
            goods = next((one for one in reading.near(mark.end, mark.end + 30, "goods")), None)
            if goods is not None and not re.search(r"[,.;]", reading.text[mark.end : goods.start]):
                reading.rank_next = rank

    return take


def _compare(reading: Reading, mark: Mark) -> None:
    if reading.mode == "source" and not (reading.has_verb and reading.current is not None):
        return
    pairs = tuple((key, "") for key in mark.keys)
    behind = reading.near(mark.end, mark.end + _BESIDE, "key")
    ahead = [one for one in reading.near(mark.start - _NEAR, mark.start, "key") if 0 <= mark.start - one.end <= 1]
    if behind:
        pairs, reading.at = tuple((key, "") for key, _ in behind[0].pairs), behind[0].end
    elif ahead:  # 变焦最大的
        pairs = tuple((key, "") for key, _ in ahead[-1].pairs)
    reading.want(Want(mark.how, pairs, 1.0 if mark.how in ("more", "less") else None, reading.text[mark.start : mark.end]))


def _by_amount(how: str) -> Callable[[Reading, Mark], None]:
    def take(reading: Reading, mark: Mark) -> None:
        behind = reading.near(mark.start, mark.end + _BESIDE, "key", "option")
        pairs = tuple((key, "") for key, _ in behind[0].pairs) if behind else ()
        if reading.mode != "source" or reading.current is not None:
            reading.want(Want(how, pairs, float(mark.said), reading.text[mark.start : mark.end]))
            reading.at = behind[0].end if behind else mark.end

    return take


def _like(reading: Reading, mark: Mark) -> None:
    rest = re.split(r"[.;。?!]", reading.text[mark.end :])[0]
    reading.want(Want("like", text=rest))
    reading.at = mark.end + len(rest)


def _exact(reading: Reading, mark: Mark) -> None:
    reading.want(Want("exact", text=reading.text[mark.start : mark.end]))
    reading.at = mark.end


def _only(reading: Reading, mark: Mark) -> None:
    reading.scope = "only"


def _also(reading: Reading, mark: Mark) -> None:
    reading.scope = reading.scope or "add"


def _except(reading: Reading, mark: Mark) -> None:
    reading.excludes, reading.scope = True, "all"


def _keep(reading: Reading, mark: Mark) -> None:
    if reading.items or reading.scope:
        reading.excludes = True


def _all(reading: Reading, mark: Mark) -> None:
    reading.scope = reading.scope or "all"


def _rather(reading: Reading, mark: Mark) -> None:
    """"Red rather than blue" leaves blue out; "prefer red over blue" only names what comes next."""
    is_order = reading.softens and reading.text[mark.start : mark.end] == "over"
    reading.negates = reading.mode != "source" and not is_order


TURNS: Mapping[str, Callable[[Reading, Mark], None]] = {
    "verb": _verb,
    "target": _target,
    "to": _to,
    "colon": _colon,
    "open": _open,
    "close": _close,
    "split": _split,
    "comma": _comma,
    "soft": _soft,
    "else": _else,
    "unless": _unless,
    "provided": _provided,
    "leave": _leave,
    "same": _same,
    "free": _free,
    "most": _by_price("most", "dearest"),
    "dearer": _by_price("most", "dearest"),
    "least": _by_price("least", "cheapest"),
    "cheaper": _by_price("least", "cheapest"),
    "compare": _compare,
    "more": _by_amount("more"),
    "fewer": _by_amount("less"),
    "like": _like,
    "exact": _exact,
    "only": _only,
    "also": _also,
    "except": _except,
    "keep": _keep,
    "all": _all,
    "rather": _rather,
}
