"""Rasa NLU training data in YAML (2.x and 3.x): intents with examples, entity marks, synonyms, lookup tables, regular expressions.

The format: https://rasa.com/docs/rasa/training-data-format. A file that is damaged in one place is read block by block.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import yaml

from xiaoer.nlu.exchange.archive import Archive
from xiaoer.nlu.exchange.types import Foreign, ForeignLine, Problem
from xiaoer.nlu.training.types import EntityWords, Utterance
from xiaoer.yaml_text import LOADER

_ENTITY = re.compile(r"\[(?P<text>[^\]\n]+?)\](?:\((?P<name>[^:)\n]+)(?::(?P<value>[^)\n]+))?\)|(?P<json>\{[^}\n]+\}))")
_BLOCK = re.compile(r"^\s{0,8}-\s+(?:intent|synonym|lookup|regex)\s*:", re.MULTILINE)
_DEEPEST = 40
_KINDS = ("intent", "synonym", "lookup", "regex")


@dataclass
class _Reading:
    """What was found so far in one file."""

    file: str
    lines: list[ForeignLine] = field(default_factory=list)
    words: list[EntityWords] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def where(self, line: int) -> str:
        return f"{self.file}:{line}" if self.file else str(line)

    def complain(self, line: int, en: str, zh: str) -> None:
        self.problems.append(Problem(self.where(line), en, zh))


def read_yaml(data: bytes, file: str = "") -> Foreign:
    """Lines of one YAML file."""
    reading = _Reading(file)
    text = data.decode("utf-8-sig", "replace").replace("\r\n", "\n")
    try:
        _read_document(text, reading)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        why = getattr(error, "problem", None) or "not YAML"
        reading.complain(line, f"The YAML is damaged here ({why}); the block around it was left out.", f"此处 YAML 有误（{why}），所在的段落被跳过。")
        _read_blocks(text, reading)
    return Foreign("rasa", tuple(reading.lines), tuple(reading.words), tuple(reading.problems))


def read_zip(archive: Archive) -> Foreign:
    """Lines of every YAML file in a zip."""
    found = [read_yaml(archive.read(name), name) for name in archive.names if name.endswith((".yml", ".yaml"))]
    return Foreign(
        "rasa",
        tuple(line for one in found for line in one.lines),
        tuple(word for one in found for word in one.words),
        (*archive.problems, *(problem for one in found for problem in one.problems)),
    )


def _read_document(text: str, reading: _Reading) -> None:
    root = _compose(text)
    for key, value in _pairs(root):
        if key == "nlu" and isinstance(value, yaml.SequenceNode):
            for item in value.value:
                _read_item(item, reading)


def _read_blocks(text: str, reading: _Reading) -> None:
    """Each item by itself, where the file as a whole is no YAML."""
    starts = [found.start() for found in _BLOCK.finditer(text)]
    for start, end in pairwise([*starts, len(text)]):
        line = text.count("\n", 0, start)
        try:
            root = _compose("\n" * line + text[start:end])
        except yaml.YAMLError:
            continue  # told already
        for item in root.value if isinstance(root, yaml.SequenceNode) else ():
            _read_item(item, reading)


def _compose(text: str) -> yaml.Node | None:
    """The document. What is nested too deeply is refused first: the composer of libyaml would bring down the process."""
    depth = 0
    for event in yaml.parse(text, Loader=LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            mark: Any = event.start_mark
            raise yaml.MarkedYAMLError(problem="nested too deeply", problem_mark=mark)
    root: yaml.Node | None = yaml.compose(text, Loader=LOADER)
    return root


def _pairs(node: yaml.Node | None) -> Iterator[tuple[str, yaml.Node]]:
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        if isinstance(key, yaml.ScalarNode):
            yield key.value, value


def _read_item(item: yaml.Node, reading: _Reading) -> None:
    found = dict(_pairs(item))
    line = item.start_mark.line + 1
    kind = next((one for one in _KINDS if one in found), None)
    name, examples = found.get(kind or ""), found.get("examples")
    if kind is None or not isinstance(name, yaml.ScalarNode) or not name.value.strip():
        reading.complain(line, "An item without intent, synonym, lookup or regex.", "这一项没有 intent、synonym、lookup 或 regex。")
        return
    if examples is None:
        reading.complain(line, f"{name.value!r} has no examples.", f"“{name.value}”没有 examples。")
        return
    texts = list(_examples(examples, reading))
    if kind == "intent":
        for number, text in texts:
            plain, entities = _unmarked(text, number, reading)
            reading.lines.append(ForeignLine(plain, name.value.strip(), reading.where(number), entities=entities))
        return
    words = tuple(text for _, text in texts)
    known: Any = kind
    reading.words.append(EntityWords(known, name.value.strip(), name.value.strip() if kind == "synonym" else "", "", words))


def _examples(node: yaml.Node, reading: _Reading) -> Iterator[tuple[int, str]]:
    """(number of the line, text) of each example: a block of "- " lines, or a list with texts."""
    if isinstance(node, yaml.ScalarNode):
        yield from _of_block(node, reading)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            line = item.start_mark.line + 1
            text = item if isinstance(item, yaml.ScalarNode) else dict(_pairs(item)).get("text")
            if isinstance(text, yaml.ScalarNode) and text.value.strip():
                yield line, " ".join(text.value.split()).removeprefix("- ")
            else:
                reading.complain(line, "An example without text.", "这条例句没有 text。")
    else:
        reading.complain(node.start_mark.line + 1, "examples is neither a text nor a list.", "examples 既不是文本也不是列表。")


def _of_block(node: yaml.ScalarNode, reading: _Reading) -> Iterator[tuple[int, str]]:
    """A line that does not begin with a dash goes on with the one before it."""
    first = node.start_mark.line + (2 if node.style in ("|", ">") else 1)
    begun: tuple[int, str] | None = None
    for offset, raw in enumerate(node.value.split("\n")):
        text = raw.strip()
        if text.startswith("-"):
            if begun is not None:
                yield begun
            begun = (first + offset, text[1:].strip()) if text[1:].strip() else None
        elif text and begun is not None:
            begun = (begun[0], f"{begun[1]} {text}")
        elif text:
            reading.complain(first + offset, "An example must begin with a dash.", "例句必须以“-”开头。")
    if begun is not None:
        yield begun


def _unmarked(text: str, line: int, reading: _Reading) -> tuple[str, tuple[dict[str, Any], ...]]:
    """The words without their marks, and what was marked."""
    plain, entities, last = "", [], 0
    for found in _ENTITY.finditer(text):
        about: Any = {"entity": (found["name"] or "").strip().strip('"'), **({"value": found["value"]} if found["value"] else {})}
        if found["json"]:
            try:
                about = json.loads(found["json"])
            except ValueError:
                about = None
            if not isinstance(about, dict) or not isinstance(about.get("entity"), str):
                reading.complain(line, f"This entity mark cannot be read: {found['json']}.", f"实体标注无法解析：{found['json']}。")
                about = None
        plain += text[last : found.start()]
        if about is not None:
            entities.append({"start": len(plain), "end": len(plain) + len(found["text"]), **about})
        plain += found["text"]
        last = found.end()
    return plain + text[last:], tuple(entities)


def write_yaml(lines: Sequence[Utterance], words: Sequence[EntityWords]) -> bytes:
    """One file, as Rasa 3 reads it."""
    by_label: dict[str, list[Utterance]] = defaultdict(list)
    for one in lines:
        by_label[one.label or ""].append(one)
    out = ['version: "3.1"', "", "nlu:"]
    for label, some in by_label.items():
        out += [f"- intent: {json.dumps(label, ensure_ascii=False)}", "  examples: |"]
        out += [f"    - {_marked(one)}" for one in some]
        out.append("")
    for word in words:
        if word.words:
            name = word.value if word.kind == "synonym" else word.name
            out += [f"- {word.kind}: {json.dumps(name, ensure_ascii=False)}", "  examples: |"]
            out += [f"    - {' '.join(one.split())}" for one in word.words]
            out.append("")
    return "\n".join(out).encode()


def _marked(line: Utterance) -> str:
    """The words with their marks. Brackets of the words themselves would be read as marks, and become wide ones."""
    text, parts, last = line.text, [], 0
    for one in sorted(line.entities, key=lambda one: int(one["start"])):
        start, end = int(one["start"]), int(one["end"])
        if start < last or end > len(text) or start >= end:
            continue
        about = {name: value for name, value in one.items() if name not in ("start", "end")}
        parts += [_plain(text[last:start]), f"[{_plain(text[start:end])}]{json.dumps(about, ensure_ascii=False)}"]
        last = end
    return "".join([*parts, _plain(text[last:])])


def _plain(text: str) -> str:
    return text.replace("[", "［").replace("]", "］")
