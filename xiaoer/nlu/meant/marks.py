"""The marks that hold a message together: "instead", "for this version", "also", "only", "otherwise", "the cheapest", 换成 …

A mark is a name with its characters in the normalised text. What several patterns claim belongs to the longest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple


class Mark(NamedTuple):
    """Something that was found: its name and its place in the normalised text.

    `said`: the number of an amount. `how` and `keys`: which way a comparison goes, and the options that it can speak of.
    """

    name: str
    start: int
    end: int
    said: str = ""
    how: str = ""
    keys: tuple[str, ...] = ()


_NUMBER_WORDS = r"\d+(?:\.\d+)?"
# target: what follows is wanted instead. soft: what stands before (or after) it is only a preference. else: what follows is
# wanted where that can't be had. unless: what follows is asked for only under this condition.
_PATTERNS: tuple[tuple[str, str], ...] = (
    ("target", r"\b(?:for|with|by|into|to) (?:this|the following|a different|another|the) (?:version|variant|one|option)s?\b(?! (?:with|that|of))"),
    ("target", r"\b(?:instead|i(?:'d| would)? (?:like|want|prefer|need)(?: it| them| these)?(?: to be| in)?(?! to\b)|i(?:'d| would)? (?:rather have|go for|take)|what i(?:'d| would)? (?:prefer|like|want)(?: is)?|(?:it |they )?should be(?! (?:exchanged|swapped|replaced|changed|modified|cancel))|to be different|become|have (?:it|them) in|make (?:it|them)|give me|i(?:'m| am) after|(?:the )?new (?:one|ones|version|variant)(?: should be| is)?)\b"),
    ("target", r"\b(?:for|to|into|with|by)\b(?= (?:an? |the |one |something )?(?:[a-z\- ]{0,30}\b(?:one|ones|version|variant|size|color|colour|kind|model|type|option|options)\b))"),
    ("target", r"换成|改成|改为|换为|换个|换一?[个件款双台]|变成|更换为|升级成|升级为|升级到|要换成|(?:新的|我)?(?:想)?要(?!退|取消|换|改|修|把|的|办|求)|兼容(?=[^里]*)"),
    ("verb", r"\b(?:exchang(?:e|ing)|swap(?:ping)?|chang(?:e|ing)|modify(?:ing)?|switch(?:ing)?|replac(?:e|ing)|upgrad(?:e|ing)|updat(?:e|ing)|trade|convert|exchanged|swapped|changed|modified|switched|replaced|adjusted|updated|upgraded|adjust)\b"),
    ("colon", r":"),
    ("to", r"\b(?:to|into|for|with|by)\b"),
    ("soft", r"\b(?:preferabl[ey]|ideally|if (?:possible|you have it|you have one|you have them|available|there is one|in stock)|prefer(?:ably|red)?|would be nice|if several (?:colors?|options?|sizes?)[a-z ]*available)\b|最好|优先|尽量|有的话|如果有|如有"),
    ("else", r"\b(?:otherwise|or else|else|if (?:that(?:'s| is)?|it(?:'s| is)?|this|they(?:'re| are)?|those|none|not|unavailable)(?: (?:is|are))?(?: ?n[o']t)?(?: (?:possible|available|in stock|there|so))?|failing that|second choice|fall back to)\b|否则|不然|没有就|没有的?话就?|没货就|要是没有|没有则|其次|不行就|再不行"),
    ("unless", r"\bif there(?:'s| is| are)? (?:no|isn'?t|aren'?t|not)(?: any)?\b|\bif (?:you|they) (?:don'?t|do not) have(?: (?:a|an|any))?\b|\bif (?:no|none of the)\b|如果没有|要是没有|若没有|假如没有"),
    ("provided", r"\b(?:only )?if (?:there(?:'s| is| are)|you have|it comes in)\b(?! (?:no|it|one|them)\b)|只有|有.{0,0}才"),
    ("leave", r"\b(?:leave (?:it|that|them)(?: as it is)?|keep (?:it|the old one) as (?:it is)|don'?t (?:change|exchange) (?:it|that)|forget (?:about )?(?:it|that|the)|skip (?:it|that))\b|就(?:不换|不改|算|保持)|就不用?(?:换|改)了?"),
    ("same", r"\bsame\b|\bunchanged\b|\b(?:stay|remain|keep|kept)s?\b|不变|同样|一样|相同|保持|原来的|同款"),
    ("rest", r"\b(?:everything else|all else|other options?|the rest|other specs?|all other [a-z]+)\b|其他|其它|其余|别的"),
    ("free", r"\b(?:(?:does ?n[o']t|do ?n[o']t|does not|do not) (?:matter|care)|any (?:is|are|will) (?:fine|do|ok(?:ay)?)|no preference|whatever|either is fine|or not)\b|无所谓|都行|都可以|随便|不限"),
    ("most", r"\b(?:most expensive|priciest|dearest|costliest|highest[- ]priced|top[- ]of[- ]the[- ]line)\b|最贵"),
    ("least", r"\b(?:cheapest|least expensive|lowest[- ]priced|most affordable|lowest price|lowest cost|cheapest possible)\b|最便宜|最低价|价格最低"),
    ("dearer", r"\b(?:more expensive|pricier|dearer|costlier)\b|更贵|比较贵|贵(?:一?点|一?些|的那)"),
    ("cheaper", r"\b(?:less expensive|cheaper)\b|更便宜|便宜(?:一?点|一?些|的那|那)"),
    ("only", r"\b(?:only|just|nothing else|nothing but)\b|(?<!不)只(?!装|有[^才]{0,20}才)|仅|就(?=[^是]{0,12}(?:就好|就行|就可以))"),
    ("also", r"\b(?:also|as well|too|in addition|plus|additionally|on top|one more thing|another thing)\b|也(?:要|一起|想)|另外|还有|还要|再加|一并|顺便|也"),
    ("except", r"\b(?:except(?: for)?|but not|apart from|other than|besides (?=the |my )|excluding|all but|everything but)\b|除了|除开|除|不包括|以外"),
    ("keep", r"\bkeep(?:ing)? (?:the|my|only the)?\b(?! (?:it|that|them|everything) )|留下|保留"),
    ("all", r"\b(?:all|everything|every|both|entire|whole|each)\b|全部|全都|所有|都|两(?:个|件|双|台|款|只|部|条)|整单|一切"),
    ("rather", r"\b(?:rather than|instead of|over|not)\b|而不是|不是"),
    ("split", r"\b(?:and|then|also)\b|;|。|\.(?=\s|$)|!|\?|\n|;"),
    ("comma", r"[,、]"),
    ("chain", r">"),
    ("open", r"[(\[]"),
    ("close", r"[)\]]"),
    ("like", r"\b(?:the )?same (?:type|kind|model|one|version|options?|specs?|item)?\s?as\b|\b(?:identical to|just like|like|matching)\b(?= (?:the|my)\b)|\bthe (?:same )?(?:type|kind|one) (?:that is |that's |which is )?in my\b|(?:和|跟|与)(?=[^,。;]{1,30}(?:一样|同款|相同|同样))"),
    ("exact", r"\b(?:exact(?:ly)? (?:the )?same(?: (?:item|one|product|thing|specs?))?|identical (?:one|item)|same (?:item|product|thing|specs)|like[- ]for[- ]like|new pair with the same specs)\b|同样的(?:商品|东西|一[件个双台])|一模一样|原样换新|换新"),
    ("more", rf"\b(?P<more>{_NUMBER_WORDS})\s*(?:more|additional|extra)\b|多(?P<more_zh>{_NUMBER_WORDS})"),
    ("fewer", rf"\b(?P<fewer>{_NUMBER_WORDS})\s*(?:fewer|less)\b|少(?P<fewer_zh>{_NUMBER_WORDS})"),
)
# Comparatives: the direction, and the options that they speak of (none: whichever of the product's options has an order).
_COMPARED: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (r"\b(?:one|a) size (?:smaller|down)\b|小一(?:号|码)", "less", ("size",)),
    (r"\b(?:one|a) size (?:bigger|larger|up)\b|大一(?:号|码)", "more", ("size",)),
    (r"\bsize (?:up|larger)\b", "more", ("size",)),
    (r"\bsize (?:down|smaller)\b", "less", ("size",)),
    (r"\bless bright\b|\bdimmer\b|暗(?:一?点|一?些)?|更暗", "less", ("brightness",)),
    (r"\bbrightest\b|最亮", "most", ("brightness",)),
    (r"\bbright(?:er)?\b(?!ness)|亮(?:一?点|一?些)|更亮", "more", ("brightness",)),
    (r"\bsmallest\b|最小", "least", ("size", "capacity", "volume")),
    (r"\b(?:biggest|largest|maximum size)\b|最大(?:号|码|的)", "most", ("size", "capacity", "volume")),
    (r"\b(?:bigger|larger)\b|更大|大(?:一点|一些|点|些)", "more", ("size", "capacity", "volume")),
    (r"\bsmaller\b|更小|小(?:一点|一些|点|些)", "less", ("size", "capacity", "volume")),
    (r"\bshortest\b|最短", "least", ("length", "height")),
    (r"\blongest\b(?! battery)|最长", "most", ("length", "height")),
    (r"\bshorter\b|更短|短(?:一?点|一?些)", "less", ("length", "height")),
    (r"\blonger\b|更长|长(?:一?点|一?些)", "more", ("length", "height")),
    (r"\btaller\b|更高(?:的)?书|高(?:一点|一些)", "more", ("height",)),
    (r"\b(?:maximum|max|highest|most|largest|biggest)\b|最高|最大|最多", "most", ()),
    (r"\b(?:minimum|lowest|least|fewest)\b|最低|最小|最少", "least", ()),
    (r"\b(?:slightly |a bit )?(?:higher|more|greater)\b|更高|高(?:一点|一些)|更多", "more", ()),
    (r"\b(?:slightly |a bit )?(?:lower|less|fewer)\b|更低|低(?:一点|一些|一?档)|更少", "less", ()),
    (r"\beasiest\b|最简单|最容易", "least", ("difficulty",)),
    (r"\bhardest\b|最难", "most", ("difficulty",)),
    (r"\beasier\b|更简单|简单(?:一?点|一?些)", "less", ("difficulty",)),
    (r"\bharder\b|更难|难(?:一?点|一?些)", "more", ("difficulty",)),
    (r"\blightest\b|最轻", "least", ("weight",)),
)
_COMPILED = tuple((name, re.compile(pattern)) for name, pattern in _PATTERNS)
_COMPARED_COMPILED = tuple((re.compile(pattern), how, keys) for pattern, how, keys in _COMPARED)


def marks_in(text: str) -> list[Mark]:
    """Every mark in a normalised text, in the order of the words."""
    return sorted([*_plain(text), *_compared(text)], key=lambda mark: (mark.start, -mark.end))


def _plain(text: str) -> Iterator[Mark]:
    for name, pattern in _COMPILED:
        for match in pattern.finditer(text):
            said = next((group for group in match.groups() if group), "")
            yield Mark(name, match.start(), match.end(), said)


def _compared(text: str) -> Iterator[Mark]:
    taken: list[tuple[int, int]] = []
    for pattern, how, keys in _COMPARED_COMPILED:
        for match in pattern.finditer(text):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            taken.append((match.start(), match.end()))
            yield Mark("compare", match.start(), match.end(), how=how, keys=keys)
