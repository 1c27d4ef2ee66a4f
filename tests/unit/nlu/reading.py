"""A reader of the demo shop, made once for each test process."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from xiaoer.demo.seed_catalogue import read_products, read_words
from xiaoer.nlu.entities.gazetteer import Gazetteer
from xiaoer.nlu.model import IntentModel
from xiaoer.nlu.normalise import normalise
from xiaoer.nlu.readers.local import LocalReader
from xiaoer.nlu.types import Entity

MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


@cache
def gazetteer() -> Gazetteer:
    """Names, types, colours and materials of the demo shop."""
    return Gazetteer.build(read_products(), read_words())


def reader_of(model: IntentModel) -> LocalReader:
    """The default reader with this model."""
    return LocalReader(model, gazetteer(), "Asia/Shanghai")


def entities_in(model: IntentModel, text: str) -> tuple[Entity, ...]:
    """What the reader finds named."""
    return reader_of(model).entities(text, normalise(text), MONDAY)


def values_in(model: IntentModel, text: str, kind: str) -> list[Any]:
    """The values of one kind, in the order of the words."""
    return [one.value for one in entities_in(model, text) if one.kind == kind]
