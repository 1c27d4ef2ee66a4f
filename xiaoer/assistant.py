"""小二 of one shop: everything the machine needs to answer there, loaded once and replaced when something is published."""

from __future__ import annotations

from dataclasses import dataclass

from xiaoer.aftersales.policy import Policy
from xiaoer.dialogue.engine import Engine
from xiaoer.nlu.readers.local import LocalReader
from xiaoer.replies.writers.templates import TemplateWriter
from xiaoer.shop.catalogue import Catalogue
from xiaoer.shop.types import Shop


@dataclass(frozen=True, slots=True)
class Assistant:
    """The machine of one shop. Frozen: publishing a model or a policy makes a new one. `version_id`: the model that reads."""

    shop: Shop
    catalogue: Catalogue
    reader: LocalReader
    policy: Policy
    engine: Engine
    writer: TemplateWriter
    version_id: str = ""
