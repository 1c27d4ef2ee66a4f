"""A small world for the dialogue: what is said, what the world answers, and one turn played to its end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from tests import people
from xiaoer.aftersales.policy import Policy, read_policy
from xiaoer.demo.seed import policy_text
from xiaoer.dialogue.context import Context
from xiaoer.dialogue.effects import Act, Effect, Ending, HandOff, LookUp, Say
from xiaoer.dialogue.engine import Engine
from xiaoer.dialogue.events import Done, Event, Failed, Found, Said
from xiaoer.dialogue.flow import read_flows
from xiaoer.dialogue.state import State
from xiaoer.knowledge.types import Answer, Hit
from xiaoer.nlu.types import Entity, IntentScore, Understanding, Wish
from xiaoer.shop.types import Coupon, Order

ENGINE = Engine(read_flows())
MOST_EFFECTS = 32  # turn.py gives up after so many
PRODUCTS = {"hoodie": people.hoodie(), "kettle": people.kettle()}

DELIVERED = people.order_of(people.mei(), people.item_of(people.hoodie(), quantity=2), people.item_of(people.kettle()), number=17)
SHIPPED = people.late_order()
PAID = people.order_of(people.mei(), people.item_of(people.hoodie(), variant=4), state="paid", number=20)
UNPAID = people.order_of(people.mei(), people.item_of(people.kettle()), state="unpaid", number=21)
ORDERS = (UNPAID, PAID, SHIPPED, DELIVERED)


@cache
def policy() -> Policy:
    """The demo shop's after-sales policy."""
    return read_policy(policy_text())


def context_of(*orders: Order, language: str = "zh", is_signed_in: bool = True, seq: int = 1, **changes: Any) -> Context:
    """A context on Monday morning: Mei with these orders, or a visitor who may see them."""
    made = Context(
        now=people.NOW,
        shop=people.SHOP,
        language="zh" if language == "zh" else "en",
        customer=people.mei() if is_signed_in else people.vi(),
        is_signed_in=is_signed_in,
        policy=policy(),
        orders=orders,
        staff_online=True,
        turn_key=f"cnv_1-{seq}",
    )
    return replace(made, **changes)


def named(kind: str, value: Any, text: str = "x") -> Entity:
    """An entity at the head of the message."""
    return Entity(kind, text, 0, len(text), value)


def wish(intent: str, text: str, *, chance: float = 0.95, outcome: str = "answer", entities: Iterable[Entity] = ()) -> Wish:
    """The whole message as one wish; the second likeliest intent is another one."""
    other = "greeting" if intent != "greeting" else "thanks"
    scores = (IntentScore(intent, chance), IntentScore(other, 1 - chance))
    return Wish(0, len(text), scores, outcome, 0.1, tuple(entities))  # type: ignore[arg-type]


def say(text: str, intent: str = "", *entities: Entity, seq: int = 1, language: str = "zh", **more: Any) -> Said:
    """The customer's words, understood as one wish (none sure of itself when `intent` is left out)."""
    wishes = more.pop("wishes", None)
    if wishes is None:
        wishes = (wish(intent, text, entities=entities) if intent else wish("oos", text, outcome="outside"),)
    choice = more.pop("choice", {})
    understanding = Understanding(text, "zh" if language == "zh" else "en", wishes, entities, **more)
    return Said(understanding, seq, choice)


def yes(seq: int) -> Said:
    """A plain yes."""
    return say("好的", "affirm", named("yes", "plain", "好的"), seq=seq)


def no(seq: int) -> Said:
    """A plain no."""
    return say("不用了", "deny", named("no", "plain", "不用"), seq=seq)


def press(choice: Mapping[str, Any], seq: int, text: str = "按钮") -> Said:
    """A button."""
    return say(text, seq=seq, choice=choice)


def obliging(state: State, seq: int, pick: int) -> Said:
    """What a customer says who answers whatever is open: a yes, an offered button, or the fact that was asked for."""
    question = state.question
    if state.proposal is not None:
        return yes(seq) if pick % 2 else press({"answer": "yes", "proposal": state.proposal.id}, seq)
    if question is None:
        return yes(seq)
    if question.choices:
        value = question.choices[pick % len(question.choices)]["value"]
        return press({"slot": question.slot, "value": value}, seq)
    facts: dict[str, tuple[Entity, ...]] = {
        "verify": (named("order_number", DELIVERED.id), named("last_digits", "8000")),
        "address": (named("address", {"region": "上海", "city": "上海市", "district": "浦东新区", "line": "世纪大道100号"}),),
        "products": (named("product", {"product_ids": ["hoodie"], "score": 1.0}),),
    }
    photo = ({"id": "upl_1"},) if question.slot == "photo" else ()
    return say("给你", "", *facts.get(question.slot, ()), seq=seq, attachments=photo)


