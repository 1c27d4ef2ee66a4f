"""Who a customer is: frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Level = Literal["regular", "silver", "gold"]


# What of an address says where it is; who receives there (name, phone) stays when only the place changes.
PLACE = ("country", "region", "city", "district", "line", "line2", "postcode")


def moved(current: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """The address with another place: every part of the place is replaced, so that no old suite stays on a new street."""
    kept = {key: value for key, value in current.items() if key not in PLACE or key == "country"}
    return {**kept, **{key: "" for key in current if key in PLACE and key != "country"}, **new}


@dataclass(frozen=True, slots=True)
class Address:
    """A place to send to. `region` is the province or state; `country` an ISO 3166 alpha-2 code (HK, MO and TW stand alone).

    `line2`: flat, suite or floor, where it is written on a line of its own.
    """

    id: str
    name: str
    phone: str
    country: str
    region: str
    city: str
    district: str
    line: str
    postcode: str = ""
    is_default: bool = False
    line2: str = ""


@dataclass(frozen=True, slots=True)
class PaymentMethod:
    """A way to pay that the shop keeps for the customer: never a whole card number.

    `kind`: credit_card, paypal, gift_card, wechat …; `brand` and `last4` of a card; `balance_minor` of a gift card.
    """

    id: str
    kind: str
    brand: str = ""
    last4: str = ""
    balance_minor: int | None = None

    @property
    def told_as(self) -> str:
        """The kind as orders and policies call it: a card by its brand, everything else by its kind."""
        return self.brand if self.kind == "credit_card" and self.brand else self.kind


@dataclass(frozen=True, slots=True)
class Customer:
    """A buyer, or a visitor (`is_visitor`) of whom only the browser is known. `family_name` is the part of `name` that is it."""

    id: str
    name: str
    language: Literal["zh", "en"]
    is_visitor: bool
    created_at: datetime
    email: str = ""
    phone: str = ""
    level: Level = "regular"
    points: int = 0
    spent_12_months_minor: int = 0
    wants_marketing: bool = True
    addresses: tuple[Address, ...] = ()
    family_name: str = ""
    payments: tuple[PaymentMethod, ...] = ()

    @property
    def default_address(self) -> Address | None:
        """Where things go when nothing else was said."""
        return next((one for one in self.addresses if one.is_default), None)

    def find_payment(self, payment_id: str | None) -> PaymentMethod | None:
        """The stored method with this id, or None."""
        return next((one for one in self.payments if one.id == payment_id), None)
