"""Learn the dense half: which lines to encode, two classifiers on their vectors, how much each half counts, and what it all means.

Everything is chosen on lines that the classifiers did not see (folds), of the training lines alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from xiaoer.nlu.calibrate import Calibration, Held, fit, fit_temperature, softmax
from xiaoer.nlu.dense import Dense, Easy, Wide, is_easy, join, known_lines, lead, nearest_mean, scale_between
from xiaoer.nlu.encoders.encoder import Encoder, Tokens, unit
from xiaoer.nlu.encoders.head import find_head, seen_lines
from xiaoer.nlu.encoders.kept import KeptVectors
from xiaoer.nlu.encoders.probes import PROBES
from xiaoer.nlu.logistic import Floats, Ints, Linear, fit_logistic

_STRONG, _MILD = 20.0, 1.0  # costs
_STRONG_ROUNDS, _MILD_ROUNDS, _CENTRED = 30, 20, 20.0
_ENCODE_ALL, _ENCODE, _ENCODE_OF_EACH = 6_000, 5_000, 20
_FEW = 20  # lines of a label: up to there the label's name is a line, too
_LEAST_SHARE, _LEAST_LINES = 0.1, 3  # of the lines must be readable; so many of them for a label on average
_SHARES = (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1.0)
_CHOOSE_BY = 2_000  # lines
_HARM = 0.001  # share of all lines that may be read worse for leaving out the encoder
_STRANGE = 0.55  # quantile of the lines inside: stranger ones are always given to the encoder, or it could not tell what lies outside
_UNTAUGHT = (0.0,) * 8 + (-1 / 3,) * 3  # the three add up; what holds on public data without a single line from outside
_FEWEST_UNSEEN = 50
_NEVER = Easy(1e9, 0.0)
Bools = npt.NDArray[np.bool_]
Tell = Callable[[float, str], None]


@dataclass(frozen=True)
class _Lines:
    """The lines to learn from: targets (the number of labels stands for "outside"), folds, sparse scores of models that did not
    see them.
    """

    texts: Sequence[str]
    targets: Ints
    folds: Ints
    sparse: Held
    labels: tuple[str, ...]

    def only(self, places: Ints) -> _Lines:
        held = Held(self.sparse.scores[places], self.sparse.known[places])
        return _Lines([self.texts[one] for one in places.tolist()], self.targets[places], self.folds[places], held, self.labels)

    @property
    def inside(self) -> Bools:
        return self.targets < len(self.labels)


def fit_dense(
    texts: Sequence[str], targets: Ints, folds: Ints, sparse: Held, labels: tuple[str, ...], *, alone: Calibration, encoder: Encoder,
    kept: Path | None, tell: Tell,
) -> Dense | None:  # fmt: skip
    """The dense half, or None where the encoder cannot read these lines or adds nothing.

    `sparse`: held-out scores of the n-grams; `kept`: a file that remembers vectors from one training to the next.
    """
    whole = _Lines(texts, targets, folds, sparse, labels)
    tokens = encoder.tokens(texts)
    readable = known_lines(tokens)
    if not _is_worth_it(whole, readable):
        return None
    places = _to_encode(whole, readable)
    lines = whole.only(places)
    vectors = _vectors(encoder, lines.texts, [tokens[one] for one in places.tolist()], kept, tell)
    names = encoder.vectors(encoder.tokens([label.replace("_", " ") for label in labels]))
    found = _learn(lines, vectors, names, encoder, lambda share: tell(0.8 + 0.2 * share, "dense half"))
    chosen = _choose_share(lines, found)
    if chosen is None:
        return None
    share, spread = chosen
    rows = [unit(vectors[lines.targets == label]).astype(np.float16) for label in range(len(labels))]
    starts = np.concatenate(([0], np.cumsum([len(one) for one in rows]))).astype(np.int64)
    dense = Dense(
        encoder.name, encoder.hash, found.strong, found.mild, np.concatenate(rows), starts, share, spread, _NEVER, alone,
        ((0.0, 1.0), (0.0, 1.0)), encoder.embed(PROBES).astype(np.float16),
    )  # fmt: skip
    usual = alone.judge(_rows(sparse, whole.inside & readable))[1]
    return _calibrated(dense, lines, found, vectors, alone, usual)


def _is_worth_it(lines: _Lines, readable: Bools) -> bool:
    many = int((readable & lines.inside).sum())
    return many >= _LEAST_SHARE * lines.inside.sum() and many >= _LEAST_LINES * len(lines.labels)


def _to_encode(lines: _Lines, readable: Bools) -> Ints:
    """All readable lines; of very many, those that the n-grams found hardest, and for each label at least some.

    What they found easy would not be given to the encoder when it is asked, so it has little to learn from it.
    """
    places = np.nonzero(readable)[0]
    if len(places) <= _ENCODE_ALL:
        return places
    scores, targets = lines.sparse.scores[places, :-1].copy(), lines.targets[places]
    margins = np.full(len(places), -np.inf)
    inside = np.nonzero(targets < len(lines.labels))[0]
    own = scores[inside, targets[inside]]
    scores[inside, targets[inside]] = -np.inf
    margins[inside] = own - scores[inside].max(axis=1)
    taken = np.zeros(len(places), dtype=bool)
    taken[np.argsort(margins, kind="stable")[:_ENCODE]] = True
    for label in range(len(lines.labels)):
        rows = np.nonzero(targets == label)[0]
        taken[rows[np.argsort(margins[rows], kind="stable")[:_ENCODE_OF_EACH]]] = True
    return places[taken]


def _vectors(encoder: Encoder, texts: Sequence[str], tokens: Sequence[Tokens], kept: Path | None, tell: Tell) -> Floats:
    if kept is not None:
        return KeptVectors(kept).vectors(encoder, texts, tokens, lambda share: tell(0.8 * share, "encoding"))
    step = 256
    found = []
    for start in range(0, len(tokens), step):
        found.append(encoder.vectors(tokens[start : start + step]))
        tell(0.8 * min(1.0, (start + step) / len(tokens)), "encoding")
    return np.concatenate(found)


@dataclass(frozen=True)
class _Learned:
    """The classifiers over all lines, what those of the folds say of lines that they did not see, and which lines may be used to
    choose by.
    """

    strong: Linear
    mild: Linear
    strong_held: Floats
    mild_held: Floats
    usable: Bools


def _learn(lines: _Lines, vectors: Floats, names: Floats, encoder: Encoder, tell: Callable[[float], None]) -> _Learned:
    classes = len(lines.labels)
    units = unit(vectors)
    is_few = lines.inside.sum() <= _FEW * classes
    strong_held, mild_held = (np.zeros((len(vectors), classes), dtype=np.float32) for _ in range(2))
    few, few_units = (names, unit(names)) if is_few else (None, None)
    many = int(lines.folds.max()) + 1
    for fold in range(many):
        away = lines.folds == fold
        seen = lines.inside & ~away
        strong = _classifier(vectors[seen], lines.targets[seen], few, classes, _STRONG, _STRONG_ROUNDS)
        mild = _classifier(units[seen], lines.targets[seen], few_units, classes, _MILD, _MILD_ROUNDS)
        strong_held[away], mild_held[away] = strong.scores(vectors[away]), mild.scores(units[away])
        tell((fold + 1) / (many + 1))
    rows = lines.inside
    strong = _classifier(vectors[rows], lines.targets[rows], few, classes, _STRONG, _STRONG_ROUNDS)
    mild = _classifier(units[rows], lines.targets[rows], few_units, classes, _MILD, _MILD_ROUNDS)
    usable = ~seen_lines(encoder, lines.texts)
    if (usable & rows).sum() < min(_FEWEST_UNSEEN, 0.05 * rows.sum()):
        usable = np.ones(len(vectors), dtype=bool)
    head, tried = find_head(encoder, lines.labels), usable & rows
    if head is not None and _loss(head.scores(vectors[tried]), lines.targets[tried]) < _loss(strong_held[tried], lines.targets[tried]):
        strong, strong_held = head, head.scores(vectors)
    return _Learned(strong, mild, strong_held, mild_held, usable)


def _loss(scores: npt.NDArray[np.floating], truth: Ints) -> float:
    """The log loss of scores at the temperature that suits them best."""
    wide = scores.astype(np.float64)
    chances = softmax(wide, fit_temperature(wide, truth))
    return float(-np.log(np.maximum(chances[np.arange(len(truth)), truth], 1e-12)).mean())


def _classifier(vectors: Floats, labels: Ints, names: Floats | None, classes: int, cost: float, rounds: int) -> Linear:
    """Begins at the labels' means, from where a few rounds reach the solution."""
    if names is not None:
        vectors, labels = np.concatenate([vectors, names]), np.concatenate([labels, np.arange(classes)])
    sums = np.zeros((classes, vectors.shape[1]), dtype=np.float32)
    np.add.at(sums, labels, vectors)
    counts = np.maximum(1, np.bincount(labels, minlength=classes))[:, None]
    means = sums / counts
    centre = means.mean(axis=0)
    length = max(1e-6, float(np.linalg.norm(vectors, axis=1).mean()))
    weights = ((means - centre) * (_CENTRED / length**2)).astype(np.float32)
    begin = Linear(np.ascontiguousarray(weights.T), -(weights @ centre).astype(np.float32))
    return fit_logistic(vectors, labels, classes=classes, cost=cost, begin=begin, rounds=rounds)


