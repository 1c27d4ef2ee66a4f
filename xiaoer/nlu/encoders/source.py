"""What a Hugging Face folder says of itself: how it pools, how long a line may be, what stands before every line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from xiaoer.nlu.encoders.folder import Kind, Pooling

_LONGEST = 256  # tokens: a customer's line; a longer one costs time and says nothing more about its intent
_USUAL = 128
_KINDS: dict[str, Kind] = {
    "pooling_mode_cls_token": "cls", "pooling_mode_mean_tokens": "mean", "pooling_mode_max_tokens": "max",
    "pooling_mode_lasttoken": "last",
}  # fmt: skip


def pooling_of(folder: Path) -> Pooling:
    """From the files that sentence-transformers writes; where there are none, the mean of a line's first 128 tokens."""
    chosen = _read(folder / "1_Pooling" / "config.json")
    kind: Kind = next((kind for name, kind in _KINDS.items() if chosen.get(name)), "mean")
    longest = _read(folder / "sentence_bert_config.json").get("max_seq_length") or _USUAL
    places = _read(folder / "config.json").get("max_position_embeddings") or _LONGEST
    return Pooling(kind, max(4, min(int(longest), int(places), _LONGEST)), True, _prefix_of(folder))


def _prefix_of(folder: Path) -> str:
    """e5 models were trained with "query: " before what is asked; others name their prompts themselves."""
    prompts = _read(folder / "config_sentence_transformers.json").get("prompts") or {}
    if isinstance(prompts, dict) and isinstance(prompts.get("query"), str) and len(prompts["query"]) <= 16:
        return str(prompts["query"])
    named = f"{folder.name} {_read(folder / 'config.json').get('_name_or_path', '')}".lower()
    return "query: " if "e5" in named.replace("_", "-").replace("/", "-").split("-") else ""


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        data = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}
