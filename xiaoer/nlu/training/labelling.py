"""People say what lines mean: label, skip, take back; add, change, delete; freeze lines for the test set."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from xiaoer.db.ids import new_id
from xiaoer.db.scope import Scope
from xiaoer.errors import Conflict, Invalid, NotAllowed
from xiaoer.nlu import store_utterances as utterances
from xiaoer.nlu.language import language_of
from xiaoer.nlu.training.copies import mark_of
from xiaoer.nlu.training.types import Split, Utterance
from xiaoer.privacy.store import add_audit

LONGEST_TEXT, LONGEST_LABEL = 2_000, 64
_UNSEEN = ("Cc", "Cs", "Cn")  # controls, halves of characters, and what is none
_LABEL = re.compile(r"[^\W_][\w.\-/]*")


def label_of(words: str) -> str:
    """An intent's name as it is kept: blanks become _, case stays. Invalid when it cannot be one."""
    label = "_".join(words.split())
    if not label or len(label) > LONGEST_LABEL or not _LABEL.fullmatch(label):
        raise Invalid(
            f"{words[:40]!r} cannot be an intent: letters, digits, _ - . and /, at most {LONGEST_LABEL} characters.",
            f"“{words[:40]}”不能作为意图名：只能包含文字、数字和 _ - . /，最多 {LONGEST_LABEL} 个字符。",
            field="label",
        )
    return label


def text_of(words: str) -> str:
    """A line as it is kept, in one line. Invalid when there is nothing in it, or too much."""
    text = " ".join("".join(one for one in words if one.isspace() or unicodedata.category(one) not in _UNSEEN).split())
    if not text or len(text) > LONGEST_TEXT:
        raise Invalid(
            f"A line has 1 to {LONGEST_TEXT} characters.", f"语料长度为 1 到 {LONGEST_TEXT} 个字符。", field="text"
        )
    return text


def label(scope: Scope, utterance_id: str, words: str, *, by: str, whole_cluster: bool = False) -> tuple[Utterance, ...]:
    """Say what a queued line means, or all that wait in its cluster. Conflict when a colleague said something else meanwhile."""
    scope.lock("training_queue")
    name = label_of(words)
    line = utterances.get_utterance(scope, utterance_id)
    if line.label == name:
        return (line,)  # pressed twice
    if line.label is not None:
        raise Conflict(
            f"A colleague has labelled this line {line.label!r} meanwhile.", f"同事刚把这条语料标成了“{line.label}”。"
        )
    lines = utterances.list_cluster(scope, line.cluster) if whole_cluster and line.cluster else (line,)
    lines = lines if any(one.id == line.id for one in lines) else (line, *lines)
    values = {"label": name, "labelled_by": by, "labelled_at": scope.now, "skipped_at": None, "batch": new_id("lab")}
    utterances.save_all(scope, [one.id for one in lines], values)
    return tuple(replace(one, label=name, labelled_by=by, labelled_at=scope.now) for one in lines)


def skip(scope: Scope, utterance_id: str, *, by: str) -> None:
    """The line teaches nothing: it leaves the queue and is not asked about again."""
    scope.lock("training_queue")
    line = utterances.get_utterance(scope, utterance_id)
    if line.label is None and line.skipped_at is None:
        values = {"skipped_at": scope.now, "labelled_by": by, "batch": new_id("lab")}
        utterances.save_all(scope, [line.id], values)


def undo(scope: Scope, *, by: str) -> tuple[Utterance, ...]:
    """Take back what this member labelled or skipped last; the lines wait again. Empty when there is nothing to take back."""
    scope.lock("training_queue")
    batch = utterances.find_last_batch(scope, by)
    lines = utterances.list_batch(scope, batch) if batch else ()
    values = {"label": None, "labelled_by": None, "labelled_at": None, "skipped_at": None, "batch": None}
    utterances.save_all(scope, [one.id for one in lines if one.split == "train"], values)
    frozen = [one.id for one in lines if one.split == "test"]
    utterances.save_all(scope, frozen, {"batch": None})
    return tuple(one for one in lines if one.split == "train")


def add(scope: Scope, text: str, words: str, *, by: str) -> Utterance:
    """A line that somebody wrote. Conflict when it is there already."""
    scope.lock("training_queue")
    kept, name = text_of(text), label_of(words)
    _refuse_same(scope, mark_of(kept), except_id="")
    line = Utterance(
        id=new_id("utt"), text=kept, mark=mark_of(kept), language=language_of(kept, "zh"), label=name, source="written",
        split="train", created_at=scope.now, labelled_by=by, labelled_at=scope.now,
    )  # fmt: skip
    utterances.add_utterances(scope, [line])
    return line


def change(scope: Scope, utterance_id: str, *, text: str, words: str, by: str) -> Utterance:
    """Other words or another label. A frozen line stays as it is (NotAllowed)."""
    scope.lock("training_queue")
    line = utterances.get_utterance(scope, utterance_id)
    _refuse_frozen(line)
    kept, name = text_of(text), label_of(words)
    mark = mark_of(kept)
    if mark != line.mark:
        _refuse_same(scope, mark, except_id=line.id)
    entities = line.entities if kept == line.text else ()
    changed = replace(
        line, text=kept, mark=mark, label=name, language=language_of(kept, line.language), entities=entities,
        labelled_by=by, labelled_at=scope.now, skipped_at=None, batch=None,
    )  # fmt: skip
    utterances.save_utterance(scope, changed)
    return changed


def delete(scope: Scope, ids: Sequence[str], *, by: str) -> int:
    """Lines go, with those that only repeated them. A frozen line stays (NotAllowed)."""
    scope.lock("training_queue")
    lines = utterances.list_by_id(scope, ids)
    for line in lines:
        _refuse_frozen(line)
    shipped = [one.id for one in lines if one.source == "seed"]  # kept as taken out, or the next version would bring them back
    values = {"label": None, "skipped_at": scope.now, "labelled_by": by, "batch": None}
    gone = utterances.save_all(scope, shipped, values)
    gone += utterances.forget_utterances(scope, [one.id for one in lines if one.source != "seed"])
    if lines:
        add_audit(scope, who=by, what="utterances_deleted", about="utterances", data={"lines": gone})
    return gone


def move(scope: Scope, ids: Sequence[str], split: Split, *, by: str) -> int:
    """Freeze labelled lines as test lines, or (a lead does that) give them back to training. What moved leaves an audit line."""
    scope.lock("training_queue")
    lines = [one for one in utterances.list_by_id(scope, ids) if one.label is not None and one.split != split]
    moved = utterances.save_all(scope, [one.id for one in lines], {"split": split, "batch": None, "labelled_by": by})
    if moved:
        add_audit(scope, who=by, what="test_set_changed", about=split, data={"lines": moved})
    return moved


def _refuse_frozen(line: Utterance) -> None:
    if line.split == "test":
        raise NotAllowed(
            "This line is frozen: it belongs to the test set. A lead can move it back to training first.",
            "这条语料属于冻结的测试集，不能改动；请先由主管移回训练集。",
        )


def _refuse_same(scope: Scope, mark: str, *, except_id: str) -> None:
    same = [one for one in utterances.list_by_mark(scope, [mark]).get(mark, ()) if one.id != except_id and one.label is not None]
    if same:
        where_en, where_zh = ("the test set", "测试集") if same[0].split == "test" else ("training", "训练集")
        raise Conflict(
            f"This line is there already, as {same[0].label!r} in {where_en}.", f"这条语料已经有了：{where_zh}中的“{same[0].label}”。", field="text"
        )
