"""What is asked to be done in so many words: "cancel", "send back", "swap … for …", "ship it to", 退掉, 换成, 改寄到.

The trained model reads short lines well; a long one that describes goods, orders and what is wanted instead holds the words of many
intents. Where such a line says what to do, these words decide, and every sentence that is a question is read by itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from xiaoer.nlu.meant.types import Meant


class ActSaid(NamedTuple):
    """An intent that was said in words, and the characters of the normalised text that belong to it."""

    intent: str
    start: int
    end: int


_ADDRESS = r"\baddress(?:es)?\b|\b(?:ship|deliver|send|redirect|forward)(?:ped|ping|ed|ing)?\b(?! back)[^.?!]{0,120}\bto (?:my|a|an|the|this|another|\d)|地址|改?寄(?:到|往|去)|改?送(?:到|往|去)|收货"
_DEFAULT = r"\bdefault\b|\bprofile\b|\bon (?:my )?(?:file|account)\b|\b(?:my )?(?:user|account|home) address\b|默认|资料里|账户(?:里)?的|账号(?:里)?的|个人资料"
_PAYMENT = r"\bpayment(?: method)?s?\b|\bcharged? (?:it |to|on)\b|\bcharge\b|\bpaid (?:with|by)\b|付款方式|支付方式|付款改|改用.{0,12}(?:付|支付)"
_CHANGE = r"\b(?:chang(?:e|ing)|modify(?:ing)?|switch(?:ing)?|updat(?:e|ing)|upgrad(?:e|ing)|adjust(?:ing|ed)?|edit(?:ed)?|correct(?:ing)?|changed|modified|switched|updated|upgraded|(?:different|wrong|other) options?|to be different)\b|\bset (?:my|the)\b|修改|改成|改为|改一下|更改|调整|升级|改到|变更|要改|想改"
_CANCEL = r"\bremove\b|去掉|删掉|\bcancel(?:ling|ing|led|ed)?\b(?! orders?\b)|\bcall off\b|取消(?!了?的|的)|(?:订单|单子?|单)(?:我)?(?:都)?不要了|不要(?:这|那)个?(?:订)?单"
_RETURN = r"\breturn(?:ing)?\b|\bsend(?:ing)? (?:[a-z_' ]{1,60} )?back\b|\b(?:give|take|bring) (?:[a-z_' ]{1,60} )?back\b|\bgo(?:es|ing)? back\b|\bmoney back\b|\brefund (?:for|on|me)\b|退货|退掉|要退|想退|退了|退回|退一下|都退|全退|帮我退|申请退|[把将].{1,60}退"
_EXCHANGE = r"\bnew (?:pair|one|ones) (?:with|of) the same\b|\bexchang(?:e|ing|ed)\b|\bswap(?:ping|ped)?\b|\btrad(?:e|ing|ed)\b|\breplac(?:e|ing|ed)\b|\b(?:another|different) (?:version|variant|size|colou?r|model|option) (?:of|for)\b|\bhave (?:it|them) in\b|换货|换成|换为|要换|想换|更换|调换|换一|换个|换大|换小"
_NOT_NOW = r"\bdo(?:n'?t| not) (?:process|do|cancel|return|exchange|change)\b|\bnot sure\b|先(?:不要|别)(?:处理|办)|还没想好|不确定"
_ASKS = re.compile(
    r"^\W*(?:and |so |also |then |ok(?:ay)?,? |but |please |just )*(?:how (?:much|many|long|do|does|can)|what(?:'s| is| are| was| were| will| would| does| do)?\b|which\b|when\b|where\b|who\b|why\b|is\b|are\b|does\b|do you\b|did\b|has\b|have (?:you|they|my)\b|was\b|will (?:i|it|my)\b)|"
    r"多少|哪(?!怕|儿都)|什么时候|什么(?:材质|规格|时候|颜色)|几(?:款|种|个|号|天)|(?:吗|呢)$|是不是|是多少"
)
_REQUESTS = re.compile(r"^\W*(?:and |so |also |then |ok(?:ay)?,? )*(?:can|could|would|will) (?:you|i|we)\b|^\W*(?:please|i|we)\b|\bplease\b|帮我|请(?!问)|我(?:要|想)|麻烦|能(?:不能)?(?:帮|把|退|换|取消)|可以(?:退|换|取消|把)")
_ASKS_MONEY = re.compile(r"\bhow much\b|\bhow many\b|\bwhat (?:is|are|was|will|would)\b|多少|能省|一共|总共")
_SENTENCE = re.compile(r"[^.!?;。\n]+(?:\.(?!\s|$)[^.!?;。\n]*)*[.!?;。\n]*")
_JOINTS = re.compile(r"\b(?:and|also|then|plus|but)\b|[,，]|另外|还有|然后|同时|并且?|再")
_DOING = re.compile(
    r"\b(?:that |which |it )?(?:has|have|is|was|are)(?:n'?t| not)?(?: yet)?(?: been)? (?:shipped|sent|delivered|arrived|received|cancell?ed)(?: yet)?\b(?! to\b)"
)
_ADDRESSES = ("change_address", "change_default_address")
_MOVING = frozenset({"", "more", "address", "change_address", "change_default_address", "change_items", "exchange_request"})
_TWINS = frozenset({"exchange_request", "change_items"})


def acts_in(text: str, meant: Meant, *, addressed: bool = False) -> list[ActSaid]:
    """The acts asked for, each with the part of the normalised text that speaks of it; questions are "" in between.

    Empty when nothing is asked to be done, or when no goods, order or address is named that could be meant. `addressed`: a whole
    address stands in the text, so that whatever is to be changed is where something goes.
    """
    text = _without_names(text, meant)
    if re.search(_NOT_NOW, text):
        return []
    sentences = [(match.start(), match.end()) for match in _SENTENCE.finditer(text) if match.group().strip(" .!?;。\n")]
    said = [part for sentence in sentences for part in _of_sentence(text, *sentence)]
    if addressed and all(one.intent in _MOVING for one in said):
        is_default = bool(re.search(_DEFAULT, text)) and not _is_order_address(text)
        return [ActSaid("change_default_address" if is_default else "change_address", 0, len(text))]
    if not any(one.intent for one in said) or (not any(one.intent not in ("", "more") for one in said)):
        return _by_wishes(text, meant)
    if not any(one.intent for one in said if one.intent not in ("", "more")) or not _is_about_something(text, meant):
        return []
    return _joined(said)


def _by_wishes(text: str, meant: Meant) -> list[ActSaid]:
    """Goods of an order with another version that is wished for: an exchange or a change, whatever words were used."""
    wished = any(want.how in ("is", "more", "less", "most", "least", "like") for item in meant.items for want in item.wants)
    loosely = bool(meant.items and meant.wants and re.search(r"\binstead\b|\bdifferent\b|\bwrong\b|换|改|不对|错", text))
    is_of_order = bool(meant.orders) or bool(re.search(r"#?\b[a-z]{0,3}\d{6,}", text))
    return [ActSaid("exchange_request", 0, len(text))] if is_of_order and (wished or loosely) else []


def not_yet(text: str, meant: Meant) -> str:
    """The act that is asked about while it is said not to do it yet ("I'm not sure, please don't process anything"), or ""."""
    text = _without_names(text, meant)
    places = _places(text) if re.search(_NOT_NOW, text) else []
    return places[0][1] if places and (meant.items or meant.orders) else ""


def _without_names(text: str, meant: Meant) -> str:
    """What goods are called, and how an order is doing, says nothing about what to do: "luggage set", "that hasn't shipped yet"."""
    text = _DOING.sub(lambda said: "_" * len(said.group()), text)
    for item in (*meant.items, *(item for order in meant.orders for item in order.items)):
        text = f"{text[: item.start]}{'_' * (item.end - item.start)}{text[item.end :]}"
    return text


def _is_about_something(text: str, meant: Meant) -> bool:
    names = meant.items or meant.orders or meant.scope == "all" or re.search(r"#?w?\d{6,}|sp\d{6,}", text)
    return bool(names) or bool(re.search(_DEFAULT, text) and re.search(_ADDRESS, text))


def _of_sentence(text: str, start: int, end: int) -> list[ActSaid]:
    """The acts of one sentence; "more" when it goes on with what was said, "" when it is a question."""
    words = text[start:end]
    places = _places(words)
    if _is_question(words, bool(places)):
        return [ActSaid("", start, end)]
    if not places:
        return [ActSaid("more", start, end)]
    parts: list[ActSaid] = []
    for number, (at, intent) in enumerate(places):
        first = start if number == 0 else start + at
        last = end if number + 1 == len(places) else start + places[number + 1][0]
        parts.append(ActSaid(intent, first, last))
    return parts


def _is_question(words: str, has_act: bool) -> bool:
    bare = words.strip(" .!?;。\n")
    if _ASKS_MONEY.search(bare) and ("?" in words or bare[:1] >= "㐀" or not _REQUESTS.search(bare)):
        return True
    if not _ASKS.search(bare):
        return False
    return not (has_act and _REQUESTS.search(bare))


def _places(words: str) -> list[tuple[int, str]]:
    """Where each act of a sentence begins (at the joint before its words), one for each that is not its neighbour's twin."""
    found: list[tuple[int, str]] = []
    for pattern, intent in ((_CANCEL, "cancel_order"), (_RETURN, "return_request"), (_EXCHANGE, "exchange_request"), (_CHANGE, "change_items")):
        found += [(match.start(), intent) for match in re.finditer(pattern, words)]
    found.sort()
    if re.search(_ADDRESS, words) and (not found or all(intent in _TWINS for _, intent in found)):
        if not found and not re.search(r"\bship\b|\bdeliver\b|寄|送", words):
            return [(0, "address")]
        return [(0, "change_default_address" if re.search(_DEFAULT, words) and not _is_order_address(words) else "change_address")]
    if re.search(_PAYMENT, words) and found and found[0][1] == "change_items" and not re.search(r"换成.{0,40}的|for this version", words):
        return [(0, "change_payment")]
    places: list[tuple[int, str]] = []
    for at, intent in found:
        if places and (places[-1][1] == intent or {places[-1][1], intent} <= _TWINS):
            continue
        joints = [match.start() for match in _JOINTS.finditer(words[:at])]
        if places and not [joint for joint in joints if joint > places[-1][0]]:
            continue
        places.append((joints[-1] if places and joints else 0, intent))
    return places


