"""Numbers, money, times and names as a customer reads them. Pure: a value and a language in, words out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from babel.numbers import format_decimal, get_currency_symbol

_VAGUE = frozenset(  # values that say nothing without their option
    ("yes", "no", "none", "low", "medium", "high", "small", "large", "light", "dark", "full", "half", "basic", "standard")
)
_LOCALES = {"zh": "zh_Hans_CN", "en": "en_GB"}
LABELS: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "order_state": {
        "unpaid": {"zh": "待付款", "en": "waiting for payment"},
        "paid": {"zh": "已付款，待打包", "en": "paid, waiting to be packed"},
        "packed": {"zh": "已打包，待发出", "en": "packed, about to leave"},
        "shipped": {"zh": "运输中", "en": "on its way"},
        "delivered": {"zh": "已签收", "en": "delivered"},
        "cancelled": {"zh": "已取消", "en": "cancelled"},
        "returned": {"zh": "已退货", "en": "returned"},
    },
    "payment": {
        "wechat": {"zh": "微信支付", "en": "WeChat Pay"},
        "alipay": {"zh": "支付宝", "en": "Alipay"},
        "unionpay": {"zh": "银联卡", "en": "UnionPay"},
        "visa": {"zh": "Visa 卡", "en": "Visa"},
        "mastercard": {"zh": "万事达卡", "en": "Mastercard"},
        "huabei": {"zh": "花呗分期", "en": "Huabei instalments"},
        "gift_card": {"zh": "礼品卡", "en": "gift card"},
        "paypal": {"zh": "PayPal 账户", "en": "PayPal account"},
        "credit_card": {"zh": "信用卡", "en": "credit card"},
        "amex": {"zh": "美国运通卡", "en": "American Express"},
    },
    "reason": {
        "no_reason": {"zh": "不喜欢 / 不想要了", "en": "I don't want it any more"},
        "size": {"zh": "尺码不合适", "en": "It doesn't fit"},
        "quality": {"zh": "质量问题", "en": "Quality problem"},
        "not_as_described": {"zh": "与描述不符", "en": "Not as described"},
        "wrong_item": {"zh": "发错了", "en": "Wrong item sent"},
        "no_longer_needed": {"zh": "不再需要了", "en": "I no longer need it"},
        "ordered_by_mistake": {"zh": "下错单了", "en": "I ordered it by mistake"},
        "missing": {"zh": "少件", "en": "Something is missing"},
        "damaged": {"zh": "收到时破损", "en": "Arrived damaged"},
    },
    "condition": {
        "unopened": {"zh": "没有拆封", "en": "Unopened"},
        "opened": {"zh": "拆了，没有使用", "en": "Opened, not used"},
        "used": {"zh": "用过了", "en": "Used"},
    },
    "refund_state": {
        "planned": {"zh": "等待退货验收", "en": "waiting for the returned goods to be checked"},
        "started": {"zh": "退款已发起", "en": "on its way back to you"},
        "arrived": {"zh": "退款已到账", "en": "arrived"},
    },
    "line": {
        "goods": {"zh": "商品金额", "en": "Goods"},
        "way_back": {"zh": "退回运费", "en": "Way back"},
        "way_out": {"zh": "寄出运费", "en": "Way out"},
        "shipping": {"zh": "运费", "en": "Shipping"},
        "difference": {"zh": "差价", "en": "Difference"},
        "gift": {"zh": "赠品", "en": "Free gift"},
        "inspection": {"zh": "检测费", "en": "Inspection"},
        "points": {"zh": "积分抵扣", "en": "Points"},
    },
    "courier": {
        "zto": {"zh": "中通快递", "en": "ZTO Express"},
        "sf": {"zh": "顺丰速运", "en": "SF Express"},
        "yto": {"zh": "圆通速递", "en": "YTO Express"},
        "sto": {"zh": "申通快递", "en": "STO Express"},
        "yunda": {"zh": "韵达快递", "en": "Yunda Express"},
        "jd": {"zh": "京东快递", "en": "JD Logistics"},
        "ems": {"zh": "邮政 EMS", "en": "China Post EMS"},
    },
    "deed": {
        "cancel": {"zh": "取消订单", "en": "Cancelled"},
        "return": {"zh": "退货", "en": "Return"},
        "exchange": {"zh": "换货", "en": "Exchange"},
        "change_items": {"zh": "修改商品", "en": "Change of items"},
        "change_payment": {"zh": "修改付款方式", "en": "Change of payment"},
        "price_protection": {"zh": "价保", "en": "Price protection"},
        "missing_or_damaged": {"zh": "少件破损", "en": "Missing or damaged"},
    },
    "remedy": {"resend": {"zh": "补发", "en": "Send it again"}, "refund": {"zh": "退款", "en": "Refund"}},
    "level": {
        "regular": {"zh": "普通会员", "en": "regular member"},
        "silver": {"zh": "银卡会员", "en": "silver member"},
        "gold": {"zh": "金卡会员", "en": "gold member"},
    },
    "outcome": {
        "allowed": {"zh": "可以办理", "en": "Allowed"},
        "refused": {"zh": "不能办理", "en": "Not possible"},
        "needs_evidence": {"zh": "需要凭证", "en": "Evidence needed"},
        "needs_person": {"zh": "需要人工", "en": "Needs a person"},
    },
}


def label(group: str, key: str | None, language: str) -> str:
    """The word for a code, e.g. label("order_state", "paid", "zh"); an unknown code is shown as it is."""
    return LABELS.get(group, {}).get(key or "", {}).get(language, key or "")


@dataclass(frozen=True, slots=True)
class Words:
    """Formats for one language, shop currency and time zone. `labels`: names of option and attribute values of the shop.

    `own_language`: the one that the shop's catalogue is written in; "" where its values are codes with labels in every language.
    """

    language: str
    currency: str = "CNY"
    time_zone: str = "Asia/Shanghai"
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    units: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    own_language: str = ""

    def money(self, minor: int) -> str:
        """Minor units as money: ¥129, ¥12.50, -¥12."""
        symbol = get_currency_symbol(self.currency, locale="zh_Hans_CN")
        amount = format_decimal(abs(minor) / 100, format="#,##0.00" if minor % 100 else "#,##0", locale="en_GB")
        return f"{'-' if minor < 0 else ''}{symbol}{amount}"

    def day(self, moment: datetime) -> str:
        """A day in the shop's zone: 11月23日, 23 November."""
        local = moment.astimezone(ZoneInfo(self.time_zone))
        return format_date(local, "M月d日" if self.language == "zh" else "d MMMM", locale=_LOCALES[self.language])

    def moment(self, moment: datetime) -> str:
        """A day and time in the shop's zone: 11月23日 14:05."""
        local = moment.astimezone(ZoneInfo(self.time_zone))
        clock = format_time(local, "HH:mm", locale=_LOCALES[self.language])
        return f"{self.day(moment)} {clock}" if self.language == "zh" else f"{self.day(moment)}, {clock}"

    def name(self, names: Mapping[str, str]) -> str:
        """A name in this language, or in the other one where it has none."""
        return names.get(self.language) or next(iter(names.values()), "")

    def option(self, value: Any) -> str:
        """An option or attribute value: grey → 灰色. What has no label is shown as it is."""
        if isinstance(value, bool):
            return ("是" if value else "否") if self.language == "zh" else ("yes" if value else "no")
        if isinstance(value, list | tuple):
            return self.join([self.option(one) for one in value])
        if isinstance(value, int | float):  # a number is a number, even where an option value is spelled the same
            return str(value)
        return self.labels.get(str(value), {}).get(self.language, str(value))

    def options(self, options: Mapping[str, str]) -> str:
        """All options of a variant: 灰色 / XL. A value that says nothing alone is told with its option: waterproof: no."""
        return " / ".join(self.option_of(key, value) for key, value in options.items())

    def option_of(self, key: str, value: str) -> str:
        """One option of a variant, by its value alone where that is enough."""
        named = self.labels.get(key, {}).get(self.language, key)
        if value in _VAGUE or (value.isdecimal() and key != "size"):
            return f"{named}：{self.option(value)}" if self.language == "zh" else f"{named}: {self.option(value)}"
        return self.option(value)

    def spelled(self, options: Mapping[str, str]) -> str:
        """All options, with the catalogue's own word beside one that is only translated for the customer: 涤纶 (polyester)."""
        return " / ".join(self._beside(self.option_of(key, value), value) for key, value in options.items())

    def _beside(self, told: str, value: str) -> str:
        is_foreign = bool(self.own_language) and self.own_language != self.language
        return f"{told} ({value})" if is_foreign and value not in told else told

    def method(self, method: Any) -> str:
        """A stored way to pay: Mastercard ending in 2478, gift card; never more of a card than its last digits."""
        name = label("payment", method.told_as, self.language)
        if not method.last4:
            return name
        return f"尾号 {method.last4} 的{name}" if self.language == "zh" else f"{name} ending in {method.last4}"

    def address(self, address: Mapping[str, Any]) -> str:
        """An address in one line, written as its country writes it."""
        part = {key: str(address.get(key) or "") for key in ("region", "city", "district", "line", "line2", "postcode")}
        if any(letter >= "㐀" for letter in part["line"] + part["city"]):
            return part["region"] + part["city"] + part["district"] + part["line"] + part["line2"]
        region = " ".join(filter(None, (part["region"], part["postcode"])))
        return ", ".join(filter(None, (part["line"], part["line2"], part["district"], part["city"], region)))

    def attribute(self, key: str, value: Any) -> str:
        """An attribute with its unit: 1500 W."""
        unit = self.units.get(key, {}).get(self.language, "")
        text = self.option(value)
        return f"{text} {unit}".strip() if unit else text

    def join(self, words: list[str]) -> str:
        """A list in words: 甲、乙和丙; a, b and c."""
        if len(words) < 2:
            return "".join(words)
        if self.language == "zh":
            return "、".join(words[:-1]) + "和" + words[-1]
        return ", ".join(words[:-1]) + " and " + words[-1]

    def label(self, group: str, key: str | None) -> str:
        """The word for a code."""
        return label(group, key, self.language)
