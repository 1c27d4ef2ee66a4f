"""Orders that are described: "the order with the lamp and the boots that hasn't shipped yet", 有台灯、徒步靴的那个订单, "my other order"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from xiaoer.nlu.meant.draft import Found, like_of
from xiaoer.nlu.meant.types import ItemMeant, OrderMeant

_OPENERS = re.compile(
    r"\borders?\b(?:,? (?:that|which))?(?: i (?:placed|made))?(?P<only> only)? (?:(?:with|has|have|had|contain(?:s|ing|ed)?|includ(?:es|ing|ed)|consist(?:s|ing) of|holds|of|for|where i (?:bought|ordered|got))(?P<only2> (?:only|just))?)\b|"
    r"(?P<only3>只有|只含|只买了)|里面有|包含|包括|含有|装着|买了|买的|订了|有|含"
)
_ORDER_WORD = re.compile(r"\borders?\b|\bpurchase\b|订单|那单|那笔")
_BETWEEN = re.compile(r"(?:\s|,|、|;|\b(?:the|a|an|my|two|both|and|plus|as well as|one|some|pair of)\b|&|和|与|以及|及|跟|还有)+")
_OWN_ORDER = re.compile(r"\s+orders?\b(?! (?:number|id))|的(?:那|这)?(?:个|笔)?订单(?!里)")
_CLOSING = re.compile(r"\s*(?:的)?(?:那|这)?(?:一)?(?:个|笔|张)?(?:我)?(?:的)?(?:订单|单(?!独|件))")
# The first that matches counts: "not shipped yet" before "shipped".
_STATES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"[没未待]付款|还没付|\bunpaid\b|\bnot (?:yet )?paid\b|\bhaven'?t paid\b", ("unpaid",)),
    (
        r"[没未待](?:有)?(?:发货|发出|寄出|发(?!票))|还没发|\b(?:un|not (?:yet )?)shipped\b|"
        r"\b(?:hasn'?t|haven'?t|isn'?t|wasn'?t|not)(?: yet)?(?: been)?(?: yet)? (?:shipped|sent|dispatched|processed|left)\b",
        ("paid", "packed"),
    ),
    (r"\bpending\b|\bjust (?:placed|ordered|made|bought)\b|\bstill (?:open|waiting)\b|待处理|处理中|刚(?:刚)?(?:下|买|拍)(?!单失败)", ("unpaid", "paid", "packed")),
    (
        r"[没未](?:有)?(?:收到|签收|到货|送到|到)|"
        r"\b(?:not|hasn'?t|haven'?t|isn'?t|didn'?t)(?: yet)?(?: been)? (?:delivered|arrived?|received?|get|got|come)\b",
        ("shipped", "paid", "packed"),
    ),
    (r"\bcancel(?:l)?ed (?:order|one)\b|\border (?:that )?(?:was|is|i|has been) cancel(?:l)?ed\b|取消(?:了)?的(?:那个|那笔)?订单|已取消", ("cancelled",)),
    (r"在路上|运输中|已发货|派送中|\bon (?:its|the) way\b|\bin transit\b|\bshipped\b|\bprocessed\b", ("shipped",)),
    (r"已?签收|收到|到货|送达了|\bdelivered\b|\barrived\b|\b(?:i |have |already |just )*(?:received|got)\b", ("delivered",)),
)
_WHICH: tuple[tuple[str, str], ...] = (
    ("other", r"\b(?:my|the|an)?other order\b|\banother order\b|\bdifferent order\b|另(?:外)?一?个?(?:的)?订单|其他订单|别的订单"),
    ("last", r"\b(?:last|latest|most recent|newest) order\b|\border\b.{0,20}\bmost recently\b|最近(?:的|一次|一笔|下的)?(?:那个|那笔)?(?:订)?单|上一?(?:个|笔)订单|最新的订单"),
    ("all", r"\b(?:all|every|each|both)(?: of)?(?: my| the)?(?: [a-z]+)? orders?\b|(?:所有|全部|两个|每个)(?:的)?(?:[^,。]{0,6})?订单"),
)  # fmt: skip


def orders_in(text: str, found: Sequence[Found]) -> list[OrderMeant]:
    """Every order that is described in a normalised text; its characters reach over what is in it."""
    described: list[OrderMeant] = []
    for match in _OPENERS.finditer(text):
        if any(match.start() < one.end for one in described):
            continue
        items, end = _contents(text, match.end(), found)
        is_chinese = match.group()[0] >= "㐀"
        closing = _CLOSING.match(text, end)
        if not items or (is_chinese and not closing):
            continue
        is_only = any(match.group(name) for name in ("only", "only2", "only3"))
        last = closing.end() if is_chinese and closing else end
        described.append(OrderMeant(tuple(items), states_in(_around(text, match.start(), last)), "", is_only, match.start(), last))
    described += _called_by(text, found, described)
    which = next((name for name, pattern in _WHICH if re.search(pattern, text)), "")
    states = states_in(text) if not described and _ORDER_WORD.search(text) else ()
    if which or states:
        described.append(OrderMeant(states=states, which=which))
    return described


def _called_by(text: str, found: Sequence[Found], described: Sequence[OrderMeant]) -> list[OrderMeant]:
    """"My laptop order", 耳机的订单: an order called by what is in it."""
    named = []
    for one in found:
        is_inside = any(order.start <= one.start < order.end for order in described)
        behind = _OWN_ORDER.match(text, one.end)
        if one.kind == "goods" and behind and not is_inside:
            item = ItemMeant(one.product_ids, one.word, start=one.start, end=one.end)
            named.append(OrderMeant((item,), states_in(text), "", start=one.start, end=behind.end()))
    return named


def states_in(text: str) -> tuple[str, ...]:
    """The states of an order that the words speak of, or none."""
    return next((states for pattern, states in _STATES if re.search(pattern, text)), ())


def _around(text: str, start: int, end: int) -> str:
    """The words of a description with what is said of it right before and after."""
    before = re.split(r"[.!?;。]", text[max(0, start - 24) : start])[-1]
    after = re.split(r"[.!?;。,:]", text[end : end + 40])[0]
    return f"{before}{text[start:end]}{after}"


def _contents(text: str, at: int, found: Sequence[Found]) -> tuple[list[ItemMeant], int]:
    """What stands in an order, from this place on: goods with what is said of them in brackets or before their name."""
    items: list[ItemMeant] = []
    end = at
    adjectives: list[Found] = []
    while True:
        gap = _BETWEEN.match(text, at)
        at = gap.end() if gap else at
        one = next((each for each in found if each.start == at), None)
        if one is not None and one.kind == "goods":
            at, described = _brackets(text, one.end, found)
            like = like_of([*adjectives, *described])
            items.append(ItemMeant(one.product_ids, one.word, like, start=one.start, end=at))
            adjectives, end = [], at
        elif one is not None and one.kind == "option" and not gap_is_empty(gap, at):
            adjectives.append(one)
            at = one.end
        else:
            return items, end


def gap_is_empty(gap: re.Match[str] | None, at: int) -> bool:
    """Whether nothing at all stood between: then a word only goes on."""
    return gap is None and at < 0


def _brackets(text: str, at: int, found: Sequence[Found]) -> tuple[int, list[Found]]:
    """The end of the bracket that opens here, and what is said in it."""
    opening = re.match(r"\s*[(\[]", text[at:])
    closing = text.find(")", at)
    if opening is None or closing < 0:
        return at, []
    return closing + 1, [one for one in found if one.kind == "option" and at <= one.start and one.end <= closing]
