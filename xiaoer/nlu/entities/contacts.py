"""Telephone numbers, e-mail addresses and postal addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator

import phonenumbers

from xiaoer.nlu.entities.spans import entity
from xiaoer.nlu.normalise import Normalised
from xiaoer.nlu.types import Entity

_EMAIL = re.compile(r"(?<![a-z0-9._%+-])[a-z0-9._%+-]{1,64}@(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}")
_PHONE_LIKE = re.compile(r"\+?\d[\d\s-]{6,16}\d")
_REGIONS = (
    "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|"
    "陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门"
)
_CHINESE = re.compile(
    rf"(?:(?P<region>{_REGIONS})(?:省|市|自治区|壮族自治区|维吾尔自治区|回族自治区|特别行政区)?)?"
    r"(?P<city>[一-鿿]{2,6}?(?:市|自治州|地区|盟))?"
    r"(?P<district>[一-鿿]{1,6}?(?:区|县|旗))?"
    r"(?P<line>[一-鿿\w]{1,20}?(?:路|街|道|巷|弄|镇|乡|村|大厦|小区|花园|广场|苑|园)[^,，。；;\n]{0,50})"
)
_NAME = re.compile(r"(?:收件人|收货人|姓名|联系人)\s*[:：是]?\s*([一-鿿·]{2,6}|[a-z]+(?: [a-z]+){1,2})")
_BESIDE_PHONE = re.compile(r"[\s,，、]([一-鿿·]{2,4})[\s,，、]*(?:电话|手机|tel)?[:：]?\s*(?:\+?86)?\s*1\d{10}(?!\d)")
_ENGLISH = re.compile(
    r"(?P<line>(?:(?<![a-z\d])(?:flat|room|apt|unit|suite)\s{0,3}[a-z\d-]{1,10},?\s{0,3})?(?<![a-z\d-])\d{1,6}(?:[a-z]|-\d{1,6})?\s{1,3}(?:[a-z']{1,20}\s{1,3}){1,4}"
    r"(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|way|boulevard|blvd|court|square)\b\.?(?:\s(?:central|north|south|east|west))?)"
    r"(?:,\s*(?P<district>[a-z ]{1,40}?)(?=,))?(?:,\s*(?P<city>[a-z ]{1,40}?)(?=,|$|\.|\n))?(?:,\s*(?P<region>[a-z ]{1,40}?)(?=,|$|\.|\n))?"
)

# "476 Maple Drive, Suite 432, New York, NY, 10093, USA": parts between commas that end in a postcode, whatever the street is called.
_WITH_POSTCODE = re.compile(
    r"(?<![a-z\d#])(?P<line>\d{1,6}[a-z]?\s[a-z0-9][a-z0-9 .'\-]{1,50}?)"
    r"(?:\s{0,2},\s{0,2}(?P<line2>(?:suite|ste|apt|apartment|unit|floor|flat|room|#)\.?\s{0,2}#?[a-z0-9\-]{1,10}))?"
    r"\s{0,2},\s{0,2}(?P<city>[a-z][a-z .'\-]{1,40}?)\s{0,2},\s{0,2}(?:(?P<region>[a-z][a-z .]{1,30}?)\s{0,2},?\s{1,2}|(?P<region2>[a-z]{2})\s{0,2},\s{0,2})?(?P<postcode>\d{5}(?:-\d{4})?)(?!\d)"
    r"(?:\s{0,2},\s{0,2}(?P<country>usa?|u\.s\.a?\.?|united states(?: of america)?))?"
)
_SHORT_REGION = 2

# What is said before an address; a match must not begin in it.
_LEAD_IN = re.compile(
    r"(?:地址)?(?:改|换|寄|发|送|配送|变更|修改)(?:到|成|为|往|至|给)|地址(?:是|为)?|(?:我|家|公司|人)(?:家|公司)?(?:住)?在|住在|麻烦|帮我|请|把"
)
_HOUSE = re.compile(r"\d\s*(?:号|弄|栋|幢|座|单元|室|楼|层|-)")  # without a place named, a street needs a house
_NO_STREET = frozenset(
    ("a", "and", "day", "days", "for", "hour", "hours", "in", "is", "items", "my", "of", "on", "pieces", "the", "times", "to", "weeks")
)
_AFTER = re.compile(r"\s+(?:please|thanks|thank you)$")


def find(original: str, normal: Normalised) -> Iterator[Entity]:
    """Every contact named."""
    for match in _EMAIL.finditer(normal.text):
        end = match.start() + _end_of_domain(original[slice(*normal.span(*match.span()))])
        yield entity("email", original, normal, match.start(), end, normal.text[match.start() : end])
    yield from _phones(original, normal)
    yield from _addresses(original, normal)


def _end_of_domain(typed: str) -> int:
    """Where the address ends although a name was typed right behind it ("…@shop.comMei Chen"): at the capital."""
    glued = re.search(r"(?<=\.)[a-z]{2,}(?=[A-Z])", typed[typed.rfind("@") :])
    return len(typed) if glued is None or not glued.group() else typed.rfind("@") + glued.end()


def _phones(original: str, normal: Normalised) -> Iterator[Entity]:
    for match in _PHONE_LIKE.finditer(normal.text):
        before = normal.text[max(0, match.start() - 3) : match.start()].replace(" ", "")
        if before.endswith(("sp", "sf")):
            continue
        for region in ("CN", None):
            try:
                number = phonenumbers.parse(match.group(), region)
            except phonenumbers.NumberParseException:
                continue
            if phonenumbers.is_valid_number(number):
                value = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
                yield entity("phone", original, normal, match.start(), match.end(), value)
                break


def _addresses(original: str, normal: Normalised) -> Iterator[Entity]:
    """An address needs a street and, before it, a region, city or district (or a house number behind it)."""
    found = _with_postcode(original, normal)
    if found is not None:
        yield found
        return
    name = _NAME.search(normal.text)
    text = _LEAD_IN.sub(lambda said: "，" * len(said.group()), normal.text)
    for match in _CHINESE.finditer(text):
        parts = match.groupdict()
        if not (parts["region"] or parts["city"] or parts["district"] or _HOUSE.search(parts["line"])):
            continue
        value = {key: (part or "").strip() for key, part in parts.items()}
        line = original[slice(*normal.span(*match.span("line")))]
        value["line"] = _PHONE_LIKE.sub("", _NAME.sub("", line)).strip()
        beside = None if name else _BESIDE_PHONE.search(original[normal.span(match.start("line"), match.end("line"))[0] :])
        if beside:  # "…100号 李雷 13800138000": who gets it stands between the street and the telephone
            name = beside
            value["line"] = value["line"].removesuffix(beside.group(1)).strip()
        yield entity("address", original, normal, match.start(), match.end(), _with_name(value, name))
        return
    for match in _ENGLISH.finditer(normal.text):
        if _NO_STREET & set(match.group("line").split()):
            continue
        value = {key: original[slice(*normal.span(*match.span(key)))] if part else "" for key, part in match.groupdict().items()}
        value = {key: _AFTER.sub("", part) for key, part in value.items()}
        yield entity("address", original, normal, match.start(), match.end(), _with_name(value, name))
        return


def _with_postcode(original: str, normal: Normalised) -> Entity | None:
    """An address in parts between commas, postcode last; every part as it was typed, region codes in capitals."""
    match = _WITH_POSTCODE.search(normal.text)
    if match is None:
        return None
    value = {key: original[slice(*normal.span(*match.span(key)))].strip() if part else "" for key, part in match.groupdict().items()}
    region = value["region"] or value.pop("region2")
    value["region"] = region.upper() if len(region) == _SHORT_REGION else region
    value["country"] = "US" if value["country"] else ""
    value.pop("region2", None)
    return entity("address", original, normal, match.start(), match.end(), {**value, "district": ""})


def _with_name(value: dict[str, str], name: re.Match[str] | None) -> dict[str, str]:
    return {**value, "name": name.group(1)} if name else value
