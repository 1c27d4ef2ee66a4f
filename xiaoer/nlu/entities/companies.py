"""Names of companies and institutions, as they stand on an invoice."""

from __future__ import annotations

import re
from collections.abc import Iterator

from xiaoer.nlu.entities.spans import entity
from xiaoer.nlu.normalise import Normalised
from xiaoer.nlu.types import Entity

_FORMS = "有限责任公司|股份有限公司|有限公司|分公司|集团公司|集团|公司|事务所|工作室|合作社|大学|学院|中学|小学|幼儿园|医院|银行|研究院|研究所|委员会|厂"
_CHINESE = re.compile(rf"(?<![一-鿿\w（()）])([一-鿿\w（()）·]{{2,40}}?(?:{_FORMS}))(?![一-鿿]{{0,2}}(?:地址|楼下|门口|附近))")
_ENGLISH = re.compile(
    r"(?<![a-z0-9&'-])((?:[a-z0-9&'.-]{1,30},?\s){1,6}?(?:ltd|limited|inc|llc|gmbh|plc|corp|corporation|company|s\.?a\.?r\.?l|b\.v|ag|oy|ab)\b\.?)"
)
# What is said before the name belongs to the sentence.
_LEAD_IN = re.compile(
    r"^(?:.*(?:抬头|名称)(?:是|写|为|填|开|用)?[:：]?|.*(?:开|写|填|用)(?:给|成|到)(?:公司)?[:：]?|.*(?:送|寄|发)(?:到|往|去)|公司(?:是|叫|名)[:：]?)"
    r"|^.*(?:made out to|in the name of|issued? to|title(?: is)?:?|company(?: name)?(?: is)?:|invoice(?: please)?(?: to| for)|it's|for|to)\s+"
)
# A company that is spoken of is none that is named.
_NO_NAME = re.compile(
    r"^[一-鿿]{0,4}公司$|(?:可以|能|要|想|怎么|如何|需要)[一-鿿]{0,3}(?:公司|单位)$|快递公司|物流公司|[你我他她您]们?(?:家|的)?公司|什么|哪|吗|个人|\b(?:a|an|any|her|his|my|our|the|their|this|which|your) company$"
)


def find(original: str, normal: Normalised) -> Iterator[Entity]:
    """The first name that looks like a company's."""
    for pattern in (_CHINESE, _ENGLISH):
        for match in pattern.finditer(normal.text):
            lead = _LEAD_IN.match(match.group(1))
            start = match.start(1) + (lead.end() if lead else 0)
            name = normal.text[start : match.end(1)].strip()
            if len(name) < 4 or _NO_NAME.search(name):
                continue
            first, last = normal.span(start, match.end(1))
            yield entity("company", original, normal, start, match.end(1), original[first:last].strip())
            return
