"""The page of facts of the demo shop as requests: each sentence, and each window with its last second."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.unit.aftersales.build import SHANGHAI, THEN, a_case
from xiaoer.shop.types import Invoice

ZONE = ZoneInfo(SHANGHAI)
SECOND = timedelta(seconds=1)
NEW: dict[str, Any] = {"new_variant_id": "v2", "new_price_minor": 20000, "new_stock": 5}
FAULTY: dict[str, Any] = {"reason": "quality", "has_evidence": True, "condition": "used"}


def local(year: int, month: int, day: int) -> datetime:
    """The last second of a day in Shanghai."""
    return datetime(year, month, day, 23, 59, 59, tzinfo=ZONE).astimezone(UTC)


@dataclass(frozen=True)
class Edge:
    """A window: what is asked, the last second in which it is answered so, and how it is answered after that."""

    action: str
    last: datetime
    then: str
    after: str
    wanted: dict[str, Any] = field(default_factory=dict)
    item: dict[str, Any] = field(default_factory=dict)
    level: str = "regular"


EDGES = {
    "return, 7 days": Edge("return", local(2026, 3, 8), "no_reason", "window_passed", {"condition": "opened"}),
    "return, silver": Edge(
        "return", local(2026, 3, 8), "no_reason", "window_passed", {"condition": "opened"}, level="silver"
    ),
    "return, gold 15 days": Edge(
        "return", local(2026, 3, 16), "no_reason", "window_passed", {"condition": "opened"}, level="gold"
    ),
    "return, size": Edge(
        "return", local(2026, 3, 8), "no_reason", "window_passed", {"reason": "size", "condition": "opened"}
    ),
    "return, quality": Edge("return", local(2026, 3, 16), "quality", "window_passed", FAULTY),
    "return, not as described": Edge(
        "return", local(2026, 3, 16), "quality", "window_passed", {**FAULTY, "reason": "not_as_described"}
    ),
    "return, the photo": Edge("return", local(2026, 3, 16), "photo_missing", "window_passed", {"reason": "quality"}),
    "exchange": Edge("exchange", local(2026, 3, 16), "no_reason", "window_passed", {**NEW, "condition": "opened"}),
    "exchange, gold": Edge(
        "exchange", local(2026, 3, 16), "no_reason", "window_passed", {"condition": "opened"}, level="gold"
    ),
    "exchange, quality": Edge("exchange", local(2026, 3, 16), "quality", "window_passed", {**NEW, **FAULTY}),
    "damage, 72 hours": Edge("missing_or_damaged", THEN + timedelta(hours=72), "damage", "window_passed", FAULTY),
    "missing, 72 hours": Edge(
        "missing_or_damaged",
        THEN + timedelta(hours=72),
        "damage",
        "window_passed",
        {"reason": "missing", "has_evidence": True},
    ),
    "price protection": Edge(
        "price_protection", local(2026, 3, 16), "cheaper", "window_passed", {"price_now_minor": 100}
    ),
    "invoice, 180 days": Edge("invoice", local(2026, 8, 28), "in_time", "window_passed"),
    "repair, shoes 90 days": Edge(
        "repair", local(2026, 5, 30), "in_warranty", "out_of_warranty", FAULTY, {"warranty_months": 3}
    ),
    "repair, 12 months": Edge(
        "repair", local(2027, 3, 1), "in_warranty", "out_of_warranty", FAULTY, {"warranty_months": 12}
    ),
    "repair, 24 months": Edge(
        "repair", local(2028, 3, 1), "in_warranty", "out_of_warranty", FAULTY, {"warranty_months": 24}
    ),
    "repair, no warranty": Edge("repair", local(2026, 3, 16), "return_instead", "out_of_warranty", FAULTY),
}


@dataclass(frozen=True)
class Row:
    """A sentence of the page of facts, as one request."""

    action: str
    outcome: str
    why: str
    state: str = "delivered"
    wanted: dict[str, Any] = field(default_factory=dict)
    item: dict[str, Any] = field(default_factory=dict)
    order: dict[str, Any] = field(default_factory=dict)


OPENED, UNOPENED, USED = ({"condition": one} for one in ("opened", "unopened", "used"))
JAPAN, TAIWAN = ({"address": {"country": one, "line": "1"}} for one in ("JP", "TW"))
INVOICE = Invoice("inv", "ordinary", "梅", "", "issued", THEN, THEN)

ROWS = {
    # cancel
    "an unpaid order is cancelled at once": Row("cancel", "allowed", "unpaid", "unpaid"),
    "a paid order is cancelled at once": Row("cancel", "allowed", "not_yet_packed", "paid"),
    "a packed order: a person tries to stop it": Row("cancel", "needs_person", "already_packed", "packed"),
    "a sent order can be refused or returned": Row("cancel", "refused", "already_shipped", "shipped"),
    "a delivered order can be returned": Row("cancel", "refused", "already_delivered"),
    "a cancelled order is not cancelled again": Row("cancel", "refused", "already_closed", "cancelled"),
    "a returned order is not cancelled": Row("cancel", "refused", "already_closed", "returned"),
    # change of address
    "the address of an unpaid order": Row("change_address", "allowed", "not_yet_packed", "unpaid", TAIWAN),
    "the address of a paid order": Row("change_address", "allowed", "not_yet_packed", "paid"),
    "the address of a packed order": Row("change_address", "needs_person", "already_packed", "packed"),
    "the address of a sent order": Row("change_address", "needs_person", "already_packed", "shipped", TAIWAN),
    "the address of a delivered order": Row("change_address", "refused", "already_closed"),
    "nothing is sent to other countries": Row("change_address", "refused", "not_delivered_there", "paid", JAPAN),
    # change of items
    "items until packed": Row("change_items", "allowed", "not_yet_packed", "paid", NEW),
    "items of an unpaid order": Row("change_items", "allowed", "not_yet_packed", "unpaid", NEW),
    "items once per order": Row(
        "change_items", "refused", "changed_before", "paid", NEW, order={"items_changed": True}
    ),
    "items that are sold out": Row("change_items", "refused", "sold_out", "paid", {**NEW, "new_stock": 0}),
    "items of a packed order": Row("change_items", "refused", "already_packed", "packed", NEW),
    "items of a sent order": Row("change_items", "refused", "already_packed", "shipped", NEW),
    "items of a delivered order": Row("change_items", "refused", "already_delivered", wanted=NEW),
    "items of a cancelled order": Row("change_items", "refused", "already_closed", "cancelled", NEW),
    # change of payment
    "payment while unpaid": Row("change_payment", "allowed", "unpaid", "unpaid", {"payment_kind": "alipay"}),
    "payment of a paid order": Row("change_payment", "refused", "already_paid", "paid", {"payment_kind": "alipay"}),
    "payment of a cancelled order": Row("change_payment", "refused", "already_closed", "cancelled"),
    "Huabei below ¥300": Row("change_payment", "refused", "below_minimum", "unpaid", {"payment_kind": "huabei"}),
    "Huabei from ¥300": Row(
        "change_payment", "allowed", "unpaid", "unpaid", {"payment_kind": "huabei"}, order={"total_minor": 30000}
    ),
    # return
    "a return of an unpaid order": Row("return", "refused", "not_shipped", "unpaid"),
    "a return of a packed order": Row("return", "refused", "not_shipped", "packed", FAULTY),
    "a return on the way": Row("return", "refused", "not_delivered", "shipped"),
    "a return of a cancelled order": Row("return", "refused", "already_closed", "cancelled"),
    "a return asks for the condition": Row("return", "needs_evidence", "condition_unknown"),
    "a return of tried-on clothes": Row("return", "allowed", "no_reason", wanted=OPENED),
    "a return of used goods": Row("return", "refused", "used", wanted=USED),
    "a return of used goods with a fault": Row("return", "allowed", "quality", wanted=FAULTY),
    "a fault needs a photo": Row("return", "needs_evidence", "photo_missing", wanted={"reason": "wrong_item"}),
    "unopened electronics": Row(
        "return", "allowed", "no_reason", wanted=UNOPENED, item={"returnable": "unopened_only"}
    ),
    "opened electronics": Row("return", "refused", "opened", wanted=OPENED, item={"returnable": "unopened_only"}),
    "faulty electronics": Row("return", "allowed", "quality", wanted=FAULTY, item={"returnable": "unopened_only"}),
    "unopened beauty": Row("return", "allowed", "no_reason", wanted=UNOPENED, item={"returnable": "unopened_beauty"}),
    "opened beauty": Row("return", "refused", "opened", wanted=OPENED, item={"returnable": "unopened_beauty"}),
    "unopened feeding goods": Row(
        "return", "allowed", "no_reason", wanted=UNOPENED, item={"returnable": "unopened_feeding"}
    ),
    "opened feeding goods": Row("return", "refused", "opened", wanted=OPENED, item={"returnable": "unopened_feeding"}),
    "underwear": Row("return", "refused", "not_returnable", wanted=UNOPENED, item={"returnable": "never"}),
    "faulty underwear": Row("return", "allowed", "quality", wanted=FAULTY, item={"returnable": "never"}),
    "a return of what was returned": Row(
        "return", "refused", "nothing_left", wanted=FAULTY, item={"returned_quantity": 1}
    ),
    "a free gift alone": Row("return", "needs_person", "gift", wanted=OPENED, item={"is_gift": True}),
    "what is being exchanged": Row(
        "return",
        "needs_person",
        "case_open",
        wanted=FAULTY,
        order={"cases": (a_case("exchange", ("hoodie", 1), state="open"),)},
    ),
    # exchange
    "an exchange before packing is a change": Row("exchange", "refused", "not_shipped", "paid", NEW),
    "an exchange before delivery": Row("exchange", "refused", "not_delivered", "packed", NEW),
    "an exchange asks for the condition": Row("exchange", "needs_evidence", "condition_unknown", wanted=NEW),
    "an exchange of unused goods": Row("exchange", "allowed", "no_reason", wanted={**NEW, **OPENED}),
    "an exchange of used goods": Row("exchange", "refused", "used", wanted={**NEW, **USED}),
    "an exchange for what is sold out": Row(
        "exchange", "refused", "sold_out", wanted={**NEW, **OPENED, "new_stock": 0}
    ),
    "an exchange once per item": Row(
        "exchange", "refused", "exchanged_before", wanted=NEW, item={"exchanged_quantity": 1}
    ),
    "an exchange of opened electronics": Row(
        "exchange", "refused", "opened", wanted={**NEW, **OPENED}, item={"returnable": "unopened_only"}
    ),
    "an exchange of socks": Row(
        "exchange", "refused", "not_returnable", wanted={**NEW, **UNOPENED}, item={"returnable": "never"}
    ),
    "an exchange of faulty socks": Row(
        "exchange", "allowed", "quality", wanted={**NEW, **FAULTY}, item={"returnable": "never"}
    ),
    # missing or damaged
    "damage before dispatch": Row("missing_or_damaged", "refused", "not_shipped", "packed", FAULTY),
    "damage before delivery": Row("missing_or_damaged", "refused", "not_delivered", "shipped", FAULTY),
    "damage without a photo": Row(
        "missing_or_damaged", "needs_evidence", "photo_missing", wanted={"reason": "damaged"}
    ),
    "damage with a photo": Row("missing_or_damaged", "allowed", "damage", wanted={**FAULTY, "reason": "damaged"}),
    "damage of underwear": Row("missing_or_damaged", "allowed", "damage", wanted=FAULTY, item={"returnable": "never"}),
    "damage is settled once": Row(
        "missing_or_damaged",
        "refused",
        "handled_before",
        wanted=FAULTY,
        order={"cases": (a_case("resend", ("hoodie", 1)),)},
    ),
    "a damaged gift": Row("missing_or_damaged", "needs_person", "gift", wanted=FAULTY, item={"is_gift": True}),
    # price protection
    "a lower price": Row("price_protection", "allowed", "cheaper", "paid", {"price_now_minor": 17999}),
    "the same price": Row("price_protection", "refused", "not_cheaper", wanted={"price_now_minor": 18000}),
    "a flash sale": Row(
        "price_protection", "refused", "not_protected", wanted={"price_now_minor": 1}, item={"promotion": "flash"}
    ),
    "clearance": Row(
        "price_protection", "refused", "not_protected", wanted={"price_now_minor": 1}, item={"promotion": "clearance"}
    ),
    "the season's promotion": Row(
        "price_protection", "allowed", "cheaper", wanted={"price_now_minor": 1}, item={"promotion": "season"}
    ),
    "a price protected once": Row(
        "price_protection",
        "refused",
        "protected_before",
        wanted={"price_now_minor": 1},
        order={"cases": (a_case("price_protection", ("hoodie", 1)),)},
    ),
    "the price of an unpaid order": Row("price_protection", "refused", "unpaid", "unpaid", {"price_now_minor": 1}),
    "the price of a returned order": Row(
        "price_protection", "refused", "already_closed", "returned", {"price_now_minor": 1}
    ),
    "the price of a gift": Row(
        "price_protection", "refused", "gift", wanted={"price_now_minor": 1}, item={"is_gift": True}
    ),
    "a price that nobody knows": Row("price_protection", "needs_person", "price_unknown"),
    # repair
    "a repair before delivery": Row("repair", "refused", "not_delivered", "shipped", FAULTY),
    "a repair needs a photo": Row("repair", "needs_evidence", "photo_missing", item={"warranty_months": 12}),
    "a repair in warranty": Row("repair", "allowed", "in_warranty", wanted=FAULTY, item={"warranty_months": 12}),
    "a repair that is under way": Row(
        "repair",
        "refused",
        "handled_before",
        wanted=FAULTY,
        item={"warranty_months": 12},
        order={"cases": (a_case("repair", ("hoodie", 1), state="checking"),)},
    ),
    "a second repair": Row(
        "repair",
        "allowed",
        "in_warranty",
        wanted=FAULTY,
        item={"warranty_months": 12},
        order={"cases": (a_case("repair", ("hoodie", 1)),)},
    ),
    # invoice
    "an invoice once paid": Row("invoice", "allowed", "in_time", "paid"),
    "an invoice of an unpaid order": Row("invoice", "refused", "unpaid", "unpaid"),
    "an invoice of a cancelled order": Row("invoice", "refused", "already_closed", "cancelled"),
    "a second invoice": Row("invoice", "needs_person", "invoiced_before", order={"invoices": (INVOICE,)}),
}
