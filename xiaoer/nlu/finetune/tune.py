"""Fine-tune from begin to end: stages, early stop, a checkpoint after every epoch, and the encoder folder that comes out."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from xiaoer.nlu.encoders.convert import load, write
from xiaoer.nlu.encoders.encoder import need
from xiaoer.nlu.encoders.head import write_head, write_seen
from xiaoer.nlu.encoders.source import pooling_of
from xiaoer.nlu.finetune.plan import Line, Split, Tuning, fingerprint, split
from xiaoer.nlu.finetune.tuner import Tuner

Tell = Callable[[float, str], None]
_EXPORT = 0.9  # share of the work when the learning is done
CHECKPOINT = "checkpoint.pt"


@dataclass
class Learned:
    """How the learning went: a row for each epoch (stage, epoch, loss, accuracy on the lines kept back), and the best accuracy."""

    split: Split
    tuning: Tuning
    epochs: list[dict[str, Any]] = field(default_factory=list)
    best: float = -1.0
    resumed_from: int = 0


def fine_tune(
    source: str, lines: Sequence[Line], out: Path, *, work: Path, tuning: Tuning | None = None, exact: bool = False, tell: Tell | None = None
) -> tuple[Learned, Tuner]:
    """Fine-tune a Hugging Face encoder (folder or hub name) on (text, label) lines; `out` becomes an encoder folder with its head.

    `work` keeps the checkpoint: begun again with the same lines and settings, it goes on after the last whole epoch. The result is
    the epoch that did best on lines kept back, of which the encoder has seen none.
    """
    told = tell or (lambda share, what: None)
    chosen = tuning or Tuning()
    told(0.0, "reading")
    model, tokenizer = load(source)
    pooling = replace(pooling_of(Path(source)), max_length=chosen.max_length, normalise=False)
    parts = split(lines, chosen.seed)
    tuner = Tuner(model, tokenizer, parts, chosen, pooling)
    learned = Learned(parts, chosen)
    _learn(tuner, learned, work, fingerprint(source, lines, chosen), lambda share, what: told(0.02 + (_EXPORT - 0.02) * share, what))
    model.to("cpu")
    tuner.head.to("cpu")
    tuner.device = "cpu"
    write(model.eval(), tokenizer, out, pooling=pooling, exact=exact, tell=lambda share, what: told(_EXPORT + 0.1 * share, what))
    write_head(out, parts.labels, *tuner.head_arrays())
    write_seen(out, [text for text, _ in parts.seen])
    shutil.rmtree(work, ignore_errors=True)
    told(1.0, "done")
    return learned, tuner


def _learn(tuner: Tuner, learned: Learned, work: Path, mark: str, tell: Tell) -> None:
    """All stages; in the end the tuner holds what did best."""
    stages = learned.tuning.stages_for(learned.split.seen)
    whole = sum(tuner.epochs_of(stage) for stage in stages)
    state = _resume(tuner, learned, work, mark)
    done = learned.resumed_from
    for place, stage in enumerate(stages):
        before = sum(tuner.epochs_of(one) for one in stages[:place])
        if done >= before + tuner.epochs_of(stage):
            continue
        optimizer = tuner.optimizer(stage)
        if done > before and state is not None:
            optimizer.load_state_dict(state["optimizer"])
        elif stage == "classify":
            tuner.begin_head()
        for number in range(max(0, done - before), tuner.epochs_of(stage)):
            first = before + number
            loss = tuner.epoch(stage, number, optimizer, lambda share, at=first: tell((at + share) / whole, f"epoch {at + 1}/{whole}"))  # type: ignore[misc]
            if stage == "contrast":
                tuner.begin_head()
            _note(tuner, learned, stage, number, loss)
            _save(tuner, learned, work, mark, first + 1, optimizer)
            if stage == "classify" and _is_over(learned, stage):
                break
    _take_best(tuner, work)


def _note(tuner: Tuner, learned: Learned, stage: str, number: int, loss: float) -> None:
    """Of two epochs that did equally well the later one is taken: few lines are kept back, and the loss still fell."""
    accuracy = tuner.accuracy()
    is_better, is_best = accuracy > learned.best, accuracy >= learned.best
    learned.best = max(learned.best, accuracy)
    row = {"stage": stage, "epoch": number + 1, "loss": loss, "accuracy": accuracy, "is_best": is_best, "is_better": is_better}
    learned.epochs.append(row)


def _is_over(learned: Learned, stage: str) -> bool:
    last = [one for one in learned.epochs if one["stage"] == stage][-learned.tuning.patience :]
    return len(last) == learned.tuning.patience and not any(one["is_better"] for one in last)


def _save(tuner: Tuner, learned: Learned, work: Path, mark: str, done: int, optimizer: Any) -> None:
    """The state after an epoch, and beside it the best one so far; whole or not at all."""
    work.mkdir(parents=True, exist_ok=True)
    state = {
        "mark": mark, "done": done, "model": tuner.model.state_dict(), "head": tuner.head.state_dict(), "best": learned.best,
        "optimizer": optimizer.state_dict(), "epochs": learned.epochs, "tuning": asdict(learned.tuning),
    }  # fmt: skip
    temporary = work / f"{CHECKPOINT}.new"
    tuner.torch.save(state, temporary)
    if learned.epochs[-1]["is_best"]:
        shutil.copyfile(temporary, work / "best.new")
        (work / "best.new").replace(work / "best.pt")
    temporary.replace(work / CHECKPOINT)


def _resume(tuner: Tuner, learned: Learned, work: Path, mark: str) -> dict[str, Any] | None:
    """Go on where an earlier run was cut off, if it was the same work."""
    state = _read(work / CHECKPOINT)
    if state is None or state["mark"] != mark or not (work / "best.pt").is_file():
        return None
    tuner.model.load_state_dict(state["model"])
    tuner.head.load_state_dict(state["head"])
    learned.epochs, learned.best, learned.resumed_from = copy.deepcopy(state["epochs"]), state["best"], state["done"]
    return state


def _take_best(tuner: Tuner, work: Path) -> None:
    state = _read(work / "best.pt")
    if state is not None:
        tuner.model.load_state_dict(state["model"])
        tuner.head.load_state_dict(state["head"])
    tuner.model.eval()


def _read(path: Path) -> dict[str, Any] | None:
    """A checkpoint, or None where there is none or it is not whole."""
    if not path.is_file():
        return None
    torch = need("torch", "train")
    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except Exception:  # torch raises many kinds for a file that was cut off
        return None
    return state
