"""The vectors of articles in the records: made once for each text and encoder, read at every start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from xiaoer.db.scope import Scope
from xiaoer.knowledge.tables import article_vectors

Floats = npt.NDArray[np.float32]
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Stored:
    """What is kept of an article: a digest and a row (float32, of length 1) per text that the encoder knows."""

    article_id: str
    digests: tuple[str, ...]
    rows: Floats


def save_vectors(scope: Scope, encoder: str, stored: Sequence[Stored]) -> None:
    """Keep these, in the place of what the articles had, from whichever encoder."""
    for one in stored:
        values = {
            "article_id": one.article_id,
            "encoder": encoder,
            "digests": list(one.digests),
            "vectors": np.ascontiguousarray(one.rows, dtype="<f2").tobytes(),
        }
        scope.upsert(article_vectors, values, keys=["article_id"], update=["encoder", "digests", "vectors"])


def list_vectors(scope: Scope, encoder: str, article_ids: Sequence[str]) -> tuple[Stored, ...]:
    """What this encoder made of these articles."""
    found: list[Stored] = []
    for start in range(0, len(article_ids), _BATCH):
        query = scope.select(article_vectors).where(article_vectors.c.encoder == encoder)
        query = query.where(article_vectors.c.article_id.in_(article_ids[start : start + _BATCH]))
        found += [_stored(row.article_id, tuple(row.digests), row.vectors) for row in scope.all(query)]
    return tuple(found)


def _stored(article_id: str, digests: tuple[str, ...], vectors: bytes) -> Stored:
    rows = np.frombuffer(vectors, dtype="<f2").astype(np.float32)
    return Stored(article_id, digests, rows.reshape(len(digests), -1) if digests else rows.reshape(0, 0))