def answer_of(outcome: str) -> Answer:
    """What the knowledge says."""
    hit = Hit("postage", 1, "zh", "运费怎么算", "满 99 免运费。", 0, 9, 0.9, "title", body="满 99 免运费。", category="shipping")
    other = replace(hit, article_id="invoice", title="怎么开发票")
    return Answer(outcome, 0.9, () if outcome == "unknown" else (hit, other))  # type: ignore[arg-type]


def find(effect: LookUp, *, knows: str = "answer") -> Any:
    """What a healthy world finds."""
    if effect.what in ("products", "accessories"):
        return tuple(PRODUCTS[one] for one in effect.arguments["ids"] if one in PRODUCTS)
    if effect.what == "verify":
        is_right = effect.arguments["order_number"] == DELIVERED.id and effect.arguments["proof"] == "8000"
        return {"customer_id": "mei", "order": DELIVERED, "level": "silver"} if is_right else None
    found: dict[str, Any] = {
        "answer": answer_of(knows),
        "advice": tuple(PRODUCTS.values()),
        "coupons": (Coupon("cpn_1", "SAVE10", {"zh": "满减券", "en": "Voucher"}, 1000, 9900, people.days_ago(-9), "open"),),
        "facts": None,
        "queue": {"is_open": True, "waiting": 2, "position": 3},
    }
    return found[effect.what]


def result_of(effect: Act) -> dict[str, Any]:
    """What stands in the record after an act; with everything that any `…_done` part may tell."""
    request: Mapping[str, Any] = effect.arguments.get("request", {})
    verdict: Mapping[str, Any] = effect.arguments.get("verdict", {})
    refund = int(verdict.get("refund_minor") or 0)
    return {
        "order_id": request.get("order_id") or effect.arguments.get("order_id"), "payment_kind": "wechat", "refund_days": (1, 3),
        "refund_minor": refund, "difference_minor": -refund, "has_coupon": False, "has_gift": False, "is_paid": True,
        "options": {"colour": "grey", "size": "XL"}, "total_minor": 19900, "title": "个人", "case_id": "AS20261123000001",
        "address": {**DELIVERED.address, **(request.get("address") or {})}, "state": "paid", "feedback_id": "fbk_1",
    }  # fmt: skip


def healthy(effect: Effect) -> Event:
    """Everything is found and every act is committed."""
    if isinstance(effect, LookUp):
        return Found(effect.key, find(effect))
    assert isinstance(effect, Act)
    return Done(effect.key, result_of(effect))


def failing(code: str) -> Callable[[Effect], Event]:
    """Nothing answers but the queue."""

    def answer(effect: Effect) -> Event:
        assert isinstance(effect, LookUp | Act)
        return Failed(effect.key, code)

    return answer


@dataclass
class Talk:
    """A conversation: `state` between turns, and what each turn did."""

    context: Context
    state: State = field(default_factory=State)
    acts: list[Act] = field(default_factory=list)
    looked_up: list[LookUp] = field(default_factory=list)
    seq: int = 0

    def turn(self, said: Said, answer: Callable[[Effect], Event] = healthy) -> Ending:
        """Play one turn to its ending."""
        self.seq = said.seq
        context = replace(self.context, turn_key=f"cnv_1-{said.seq}", language=said.understanding.language)
        event: Event = said
        self.acts, self.looked_up = [], []
        for _ in range(MOST_EFFECTS):
            self.state, effect = ENGINE.decide(self.state, event, context)
            if isinstance(effect, Say | HandOff):
                return effect
            (self.acts if isinstance(effect, Act) else self.looked_up).append(effect)  # type: ignore[arg-type]
            event = answer(effect)
        raise AssertionError("the decision did not end")


def parts_of(ending: Ending) -> list[str]:
    """The names of what is said."""
    return [part.template for part in ending.parts]
