"""What staff write into a conversation: replies that the customer sees, and notes that only staff see."""

from __future__ import annotations

from xiaoer.conversations import store as conversations
from xiaoer.conversations.store import NewMessage
from xiaoer.conversations.types import Message
from xiaoer.db.scope import Scope
from xiaoer.desk.hold import get_held
from xiaoer.desk.types import Staff
from xiaoer.errors import Invalid, NotAllowed

MOST_CHARACTERS = 4000


def reply(scope: Scope, conversation_id: str, staff: Staff, text: str, *, client_id: str) -> Message:
    """A line of this member of staff, stored once per `client_id`. NotAllowed unless they hold the conversation."""
    conversation = get_held(scope, conversation_id, staff)
    if conversation.staff_id != staff.id:
        raise NotAllowed("Take the conversation over first.", "请先接手这个会话。")
    new = NewMessage(
        author="staff", text=_checked(text), language=conversation.language, client_id=client_id, staff_id=staff.id
    )
    return conversations.add_message(scope, conversation_id, new)


def add_note(scope: Scope, conversation_id: str, staff: Staff, text: str, *, client_id: str = "") -> Message:
    """A note for colleagues; anybody on staff may write one."""
    conversation = conversations.get_conversation(scope, conversation_id)
    new = NewMessage(
        author="staff",
        kind="note",
        text=_checked(text),
        language=conversation.language,
        client_id=client_id,
        staff_id=staff.id,
    )
    return conversations.add_message(scope, conversation_id, new)


def _checked(text: str) -> str:
    words = text.strip()
    if not words:
        raise Invalid("Write something first.", "请先输入内容。", field="text")
    if len(words) > MOST_CHARACTERS:
        raise Invalid(
            f"At most {MOST_CHARACTERS} characters; this has {len(words)}.",
            f"最多 {MOST_CHARACTERS} 个字符，现在有 {len(words)} 个。",
            field="text",
        )
    return words
