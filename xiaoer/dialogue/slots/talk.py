"""Which of the likely wishes was meant, when the words alone did not decide it."""

from __future__ import annotations

from xiaoer.dialogue.effects import Part
from xiaoer.dialogue.flow import Step
from xiaoer.dialogue.outcome import Ask, Outcome
from xiaoer.dialogue.view import View


def resolve_intent(view: View, step: Step) -> Outcome:
    """Ask which of the candidates it is. The answer is matched against the choices before this is called again."""
    candidates = tuple(view.goal.value("candidates") or ())
    choices = tuple({"value": one["intent"], "words": [*one["titles"].values()]} for one in candidates)
    return Ask(Part("clarify", {"candidates": candidates}), "intent", choices, "choice")
