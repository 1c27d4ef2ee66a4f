"""The demo shop's customers, out of `people.yaml` and `places.yaml`: who they are and where they live, not yet what they bought."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal

from xiaoer.customers.types import Address
from xiaoer.demo.read_yaml import read_yaml
from xiaoer.errors import ConfigurationError

Speed = Literal["near", "far", "remote", "abroad"]
# Numbers that look right and belong to nobody; the last four digits come from the customer's id.
_PHONES = {"CN": "+861380000{:04d}", "HK": "+8525100{:04d}", "MO": "+8536600{:04d}", "TW": "+88690000{:04d}"}
_MAIL = ("example.com", "example.org", "example.net")


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the demo. `hub`: the sorting centre in front of it; `speed`: how far it is for the couriers."""

    id: str
    country: str
    speed: Speed
    postcode: str
    region: Mapping[str, str]
    city: Mapping[str, str]
    district: Mapping[str, str]
    hub: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Person:
    """A customer to be. `buys`: keen, steady, light or none (their orders are written by hand); `homes`: default first."""

    id: str
    name: str
    language: Literal["zh", "en"]
    buys: Literal["keen", "steady", "light", "none"]
    taste: tuple[str, ...]
    email: str
    phone: str
    homes: tuple[tuple[Address, Place], ...]

    @property
    def addresses(self) -> tuple[Address, ...]:
        """Where to send to."""
        return tuple(address for address, _ in self.homes)


def read_places() -> dict[str, Place]:
    """The places by id."""
    return {key: Place(id=key, **data) for key, data in read_yaml("places.yaml").items()}


def read_people() -> tuple[Person, ...]:
    """Everybody, in the order of the file. ConfigurationError names the person whose entry is wrong."""
    places = read_places()
    taken: set[str] = set()
    found = []
    for data in read_yaml("people.yaml"):
        try:
            found.append(_person(data, places, taken))
        except (KeyError, TypeError) as error:
            raise ConfigurationError(
                f"people.yaml: {data.get('id', '?')!r} lacks or misspells {error}.",
                f"people.yaml：{data.get('id', '?')} 的 {error} 缺失或有误。",
            ) from error
    return tuple(found)


def _person(data: Mapping[str, Any], places: Mapping[str, Place], taken: set[str]) -> Person:
    country = places[data["homes"][0]["place"]].country
    phone = data.get("phone") or _phone(data["id"], country, taken)
    taken.add(phone[-4:])
    short = data["id"].removeprefix("cus_")
    homes = tuple(
        (_address(data, phone, home, places[home["place"]], number), places[home["place"]])
        for number, home in enumerate(data["homes"], 1)
    )
    return Person(
        id=data["id"],
        name=data["name"],
        language=data["language"],
        buys=data["buys"],
        taste=tuple(data.get("taste", ())),
        email=data.get("email") or f"{short}@{_MAIL[_number(short) % len(_MAIL)]}",
        phone=phone,
        homes=homes,
    )


def _address(data: Mapping[str, Any], phone: str, home: Mapping[str, Any], place: Place, number: int) -> Address:
    language = data["language"]
    return Address(
        id=f"{data['id'].replace('cus_', 'adr_')}_{number}",
        name=home.get("name") or data["name"],
        phone=phone,
        country=place.country,
        region=place.region[language],
        city=place.city[language],
        district=place.district[language],
        line=home["line"],
        postcode=place.postcode,
        is_default=number == 1,
    )


def _phone(person_id: str, country: str, taken: set[str]) -> str:
    digits = _number(person_id) % 10_000
    while f"{digits:04d}" in taken:
        digits = (digits + 1) % 10_000
    return _PHONES[country].format(digits)


def _number(text: str) -> int:
    return int.from_bytes(sha256(text.encode()).digest()[:4], "big")
