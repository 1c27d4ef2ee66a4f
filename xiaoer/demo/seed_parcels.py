"""Parcels and their tracks: complete from the warehouse to the door, then cut off at "now"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from xiaoer.demo.moments import Calendar, at_clock
from xiaoer.demo.seed_people import Place
from xiaoer.shop.types import CourierEvent, Names, Shipment, ShipmentState

ZTO, SF = "zto", "sf"
_SHORT: dict[str, Names] = {ZTO: {"zh": "中通", "en": "ZTO"}, SF: {"zh": "顺丰", "en": "SF Express"}}
_WAREHOUSE: Names = {"zh": "杭州", "en": "Hangzhou"}
_PORTS: dict[str, Names] = {
    "HK": {"zh": "深圳", "en": "Shenzhen"},
    "MO": {"zh": "珠海", "en": "Zhuhai"},
    "TW": {"zh": "厦门", "en": "Xiamen"},
}
_SIGNED: tuple[Names, ...] = (
    {"zh": "已签收，签收人：本人", "en": "Delivered and signed for by the recipient"},
    {"zh": "已签收，投放在丰巢快递柜", "en": "Delivered to the parcel locker"},
    {"zh": "已签收，放在家门口", "en": "Delivered, left at the front door"},
    {"zh": "已签收，由驿站代收", "en": "Delivered to the pick-up station"},
)
_WHY_STUCK: tuple[Names, ...] = (
    {
        "zh": "受天气影响，快件在{hub}转运中心滞留，恢复后优先转运",
        "en": "Held at the {hub} sorting centre because of the weather",
    },
    {"zh": "{hub}转运中心件量过大，快件等待处理", "en": "Waiting at the {hub} sorting centre, which is overloaded"},
    {"zh": "收件地址不详，快件在{hub}网点等待核实", "en": "Held at {hub}: the address has to be checked"},
)


@dataclass(frozen=True, slots=True)
class Step:
    """A line of a track, and what the parcel's state is from then on."""

    at: datetime
    state: ShipmentState
    place: Names
    text: Names


def days_of(place: Place, *, is_express: bool) -> tuple[int, int]:
    """How many days the courier needs to this place, from and to."""
    if place.speed in ("remote", "abroad"):
        return (5, 8)
    if not is_express:
        return (3, 5)
    return (1, 2) if place.speed == "near" else (2, 3)


def courier_of(place: Place, *, is_express: bool) -> str:
    """Hong Kong, Macau and Taiwan by SF Express only."""
    return SF if is_express or place.speed == "abroad" else ZTO


def tracking_number(rng: Random, courier: str) -> str:
    """SF and 13 digits, or 75/78 and 12 digits, as the couriers print them."""
    if courier == SF:
        return f"SF{rng.randrange(10**12, 10**13)}"
    return f"{rng.choice(('75', '78'))}{rng.randrange(10**11, 10**12)}"


def send_out(
    rng: Random,
    calendar: Calendar,
    place: Place,
    *,
    parcel_id: str,
    shipped_at: datetime,
    is_express: bool,
    delivered_at: datetime | None = None,
    fate: str = "",
) -> Shipment:
    """A parcel to the customer. `fate`: "" arrives, "stuck" stays where it is, "refused" goes back from the door."""
    courier = courier_of(place, is_express=is_express)
    days = days_of(place, is_express=is_express)
    some_day = at_clock(shipped_at, "09:30", days=rng.randint(*days)) + timedelta(minutes=rng.randrange(0, 600))
    delivered = delivered_at or some_day
    steps = _track_out(rng, place, courier, shipped_at, delivered)
    if fate == "stuck":
        steps = _stuck(rng, place, steps)
    elif fate == "refused":
        steps = _refused(place, courier, steps)
    return cut_off(
        calendar,
        steps,
        Shipment(
            id=parcel_id,
            courier=courier,
            tracking_number=tracking_number(rng, courier),
            state="waiting",
            direction="out",
            shipped_at=shipped_at,
            delivered_at=None,
            expected_at=at_clock(shipped_at, "20:00", days=days[1]),
        ),
    )


