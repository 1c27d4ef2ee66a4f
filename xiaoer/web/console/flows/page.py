"""`/flows`: the flows as diagrams, with the intents that start them and how often each was walked lately."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from xiaoer.web.console.explain import diagram
from xiaoer.web.console.explain.story import title_of_intent
from xiaoer.web.console.reader import frame_of, reader_of
from xiaoer.web.session import SignedIn, app_of
from xiaoer.web.templates import language_of, render

router = APIRouter(include_in_schema=False)
_GROUPS = ("task", "information", "talk")


@router.get("/flows")
async def show_flows(request: Request, session: SignedIn) -> Response:
    """Every flow, by group, drawn from top to bottom."""
    app = app_of(request)
    reader, assistant = reader_of(app, session, language_of(request)), app.assistant_of(session.shop_id)
    flows = assistant.engine.flows.by_id.values()
    groups = [
        {
            "id": group,
            "flows": [
                {
                    "id": flow.id,
                    "drawing": diagram.drawing_of(flow, reader.t),
                    "intents": [title_of_intent(one, assistant, reader.t) for one in flow.intents],
                }
                for flow in flows
                if flow.group == group
            ],
        }
        for group in _GROUPS
    ]
    return render(
        request, "flows/flows.html", page="flows", groups=groups, geometry=diagram, **frame_of(app, session, reader)
    )
