"""Change values inside the text of a policy and leave every other character, comments too, as it was. Pure.

A policy is written by people, in YAML with comments and an order that matters. A form on a page changes a number or a
sentence of it; writing the parsed data back would lose the rest. So a value is replaced where it stands in the text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import yaml

from xiaoer.aftersales.policy import PAYERS, THENS, read_policy
from xiaoer.errors import Invalid
from xiaoer.yaml_text import LOADER, read_yaml

Kind = Literal["number", "flag", "choice", "list", "text"]
Path = tuple[str | int, ...]
_CHOICES: Mapping[str, tuple[str, ...]] = {"then": THENS, "pays_way_back": PAYERS}
_NOT_IN_FORMS = ("id", "for", "why", "ask", "clock")  # what verdicts, reports and flows rely on is changed in the text itself
_PLAIN = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`][^\n:#,\[\]{}]*")

_BREAKS = re.compile("[\x7f-\x9f\u2028\u2029\ufeff]")  # a line break, or nothing, to YAML; JSON would leave them as they are
_UNSAYABLE = re.compile("[^\t\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what YAML cannot hold at all


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value that a form may change. `path`: its keys from the top, a clause's by its id; `choices` of a choice."""

    path: Path
    value: Any
    kind: Kind
    choices: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """The value as a form shows it; `with_values` reads it back as the same."""
        if isinstance(self.value, list):
            return ", ".join(str(one) if one != "" else '""' for one in self.value)
        return str(self.value).lower() if self.kind == "flag" else str(self.value)

    @property
    def name(self) -> str:
        """The path as the name of a form's field."""
        return "/".join(map(str, self.path))


def list_leaves(text: str) -> tuple[Leaf, ...]:
    """Every value that a form may change, in the order of the text: of the clauses, of `told` and of `refund_days`."""
    return tuple(_leaf(path, node) for path, node in _walk(_root(text)) if _is_open(path))


def with_values(text: str, values: Mapping[str, str]) -> str:
    """The text with these fields (by `Leaf.name`) set to what a form sent. Unknown names are left alone.

    Invalid names the field where a value cannot be read as what stands there; the whole is not checked here.
    """
    found = [(leaf, node) for path, node in _walk(_root(text)) if _is_open(path) for leaf in (_leaf(path, node),)]
    changes = [(node, _written(leaf, values[leaf.name])) for leaf, node in found if _differs(leaf, values)]
    for node, written in sorted(changes, key=lambda pair: pair[0].start_mark.index, reverse=True):
        start, end = node.start_mark.index, node.end_mark.index
        tail = "\n" if getattr(node, "style", None) in ("|", ">") else ""  # a block ends with its last line
        text = text[:start] + written + tail + text[end:]
    return text


def with_version(text: str, version: str) -> str:
    """The text with this version."""
    node = next(node for path, node in _walk(_root(text)) if path == ("version",))
    return text[: node.start_mark.index] + json.dumps(version, ensure_ascii=False) + text[node.end_mark.index :]


def next_version(version: str) -> str:
    """What may come after: 2026-1 → 2026-2, v9 → v10, summer → summer-2."""
    counted = re.fullmatch(r"(.*?)(\d+)", version)
    return f"{counted[1]}{int(counted[2]) + 1}" if counted else f"{version}-2"


def block_of(text: str, clause_id: str) -> tuple[int, int]:
    """The first and last line (from 1) of a clause in the text; Invalid when there is none of that name."""
    for path, node in _walk(_root(text)):
        if path == ("clauses", clause_id):
            last = node.end_mark.line + (1 if node.end_mark.column else 0)
            return node.start_mark.line + 1, max(node.start_mark.line + 1, last)
    raise Invalid(f"There is no clause {clause_id!r}.", f"没有条款“{clause_id}”。", field="clause")


def _root(text: str) -> yaml.MappingNode:
    read_policy(text)  # only a text that is a policy is edited by its places
    root = yaml.compose(text, Loader=LOADER)
    assert isinstance(root, yaml.MappingNode)
    return root


def _walk(node: yaml.Node, path: Path = ()) -> Iterator[tuple[Path, yaml.Node]]:
    yield path, node
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _walk(value, (*path, key.value))
    elif isinstance(node, yaml.SequenceNode) and path == ("clauses",):
        for clause in node.value:
            name = next(value.value for key, value in clause.value if key.value == "id")
            yield from _walk(clause, (*path, name))


def _is_open(path: Path) -> bool:
    if len(path) < 2 or path[0] not in ("clauses", "told", "refund_days"):
        return False
    if path[0] != "clauses":
        return not (len(path) == 2 and path[1] == "warranty_days")
    return len(path) > 2 and path[2] not in _NOT_IN_FORMS and path[-1] not in ("when", "within", "texts", "by_level", "clock")


def _leaf(path: Path, node: yaml.Node) -> Leaf:
    value = _value(node)
    name = str(path[-1])
    if path[0] == "clauses" and name in _CHOICES:
        return Leaf(path, value, "choice", _CHOICES[name])
    if isinstance(value, bool):
        return Leaf(path, value, "flag")
    if isinstance(value, int):
        return Leaf(path, value, "number")
    return Leaf(path, value, "list" if isinstance(value, list) else "text")


def _value(node: yaml.Node) -> Any:
    return yaml.SafeLoader("").construct_document(node)


def _differs(leaf: Leaf, values: Mapping[str, str]) -> bool:
    return leaf.name in values and _read(leaf, values[leaf.name]) != leaf.value


def _written(leaf: Leaf, said: str) -> str:
    value = _read(leaf, said)
    if isinstance(value, list):
        return "[" + ", ".join(map(_scalar, value)) + "]"
    return _scalar(value)


def _scalar(value: bool | int | str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    is_plain = bool(_PLAIN.fullmatch(value)) and value == value.strip() and _reads_as(value)
    if is_plain:
        return value
    return _BREAKS.sub(lambda one: f"\\u{ord(one[0]):04x}", json.dumps(value, ensure_ascii=False))


def _reads_as(value: str) -> bool:
    """Whether the word stands for itself: `no`, `7`, `=` and `2026-01-01` do not."""
    try:
        return bool(read_yaml(f"[{value}]") == [value])
    except yaml.YAMLError:
        return False


def _read(leaf: Leaf, said: str) -> Any:
    said = _UNSAYABLE.sub("", said.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if leaf.kind == "number":
        if not re.fullmatch(r"[0-9]{1,12}", said):
            raise _wrong(leaf, "a whole number, not below 0", "不小于 0 的整数")
        return int(said)
    if leaf.kind == "flag":
        if said not in ("true", "false"):
            raise _wrong(leaf, "true or false", "true 或 false")
        return said == "true"
    if leaf.kind == "choice":
        if said not in leaf.choices:
            raise _wrong(leaf, f"one of {', '.join(leaf.choices)}", f"{'、'.join(leaf.choices)} 之一")
        return said
    if leaf.kind == "list":
        return [_item(one) for one in re.split(r"[,，、\n]", said) if one.strip()]
    if not said:
        raise _wrong(leaf, "some words", "不能为空")
    return said


def _item(said: str) -> Any:
    said = said.strip()
    if said == '""':  # a list may hold the empty word: no country was given
        return ""
    return int(said) if re.fullmatch(r"[0-9]{1,12}", said) else said


def _wrong(leaf: Leaf, expected: str, expected_zh: str) -> Invalid:
    return Invalid(f"{leaf.name}: expected {expected}.", f"{leaf.name} 应为：{expected_zh}。", field=leaf.name)
