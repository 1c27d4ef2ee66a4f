"""What the chat API takes and gives, and the limits on it. The JSON of a message is the same over HTTP and the socket."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from xiaoer.conversations.store_inbox import QueuePlace
from xiaoer.conversations.types import Conversation, Message
from xiaoer.errors import Invalid

MOST_CHARACTERS = 4000
MOST_PICTURES = 4
MOST_SEQ = 2**31 - 1
_MOST_CHOICE = 2000  # characters of JSON
_CHOICE_KEYS = frozenset({"slot", "value", "answer", "proposal", "intent"})
_CLIENT_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
# Lone surrogates cannot be stored at all, NUL not on every engine; other control characters only disturb who reads them.
_UNSTORABLE = re.compile("[\ud800-\udfff]")
_UNSAYABLE = re.compile("[\ud800-\udfff]|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

ClientId = Annotated[str, StringConstraints(pattern=f"^{_CLIENT_ID.pattern}$")]


class OpenSession(BaseModel):
    """Who wants to talk. `identity`: a JWT by the shop's server; `visitor`: the token of an earlier session."""

    model_config = ConfigDict(extra="forbid")

    shop: str | None = Field(None, max_length=64, description="The shop's id; the installation's own when left out.")
    language: str | None = Field(None, max_length=35, description="A language tag such as zh, zh-Hans or en-GB.")
    identity: str | None = Field(
        None, max_length=4096, description="HS256 JWT with sub and exp; name, email, phone, language if known."
    )
    visitor: str | None = Field(None, max_length=4096, description="The token of an earlier session in this browser.")


class SayLine(BaseModel):
    """A line of the customer. Sent twice with the same `client_id`, it is stored once."""

    model_config = ConfigDict(extra="forbid")

    client_id: ClientId
    text: str = ""
    choice: dict[str, Any] | None = Field(None, description="What a pressed button carries.")
    attachments: list[str] = Field(default_factory=list, description="Ids of uploaded pictures.")


class Rate(BaseModel):
    """有用 or 没用; null takes it back."""

    model_config = ConfigDict(extra="forbid")

    useful: bool | None


@dataclass(frozen=True, slots=True)
class Line:
    """A line that may be stored: clean text, a choice of known shape, ids of pictures."""

    client_id: str
    text: str
    choice: Mapping[str, Any]
    attachments: tuple[str, ...]


def read_line(client_id: object, text: object, choice: object, attachments: object) -> Line:
    """The line, or Invalid: what to change. Takes anything, since a socket has no schema in front of it."""
    if not isinstance(client_id, str) or not _CLIENT_ID.fullmatch(client_id):
        raise Invalid(
            "“client_id” must be 1 to 64 letters, digits or _ . : -",
            "“client_id”应为 1 到 64 个字母、数字或 _ . : -",
            field="client_id",
        )
    pictures = _read_attachments(attachments)
    words = _read_text(text)
    if not words and not pictures:
        raise Invalid("Write something, or add a picture.", "请输入内容或添加图片。", field="text")
    return Line(client_id, words, _read_choice(choice), pictures)


def _read_text(text: object) -> str:
    if text is None:
        return ""
    if not isinstance(text, str):
        raise Invalid("“text” must be text.", "“text”应为文本。", field="text")
    words = _UNSAYABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if len(words) > MOST_CHARACTERS:
        raise Invalid(
            f"At most {MOST_CHARACTERS} characters fit into one message; this one has {len(words)}. Send it in parts.",
            f"一条消息最多 {MOST_CHARACTERS} 个字符，现在有 {len(words)} 个，请分几条发送。",
            field="text",
        )
    return words


def _read_attachments(attachments: object) -> tuple[str, ...]:
    if attachments is None:
        return ()
    if not isinstance(attachments, list) or not all(isinstance(one, str) and len(one) <= 100 for one in attachments):
        raise Invalid(
            "“attachments” must be a list of upload ids.", "“attachments”应为图片编号的列表。", field="attachments"
        )
    if len(attachments) > MOST_PICTURES:
        raise Invalid(
            f"At most {MOST_PICTURES} pictures fit into one message.",
            f"一条消息最多 {MOST_PICTURES} 张图片。",
            field="attachments",
        )
    return tuple(dict.fromkeys(attachments))


def _read_choice(choice: object) -> Mapping[str, Any]:
    if choice is None or choice == {}:
        return {}
    problem = Invalid("“choice” is not what a button carries.", "“choice”的内容不正确。", field="choice")
    if not isinstance(choice, dict) or not set(choice) <= _CHOICE_KEYS:
        raise problem
    if any(not isinstance(choice[key], str) for key in choice if key != "value"):
        raise problem
    try:
        plain = json.dumps(choice, ensure_ascii=False, allow_nan=False)
    except (ValueError, RecursionError):
        raise problem from None
    if len(plain) > _MOST_CHOICE or _UNSTORABLE.search(plain) or "\\u0000" in plain:
        raise problem
    return choice


def message_json(
    message: Message, *, staff_names: Mapping[str, str], pictures: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """A message as the customer's screen gets it. `pictures`: its attachments with links."""
    return {
        "seq": message.seq,
        "client_id": message.client_id,
        "author": message.author,
        "kind": message.kind,
        "text": message.text,
        "language": message.language,
        "created_at": message.created_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "staff_name": staff_names.get(message.staff_id or ""),
        "turn_id": message.turn_id,
        "cards": list(message.cards),
        "sources": list(message.sources),
        "chips": list(message.chips),
        "attachments": list(pictures),
        "data": dict(message.data),
        "useful": message.useful,
    }


def conversation_json(
    conversation: Conversation, place: QueuePlace | None, *, staff_names: Mapping[str, str], staff_online: bool
) -> dict[str, Any]:
    """Who holds the conversation, and where it stands in the queue."""
    holder: Literal["assistant", "queue", "staff", "closed"] = conversation.holder
    return {
        "id": conversation.id,
        "holder": holder,
        "staff_name": staff_names.get(conversation.staff_id or "") if holder == "staff" else None,
        "staff_online": staff_online,
        "queue": None if place is None else {"position": place.position, "waiting": place.waiting},
        "last_seq": conversation.last_seq,
    }
