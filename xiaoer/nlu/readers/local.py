"""The default reader: the trained intent model, the entity finders, and a few rules that are right by definition.

The rules: a bare yes or no is `affirm` or `deny`; asking for a person in so many words is `human_request`.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from xiaoer.nlu.acts import ActSaid, acts_in, not_yet
from xiaoer.nlu.entities import companies, contacts, cues, dates, numbers, persons
from xiaoer.nlu.entities.gazetteer import Gazetteer
from xiaoer.nlu.entities.order_numbers import OrderNumbers
from xiaoer.nlu.language import language_of
from xiaoer.nlu.meant.collect import meant_of
from xiaoer.nlu.meant.types import Meant
from xiaoer.nlu.model import Contribution, IntentModel, Prediction
from xiaoer.nlu.mood import mood_of
from xiaoer.nlu.normalise import MOST_CHARACTERS, Normalised, normalise
from xiaoer.nlu.questions import question_in
from xiaoer.nlu.types import Entity, IntentScore, Understanding, Wish
from xiaoer.nlu.wishes import split

log = logging.getLogger(__name__)
_TOP = 5
_HUMAN = re.compile(
    r"转?人工(?:客服|服务)?$|转人工|找(?:个)?(?:人工|真人|客服)|真人客服|人工客服|"
    r"\b(?:talk|speak|chat|connect me|transfer me)\b.{0,12}\b(?:human|person|someone|representative|staff|real person)\b|^(?:human|a person|real person)[.!? ]*$"
)
_FOLLOW_UP = re.compile(
    r"^(?:那|那么|还有|换成)?.{0,8}(?:呢|的呢)[?？]?$|^那.{1,10}(?:有|行|可以|多少)|^(?:and|what about|how about|or)\b.{0,40}$|^(?:in|the) \w+(?: one)?\??$"
)
_CORRECTION = re.compile(r"^(?:不对|不是|错了|我是说|等等|等一下)|(?:说错了|搞错了|应该是)|^(?:wait\b|no, (?!thank)|sorry, |i mean\b|i meant\b|actually\b)")
# What is spelled in Latin letters in every language: "170 60kg呢" is Chinese.
_UNITS = re.compile(r"\d+\s*(?:cm|mm|m|kg|g|ml|l|w|mah|gb|inch|jin)(?![a-z])|(?<![a-z])(?:usb-?c?|wifi|gps|led|hdmi)(?![a-z])", re.IGNORECASE)
_FILLER = re.compile(r"[\s\d\W_]+")


@dataclass(frozen=True, slots=True)
class _Part:
    """A stretch of the message, what it wants, and the question that it asks in so many words."""

    span: tuple[int, int]
    found: Prediction
    question: str = ""


@dataclass(frozen=True)
class LocalReader:
    """Reads for one shop. `time_zone` decides what "yesterday" is, `order_numbers` what its order numbers look like."""

    model: IntentModel
    gazetteer: Gazetteer
    time_zone: str
    order_numbers: OrderNumbers = field(default_factory=OrderNumbers)

    def read(self, text: str, *, language_hint: str, now: datetime) -> Understanding:
        """What the words mean. Never raises: what cannot be read comes back partial, with whatever could."""
        cut = text[:MOST_CHARACTERS]
        try:
            return self._read(cut, language_hint, now)
        except Exception:
            log.exception("a message could not be read whole")
            language = language_of(cut, language_hint)
            wish = Wish(0, len(cut), (), "outside", 1.0)
            return Understanding(cut, language, (wish,), is_partial=True)

    def _read(self, text: str, hint: str, now: datetime) -> Understanding:
        normal = normalise(text)
        entities = self.entities(text, normal, now)
        mood, is_urgent = mood_of(text)
        meant = meant_of(normal, entities, self.gazetteer.options)
        parts = self._said(text, normal, meant, entities) or [_Part(*part) for part in split(text, self.model.predict)]
        entities = (*entities, *(Entity("question", "", *part.span, part.question) for part in parts if part.question))
        wishes = tuple(
            _wish(
                part.span,
                self._adjust(text[slice(*part.span)], part.found, entities, part.span),
                entities,
                meant if len(parts) == 1 else self._meant_in(text, part.span, entities),
            )
            for part in parts
        )
        return Understanding(
            text=text,
            language=language_of(_UNITS.sub(" ", text), hint),
            wishes=wishes,
            entities=entities,
            mood=mood,
            is_urgent=is_urgent,
            is_follow_up=bool(_FOLLOW_UP.search(normal.text.strip())),
            is_correction=bool(_CORRECTION.search(normal.text.strip())),
            model_version=self.model.version,
            meant=meant,
        )

    def _said(self, text: str, normal: Normalised, meant: Meant, entities: Sequence[Entity]) -> list[_Part]:
        """What is asked in so many words, to be done or to be told; empty where the words leave it to the model."""
        whole = (0, len(text))
        asked = not_yet(normal.text, meant)
        if asked:
            return [_Part(whole, _certain(self.model.predict(text), "records_query"), f"may:{asked}")]
        addressed = any(one.kind == "address" for one in entities)
        acts = acts_in(normal.text, meant, addressed=addressed)
        if not acts:
            question = question_in(normal.text, meant)
            return [_Part(whole, _certain(self.model.predict(text), question[0]), question[1])] if question else []
        parts = [self._of_act(text, normal, meant, act) for act in acts]
        return [replace(parts[0], span=whole)] if len(parts) == 1 else parts

    def _of_act(self, text: str, normal: Normalised, meant: Meant, act: ActSaid) -> _Part:
        span = normal.span(act.start, act.end)
        found = self.model.predict(text[slice(*span)])
        if act.intent:
            return _Part(span, _certain(found, act.intent))
        question = question_in(normal.text[act.start : act.end], meant)
        return _Part(span, _certain(found, question[0]), question[1]) if question else _Part(span, found)

    def _meant_in(self, text: str, span: tuple[int, int], entities: Sequence[Entity]) -> Meant:
        """What one part of a message means by itself."""
        inside = [replace(one, start=one.start - span[0], end=one.end - span[0]) for one in entities if span[0] <= one.start and one.end <= span[1]]
        return meant_of(normalise(text[slice(*span)]), inside, self.gazetteer.options)

    def entities(self, text: str, normal: Normalised, now: datetime) -> tuple[Entity, ...]:
        """Everything named, in the order of the words."""
        found = [
            *numbers.find(text, normal),
            *self.order_numbers.find(text, normal),
            *persons.find(text, normal),
            *dates.find(text, normal, now=now, time_zone=self.time_zone),
            *contacts.find(text, normal),
            *companies.find(text, normal),
            *cues.find(text, normal),
            *self.gazetteer.find(text, normal),
        ]
        return tuple(sorted(_without_shadows(found), key=lambda one: (one.start, one.end)))

    def explain(self, text: str, intent: str, *, most: int = 24) -> tuple[Contribution, ...]:
        """The n-grams that spoke most for or against an intent."""
        return self.model.explain(text[:MOST_CHARACTERS], intent)[:most] if intent in self.model.labels else ()

    def _adjust(
        self, words: str, found: Prediction, entities: Sequence[Entity], span: tuple[int, int]
    ) -> Prediction:
        lower = normalise(words).text.strip()
        if _HUMAN.search(lower):
            return _certain(found, "human_request")
        inside = [one for one in entities if span[0] <= one.start and one.end <= span[1]]
        answer = next((one for one in inside if one.kind in ("yes", "no")), None)
        if answer is not None and len(_FILLER.sub("", lower)) <= len(_FILLER.sub("", answer.text)) + 3:
            return _certain(found, "affirm" if answer.kind == "yes" else "deny")
        return found


def _certain(found: Prediction, intent: str) -> Prediction:
    others = tuple((name, chance * 0.05) for name, chance in found.intents if name != intent)
    return Prediction(((intent, 0.97), *others), 0.0, "answer")


def _wish(span: tuple[int, int], found: Prediction, entities: Sequence[Entity], meant: Meant) -> Wish:
    return Wish(
        start=span[0],
        end=span[1],
        intents=tuple(IntentScore(name, chance) for name, chance in found.intents[:_TOP]),
        outcome=found.outcome,
        oos_score=found.oos_score,
        entities=tuple(one for one in entities if span[0] <= one.start and one.end <= span[1]),
        meant=meant,
    )


def _without_shadows(found: Sequence[Entity]) -> list[Entity]:
    """A quantity, size, phone or code inside of a longer number is none; an address may hold anything."""
    strong = [one for one in found if one.kind in ("order_number", "tracking_number", "email", "phone", "money", "address", "date", "laptop")]
    kept = []
    for one in found:
        shadowed = any(
            other is not one
            and other.start <= one.start
            and one.end <= other.end
            and (other.end - other.start > one.end - one.start)
            and one.kind in ("quantity", "size", "phone", "code", "last_digits", "body", "money", "colour", "ordinal", "kind", "date", "postcode", "person_name")
            and not (other.kind == "address" and one.kind == "phone")
            for other in strong
        )
        if not shadowed:
            kept.append(one)
    return kept
