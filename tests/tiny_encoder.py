"""An encoder small enough to be made in a test: a vector for each word, the same one for words that mean the same."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.normalizers import Lowercase
from tokenizers.pre_tokenizers import BertPreTokenizer

DIMENSIONS = 32


def make(folder: Path, words: Iterable[str], *, same: Sequence[Sequence[str]] = (), seed: int = 0, kind: str = "mean") -> Path:
    """Write the encoder's folder. Words of a group of `same` share a vector; a word that is not here is unknown."""
    folder.mkdir(parents=True, exist_ok=True)
    ordered = sorted({word.lower() for word in words} | {word.lower() for group in same for word in group})
    vocabulary = {"[UNK]": 0, **{word: number for number, word in enumerate(ordered, 1)}}
    table = np.random.default_rng(seed).normal(size=(len(vocabulary), DIMENSIONS)).astype(np.float32)
    table[0] = 0
    for group in same:
        for word in group:
            table[vocabulary[word.lower()]] = table[vocabulary[group[0].lower()]]
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = Lowercase(), BertPreTokenizer()
    tokenizer.save(str(folder / "tokenizer.json"))
    graph = helper.make_graph(
        [helper.make_node("Gather", ["table", "input_ids"], ["last_hidden_state"])],
        "tiny",
        [helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["rows", "tokens"])],
        [helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["rows", "tokens", DIMENSIONS])],
        [numpy_helper.from_array(table, "table")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, str(folder / "model.onnx"))
    (folder / "pooling.json").write_text(json.dumps({"kind": kind, "max_length": 32, "normalise": True}), "utf-8")
    return folder
