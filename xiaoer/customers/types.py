"""Who a customer is: frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Level = Literal["regular", "silver", "gold"]


@dataclass(frozen=True, slots=True)
class Address:
    """A place to send to. `region` is the province; `country` an ISO 3166 alpha-2 code (HK, MO and TW stand alone)."""

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


@dataclass(frozen=True, slots=True)
class Customer:
    """A buyer, or a visitor (`is_visitor`) of whom only the browser is known."""

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