def send_back(
    rng: Random, calendar: Calendar, place: Place, *, parcel_id: str, collected_at: datetime, arrived_at: datetime
) -> Shipment:
    """A parcel back to the warehouse, collected at the customer's door."""
    courier = courier_of(place, is_express=False)
    short, hub = _SHORT[courier], place.hub
    span = arrived_at - collected_at
    steps = (
        _step(collected_at, "collected", place.district, "{a}快递员已上门取件", "Collected at your door by {a}", short),
        _step(
            collected_at + span * 0.2,
            "on_the_way",
            hub,
            "离开{a}转运中心，退回杭州",
            "Left {a}, on its way to Hangzhou",
            hub,
        ),
        _step(
            collected_at + span * 0.8,
            "on_the_way",
            _WAREHOUSE,
            "到达{a}转运中心",
            "Reached the {a} sorting centre",
            _WAREHOUSE,
        ),
        _step(arrived_at, "delivered", _WAREHOUSE, "云杉 3 号仓已签收", "Received by Spruce warehouse 3", {}),
    )
    parcel = Shipment(
        id=parcel_id,
        courier=courier,
        tracking_number=tracking_number(rng, courier),
        state="waiting",
        direction="back",
        shipped_at=calendar.passed(collected_at),
        delivered_at=None,
        expected_at=at_clock(arrived_at, "20:00"),
    )
    return cut_off(calendar, steps, parcel)


def cut_off(calendar: Calendar, steps: Sequence[Step], parcel: Shipment) -> Shipment:
    """The parcel as far as its track has come by now."""
    seen = [step for step in steps if step.at <= calendar.now]
    arrived = next((step.at for step in seen if step.state == "delivered"), None)
    return Shipment(
        id=parcel.id,
        courier=parcel.courier,
        tracking_number=parcel.tracking_number,
        state=seen[-1].state if seen else "waiting",
        direction=parcel.direction,
        shipped_at=parcel.shipped_at,
        delivered_at=arrived,
        expected_at=parcel.expected_at,
        events=tuple(CourierEvent(step.at, step.place, step.text) for step in seen),
    )


def _track_out(rng: Random, place: Place, courier: str, shipped: datetime, delivered: datetime) -> list[Step]:
    out = delivered - timedelta(minutes=rng.randrange(55, 85))
    way = out - shipped
    short, hub = _SHORT[courier], place.hub
    steps = [
        _step(shipped, "collected", _WAREHOUSE, "{a}已揽收", "Collected by {a}", short),
    ]
    if hub != _WAREHOUSE:
        steps.append(
            _step(shipped + way * 0.1, "on_the_way", _WAREHOUSE, "离开杭州，发往{a}", "Left Hangzhou for {a}", hub)
        )
    if place.speed == "abroad":
        port = _PORTS[place.country]
        steps += [
            _step(shipped + way * 0.3, "on_the_way", port, "到达{a}口岸，等待清关", "Reached customs at {a}", port),
            _step(
                shipped + way * 0.55, "on_the_way", port, "清关完成，离开{a}口岸", "Cleared customs and left {a}", port
            ),
        ]
    area = place.district
    return [
        *steps,
        _step(shipped + way * 0.66, "on_the_way", hub, "到达{a}转运中心", "Reached the {a} sorting centre", hub),
        _step(
            shipped + way * 0.72, "on_the_way", hub, "离开{a}转运中心，发往网点", "Left {a} for the local depot", hub
        ),
        _step(shipped + way * 0.9, "on_the_way", area, "到达{a}网点", "Reached the depot in {a}", area),
        _step(out, "out_for_delivery", area, "快递员正在派送，请保持电话畅通", "Out for delivery", {}),
        Step(delivered, "delivered", area, rng.choice(_SIGNED)),
    ]


def _stuck(rng: Random, place: Place, steps: Sequence[Step]) -> list[Step]:
    """Up to the sorting centre, and then a line that says why it stays there."""
    hub_at = next(index for index, step in enumerate(steps) if step.place == place.hub)
    why = rng.choice(_WHY_STUCK)
    text = {language: words.format(hub=place.hub[language]) for language, words in why.items()}
    held = Step(steps[hub_at].at + timedelta(hours=rng.randrange(5, 11)), "stuck", place.hub, text)
    return [*steps[: hub_at + 1], held]


def _refused(place: Place, courier: str, steps: Sequence[Step]) -> list[Step]:
    at, short = steps[-1].at, _SHORT[courier]
    return [
        *steps[:-1],
        _step(
            at,
            "back",
            place.district,
            "收件人拒收，{a}将退回商家",
            "Refused at the door; {a} takes it back to the shop",
            short,
        ),
        _step(at + timedelta(days=3), "back", _WAREHOUSE, "已退回云杉 3 号仓", "Back at Spruce warehouse 3", {}),
    ]


def _step(at: datetime, state: ShipmentState, place: Names, zh: str, en: str, a: Names) -> Step:
    at = at.replace(microsecond=0)
    return Step(at, state, place, {"zh": zh.format(a=a.get("zh", "")), "en": en.format(a=a.get("en", ""))})