def _choose_share(lines: _Lines, found: _Learned) -> tuple[float, tuple[float, float]] | None:
    """How much the sparse half counts: what gives lines that neither half has seen the least log loss, which with few lines tells
    more than the count of those read right. None: the sparse half alone does as well.
    """
    rows = np.nonzero(lines.inside & found.usable)[0]
    if len(rows) > _CHOOSE_BY:
        rows = rows[np.linspace(0, len(rows) - 1, _CHOOSE_BY).astype(np.int64)]
    sparse, dense, truth = lines.sparse.scores[rows, :-1], found.strong_held[rows], lines.targets[rows]
    spread = (max(1e-6, float(sparse.std(axis=1).mean())), max(1e-6, float(dense.std(axis=1).mean())))

    share = min(_SHARES, key=lambda share: _loss(join(sparse, dense, share, spread), truth))
    return (share, spread) if share < _SHARES[-1] else None


def _calibrated(dense: Dense, lines: _Lines, found: _Learned, vectors: Floats, alone: Calibration, usual: Wide) -> Dense:
    """With what the joined scores mean, and when the n-grams may answer alone. `usual`: how strange every line inside looks to them,
    also those that were found too easy to be encoded.
    """
    near = _near_others(dense, lines, found, vectors)
    held = dense.joined(lines.sparse, found.strong_held, found.mild_held, near, vectors)
    _, away = alone.judge(lines.sparse)
    easy = _choose_easy(lines, held, away, found.usable, usual)
    hard = ~is_easy(lines.sparse.scores, away, easy) & found.usable
    if (hard & lines.inside).sum() < _FEWEST_UNSEEN:
        hard, easy = found.usable, _NEVER
    labels = np.where(lines.inside, lines.targets, -1)[hard]
    calibration = fit(_rows(held, hard), labels, untaught=_UNTAUGHT)
    _, strange = calibration.judge(_rows(held, found.usable & lines.inside))
    scale = scale_between(strange, away[found.usable & lines.inside])
    return replace(dense, calibration=calibration, easy=easy, scale=scale)


