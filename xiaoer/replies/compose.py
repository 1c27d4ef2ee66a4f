"""Step 6: an ending becomes words, cards, sources and chips, all from the facts that the turn gathered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from xiaoer.conversations.store import NewMessage
from xiaoer.dialogue.context import Context
from xiaoer.dialogue.effects import Ending, HandOff, Part, Say
from xiaoer.replies.cards import card_of, chips_of
from xiaoer.replies.words import Words
from xiaoer.replies.writers.templates import TemplateWriter

MOST_CHIPS = 6


@dataclass(frozen=True, slots=True)
class Reply:
    """What is sent. `facts` is what the words were written from, part by part, for the trace."""

    text: str
    language: str
    cards: tuple[Mapping[str, Any], ...] = ()
    sources: tuple[Mapping[str, Any], ...] = ()
    chips: tuple[Mapping[str, Any], ...] = ()
    expects: str = ""
    facts: tuple[Mapping[str, Any], ...] = field(default=())

    def as_message(self, turn_id: str, *, key: str) -> NewMessage:
        """The assistant's line. `key` (the line it answers) makes a second delivery of the same answer impossible."""
        return NewMessage(
            author="assistant",
            text=self.text,
            language=self.language,
            client_id=f"reply-{key}",
            turn_id=turn_id,
            cards=self.cards,
            sources=self.sources,
            chips=self.chips,
            data={"expects": self.expects} if self.expects else None,
        )

    def as_summary(self, ending: HandOff, turn_id: str) -> NewMessage:
        """The note for whoever takes the conversation."""
        return NewMessage(
            author="system",
            kind="note",
            text="",
            language=self.language,
            turn_id=turn_id,
            data={"event": "handed_off", "summary": dict(ending.summary)},
        )


def compose(writer: TemplateWriter, ending: Ending, context: Context) -> Reply:
    """Word every part in the customer's language and lay its cards, sources and chips beside it."""
    words = writer.words(context)
    texts = [writer.write(part, context, words) for part in ending.parts]
    expects = ending.expects if isinstance(ending, Say) else ""
    return Reply(
        text="\n\n".join(dict.fromkeys(text for text in texts if text)),
        language=context.language,
        cards=_each_once(card for part in ending.parts for card in _cards(part, words)),
        sources=_sources(ending.parts),
        chips=_chips(ending.parts, words),
        expects=expects,
        facts=tuple({"template": part.template, **part.facts} for part in ending.parts),
    )


def _each_once(cards: Iterable[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    """Two parts may show the same card; a customer wants to see it once."""
    kept: list[Mapping[str, Any]] = []
    for card in cards:
        if card not in kept:
            kept.append(card)
    return tuple(kept)


def _cards(part: Part, words: Words) -> list[Mapping[str, Any]]:
    cards = [card_of(card, words) for card in part.cards]
    if part.facts.get("verdict") is not None:
        cards.append(card_of({"type": "verdict", **part.facts}, words))
    for order in part.facts.get("orders", ()) if part.template in ("ask_order", "order_not_found") else ():
        cards.append(card_of({"type": "order", "order": order, "is_choice": True}, words))
    return cards


def _sources(parts: tuple[Part, ...]) -> tuple[Mapping[str, Any], ...]:
    """The articles quoted, each once."""
    hits = {hit.article_id: hit for part in parts if part.template == "article" for hit in part.hits}
    return tuple(
        {"article_id": hit.article_id, "title": hit.title, "version": hit.version, "language": hit.language}
        for hit in hits.values()
    )


def _chips(parts: tuple[Part, ...], words: Words) -> tuple[Mapping[str, Any], ...]:
    """What can be pressed: the choices of the last part that offers any, since that is the one which waits for an answer."""
    chips = [chip for part in parts for chip in part.chips]
    offered = next((found for part in reversed(parts) if (found := chips_of(part, words))), [])
    return tuple([*chips, *offered][:MOST_CHIPS])
