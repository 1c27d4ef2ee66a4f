"""The folder of an encoder: `model.onnx`, `tokenizer.json` and `pooling.json`, and what may stand beside them.

`pooling.json` says how the vectors of the tokens become one: {"kind": "mean", "max_length": 128, "normalise": true, "prefix": ""}.
Beside them: `reference.npz` (vectors of the probe sentences, made before the weights were rounded), `head.npz` (the classifier
that was trained with the encoder) and `seen.json` (hashes of the lines it was trained on).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from xiaoer.errors import ConfigurationError

MODEL, TOKENIZER, POOLING = "model.onnx", "tokenizer.json", "pooling.json"
REFERENCE, HEAD, SEEN = "reference.npz", "head.npz", "seen.json"
PARTS = (MODEL, TOKENIZER, POOLING)
Kind = Literal["mean", "cls", "max", "last", "given"]
_MOST_TOKENS = 8192
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Pooling:
    """How the vectors of the tokens become one.

    kind: the mean over the tokens, the first token's ("cls"), the largest value of each dimension ("max"), the last token's, or
    "given" where the model's output is one vector already. A line is cut after `max_length` tokens. `prefix` is put before every
    line (e5 wants "query: "). `normalise`: the vectors have length 1 (those for searching always do). `output` names the model's
    output; empty takes the first.
    """

    kind: Kind = "mean"
    max_length: int = 128
    normalise: bool = True
    prefix: str = ""
    output: str = ""

    def write(self, folder: Path) -> None:
        """Write it into the folder."""
        (folder / POOLING).write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n", "utf-8")


def is_encoder(folder: Path) -> bool:
    """Whether the folder has the three files of an encoder."""
    return all((folder / name).is_file() for name in PARTS)


def read_pooling(folder: Path) -> Pooling:
    """The folder's pooling. ConfigurationError says what is missing or wrong in it."""
    missing = [name for name in PARTS if not (folder / name).is_file()]
    if missing:
        raise ConfigurationError(
            f"{folder} is no encoder: {', '.join(missing)} is missing. An encoder is a folder with {', '.join(PARTS)}.",
            f"{folder} 不是编码器目录：缺少 {'、'.join(missing)}。编码器目录应包含 {'、'.join(PARTS)}。",
            field="encoder",
        )
    path = folder / POOLING
    try:
        data = json.loads(path.read_text("utf-8"))
        return _checked(data)
    except (OSError, ValueError, TypeError) as error:
        raise ConfigurationError(
            f"{path} cannot be read: {error}. Expected for example {{\"kind\": \"mean\", \"max_length\": 128, \"normalise\": true}}.",
            f"{path} 无法读取：{error}。格式示例：{{\"kind\": \"mean\", \"max_length\": 128, \"normalise\": true}}。",
            field="encoder",
        ) from error


def _checked(data: Any) -> Pooling:
    if not isinstance(data, dict):
        raise ValueError("an object is expected")
    found = Pooling(**data)
    if found.kind not in get_args(Kind):
        raise ValueError(f"kind is {found.kind!r}, expected one of {', '.join(get_args(Kind))}")
    is_length = isinstance(found.max_length, int) and not isinstance(found.max_length, bool)
    if not is_length or not 4 <= found.max_length <= _MOST_TOKENS:
        raise ValueError(f"max_length is {found.max_length!r}, expected 4 to {_MOST_TOKENS}")
    if not isinstance(found.normalise, bool) or not isinstance(found.prefix, str) or not isinstance(found.output, str):
        raise ValueError("normalise is true or false, prefix and output are texts")
    return found


def hash_of_folder(folder: Path) -> str:
    """The same for the same weights, tokeniser, pooling and head, whatever the folder is called; 16 letters."""
    digest = hashlib.sha256()
    for name in (*PARTS, HEAD):
        path = folder / name
        if not path.is_file():
            continue
        digest.update(f"{name} {path.stat().st_size}\n".encode())
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
    return digest.hexdigest()[:16]
