"""Questions about one's own orders and money, and about what the shop has, that are asked in so many words.

"What do I get back in total?", "how much would I save if …", "which address was that order sent to", 剩下的商品我付了多少钱,
"how many versions of the T-shirt are there", 最便宜的是哪款. What is said here decides over the trained model.
"""

from __future__ import annotations

import re

from xiaoer.nlu.meant.types import Meant

_MUCH = r"(?:\bhow much\b|\bwhat(?:'s| is| are| was| were| will| would| does| do)?\b|\btell me\b|\btotal\b|多少|总共|一共)"
_OWN = r"(?:\bi\b|\bmy\b|\bmine\b|我|that order|那个订单|\border [#a-z]{0,3}\d)"
_ASKED = re.compile(r"\?|\b(?:what|which|how|when|where|tell me|know)\b|多少|哪|什么|几[款种个件]|是不是|吗")
# The first that matches names the question. (topic, what must be in the words, what must be too)
_OF_RECORDS: tuple[tuple[str, str, str], ...] = (
    ("balance", r"\bbalance\b|余额", _OWN),
    ("saving", r"\bsav(?:e|ings?)\b|省(?:下)?多少|能省|节省", _MUCH),
    ("rest", r"\b(?:remaining|rest of the|left over|other) (?:items?|things?|products?|order)?|剩下|剩余|其余", rf"{_MUCH}.*(?:pay|paid|cost|price|付|钱)|(?:付|钱).*{_MUCH}"),
    ("refund", r"\b(?:get|getting|receive|expect|have|given?|owed)\b.{0,40}\b(?:back|refund(?:ed)?)\b|\brefund(?:ed)?\b.{0,30}\b(?:amount|total|expect|be|get|receive)\b|\b(?:amount|total|much)\b.{0,30}\brefund|(?:退|拿回|收到|返)[^,。?]{0,12}多少|多少[^,。?]{0,8}(?:退款|退给|退回)|退款(?:金额|总额)?(?:一共)?是?多少", rf"{_MUCH}"),
    ("to_pay", r"\b(?:need|have|supposed|do i) to pay\b|\bowe\b|\b(?:will|would|do) i (?:pay|be charged)\b|(?:要|需要|得|应)(?:再)?(?:付|补)[^,。?]{0,4}多少", r"(?!.*(?:shipping|postage|运费|邮费))"),
    ("goods_total", r"\b(?:total|altogether|all (?:of )?(?:the|my))\b.*\b(?:bought|ordered|purchased|previous orders?)\b|(?:以前|之前|一共|所有).{0,12}买的.{0,14}(?:多少|总价)|买的所有.{0,10}多少", _MUCH),
    ("dearest", r"\b(?:most expensive|priciest|dearest|costliest) (?:item|thing|product|one)?\b.{0,20}\b(?:my|that|the) order\b|订单(?:里|中).{0,4}最贵", _ASKED.pattern),
    ("cheapest", r"\b(?:cheapest|least expensive) (?:item|thing|product|one)?\b.{0,20}\b(?:my|that|the) order\b|订单(?:里|中).{0,4}最便宜", _ASKED.pattern),
    ("total", r"\b(?:did|have) i (?:pay|paid|spend|spent)\b|\b(?:total|price|cost|amount)\b[^?.]{0,20}\b(?:of|for) (?:my|the|that|this)?[^?.]{0,14}\border\b|\bmy (?:new )?order\b.{0,20}\b(?:cost|total)|订单[^,。?]{0,24}(?:总价|总额|总金额|多少钱|付了多少)|付了多少|总价是多少", _MUCH),
    ("address", r"\b(?:which|what) address\b|\bwhere\b.{0,30}\b(?:sent|shipped|delivered|going)\b|哪个地址|什么地址|寄到(?:了)?哪", rf"{_OWN}"),
    ("detail", r"\b(?:did i (?:order|buy)|i (?:bought|ordered)|(?:in|from) (?:that|my|this|the other|my other) order)\b|我买的|我(?:另一个|那个|的)?(?:另)?[^,。?]{0,6}订单里|那个订单里", r"\b(?:which|what|how)\b|多少|哪|什么|多大|多久"),
    ("tracking", r"\btracking (?:number|id|code)s?\b|(?:快递|运|物流)单号", r""),
)  # fmt: skip
_OF_CATALOGUE: tuple[tuple[str, str], ...] = (
    ("count", r"\bhow many\b.{0,60}\b(?:options?|variants?|versions?|kinds?|types?|styles?|colou?rs?|sizes?|different|available|do you (?:have|sell|carry))\b|(?:多少|几)[款种个](?!月|人|小时|工作日|天)"),
    ("superlative", r"\b(?:cheapest|least expensive|most expensive|priciest|lowest[- ]priced|highest[- ]priced)\b.{0,60}\b(?:available|in stock|you have|do you|options?|is|are)\b|\b(?:what|which)\b.{0,30}\b(?:cheapest|most expensive|least expensive)\b|最(?:便宜|贵)的?.{0,12}(?:哪|什么|多少)"),
    ("list", r"\b(?:which|what)\b.{0,60}\b(?:do you have|are (?:there|available|in stock)|you (?:have|sell))\b.{0,40}\b(?:prices?|cost|much)\b|有哪些.{0,24}(?:多少钱|价格)"),
)  # fmt: skip
_RECORDS = tuple((topic, re.compile(one), re.compile(other)) for topic, one, other in _OF_RECORDS)
_CATALOGUE = tuple((topic, re.compile(one)) for topic, one in _OF_CATALOGUE)
_FEWEST_PRODUCTS = 1


def question_in(text: str, meant: Meant) -> tuple[str, str] | None:
    """The question asked in a normalised text as (intent, topic), or None: records_query, catalogue_query, logistics_tracking."""
    if not _ASKED.search(text):
        return None
    for topic, pattern, also in _RECORDS:
        if pattern.search(text) and also.search(text):
            return ("logistics_tracking", topic) if topic == "tracking" else ("records_query", topic)
    names_one = any(len(item.product_ids) == _FEWEST_PRODUCTS for item in meant.items)
    for topic, pattern in _CATALOGUE:
        if pattern.search(text) and names_one and not re.search(r"\bmy order|\bi (?:bought|ordered)|我买|我的订单", text):
            return "catalogue_query", topic
    return None
