"""The desk's records as its templates want them: every name they use is made here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from markupsafe import Markup

from xiaoer.app import App
from xiaoer.conversations.types import Conversation
from xiaoer.customers.types import Address, Customer
from xiaoer.db.ids import new_id
from xiaoer.desk.settle import next_steps
from xiaoer.desk.types import Staff
from xiaoer.privacy.mask import mask_email, mask_phone
from xiaoer.replies.cards import card_of
from xiaoer.shop.types import Order
from xiaoer.web.api.pictures import with_links
from xiaoer.web.console.desk.look import (
    STOP_S,
    WAIT_S,
    Holder,
    Line,
    Row,
    Waiting,
    holder_of,
    lines_of,
    rows_of,
    summary_slots,
    waiting_of,
)
from xiaoer.web.console.desk.phrases import Phrase, list_phrases
from xiaoer.web.console.desk.read import CustomerRecord, InboxRecord, ThreadRecord
from xiaoer.web.console.reader import Reader, day_of, frame_of, name_of, reason_text, short_moment
from xiaoer.web.console.verdict_card import verdict_card
from xiaoer.web.session import StaffSession
from xiaoer.web.templates import draw

# A link or form with these swaps only the open conversation and the inbox, and still works where no script runs.
SWAPS = Markup(
    'hx-boost="true" hx-target="#open" hx-select="#open" hx-select-oob="#inbox" hx-swap="outerHTML show:none"'
)


@dataclass(frozen=True, slots=True)
class Inbox:
    """The left column. `version` changes when it looks different."""

    tab: str
    counts: Mapping[str, int]
    rows: tuple[Row, ...]
    open_id: str
    version: str

    def tab_path(self, tab: str) -> str:
        """Where a tab leads: the open conversation stays open."""
        return f"/desk/conversations/{self.open_id}?tab={tab}" if self.open_id else f"/desk?tab={tab}"


@dataclass(frozen=True, slots=True)
class Thread:
    """The middle column. `colleagues`: whom it may be passed on to."""

    id: str
    name: str
    language: str
    holder: Holder
    waiting: Waiting | None
    place: Any
    mood: str
    lines: tuple[Line, ...]
    has_earlier: bool
    first_seq: int
    last_seq: int
    colleagues: tuple[Staff, ...]
    phrases: tuple[Phrase, ...]
    version: str


@dataclass(frozen=True, slots=True)
class Panel:
    """The right column. `facts`: names of texts and their values; `orders`: order cards in the reader's language."""

    customer: Customer
    facts: tuple[tuple[str, str], ...]
    orders: tuple[Mapping[str, Any], ...]
    earlier: tuple[Mapping[str, str], ...]
    verdict: Mapping[str, Any] | None
    verified: bool
    version: str


TOOLS: Mapping[str, Any] = {
    "swaps": SWAPS,
    "wait_s": WAIT_S,
    "stop_s": STOP_S,
    "summary_slots": summary_slots,
    "reason_text": reason_text,
    "new_id": new_id,
}


def tools_of(app: App, session: StaffSession, reader: Reader) -> dict[str, Any]:
    """What templates of the desk name, whatever they show."""
    return {**frame_of(app, session, reader), **TOOLS}


def inbox_of(record: InboxRecord, reader: Reader, *, open_id: str = "") -> Inbox:
    """The inbox as it is drawn."""
    rows = rows_of(record, reader)
    return Inbox(
        record.tab, record.counts, rows, open_id, _mark(record.tab, record.counts, open_id, rows, reader.t.language)
    )


def thread_of(app: App, shop_id: str, record: ThreadRecord, reader: Reader) -> Thread:
    """The thread as it is drawn."""
    conversation = record.conversation
    customer, shop = name_of(record.customer, reader.t), app.assistant_of(shop_id).shop
    speaker = conversation.language
    holder = holder_of(conversation, record.staff, reader)
    lines = lines_of(record, reader)
    since = conversation.waiting_since if conversation.holder == "queue" else None
    return Thread(
        id=conversation.id,
        name=customer,
        language=conversation.language,
        holder=holder,
        waiting=None if since is None else waiting_of(since, reader),
        place=record.place,
        mood=_mood(conversation),
        lines=tuple(replace(one, pictures=_pictures(app, shop_id, one)) for one in lines),
        has_earlier=record.previous is not None,
        first_seq=record.messages[0].seq if record.messages else conversation.last_seq + 1,
        last_seq=conversation.last_seq,
        colleagues=tuple(
            one for one in record.staff.values() if one.id not in (reader.staff.id, conversation.staff_id)
        ),
        phrases=list_phrases(
            reader.t.language,
            speaker,
            customer=customer,
            staff=reader.staff.name,
            shop=shop.names.get(speaker, shop.id),
        ),
        version=_mark(holder, record.place, since, reader.t.language),
    )


