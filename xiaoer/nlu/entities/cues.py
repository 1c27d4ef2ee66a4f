"""What a few words give away: why something goes back and in what condition, how it was or will be paid, yes and no."""

from __future__ import annotations

import re
from collections.abc import Iterator

from xiaoer.nlu.entities.spans import entity
from xiaoer.nlu.normalise import Normalised
from xiaoer.nlu.types import Entity

# The first that matches wins: what went wrong outweighs what was merely disliked.
_REASONS: tuple[tuple[str, str], ...] = (
    ("wrong_item", r"发错|寄错|送错|不是我(?:买|要|拍)的|货不对|\bwrong (?:item|one|colou?r|size|product|thing)\b|\bsent me the wrong\b|\bnot what i ordered\b"),
    ("missing", r"少(?:了|发|寄|件|一)|漏发|缺(?:了|少|件)|没有?收到(?:赠品|配件)|\bmissing\b|\bnot in the (?:box|parcel|package)\b|\bincomplete\b"),
    ("damaged", r"破(?:了|损|的|碎)|碎(?:了|的)|压(?:坏|扁)|摔(?:坏|碎)|裂(?:了|开|痕)?|漏(?:了|液)|\b(?:arrived|came) (?:broken|damaged|cracked)\b|\bdamaged\b|\bcracked\b|\bshattered\b|\bcrushed\b|\bleak(?:ed|ing)?\b"),
    ("quality", r"质量|坏(?:了|的|掉)|开线|脱线|掉色|起球|瑕疵|故障|不能用|用不了|开不了机|充不(?:了|进)电|不工作|有问题|脱胶|开胶|\bfaulty\b|\bdefect(?:ive)?\b|\bquality\b|\bbroken?\b|\bdoesn'?t work\b|\bnot working\b|\bstopped working\b|\bfell apart\b|\bpilling\b|\bhole in\b|\bwon'?t (?:turn on|charge|start)\b"),
    ("not_as_described", r"与?描述不(?:符|一样)|和(?:图片|照片|描述|页面)(?:上)?(?:的)?不(?:一样|符)|色差|货不对板|\bnot as described\b|\b(?:looks?|colou?r is) different\b|\bnot like the (?:picture|photo)\b"),
    ("size", r"(?:尺码|尺寸|大小|码数?)不(?:合适|对|合)|太(?:大|小|长|短|紧|松|肥|瘦)|(?:偏|有点|穿着)(?:大|小)|穿不(?:上|下|进)|大了|小了|不合身|不合脚|挤脚|\btoo (?:big|small|large|tight|loose|long|short|wide|narrow)\b|\b(?:doesn'?t|does not|didn'?t|don'?t) fit\b|\bwrong size for me\b|\bruns? (?:small|large)\b"),
    ("cheaper", r"(?:别家|别处|其他店).{0,4}便宜|降价|买贵|\bcheaper\b|\bprice\b.{0,30}\b(?:dropped|fell|went down|got lower|(?:was|is|been) (?:reduced|lowered))\b"),
    ("late", r"太慢|等太久|来不及|\btoo late\b|\btook too long\b"),
    ("no_reason", r"不喜欢|不想要|不要了|不需要|不再需要|买错|拍错|下错|误(?:下|拍|买)|多买|买多|后悔|七天无理由|7天无理由|无理由|没(?:有)?(?:什么)?原因|\bdon'?t (?:like|want|need)\b|\bchanged my mind\b|\bno (?:longer|reason)\b|\bby mistake\b|\bregret\b|\bnot (?:for me|my style)\b"),
)
_PAYMENTS: tuple[tuple[str, str], ...] = (
    ("wechat", r"微信|wechat|weixin"),
    ("alipay", r"支付宝|alipay"),
    ("huabei", r"花呗|分期|huabei|instal?lments?"),
    ("unionpay", r"银联|unionpay"),
    ("visa", r"\bvisa\b"),
    ("mastercard", r"万事达|mastercard"),
    ("gift_card", r"礼品卡|gift card"),
    ("paypal", r"\bpay ?pal\b"),
    ("amex", r"\bamex\b|\bamerican express\b|运通"),
    ("card", r"信用卡|银行卡|credit card|bank card|debit card"),
)
_CONDITIONS: tuple[tuple[str, str], ...] = (
    ("unopened", r"没拆|未拆|没有拆|没开封|未开封|没打开|原封|\b(?:unopened|not opened|not open|haven'?t opened|never opened|still sealed|sealed|unworn with tags)\b"),
    ("opened", r"没(?:有)?(?:用|穿|洗)过|未(?:使用|穿)|\b(?:never|not|haven'?t(?: been)?|hasn'?t(?: been)?|without being|un)[ -]?(?:used|worn|washed|wearing|using)\b"),
    ("used", r"用过|用了|穿过|穿了|洗过|洗了|\b(?:used (?:it|them|once|twice)|already used|worn|washed|i'?ve used)\b|^used$"),
    ("opened", r"拆了|拆开|拆过|开封|打开(?:了|过)|已拆|试(?:过|穿|用|了)|\b(?:opened|unboxed|tried (?:it|them))\b"),
)
_NEGATED_NO = re.compile(r"不是不|没说不|不是不要|not saying no")
_NO = re.compile(
    r"^(?:不|否|别|算了|先不|不用|不要|不行|不可以|不办|不是|不对|取消吧?|没有|no|nope|nah|don'?t|do not|never ?mind|not now|stop|leave it|cancel that|forget it|n)"
    r"(?:$|[\s,，。.!！了吧啊的用要谢呢办]|退了|换了|是这|办了|thanks)|算了(?:吧|不)|还是(?:算了|不|别)|先别|不办了|不退了|不换了|不取消了|(?:不要|不用|别)(?:再)?(?:取消|退|换|改|修|办)了|保留(?:这个|该|我的)?订单|\bkeep (?:the|my|this) order\b|\bforget (?:it|about it)\b|\bnever ?mind\b|\bdon'?t do (?:it|that)\b|^better not\b|^(?:please )?skip (?:it|that)\b|^please don'?t\b|别办|先别"
)
_YES = re.compile(
    r"^(?:是的?|对的?|好的?|好呀|好啊|行的?|可以的?|嗯+|确认|确定|同意|没问题|没错|办吧|办理|要的?|成|中|ok(?:ay)?|okey|yes|yep|yeah|yup|ya|sure|correct|right|"
    r"confirm(?:ed)?|go ahead|please do|do it|sounds good|that'?s (?:right|correct|fine)|fine|absolutely|of course|definitely|perfect|great|y|1)"
    r"(?:$|[\s,，。.!！~、吧啊呀了的办就请麻没确please])"
)
_CONDITION = re.compile(r"但是?|不过|可是|只要|如果|前提|\bbut\b|\bif\b|\bprovided\b|\bexcept\b|\bas long as\b|\bonly\b")
_MOST_WORDS = 40  # a yes or no stands in a short line or at its head