def _is_order_address(words: str) -> bool:
    """"Ship the order to my default address" changes the order, not the default."""
    return bool(re.search(r"\border\b|\bship\b|订单|寄到", words)) and not re.search(r"\b(?:set|update|change)\b[^.]{0,20}\b(?:default|profile)|默认地址.{0,6}[改换设]|(?:资料|账户|账号).{0,6}地址.{0,4}[改换设]|修改.{0,6}(?:默认|账户|资料)", words)


def _joined(said: Sequence[ActSaid]) -> list[ActSaid]:
    """Neighbours that belong together; what stands before the first act belongs to it."""
    joined: list[ActSaid] = []
    for one in said:
        before = joined[-1] if joined else None
        if one.intent in ("address", "change_address") and before is not None and before.intent in _ADDRESSES:
            joined[-1] = ActSaid(before.intent, before.start, one.end)
        elif before is not None and before.intent == "more":
            joined[-1] = ActSaid(one.intent, before.start, one.end)
        elif before is not None and (one.intent == "more" or one.intent == before.intent or {one.intent, before.intent} <= _TWINS):
            joined[-1] = ActSaid(before.intent, before.start, one.end)
        else:
            joined.append(one)
    named = [one._replace(intent="change_address") if one.intent == "address" else one for one in joined]
    return [one for one in named if one.intent != "more"]
