"""The whole desk drawn: asked for by its address, or come back from a form that failed."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import Response

from xiaoer.db.scope import Scope
from xiaoer.errors import XiaoerError
from xiaoer.knowledge.types import Answer
from xiaoer.web.console.desk.read import DeskRecord, read_desk
from xiaoer.web.console.desk.view import inbox_of, panel_of, thread_of, tools_of
from xiaoer.web.console.reader import reader_of
from xiaoer.web.session import StaffSession, app_of
from xiaoer.web.templates import language_of, read_catalogue, render


async def desk_page(
    request: Request,
    session: StaffSession,
    *,
    tab: str = "",
    conversation_id: str | None = None,
    show: str = "",
    whole: bool = False,
    error: XiaoerError | None = None,
    unsent: str = "",
    question: str = "",
    answer: Answer | None = None,
) -> Response:
    """The whole desk. `show`: the column that a narrow screen shows; `error`: what went wrong with the form just sent."""
    app, language = app_of(request), language_of(request)

    def read_all(scope: Scope) -> DeskRecord:
        return read_desk(scope, staff=session.staff, tab=tab, conversation_id=conversation_id, whole=whole)

    record = await app.database.read(session.shop_id, read_all)
    reader = reader_of(app, session, language)
    thread = panel = None
    if record.thread is not None and record.customer is not None:
        thread = thread_of(app, session.shop_id, record.thread, reader)
        panel = panel_of(record.customer, record.thread.conversation, reader)
    return render(
        request,
        "desk/desk.html",
        status=error.status if error else 200,
        page="desk",
        tab=record.inbox.tab,
        inbox=inbox_of(record.inbox, reader, open_id=conversation_id or ""),
        waiting=record.inbox.counts["queue"],
        thread=thread,
        panel=panel,
        conversation_id=conversation_id or "",
        show="inbox" if thread is None else "customer" if show == "customer" else "thread",
        notice=error.text(language) if error else "",
        unsent=unsent,
        question=question,
        answer=answer,
        wanted="",
        found=(),
        places=places_of(language, ""),
        **tools_of(app, session, reader),
    )


def places_of(language: str, wanted: str) -> list[tuple[str, str]]:
    """Where Ctrl-K leads beside conversations, by path and name; those whose name holds what was typed."""
    t = read_catalogue("zh" if language == "zh" else "en")
    places = [(f"/desk?tab={name}", t(f"desk.tab.{name}")) for name in ("queue", "mine", "assistant", "all", "closed")]
    places.append(("/knowledge", t("layout.page.knowledge")))
    places.append(("/training", t("layout.page.training")))
    places.append(("/explain", t("layout.page.explain")))
    return [place for place in places if wanted.strip().lower() in place[1].lower()]
