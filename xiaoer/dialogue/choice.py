"""What to do next among answering, asking back, recommending, reading back, acting and handing over: rules first, then a score.

The rules (the guard) say which moves are allowed at all: nothing is done without a yes to what was read back, nothing is read
back that was not judged, nobody is asked the same a fourth time. Among the allowed moves a linear score chooses; its weights are
data, so that they can be learned from what became of the conversations. Context, allowed moves, probabilities and version are
kept with the turn.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from xiaoer.dialogue.effects import Act
from xiaoer.dialogue.outcome import Ask, Finished, Leave, Need, Outcome, Propose
from xiaoer.dialogue.state import Question, State

Move = Literal["answer", "ask", "recommend", "read_back", "act", "hand_off"]
MOVES: tuple[Move, ...] = ("answer", "ask", "recommend", "read_back", "act", "hand_off")
MOST_ASKED = 3  # asked back twice; the third failure goes to a person
VERSION = "weights-1"
# What speaks for a move: the flow's own next step, and for a person what has gone wrong so far. Hand-set; see the decision record.
WEIGHTS: Mapping[Move, Mapping[str, float]] = {
    "answer": {"flow": 2.0},
    "ask": {"flow": 2.0},
    "recommend": {"flow": 2.0},
    "read_back": {"flow": 2.0},
    "act": {"flow": 2.0},
    "hand_off": {"flow": 6.0, "bias": -4.0, "asked": 1.8, "angry": 2.6, "upset": 0.9, "repairs": 0.6},
}
_RECOMMENDING = ("advice", "compare", "product")


@dataclass(frozen=True, slots=True)
class Choice:
    """A decision as it is kept: what was known, what was allowed, how likely each move was, and which one it became."""

    move: Move
    proposed: Move
    allowed: tuple[Move, ...]
    probabilities: Mapping[str, float]
    context: Mapping[str, float]
    version: str = VERSION


def move_of(outcome: Outcome) -> Move | None:
    """The move that a step's outcome proposes; None where the walk only goes on."""
    match outcome:
        case Ask():
            return "ask"
        case Propose():
            return "read_back"
        case Finished(parts=parts):
            return "recommend" if any(part.template in _RECOMMENDING for part in parts) else "answer"
        case Leave():
            return "hand_off"
        case Need(effect=Act()):
            return "act"
        case _:
            return None


def context_of(state: State, *, asked: int) -> dict[str, float]:
    """What the score looks at, as numbers."""
    understanding = state.working.understanding
    mood = understanding.mood if understanding else "calm"
    return {
        "bias": 1.0,
        "asked": float(asked),
        "angry": float(mood == "angry"),
        "upset": float(mood == "upset"),
        "urgent": float(understanding.is_urgent if understanding else 0),
        "repairs": float(state.repairs),
        "goals": float(len(state.goals)),
    }


def allowed_moves(proposed: Move, *, asked: int, is_confirmed: bool, is_plain: bool) -> tuple[Move, ...]:
    """The moves that the rules let through: what the flow has earned, and a person, unless a yes is being carried out."""
    if proposed == "act":
        return ("act",) if is_confirmed or is_plain else ("hand_off",)
    if proposed == "ask" and asked >= MOST_ASKED:
        return ("hand_off",)
    return tuple(move for move in MOVES if move in (proposed, "hand_off"))


def choose(proposed: Move, allowed: tuple[Move, ...], context: Mapping[str, float]) -> Choice:
    """The likeliest of the allowed moves; equal ones in the order of MOVES."""
    scores = {move: _score(move, proposed, context) for move in allowed}
    highest = max(scores.values())
    weights = {move: math.exp(score - highest) for move, score in scores.items()}
    total = sum(weights.values())
    probabilities: dict[str, float] = {move: weight / total for move, weight in weights.items()}
    return Choice(max(allowed, key=lambda move: scores[move]), proposed, allowed, probabilities, context)


def _score(move: Move, proposed: Move, context: Mapping[str, float]) -> float:
    weights = WEIGHTS[move]
    return sum(weight * (float(move == proposed) if name == "flow" else context.get(name, 0.0)) for name, weight in weights.items())


def weigh(state: State, outcome: Outcome) -> tuple[State, Outcome]:
    """What the flow proposes, or a person where the rules forbid it or the score is against it; the choice is kept."""
    proposed = move_of(outcome)
    if proposed is None:
        return state, outcome
    asked = _failed_before(state, outcome)
    proposal = state.proposal
    is_confirmed = state.working.is_confirmed and proposal is not None and proposal.goal_id == state.goals[-1].id
    is_plain = isinstance(outcome, Need) and isinstance(outcome.effect, Act) and "request" not in outcome.effect.arguments
    allowed = allowed_moves(proposed, asked=asked, is_confirmed=is_confirmed, is_plain=is_plain)
    choice = choose(proposed, allowed, context_of(state, asked=asked))
    state = replace(state, working=replace(state.working, choices=(*state.working.choices, choice)))
    if choice.move == proposed:
        return state, outcome
    return state, Leave("not_understood")


def _failed_before(state: State, outcome: Outcome) -> int:
    """How often in a row the same was asked already, and something else than an answer came."""
    slot = outcome.slot if isinstance(outcome, Ask) else "confirm" if isinstance(outcome, Propose) else ""
    before = state.question
    if not slot or before is None or before.goal_id != state.goals[-1].id or before.slot != slot:
        return 0
    return count_asked(before, is_digression=bool(state.working.parts))[0] - 1


def count_asked(before: Question | None, *, is_digression: bool) -> tuple[int, int]:
    """How often this was asked in a row, and how often something else was asked instead of answering."""
    if before is None:
        return 1, 0
    return (before.asked, before.digressed + 1) if is_digression else (before.asked + 1, before.digressed)
