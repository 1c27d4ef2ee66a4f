"""Every statement that carries after-sales work on: its state, its money, and what comes back to the warehouse."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from xiaoer.db.scope import Scope
from xiaoer.errors import NotFound
from xiaoer.shop.store_orders import get_order
from xiaoer.shop.tables import cases, order_items, orders, refunds
from xiaoer.shop.types import Case, CaseState, Order, Refund


def get_case(scope: Scope, case_id: str) -> tuple[Order, Case]:
    """The case and the order on which it hangs; NotFound where there is none."""
    order_id = scope.scalar(scope.select(cases.c.order_id).where(cases.c.id == case_id))
    if order_id is None:
        raise NotFound("There is no such case.", "没有这个售后单。", field="case_id")
    order = get_order(scope, str(order_id))
    return order, next(one for one in order.cases if one.id == case_id)


def save_case_state(scope: Scope, case_id: str, state: CaseState) -> None:
    """How far the work has come."""
    scope.execute(scope.update(cases).where(cases.c.id == case_id).values(state=state))


def save_started(scope: Scope, order: Order, refund: Refund, *, due_at: datetime | None, has_arrived: bool) -> None:
    """The planned money is on its way, or there already; from now on the order counts it as given back."""
    values = {
        "state": "arrived" if has_arrived else "started",
        "started_at": scope.now,
        "due_at": due_at,
        "arrived_at": scope.now if has_arrived else None,
    }
    scope.execute(scope.update(refunds).where(refunds.c.id == refund.id).values(**values))
    more = {"refunded_minor": orders.c.refunded_minor + refund.amount_minor}
    scope.execute(scope.update(orders).where(orders.c.id == order.id).values(**more))


def save_arrived(scope: Scope, refund: Refund) -> None:
    """The money is there."""
    scope.execute(scope.update(refunds).where(refunds.c.id == refund.id).values(state="arrived", arrived_at=scope.now))


def forget_planned(scope: Scope, case: Case) -> None:
    """What was planned for this case will not be paid."""
    planned = (refunds.c.case_id == case.id, refunds.c.state == "planned")
    scope.execute(scope.delete(refunds).where(*planned))


def uncount(scope: Scope, case: Case) -> None:
    """The pieces of a return or an exchange that was refused stay with the customer as they were."""
    column = order_items.c.exchanged_quantity if case.kind == "exchange" else order_items.c.returned_quantity
    for item_id, pieces in case.items:
        less = sa.case((column < pieces, 0), else_=column - pieces)
        scope.execute(scope.update(order_items).where(order_items.c.id == item_id).values({column: less}))