def _pictures(app: App, shop_id: str, line: Line) -> tuple[Mapping[str, Any], ...]:
    message = line.message
    return tuple(with_links(app, shop_id, message.conversation_id, message.attachments))


def draw_lines(app: App, session: StaffSession, record: ThreadRecord, reader: Reader) -> list[tuple[int, str]]:
    """Each line of a thread by its number, drawn by the template that draws them all."""
    thread = thread_of(app, session.shop_id, record, reader)
    frame = tools_of(app, session, reader)
    return [
        (line.message.seq, draw("desk/_message.html", reader.t.language, line=line, **frame)) for line in thread.lines
    ]


def panel_of(record: CustomerRecord, conversation: Conversation, reader: Reader) -> Panel:
    """The customer as staff may see them: enough to recognise, not enough to copy."""
    words = reader.words
    about = (conversation.state.get("focus") or {}).get("order_id")
    first = sorted(record.orders, key=lambda one: one.id != about)  # what the conversation is about stands on top
    orders = tuple(_order(one, reader) for one in first)
    earlier = tuple(
        {"id": one.id, "last": one.last_text, "when": short_moment(one.updated_at, reader)} for one in record.earlier
    )
    return Panel(
        customer=record.customer,
        facts=tuple(_facts(record.customer, conversation, reader)),
        orders=orders,
        earlier=earlier,
        verdict=None if record.verdict is None else verdict_card(record.verdict, words),
        verified=record.verified,
        version=_mark(record.customer, orders, earlier, record.verdict, conversation.mood),
    )


def _order(order: Order, reader: Reader) -> Mapping[str, Any]:
    """The order's card with its after-sales work and refunds, as (what, id, state, next steps)."""
    words, t = reader.words, reader.t
    work = [
        (t.code("desk.case", one.kind), one.id, t.code("desk.case_state", one.state), next_steps(order, one))
        for one in order.cases
    ]
    money = [
        (t("desk.refund", amount=words.money(one.amount_minor)), "", words.label("refund_state", one.state), ())
        for one in order.refunds
    ]
    return {**card_of({"type": "order", "order": order}, words), "work": [*work, *money]}


def _facts(customer: Customer, conversation: Conversation, reader: Reader) -> list[tuple[str, str]]:
    words, t = reader.words, reader.t
    home = next((one for one in customer.addresses if one.is_default), None) or next(iter(customer.addresses), None)
    facts = [
        ("phone", mask_phone(customer.phone) if customer.phone else ""),
        ("email", mask_email(customer.email) if customer.email else ""),
        ("city", _place(home)),
        ("spent", words.money(customer.spent_12_months_minor) if not customer.is_visitor else ""),
        ("since", day_of(customer.created_at, reader)),
        ("language", t.code("desk.language", conversation.language)),
        ("channel", t.code("desk.channel", conversation.channel)),
        (
            "marketing",
            "" if customer.is_visitor else t("slot_value.yes") if customer.wants_marketing else t("slot_value.no"),
        ),
    ]
    return [(name, value) for name, value in facts if value]


def _place(home: Address | None) -> str:
    """Province and city; a city that is its own province only once."""
    return "" if home is None else " ".join(dict.fromkeys(part for part in (home.region, home.city) if part))


def _mood(conversation: Conversation) -> str:
    return conversation.mood if conversation.mood in ("upset", "angry") else ""


def _mark(*seen: Any) -> str:
    """A short mark of what is drawn: two drawings with the same mark look alike."""
    return sha256(repr(seen).encode()).hexdigest()[:12]
