"""The trained intent model: one file, served by gathering rows of a table with numpy."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from xiaoer.errors import ModelUnavailable
from xiaoer.nlu import meanings
from xiaoer.nlu.calibrate import Calibration, Held
from xiaoer.nlu.concepts import Run
from xiaoer.nlu.features import grams_of, name_of, names_within, runs_of
from xiaoer.nlu.normalise import normalise
from xiaoer.nlu.types import Outcome

FORMAT = 5
MEANING = 0.6  # how long the words' meaning is beside the features: found on held-out parts of training data
_OWN, _MEANT = 1 / (1 + MEANING**2) ** 0.5, MEANING / (1 + MEANING**2) ** 0.5


@dataclass(frozen=True, slots=True)
class Prediction:
    """Intents with their probabilities, likeliest first; how far outside (0..1); and what to do about it."""

    intents: tuple[tuple[str, float], ...]
    oos_score: float
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one n-gram gave to the score of an intent; `start`, `end` are characters of the original text."""

    start: int
    end: int
    gram: str
    weight: float


@dataclass(frozen=True)
class IntentModel:
    """`rows` (features + meanings.size(), labels + 1) as float16, the last column being the class "outside"; `weights` (features,);
    `bias` (labels + 1,)."""

    labels: tuple[str, ...]
    vocabulary: Mapping[str, int]
    weights: npt.NDArray[np.float32]
    rows: npt.NDArray[np.float16]
    bias: npt.NDArray[np.float32]
    calibration: Calibration
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def version(self) -> str:
        """The first letters of the hash of its training data and settings."""
        return str(self.about.get("hash", ""))[:12]

    @cached_property
    def _meant(self) -> npt.NDArray[np.float32]:
        """The rows of the meaning's numbers, (meanings.size(), labels + 1)."""
        return self.rows[len(self.weights) :].astype(np.float32) * np.float32(_MEANT)

    def vector(self, runs: Sequence[Run]) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32], float]:
        """Known features of a text, their values, and the share of all its features that they are."""
        grams = names_within(runs)
        found = [number for number in map(self.vocabulary.get, grams) if number is not None]
        ids = np.array(found, dtype=np.int32)
        values = self.weights[ids]
        norm = float(np.sqrt(values @ values))
        return ids, (values * np.float32(_OWN / norm) if norm else values), len(found) / max(1, len(grams))

    def scores(self, text: str) -> Held:
        """Raw scores, (1, labels + 1); the last one is the class "outside"."""
        runs = runs_of(normalise(text).text)
        ids, values, known = self.vector(runs)
        scores = values @ self.rows[ids].astype(np.float32) + meanings.unit_of(runs) @ self._meant + self.bias
        return Held(scores.astype(np.float64)[None, :], np.array([known]))

    def predict(self, text: str) -> Prediction:
        """Never raises, whatever the text; only the first 2,000 characters are read."""
        chances, outside = self.calibration.judge(self.scores(text))
        away = float(outside[0])
        order = np.argsort(-chances[0], kind="stable")
        intents = tuple((self.labels[i], chance) for i, chance in zip(order.tolist(), chances[0, order].tolist(), strict=True))
        outcome: Outcome = "answer"
        if away > self.calibration.outside_from:
            outcome = "outside"
        elif intents[0][1] < self.calibration.ask_below:
            outcome = "ask"
        return Prediction(intents, away, outcome)

    def explain(self, text: str, label: str) -> tuple[Contribution, ...]:
        """The part of each feature in the score of `label`, largest first; the parts sum to the score.

        What an intent has before a word is read is a part without characters and name.
        """
        normal = normalise(text)
        runs = runs_of(normal.text)
        ids, values, _ = self.vector(runs)
        column = self.labels.index(label)
        weights = values * self.rows[ids, column].astype(np.float32)
        by_id = dict(zip(ids.tolist(), weights.tolist(), strict=True))
        places: dict[int, list[tuple[str, int, int]]] = {}
        for gram, start, end in grams_of(text):
            number = self.vocabulary.get(gram)
            if number is not None:
                places.setdefault(number, []).append((gram, start, end))
        found = [Contribution(0, 0, "", float(self.bias[column]))]
        found += [
            Contribution(*normal.span(start, end), name_of(gram), by_id[number] / len(spots))
            for number, spots in places.items()
            for gram, start, end in spots
        ]
        length = float(np.linalg.norm(meanings.sum_of(runs)))
        found += [
            Contribution(*normal.span(one.start, one.end), f"≈{one.word}", float(one.vector @ self._meant[:, column]) / length)
            for one in meanings.list_meanings(runs)
            if length
        ]
        return tuple(sorted(found, key=lambda one: -abs(one.weight)))

    def save(self, path: Path) -> None:
        """Write the file whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        grams = "\n".join(sorted(self.vocabulary, key=self.vocabulary.__getitem__))
        header = {"format": FORMAT, "labels": self.labels, "calibration": asdict(self.calibration), "about": self.about}
        temporary = path.with_suffix(".tmp")
        with temporary.open("wb") as file:
            np.savez(
                file,
                header=np.frombuffer(json.dumps(header).encode(), dtype=np.uint8),
                grams=np.frombuffer(grams.encode(), dtype=np.uint8),
                weights=self.weights,
                rows=self.rows,
                bias=self.bias,
            )
        temporary.replace(path)

    @classmethod
    def load(cls, path: Path) -> IntentModel:
        """Read the file. ModelUnavailable says what is wrong with it and what to do."""
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
                header = json.loads(data["header"].tobytes())
                if header["format"] != FORMAT:
                    raise ValueError(f"format {header['format']}, expected {FORMAT}")
                grams = data["grams"].tobytes().decode().split("\n")
                weights, rows, bias = data["weights"], np.ascontiguousarray(data["rows"]), data["bias"]
            calibration: dict[str, Any] = {name: tuple(one) if isinstance(one, list) else one for name, one in header["calibration"].items()}
            return cls(
                tuple(header["labels"]),
                {gram: number for number, gram in enumerate(grams)},
                weights,
                rows,
                bias,
                Calibration(**calibration),
                header["about"],
            )
        except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
            raise ModelUnavailable(
                f"The intent model in {path} cannot be read ({error}). Train it again: xiaoer train intents.",
                f"意图模型 {path} 无法读取（{error}）。请重新训练：xiaoer train intents。",
            ) from error
