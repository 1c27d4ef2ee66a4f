"""YAML as text, read by libyaml where it is there: the pure reader takes ten times as long, and a start reads some 400 kB."""

from __future__ import annotations

from typing import Any

import yaml

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # both are the safe ones


def read_yaml(text: str) -> Any:
    """The values of a YAML text. yaml.YAMLError where it is none."""
    return yaml.load(text, Loader=LOADER)
