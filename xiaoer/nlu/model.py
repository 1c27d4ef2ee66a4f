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
from xiaoer.nlu.dense import Dense, join
from xiaoer.nlu.encoders.attribution import attribute
from xiaoer.nlu.encoders.encoder import Encoder
from xiaoer.nlu.encoders.found import find_for
from xiaoer.nlu.features import grams_of, name_of, names_within, runs_of
from xiaoer.nlu.normalise import normalise
from xiaoer.nlu.types import Outcome

FORMAT = 6
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


def _by_weight(parts: Sequence[Contribution]) -> tuple[Contribution, ...]:
    return tuple(sorted(parts, key=lambda one: -abs(one.weight)))


@dataclass(frozen=True, repr=False)
class IntentModel:
    """`rows` (features + meanings.size(), labels + 1) as float16, the last column being the class "outside"; `weights` (features,);
    `bias` (labels + 1,). `dense`: the half that an encoder adds; without its encoder at hand the n-grams answer alone.
    """

    labels: tuple[str, ...]
    vocabulary: Mapping[str, int]
    weights: npt.NDArray[np.float32]
    rows: npt.NDArray[np.float16]
    bias: npt.NDArray[np.float32]
    calibration: Calibration
    about: Mapping[str, Any] = field(default_factory=dict)
    dense: Dense | None = None
    encoder: Encoder | None = None

    @property
    def version(self) -> str:
        """The first letters of the hash of its training data and settings, and of its encoder's where it has one."""
        own = str(self.about.get("hash", ""))[:12]
        return own if self.dense is None else f"{own}+{self.dense.encoder_hash[:6]}"

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
        chances, away, ask_below = self._judge(text)
        order = np.argsort(-chances, kind="stable")
        intents = tuple((self.labels[i], chance) for i, chance in zip(order.tolist(), chances[order].tolist(), strict=True))
        outcome: Outcome = "answer"
        if away > self.calibration.outside_from:
            outcome = "outside"
        elif intents[0][1] < ask_below:
            outcome = "ask"
        return Prediction(intents, away, outcome)

    def _judge(self, text: str) -> tuple[npt.NDArray[np.float64], float, float]:
        """Probabilities (labels,), how far outside on the scale of `calibration`, and the probability below which it is asked back."""
        held = self.scores(text)
        if self.dense is None or self.encoder is None:
            return *self.calibration.judge_one(held), self.calibration.ask_below
        row, strange, by_both = self.dense.judge(held, text, self.calibration, self.encoder)
        return row, strange, (self.dense.calibration if by_both else self.calibration).ask_below

    def is_encoded(self, text: str) -> bool:
        """Whether the dense half has a say about this text."""
        if self.dense is None or self.encoder is None:
            return False
        return self.dense.judge(self.scores(text), text, self.calibration, self.encoder)[2]

    def joint_scores(self, text: str) -> npt.NDArray[np.float64]:
        """The scores (labels,) that the probabilities come from: joined where the dense half has a say, else the n-grams' own."""
        held = self.scores(text)
        if self.dense is None or self.encoder is None or not self.is_encoded(text):
            alone: npt.NDArray[np.float64] = held.scores[0, :-1]
            return alone
        vectors = self.encoder.vectors(self.encoder.tokens([text]))
        both: npt.NDArray[np.float64] = join(held.scores[:, :-1], self.dense.strong.scores(vectors), self.dense.share, self.dense.spread)[0]
        return both

    def explain(self, text: str, label: str) -> tuple[Contribution, ...]:
        """The part of each feature in the score of `label`, largest first; the parts sum to the score (`joint_scores`).

        What an intent has before a word is read is a part without characters and name. Where the dense half has a say, the n-grams'
        parts are those of their share, and «word» is what the encoder makes of a word.
        """
        if self.dense is None or self.encoder is None or not self.is_encoded(text):
            column = np.zeros(len(self.labels) + 1, dtype=np.float32)
            column[self.labels.index(label)] = 1
            return _by_weight(self._sparse_parts(text, column))
        number = self.labels.index(label)
        sparse = self._sparse_parts(text, self.dense.sparse_mix(number))
        return _by_weight([*sparse, *self._dense_parts(self.dense, self.encoder, text, number)])

    def _sparse_parts(self, text: str, mix: npt.NDArray[np.float32]) -> list[Contribution]:
        """What each n-gram and each word's meaning gives to the scores, mixed: `mix` (labels + 1,) weighs the columns."""
        normal = normalise(text)
        runs = runs_of(normal.text)
        ids, values, _ = self.vector(runs)
        weights = values * (self.rows[ids].astype(np.float32) @ mix)
        by_id = dict(zip(ids.tolist(), weights.tolist(), strict=True))
        places: dict[int, list[tuple[str, int, int]]] = {}
        for gram, start, end in grams_of(text):
            number = self.vocabulary.get(gram)
            if number is not None:
                places.setdefault(number, []).append((gram, start, end))
        found = [Contribution(0, 0, "", float(self.bias @ mix))]
        found += [
            Contribution(*normal.span(start, end), name_of(gram), by_id[number] / len(spots))
            for number, spots in places.items()
            for gram, start, end in spots
        ]
        length, meant = float(np.linalg.norm(meanings.sum_of(runs))), self._meant @ mix
        found += [
            Contribution(*normal.span(one.start, one.end), f"≈{one.word}", float(one.vector @ meant) / length)
            for one in meanings.list_meanings(runs)
            if length
        ]
        return found

    def _dense_parts(self, dense: Dense, encoder: Encoder, text: str, number: int) -> list[Contribution]:
        """What each word gives to the dense half's share of the score, as the encoder reads it in its place."""
        found = attribute(encoder, text)
        column, bias = dense.dense_mix(number)
        parts = [Contribution(0, 0, "", float(found.base @ column) + bias)]
        for (start, end), part in zip(found.spans, found.parts, strict=True):
            parts.append(Contribution(start, end, f"«{text[start:end].strip()}»", float(part @ column)))
        return parts

    def save(self, path: Path) -> None:
        """Write the file whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        grams = "\n".join(sorted(self.vocabulary, key=self.vocabulary.__getitem__))
        header = {"format": FORMAT, "labels": self.labels, "calibration": asdict(self.calibration), "about": self.about}
        if self.dense is not None:
            header["dense"] = self.dense.header()
        dense: dict[str, Any] = self.dense.arrays() if self.dense is not None else {}
        temporary = path.with_suffix(".tmp")
        with temporary.open("wb") as file:
            np.savez(
                file,
                header=np.frombuffer(json.dumps(header).encode(), dtype=np.uint8),
                grams=np.frombuffer(grams.encode(), dtype=np.uint8),
                weights=self.weights,
                rows=self.rows,
                bias=self.bias,
                **dense,
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
                dense = Dense.of(header["dense"], data) if "dense" in header else None
            return cls(
                tuple(header["labels"]),
                {gram: number for number, gram in enumerate(grams)},
                weights,
                rows,
                bias,
                Calibration.of(header["calibration"]),
                header["about"],
                dense,
                find_for(dense.encoder_name, dense.encoder_hash, dense.probes, path) if dense is not None else None,
            )
        except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
            raise ModelUnavailable(
                f"The intent model in {path} cannot be read ({error}). Train it again: xiaoer train intents.",
                f"意图模型 {path} 无法读取（{error}）。请重新训练：xiaoer train intents。",
            ) from error