def _rows(held: Held, taken: Bools) -> Held:
    return Held(held.scores[taken], held.known[taken], None if held.extra is None else held.extra[taken])


def _near_others(dense: Dense, lines: _Lines, found: _Learned, vectors: Floats) -> Wide:
    """The mean cosine to the nearest lines of the label each would be given, the line itself and its copies left out."""
    named = join(lines.sparse.scores[:, :-1], found.strong_held, dense.share, dense.spread).argmax(axis=1)
    units = unit(vectors)
    owned = [np.nonzero(lines.targets == label)[0] for label in range(len(lines.labels))]
    result = np.zeros(len(vectors))
    for label, rows in enumerate(owned):
        asked = np.nonzero(named == label)[0]
        if not len(asked) or not len(rows):
            continue
        cosines = units[asked] @ units[rows].T
        for place, line in enumerate(asked.tolist()):
            result[line] = nearest_mean(cosines[place][(rows != line) & (cosines[place] < 1 - 1e-5)])
    return result


def _choose_easy(lines: _Lines, held: Held, away: Wide, usable: Bools, usual: Wide) -> Easy:
    """The smallest lead from which on the n-grams alone read hardly any line worse than both halves do."""
    rows = lines.inside & usable
    strange = float(np.quantile(usual, _STRANGE))
    leads, truth = lead(lines.sparse.scores[:, :-1]), lines.targets
    alone_wrong = lines.sparse.scores[:, :-1].argmax(axis=1) != truth
    both_wrong = held.scores[:, :-1].argmax(axis=1) != truth
    taken = np.nonzero(rows & (away <= strange))[0]
    order = taken[np.argsort(-leads[taken], kind="stable")]
    harm = np.cumsum(alone_wrong[order].astype(np.int64) - both_wrong[order].astype(np.int64))
    good = np.nonzero(np.maximum.accumulate(harm) <= _HARM * len(usual))[0]
    return Easy(float(leads[order[good[-1]]]), strange) if len(good) else _NEVER
