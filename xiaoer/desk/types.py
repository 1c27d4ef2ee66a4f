"""Who answers beside the machine: frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal["staff", "lead"]


@dataclass(frozen=True, slots=True)
class Staff:
    """A member of staff. A lead may take conversations over from colleagues."""

    id: str
    email: str
    name: str
    role: Role
    language: Literal["zh", "en"] = "zh"
