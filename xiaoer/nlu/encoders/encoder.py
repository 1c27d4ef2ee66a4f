"""An encoder at work: texts in, vectors out, with onnxruntime and tokenizers (extra [encoder]) on a single thread."""

from __future__ import annotations

import importlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from xiaoer.errors import ConfigurationError
from xiaoer.nlu.encoders.folder import MODEL, TOKENIZER, Pooling, hash_of_folder, read_pooling
from xiaoer.nlu.normalise import MOST_CHARACTERS

Floats = npt.NDArray[np.float32]
_MASKS = ("[MASK]", "<mask>", "[UNK]", "<unk>", "<pad>", "[PAD]")
_UNKNOWN = ("[UNK]", "<unk>", "<UNK>")


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text, cut into tokens. `unknown` is the share of them that the encoder has never seen; `spans` are their characters."""

    ids: tuple[int, ...]
    types: tuple[int, ...]
    unknown: float
    spans: tuple[tuple[int, int], ...]


class Encoder:
    """Reads texts into vectors. Safe to use from several threads; computes on one."""

    def __init__(self, folder: Path, name: str, pooling: Pooling, session: Any, tokenizer: Any) -> None:
        self.folder, self.name, self.pooling = folder, name, pooling
        self.hash = hash_of_folder(folder)
        self._session, self._tokenizer = session, tokenizer
        self._inputs = [one.name for one in session.get_inputs()]
        outputs = [one.name for one in session.get_outputs()]
        self._output = pooling.output or outputs[0]
        known = [number for token in _UNKNOWN if (number := tokenizer.token_to_id(token)) is not None]
        self._unknown = frozenset(known)
        masks = [number for token in _MASKS if (number := tokenizer.token_to_id(token)) is not None]
        self.mask_id = masks[0] if masks else 0  # what stands where a word is hidden
        self._prefix = tokenizer.encode(pooling.prefix, add_special_tokens=False).ids if pooling.prefix else []
        self.dimensions = int(self.embed(["xiaoer"]).shape[1])

    @classmethod
    def open(cls, folder: Path, *, name: str = "") -> Encoder:
        """Open the folder. ConfigurationError names what is wrong, or the extra that is missing."""
        pooling = read_pooling(folder)
        runtime, tokenizers = need("onnxruntime", "encoder"), need("tokenizers", "encoder")
        options = runtime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            session = runtime.InferenceSession(str(folder / MODEL), options, providers=["CPUExecutionProvider"])
            tokenizer = tokenizers.Tokenizer.from_file(str(folder / TOKENIZER))
            tokenizer.no_padding()
            tokenizer.enable_truncation(pooling.max_length)
            return cls(folder, name or folder.resolve().name, pooling, session, tokenizer)
        except ConfigurationError:
            raise
        except Exception as error:  # both libraries raise bare exceptions of their own
            raise ConfigurationError(
                f"The encoder in {folder} cannot be opened: {error}. Bring it again: xiaoer encoders add.",
                f"编码器 {folder} 无法打开：{error}。请重新添加：xiaoer encoders add。",
                field="encoder",
            ) from error

    def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """Each text in tokens; of a long one only the beginning."""
        cut = [self.pooling.prefix + _clean(text) for text in texts]
        found = self._tokenizer.encode_batch(cut) if len(cut) > 1 else [self._tokenizer.encode(one) for one in cut]
        ahead = len(self.pooling.prefix)
        return [self._tokens_of(one, ahead) for one in found]

    def _tokens_of(self, found: Any, ahead: int) -> Tokens:
        ids, special = found.ids, found.special_tokens_mask
        many = len(ids) - sum(special) - len(self._prefix)
        unknown = sum(number in self._unknown for number in ids) / many if many > 0 else 1.0  # nothing was said
        spans = tuple((max(0, start - ahead), max(0, end - ahead)) for start, end in found.offsets)
        return Tokens(tuple(ids), tuple(found.type_ids), min(1.0, unknown), spans)

    def vectors(self, texts: Sequence[Tokens]) -> Floats:
        """(n, dimensions): of length 1 where the folder's pooling says so."""
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        found = np.concatenate([self._run(one) for one in texts])
        return unit(found) if self.pooling.normalise else found

    def embed(self, texts: Sequence[str]) -> Floats:
        """(n, dimensions) of length 1: what can be compared by the dot product."""
        return unit(self.vectors(self.tokens(texts)))

    def _run(self, text: Tokens) -> Floats:
        """One line at a time: in whole numbers of 8 bits the lines of a batch would change each other's vectors (the scale of the
        activations is the batch's), and on one thread a batch is no faster.
        """
        ids, types = np.array([text.ids], dtype=np.int64), np.array([text.types], dtype=np.int64)
        return self.run(ids, np.ones_like(ids), types)

    def run(self, ids: npt.NDArray[np.int64], mask: npt.NDArray[np.int64], types: npt.NDArray[np.int64]) -> Floats:
        """Pooled vectors of padded rows, as the model gives them."""
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}
        (states,) = self._session.run([self._output], {name: given[name] for name in self._inputs})
        return pool(states, mask, self.pooling.kind)


def pool(states: Floats, mask: npt.NDArray[np.int64], kind: str) -> Floats:
    """(n, dimensions) of token states (n, tokens, dimensions)."""
    if kind == "given":
        return states
    if kind == "cls":
        first: Floats = states[:, 0]
        return first
    if kind == "last":
        last: Floats = states[np.arange(len(states)), mask.sum(axis=1) - 1]
        return last
    held = mask[:, :, None].astype(np.float32)
    if kind == "max":
        highest: Floats = np.where(held > 0, states, -np.inf).max(axis=1)
        return highest
    mean: Floats = (states * held).sum(axis=1) / np.maximum(held.sum(axis=1), 1)
    return mean


def unit(vectors: Floats) -> Floats:
    """The same directions with length 1; nothing stays nothing."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    result: Floats = (vectors / np.maximum(norms, 1e-12)).astype(np.float32, copy=False)
    return result


def need(module: str, extra: str) -> Any:
    """A library of an extra. ConfigurationError says how to get it where it is not installed."""
    if module == "tokenizers":
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # one thread, and no word about forks
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise ConfigurationError(
            f"This needs {module}, which the extra [{extra}] brings: pip install 'xiaoer[{extra}]'.",
            f"此功能需要 {module}，请安装可选组件：pip install 'xiaoer[{extra}]'。",
            field="encoder",
        ) from error


def _clean(text: str) -> str:
    """What the tokeniser can take: no lone surrogates, no endless lines."""
    return text[:MOST_CHARACTERS].encode("utf-8", "replace").decode("utf-8")
