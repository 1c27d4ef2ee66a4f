"""What the API answers with, as models: they check every answer and make the OpenAPI document tell the truth."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field


class Problem(BaseModel):
    """Problem details (RFC 9457). `code` is stable; `detail` is for people, in their language."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    field: str | None = Field(None, description="The input that was wrong.")
    request_id: str | None = Field(None, description="Only for errors of ours: the number to tell.")


class CustomerOut(BaseModel):
    """Whose session it is."""

    id: str
    name: str
    is_visitor: bool


class ShopOut(BaseModel):
    """The shop that is talked to. Hours are those of its staff, in its time zone."""

    id: str
    names: dict[str, str]
    hours_from: str
    hours_to: str


class HotQuestion(BaseModel):
    """A question that is often asked: what the button says, and the words that it sends."""

    label: str
    say: str


class SessionOut(BaseModel):
    """An open session. `token` goes into Authorization, and into `visitor` the next time a visitor comes."""

    token: str
    expires_at: str
    customer: CustomerOut
    conversation_id: str
    shop: ShopOut
    staff_online: bool
    ai_label: str
    hot_questions: list[HotQuestion]
    upload_mb: int


class QueueOut(BaseModel):
    """A place in the queue, counted from 1."""

    position: int
    waiting: int


class ConversationOut(BaseModel):
    """Who holds the conversation: assistant, queue (waiting for staff), staff, or closed."""

    id: str
    holder: Literal["assistant", "queue", "staff", "closed"]
    staff_name: str | None
    staff_online: bool
    queue: QueueOut | None
    last_seq: int


class MessageOut(BaseModel):
    """A line. `seq` counts from 1; cards, sources, chips and attachments are drawn by the screen."""

    seq: int
    client_id: str
    author: Literal["customer", "assistant", "staff", "system"]
    kind: Literal["text", "event"]
    text: str
    language: str
    created_at: str
    staff_name: str | None
    turn_id: str | None
    cards: list[dict[str, Any]]
    sources: list[dict[str, Any]]
    chips: list[dict[str, Any]]
    attachments: list[dict[str, Any]]
    data: dict[str, Any]
    useful: bool | None


class MessagesOut(BaseModel):
    """The conversation and some of its lines, oldest first. `more`: there are further ones in the direction asked for."""

    conversation: ConversationOut
    messages: list[MessageOut]
    more: bool


class RatingOut(BaseModel):
    """The rating as it stands now."""

    seq: int
    useful: bool | None


class PictureOut(BaseModel):
    """A stored picture: its id for `attachments`, and where it can be seen for a day or two."""

    id: str
    url: str


class ArticleOut(BaseModel):
    """An article of the knowledge. `body` is Markdown; `html` the same as safe HTML, its pictures under links of this server."""

    id: str
    title: str
    body: str
    html: str
    language: Literal["zh", "en"]
    version: int
    updated_at: str


class RefundOut(BaseModel):
    """Money of a case. `kind`: how it goes back; `state`: planned, started, arrived."""

    id: str
    amount_minor: int
    kind: str
    state: Literal["planned", "started", "arrived"]


class CaseOut(BaseModel):
    """After-sales work on an order as it stands now."""

    case_id: str
    order_id: str
    kind: str
    state: str
    order_state: str
    refunds: list[RefundOut]


class HealthOut(BaseModel):
    """This process is alive and its records answer."""

    status: Literal["ok"]
    version: str
    shops: int


PROBLEMS: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "Problem details (RFC 9457).",
        "content": {"application/problem+json": {"schema": Problem.model_json_schema()}},
    }
}
