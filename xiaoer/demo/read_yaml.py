"""The demo's YAML files. Read by libyaml where it is there: the pure reader needs seconds for the catalogue."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import yaml

from xiaoer import yaml_text
from xiaoer.errors import ConfigurationError


def read_yaml(path: str) -> Any:
    """What is in a file of the demo's folder, e.g. "catalogue/shoes.yaml". ConfigurationError says where it is not YAML."""
    text = (files("xiaoer.demo") / path).read_text("utf-8")
    try:
        return yaml_text.read_yaml(text)
    except yaml.YAMLError as error:
        reason = " ".join(str(error).split())
        raise ConfigurationError(f"{path} is not YAML: {reason}", f"{path} 不是有效的 YAML：{reason}") from error


def list_yaml(folder: str) -> tuple[str, ...]:
    """The YAML files in a folder of the demo, by name: ("articles/care.yaml", …)."""
    names = sorted(entry.name for entry in (files("xiaoer.demo") / folder).iterdir() if entry.name.endswith(".yaml"))
    return tuple(f"{folder}/{name}" for name in names)
