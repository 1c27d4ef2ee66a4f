"""What a customer may see of their conversation: the lines and its state, in one read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from xiaoer.app import App
from xiaoer.conversations import store as conversations
from xiaoer.conversations import store_inbox as inbox
from xiaoer.conversations.store_inbox import QueuePlace
from xiaoer.conversations.types import Conversation, Message
from xiaoer.db.scope import Scope
from xiaoer.desk import store as desk
from xiaoer.errors import NotFound
from xiaoer.web.api.pictures import with_links
from xiaoer.web.api.shapes import MOST_SEQ, conversation_json, message_json
from xiaoer.web.identity import Visit

PAGE = 100


@dataclass(frozen=True, slots=True)
class Sight:
    """A conversation as it stands, and some of its lines. `more`: there are further lines in the direction asked for."""

    conversation: Conversation
    place: QueuePlace | None
    messages: tuple[Message, ...]
    staff_names: dict[str, str]
    more: bool

    def conversation_json(self, app: App, visit: Visit) -> dict[str, Any]:
        """Its state for the screen."""
        return conversation_json(
            self.conversation,
            self.place,
            staff_names=self.staff_names,
            staff_online=app.is_staff_online(visit.shop_id),
        )

    def messages_json(self, app: App, visit: Visit) -> list[dict[str, Any]]:
        """Its lines for the screen."""
        return lines_json(app, visit, self.messages, self.staff_names)


def lines_json(app: App, visit: Visit, lines: Sequence[Message], staff_names: dict[str, str]) -> list[dict[str, Any]]:
    """Lines with the links of their pictures."""
    return [
        message_json(
            line,
            staff_names=staff_names,
            pictures=with_links(app, visit.shop_id, visit.conversation_id, line.attachments),
        )
        for line in lines
    ]


def get_own(scope: Scope, visit: Visit) -> Conversation:
    """The conversation of the session; NotFound when it is not, or no longer, this customer's."""
    found = conversations.find_conversation(scope, visit.conversation_id)
    if found is None or found.customer_id != visit.customer_id:
        raise NotFound(
            "There is no such conversation. Open a new session.", "没有这个会话，请重新建立会话。", field="token"
        )
    return found


async def look(
    app: App, visit: Visit, *, after: int = 0, before: int | None = None, recent: bool = False, limit: int = PAGE
) -> Sight:
    """The lines after a sequence number, the last ones before one, or (`recent`) the newest; oldest first."""

    def read(scope: Scope) -> Sight:
        conversation = get_own(scope, visit)
        end = None if before is None and not recent else min(before or MOST_SEQ, conversation.last_seq + 1)
        first = after if end is None else max(0, end - 1 - limit)  # numbers have no gaps; notes are left out
        lines = conversations.list_messages(scope, visit.conversation_id, after_seq=first, limit=limit + 1)
        if end is not None:
            lines = tuple(line for line in lines if line.seq < end)
        shown = lines[:limit]
        ids = {line.staff_id for line in shown if line.staff_id} | {conversation.staff_id or ""}
        return Sight(
            conversation=conversation,
            place=inbox.find_queue_place(scope, conversation),
            messages=shown,
            staff_names=_names(scope, ids - {""}),
            more=len(lines) > limit if end is None else first > 0 and not recent,
        )

    return await app.database.read(visit.shop_id, read)


def _names(scope: Scope, ids: set[str]) -> dict[str, str]:
    members = (desk.find_staff(scope, one) for one in ids)
    return {member.id: member.name for member in members if member is not None}
