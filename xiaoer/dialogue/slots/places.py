"""Where something is to be sent: an address in full, or one that the shop knows, by whose it is or where it lies.

"My New York address", "the address of my other order", "where the luggage was sent", "my default address": looked for among the
customer's saved addresses and those that their orders went to.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from xiaoer.customers.types import Address
from xiaoer.dialogue.effects import Part
from xiaoer.dialogue.flow import Step
from xiaoer.dialogue.goods import search
from xiaoer.dialogue.outcome import Ask, Filled, Outcome
from xiaoer.dialogue.places_known import is_at, named_places
from xiaoer.dialogue.state import Heard, Slot
from xiaoer.dialogue.view import View, slot_of

PARTS = ("name", "phone", "country", "region", "city", "district", "line", "line2", "postcode")
_PLACE = ("line", "line2", "city", "region", "postcode")
_DEFAULT = re.compile(
    r"\bdefault\b|\bprofile\b|\bon file\b|\bsaved\b|\bmy account\b|\bhome address\b|默认|资料|账户里|账号里|保存的"
)
_OF_ORDER = re.compile(r"\border(?:s|ed)?\b|\bsent\b|\bshipped\b|\bwent\b|\bdelivered\b|订单|寄到|送到|发到|那单")
_OTHER = re.compile(r"\b(?:other|another|different|second)\b|另一?个|其他|别的|公司地址|家里地址")
Known = tuple[dict[str, Any], frozenset[str], tuple[str, ...]]  # address, where it comes from, the orders that went there


def resolve(view: View, step: Step) -> Outcome:
    """Fill the slot "address" with a whole address, or ask for it."""
    order = view.order
    current = dict(order.address) if order else _default(view)
    for heard in view.newest("address"):
        full = _in_full(view, heard, current)
        if full is not None:
            return Filled(view.goal.with_slot("address", slot_of(heard, full)))
    referred = _referred(view, current)
    if len(referred) == 1:
        slot = Slot(referred[0], "record", text=str(referred[0]["line"]), seq=view.working.seq)
        return Filled(view.goal.with_slot("address", slot))
    known = [address for address, _, _ in _known(view) if not _is_same(address, current)]
    listed = tuple((referred or (known if view.context.is_signed_in else []))[:4])
    choices = tuple({"value": one, "words": [one["line"], one.get("city", ""), one.get("district", "")]} for one in listed)
    facts = {"addresses": listed, "order": order, "flow": view.goal.flow, "is_open": len(referred) > 1}
    return Ask(Part("ask_address", facts), "address", choices, "text")


def _in_full(view: View, heard: Heard, current: Mapping[str, Any]) -> dict[str, Any] | None:
    new = {key: value for key, value in heard.value.items() if value}
    if not new.get("line"):
        return None
    phone = next((one.value for one in view.newest("phone")), None)
    kept = {key: current.get(key, "") for key in ("name", "phone", "country", "region", "city", "district")}
    if new.get("region") or new.get("city"):
        kept = {**kept, "region": "", "city": "", "district": ""}
    return {**kept, "line2": "", "postcode": "", **new} | ({"phone": phone} if phone else {})


def _default(view: View) -> dict[str, Any]:
    address = view.context.customer.default_address
    return {} if address is None else plain(address)


def plain(address: Address) -> dict[str, Any]:
    """An address as a slot holds it."""
    data = asdict(address)
    return {key: data[key] for key in PARTS}


def _known(view: View) -> list[Known]:
    """Every address that the shop knows of this customer, each once, and where it comes from."""
    found: list[Known] = []
    if view.context.is_signed_in:
        for saved in view.context.customer.addresses:
            found.append((plain(saved), frozenset({"default" if saved.is_default else "saved"}), ()))
    for order in view.orders:
        address = {key: order.address.get(key, "") for key in PARTS}
        place = next((n for n, (one, _, _) in enumerate(found) if _is_same(one, address)), None)
        if place is None:
            found.append((address, frozenset({"order"}), (order.id,)))
        else:
            one, sources, orders = found[place]
            found[place] = (one, sources | {"order"}, (*orders, order.id))
    return found


def _referred(view: View, current: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The known addresses that the newest words refer to; the one that is there now is none of them."""
    known = _known(view)
    for text in view.lines:
        words = text.lower()
        fitting = _by_place(words, known) or []
        is_default = bool(_DEFAULT.search(words)) and view.goal.flow != "change_default_address"
        if not fitting and not is_default and not (_OF_ORDER.search(words) or _OTHER.search(words)):
            continue
        pool = fitting or known
        if is_default:
            pool = [one for one in pool if "default" in one[1]] or pool
        elif _OF_ORDER.search(words):
            pool = _of_orders(view, pool, words)
        pool = [one for one in pool if not _is_same(one[0], current)] or (pool if fitting else [])
        if pool and (fitting or is_default or len(pool) < len(known)):
            return [address for address, _, _ in pool]
    return []


def _by_place(words: str, known: Sequence[Known]) -> list[Known]:
    """Addresses whose city, region, street or postcode is named, in either language."""
    named = named_places(words)
    return [one for one in known if is_at(one[0], words, named)]


def _of_orders(view: View, pool: Sequence[Known], words: str) -> list[Known]:
    """Those that an order went to: the one described, another than the one at hand, or the one talked about."""
    here = view.order.id if view.order else view.state.focus.order_id
    described = _described_order(view, here)
    if described is not None:
        return [one for one in pool if described in one[2]] or list(pool)
    return [one for one in pool if any(number != here for number in one[2])] or list(pool)


def _described_order(view: View, here: str | None) -> str | None:
    """The order that is described beside the one at hand ("where the luggage was sent")."""
    said = view.named
    others = [order for order in view.orders if order.id != here]
    numbers = [heard.value for heard in view.newest("order_number") if heard.value != here]
    if numbers:
        return str(numbers[0])
    if not said.refs or not others:
        return None
    found = search(said, others, focus_id=here)
    return found.pool[0].id if (len(found.pool) == 1 and found.is_narrowed) or len(others) == 1 else None


def _is_same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return all(str(one.get(key) or "").lower() == str(other.get(key) or "").lower() for key in _PLACE)

