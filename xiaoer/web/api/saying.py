"""A line of the customer goes into the record: the same path for HTTP and the socket."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xiaoer.app import App
from xiaoer.conversations import store as conversations
from xiaoer.conversations.store import NewMessage
from xiaoer.conversations.types import Conversation, Message
from xiaoer.db.scope import Scope
from xiaoer.nlu.language import language_of
from xiaoer.web.api.callers import keep_pace, line_key
from xiaoer.web.api.pace import Pace
from xiaoer.web.api.pictures import attach
from xiaoer.web.api.reading import get_own
from xiaoer.web.api.shapes import Line
from xiaoer.web.identity import Visit


@dataclass(frozen=True, slots=True)
class Said:
    """The stored line. `is_new` is False when it had been stored before under the same id."""

    message: Message
    is_new: bool


async def say(app: App, visit: Visit, line: Line, pace: Pace) -> Said:
    """Store the line once and start the answer. NotFound, TooMany or Invalid: nothing was stored."""

    def read(scope: Scope) -> tuple[Conversation, Message | None]:
        conversation = get_own(scope, visit)
        stored = conversations.find_message_by_client_id(scope, conversation.id, "customer", line.client_id)
        return conversation, stored

    conversation, stored = await app.database.read(visit.shop_id, read)
    if stored is not None:  # sent again because the answer was lost on the way: free of charge
        return Said(stored, False)
    keep_pace(pace, line_key(visit))
    pictures: Sequence[dict[str, object]] = await attach(app, visit, line.attachments) if line.attachments else ()
    new = NewMessage(
        author="customer",
        text=line.text,
        language=conversation.language if line.choice else language_of(line.text, conversation.language),
        client_id=line.client_id,
        attachments=pictures,
        data={"choice": dict(line.choice)} if line.choice else None,
    )
    return Said(await app.turns.receive(visit.shop_id, visit.conversation_id, new), True)
