"""Mood and urgency by cues in both languages."""

from __future__ import annotations

import re

from xiaoer.nlu.types import Mood

_ANGRY = re.compile(
    r"投诉|骗子|垃圾|差评|315|12315|气死|什么破|太差劲|忽悠|耍我|无语|恶心|滚|曝光|"
    r"\bscam|\bfraud|\bterrible\b|\bawful\b|\bworst\b|\bridiculous\b|\bfurious\b|\bdisgust|\bunacceptable\b|\bsue\b|\bwtf\b|\bfed up\b"
)
_UPSET = re.compile(
    r"失望|着急|怎么还|为什么还|到底|一直没|等了.{0,6}(?:天|久)|(?<!麻)烦(?!请|劳)|麻烦死|不满|郁闷|"
    r"\bdisappoint|\bfrustrat|\bannoy|\bupset\b|\bstill (?:not|hasn't|haven't|waiting)\b|\bhow long\b|\bnot happy\b"
)
_HAPPY = re.compile(r"谢谢|感谢|太好了|真棒|喜欢|满意|赞|\bthanks?\b|\bthank you\b|\bgreat\b|\blove (?:it|this)\b|\bawesome\b|\bperfect\b")
_URGENT = re.compile(r"急|马上|立刻|尽快|赶紧|今天必须|\burgent|\basap\b|\bimmediately\b|\bright now\b|\bhurry\b|\btoday\b.*\bneed\b")


def mood_of(text: str) -> tuple[Mood, bool]:
    """The mood, and whether it is urgent."""
    lower = text.lower()
    shouting = len(re.findall(r"[!！]", text)) >= 3 or (len(text) > 12 and text.isupper())
    urgent = bool(_URGENT.search(lower))
    if _ANGRY.search(lower) or (shouting and _UPSET.search(lower)):
        return "angry", urgent
    if _UPSET.search(lower) or shouting:
        return "upset", urgent
    return ("happy" if _HAPPY.search(lower) else "calm"), urgent
