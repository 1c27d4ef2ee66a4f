"""Who holds a conversation: staff take it over, hand it back, pass it on, end it. Each leaves an event line in the record.

The holder and its version stand in one row, and the assistant delivers only while it holds the conversation, so the
machine and a person never talk at once.
"""

from __future__ import annotations

from typing import Any

from xiaoer.conversations import store as conversations
from xiaoer.conversations.store import NewMessage
from xiaoer.conversations.types import Conversation, Holder
from xiaoer.db.scope import Scope
from xiaoer.desk import store
from xiaoer.desk.types import Staff
from xiaoer.errors import Conflict, NotAllowed
from xiaoer.privacy.store import add_audit

_WORDS = {
    "taken_over": {"zh": "{name} 为您服务", "en": "{name} has joined the conversation"},
    "passed_on": {"zh": "会话已转给 {name}", "en": "The conversation was passed on to {name}"},
    "handed_back": {"zh": "接下来由 AI 客服小二为您服务", "en": "Xiaoer, the AI assistant, is back"},
    "ended": {"zh": "本次人工服务已结束", "en": "This conversation was ended"},
}


def take_over(scope: Scope, conversation_id: str, staff: Staff) -> Conversation:
    """The conversation is this member's. Conflict when a colleague has it (a lead may take it all the same)."""
    conversation = conversations.get_conversation(scope, conversation_id)
    if conversation.holder == "staff" and conversation.staff_id == staff.id:
        return conversation
    if conversation.holder == "staff" and staff.role != "lead":
        colleague = store.find_staff(scope, conversation.staff_id or "")
        name = colleague.name if colleague else "?"
        raise Conflict(f"{name} was faster and has this conversation.", f"{name} 已经接手了这个会话。")
    return _give(scope, conversation, staff, "taken_over", "staff", to=staff)


def pass_on(scope: Scope, conversation_id: str, staff: Staff, to: Staff) -> Conversation:
    """A colleague goes on with it."""
    conversation = get_held(scope, conversation_id, staff)
    return _give(scope, conversation, staff, "passed_on", "staff", to=to)


def hand_back(scope: Scope, conversation_id: str, staff: Staff) -> Conversation:
    """The assistant answers again, from the customer's next line on; what staff already answered is not answered twice."""
    conversation = get_held(scope, conversation_id, staff)
    return _give(scope, conversation, staff, "handed_back", "assistant")


def end(scope: Scope, conversation_id: str, staff: Staff) -> Conversation:
    """It is over; a new line of the customer opens it again with the assistant."""
    conversation = get_held(scope, conversation_id, staff)
    return _give(scope, conversation, staff, "ended", "closed")


def get_held(scope: Scope, conversation_id: str, staff: Staff) -> Conversation:
    """The conversation, if this member holds it; NotAllowed says what to do otherwise. A lead may act for a colleague."""
    conversation = conversations.get_conversation(scope, conversation_id)
    is_mine = conversation.holder == "staff" and (conversation.staff_id == staff.id or staff.role == "lead")
    if not is_mine:
        raise NotAllowed("Take the conversation over first.", "请先接手这个会话。")
    return conversation


def _give(
    scope: Scope, conversation: Conversation, by: Staff, event: str, holder: Holder, *, to: Staff | None = None
) -> Conversation:
    if holder in ("assistant", "closed"):  # lines that a person answered are not owed by the machine
        conversation = conversations.save_answered(
            scope,
            conversation,
            answered_seq=conversation.customer_seq,
            state=_without_open_questions(conversation.state),
            mood=conversation.mood,
        )
    saved = conversations.save_holder(scope, conversation, holder=holder, staff_id=to.id if to else None)
    name = to.name if to else by.name
    line = NewMessage(
        author="system",
        kind="event",
        text=_WORDS[event][conversation.language].format(name=name),
        language=conversation.language,
        staff_id=by.id,
        data={"event": event, "staff_id": to.id if to else by.id, "staff_name": name},
    )
    conversations.add_message(scope, conversation.id, line)
    add_audit(scope, who=by.id, what=event, about=conversation.id, data={"to": to.id if to else holder})
    return conversations.get_conversation(scope, saved.id)


def _without_open_questions(state: Any) -> dict[str, Any]:
    """A yes after a person's words is no yes to what the machine read back before; who was verified stays verified."""
    return {**state, "goals": [], "question": None, "proposal": None} if state else {}
