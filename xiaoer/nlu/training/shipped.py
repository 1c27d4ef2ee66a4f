"""The lines that Xiaoer ships, brought into a shop's records and kept up to date until people change them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from xiaoer.db.ids import new_id
from xiaoer.db.scope import Scope
from xiaoer.nlu import store_utterances as utterances
from xiaoer.nlu.training.copies import mark_of
from xiaoer.nlu.training.types import Split, Utterance


@dataclass(frozen=True, slots=True)
class ShippedLine:
    """A line as it stands in a file of the package."""

    text: str
    label: str
    language: str
    split: Split


def sync_shipped(scope: Scope, lines: Sequence[ShippedLine]) -> int:
    """Add the shipped lines that are not there, and take away untouched ones that are no longer shipped; how many changed.

    What a person labelled, moved or deleted since is theirs: a line with the same words is not added beside it.
    """
    scope.lock("training_queue")
    here = utterances.list_shipped(scope)
    untouched = [one for one in here if one.labelled_by is None]
    wanted = Counter((one.text, one.label, one.split) for one in lines)
    gone = []
    for one in untouched:
        key = (one.text, one.label or "", one.split)
        if wanted[key] > 0:
            wanted[key] -= 1
        else:
            gone.append(one.id)
    utterances.forget_utterances(scope, gone)
    touched = {one.origin for one in here if one.labelled_by is not None}
    new = []
    for line in lines:
        key = (line.text, line.label, line.split)
        if wanted[key] > 0:
            wanted[key] -= 1
            made = _utterance(scope, line)
            new += [] if made.origin in touched else [made]
    utterances.add_utterances(scope, new)
    return len(gone) + len(new)


def _utterance(scope: Scope, line: ShippedLine) -> Utterance:
    mark = mark_of(line.text)
    return Utterance(
        id=new_id("utt"), text=line.text, mark=mark, language="en" if line.language == "en" else "zh", label=line.label,
        source="seed", split=line.split, created_at=scope.now, origin=mark,
    )  # fmt: skip