def find(original: str, normal: Normalised) -> Iterator[Entity]:
    """A reason, payments, the goods' condition, and a yes or a no."""
    text = normal.text
    for value, pattern in _REASONS:
        match = re.search(pattern, text)
        if match:
            yield entity("reason", original, normal, match.start(), match.end(), value)
            break
    for value, pattern in _PAYMENTS:
        match = re.search(pattern, text)
        if match and not (value == "card" and "gift card" in text):
            yield entity("payment", original, normal, match.start(), match.end(), value)
    for value, pattern in _CONDITIONS:
        match = re.search(pattern, text)
        if match:
            yield entity("condition", original, normal, match.start(), match.end(), value)
            break
    yield from _answers(original, normal)


def _answers(original: str, normal: Normalised) -> Iterator[Entity]:
    start = len(normal.text) - len(normal.text.lstrip())
    text = normal.text[start : start + _MOST_WORDS]
    no = None if _NEGATED_NO.search(text) else _NO.search(text)
    if no:
        yield entity("no", original, normal, start + no.start(), start + no.end(), "plain")
        return
    yes = _YES.search(text)
    if yes:
        value = "conditional" if _CONDITION.search(normal.text) else "plain"
        yield entity("yes", original, normal, start + yes.start(), start + yes.end(), value)
