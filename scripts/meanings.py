"""Write the word vectors of the default reader, `xiaoer/nlu/meanings.npz`. Why and from what: docs/decisions/0029.

    python scripts/meanings.py --encoder FOLDER --chinese words_tree_mini.m --counts dict.txt

FOLDER: all-MiniLM-L6-v2 as `xiaoer encoders add --exact` leaves it. words_tree_mini.m: from the package cnsyn (75 numbers for
each of 130 000 Chinese words; needs joblib to be read). dict.txt: from jieba, how often each Chinese word is written.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import joblib.numpy_pickle
import numpy as np
import numpy.typing as npt

from xiaoer.nlu.concepts import list_words
from xiaoer.nlu.encoders.encoder import Encoder
from xiaoer.nlu.meanings import FILE, MOST_CHARACTERS

Floats = npt.NDArray[np.float32]
ENGLISH, CHINESE = 64, 48  # numbers kept of each vector
SELDOM = 1e-3  # a word as frequent as this counts half; Arora, Liang, Ma, "A simple but tough-to-beat baseline" (ICLR 2017)
ENOUGH = 30  # times that a Chinese word stands in the counts, or it is left out
ZIPF, SHIFT = 0.1, 2.7  # the n-th word of English makes up about .1 / (n + 2.7) of a text


def main() -> None:
    """Read, shorten, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--encoder", type=Path, required=True)
    parser.add_argument("--chinese", type=Path, required=True)
    parser.add_argument("--counts", type=Path, required=True)
    given = parser.parse_args()
    blocks = {"english": english(given.encoder), "chinese": chinese(given.chinese, given.counts)}
    data: dict[str, npt.NDArray[Any]] = {}
    for name, (words, vectors) in blocks.items():
        scale = np.abs(vectors).max(axis=1) / 127
        data[f"{name}_words"] = np.frombuffer("\n".join(words).encode(), dtype=np.uint8)
        data[f"{name}_scale"] = scale.astype(np.float32)
        data[f"{name}_vectors"] = np.rint(vectors / scale[:, None]).astype(np.int8)
    np.savez_compressed(FILE, allow_pickle=False, **data)
    print(FILE, {name: block.shape for name, block in data.items()}, FILE.stat().st_size)


def english(folder: Path) -> tuple[list[str], Floats]:
    """The encoder's whole words, most frequent first, and the thesaurus' words."""
    numbers = json.loads((folder / "tokenizer.json").read_text("utf-8"))["model"]["vocab"]
    whole = [word for word in sorted(numbers, key=numbers.__getitem__) if word.isascii() and word.isalpha() and len(word) > 1]
    words = list(dict.fromkeys((*whole, *(word for word in list_words() if word.isascii() and word.isalpha()))))
    share = ZIPF / (np.arange(len(words)) + SHIFT)
    return words, _shortened(Encoder.open(folder).embed(words), ENGLISH, share)


def chinese(path: Path, counts: Path) -> tuple[list[str], Floats]:
    """Characters, the thesaurus' words and what is written often enough, in characters that everyone reads."""
    words, vectors = _read_tree(path)
    often = {word: int(count) for word, count, *_ in (line.split() for line in counts.read_text("utf-8").splitlines())}
    ours = set(list_words())
    kept = [
        number for number, word in enumerate(words)
        if _is_plain(word) and (len(word) == 1 or word in ours or often.get(word, 0) >= ENOUGH)
    ]  # fmt: skip
    share = np.array([often.get(words[number], 1) for number in kept]) / sum(often.values())
    return [words[number] for number in kept], _shortened(vectors[kept], CHINESE, share)


def _shortened(vectors: Floats, most: int, share: npt.NDArray[np.floating[Any]]) -> Floats:
    """The directions that differ most, frequent words made short; on the average a word is of length 1."""
    centred = vectors - vectors.mean(axis=0)
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    found = centred @ directions[:most].T
    found = found / np.linalg.norm(found, axis=1).mean()
    result: Floats = (found * (SELDOM / (SELDOM + share))[:, None]).astype(np.float32)
    return result


def _is_plain(word: str) -> bool:
    """Whether a word is made of the 3 755 characters of the first plane of GB 2312."""
    try:
        code = word.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return len(word) <= MOST_CHARACTERS and len(code) == 2 * len(word) and all(0xB0 <= byte <= 0xD7 for byte in code[::2])


class _Anything:
    """Stands for the classes of the library that the vectors were stored with."""

    state: Any = None

    def __setstate__(self, state: Any) -> None:
        self.state = state


def _read_tree(path: Path) -> tuple[list[str], Floats]:
    class Reader(joblib.numpy_pickle.NumpyUnpickler):  # type: ignore[misc]
        def find_class(self, module: str, name: str) -> Any:
            if not module.startswith("sklearn"):
                return super().find_class(module, name)
            return _Anything if name[0].isupper() else lambda *_: _Anything()

    with path.open("rb") as file:
        tree = Reader(str(path), file, False).load()
    return list(map(str, tree["words"])), np.asarray(tree["model"].state[0], dtype=np.float32)


if __name__ == "__main__":
    main()
