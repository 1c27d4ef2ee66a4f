"""Prove an order by two facts, its number and the last four digits of the telephone or the e-mail address used for it; or, where
the shop's policy lets that suffice, prove to be a customer by e-mail address, or by name and postcode.

Tries are counted before anything is compared, for numbers that exist and for numbers that don't alike; every comparison
takes the same time; and the answer never tells which fact was wrong or whether there is such an order.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import timedelta

from xiaoer.customers import store
from xiaoer.customers.types import Customer
from xiaoer.db.scope import Scope
from xiaoer.errors import TooMany

MOST_PER_CONVERSATION = 5
MOST_PER_ORDER = 15  # over all conversations: guessing four digits from many browsers is no way round
WINDOW = timedelta(hours=1)
_NOBODY = "\0nobody"


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """What the record knows of an order's owner."""

    customer_id: str
    phones: tuple[str, ...]
    email: str


def verify_two_facts(
    scope: Scope, *, conversation_id: str, order_number: str, proof: str, facts: OrderFacts | None
) -> str | None:
    """The owner's id when `proof` belongs to the order, else None; TooMany once the tries of the last hour are used up.

    `facts` is None for an unknown order: the same work is done, the answer is None.
    """
    since = scope.now - WINDOW
    here = store.count_tries(scope, since=since, conversation_id=conversation_id)
    everywhere = store.count_tries(scope, since=since, order_number=order_number)
    if here >= MOST_PER_CONVERSATION or everywhere >= MOST_PER_ORDER:
        raise _too_many()
    store.add_try(scope, conversation_id=conversation_id, order_number=order_number)
    known = facts or OrderFacts("", (_NOBODY,), _NOBODY)
    said, digits = proof.strip().lower(), "".join(letter for letter in proof if letter.isdigit())
    matches = [_same(said, known.email.lower())]
    for phone in known.phones:
        number = "".join(letter for letter in phone if letter.isdigit())
        matches.append(len(digits) == 4 and _same(digits, number[-4:]))
        matches.append(len(digits) >= 8 and _same(digits[-8:], number[-8:]))
    return known.customer_id if facts is not None and any(matches) else None


def identify(
    scope: Scope, *, conversation_id: str, email: str = "", name: str = "", postcode: str = ""
) -> str | None:
    """The id of the customer whom these facts name and nobody else, or None; TooMany once the tries of the last hour are used up.

    Give an e-mail address, or a name and a postcode. Two customers whom the same facts name are both not known by them.
    """
    fact = f"email:{email.strip().lower()}" if email else f"name:{store.name_key(name)}:{_digits(postcode)}"
    since = scope.now - WINDOW
    here = store.count_tries(scope, since=since, conversation_id=conversation_id)
    everywhere = store.count_tries(scope, since=since, order_number=fact)
    if here >= MOST_PER_CONVERSATION or everywhere >= MOST_PER_ORDER:
        raise _too_many()
    store.add_try(scope, conversation_id=conversation_id, order_number=fact)
    by_email = store.list_with_email(scope, email)  # both are asked for in any case, so that a try takes the same time
    by_name = store.list_namesakes(scope, name)
    if email:
        found = [one.id for one in by_email if _same(email.strip().lower(), one.email.lower())]
    else:
        found = [one.id for one in by_name if _lives_at(one, postcode)]
    return found[0] if len(found) == 1 else None


def _lives_at(customer: Customer, postcode: str) -> bool:
    """Whether one of the customer's own addresses has it; each is compared, whatever the first one brought."""
    said = _digits(postcode)
    return any([_same(said, _digits(one.postcode)) for one in customer.addresses])  # a list: no comparison is left out


def _digits(postcode: str) -> str:
    return "".join(letter for letter in postcode.casefold() if letter.isalnum())


def _too_many() -> TooMany:
    return TooMany(
        "Too many tries. Wait an hour, or ask for a person.",
        "核对次数过多，请一小时后再试，或转人工。",
        retry_after_s=int(WINDOW.total_seconds()),
    )


def _same(said: str, known: str) -> bool:
    """Constant time; an empty record matches nothing."""
    return bool(known) and hmac.compare_digest(said.encode(), known.encode())
