"""What a customer looks for, as filters over the catalogue."""

from __future__ import annotations

import re
from typing import Any

from xiaoer.dialogue.view import View

# Superlatives: which attribute to order by, and whether the largest comes first. "price" is the price itself.
_ORDERINGS: tuple[tuple[str, str, bool], ...] = (
    (r"最?便宜|最低价|实惠|性价比|\bcheap(?:er|est)?\b|\bbudget\b|\baffordable\b", "price", False),
    (r"最贵|高端|\bpremium\b|\bmost expensive\b|\bhigh[- ]end\b", "price", True),
    (r"最轻|轻便|\blight(?:er|est|weight)\b", "weight_g", False),
    (r"最大|大容量|\blargest\b|\bbiggest\b", "capacity", True),
    (r"续航|最耐用|电量最|\blongest battery\b|\bbattery life\b", "battery_mah", True),
    (r"最安静|静音|\bquiet(?:er|est)?\b", "noise_db", False),
    (r"最暖|保暖|\bwarm(?:er|est)\b", "warmth", True),
)

# What it is for, as the catalogue's tags tell it: a preference, never a condition.
_TAGS: tuple[tuple[str, str], ...] = (
    ("gift", r"礼物|送(?:人|礼|给|女|男|妈|爸|朋友|老|长|同|闺)|生日|\bgifts?\b|\bpresents?\b|\bbirthday\b"),
    ("travel", r"旅行|旅游|出差|出门|飞机|\btravel|\btrips?\b|\bflights?\b"),
    ("commute", r"通勤|上班|\bcommut|\bto work\b"),
    ("office", r"办公|公司用|\boffice\b"),
    ("student", r"学生|上学|宿舍|开学|\bstudents?\b|\bschool\b|\bdorm"),
    ("camping", r"露营|野营|\bcamping\b"),
    ("hiking", r"徒步|爬山|登山|\bhik(?:e|ing)\b"),
    ("fitness", r"健身|锻炼|\bgym\b|\bworkout\b|\bfitness\b"),
    ("sport", r"运动|跑步|\bsports?\b|\brunning\b"),
    ("winter", r"冬天|冬季|\bwinter\b"),
    ("summer", r"夏天|夏季|\bsummer\b"),
    ("coffee", r"咖啡|\bcoffee\b"),
    ("newborn", r"新生儿|刚出生|\bnewborn\b|\bbaby\b"),
    ("sensitive", r"敏感|\bsensitive\b"),
)


def filters_of(view: View) -> dict[str, Any]:
    """The filters heard for this goal: product ids of a kind, attributes, price, colour, size, order of preference."""
    product_ids: list[str] = []
    for heard in [*view.newest("kind"), *view.newest("product")]:
        product_ids += [one for one in heard.value["product_ids"] if one not in product_ids]
    money = {heard.value["op"]: heard.value["minor"] for heard in view.newest("money")}
    order_by = next(((key, most) for pattern, key, most in _ORDERINGS if re.search(pattern, view.words)), None)
    return {
        "product_ids": product_ids,
        "attributes": [heard.value for heard in view.newest("attribute")],
        "laptop_in": next((heard.value["inches"] for heard in view.newest("laptop")), None),
        "max_minor": money.get("max") or money.get("is"),
        "min_minor": money.get("min"),
        "about_minor": money.get("about"),
        "colours": [heard.value for heard in view.newest("colour")],
        "sizes": [heard.value for heard in view.newest("size")],
        "order_by": list(order_by) if order_by else None,
        "tags": [tag for tag, pattern in _TAGS if re.search(pattern, view.words)],
        "words": view.goal.words,
    }
