"""The manual says what the code says: every setting, error, command, route and library stands in it, and its links lead somewhere.

Where a test fails, its message is the line that belongs into the file.
"""

from __future__ import annotations

import importlib
import inspect
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args

import pytest
from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from xiaoer import errors
from xiaoer.errors import XiaoerError
from xiaoer.settings import PREFIX, Settings, read_settings

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(
    [*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "README.zh.md", ROOT / "CHANGELOG.md", *ROOT.glob("A*.md")]
)
_AMBIGUOUS = re.compile(
    r"\bagents?\b", re.IGNORECASE
)  # docs/decisions/0009; the contributors' file keeps its fixed name


def _read(name: str) -> str:
    return (DOCS / name).read_text("utf-8")


# ── settings ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def _default(field: FieldInfo) -> str:
    value = field.default
    if value is PydanticUndefined:
        return "see below"
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, tuple):
        value = "[" + ", ".join(f'"{one}"' for one in value) + "]"
    return f"`{value}`" if value != "" else "empty"


def _allowed(field: FieldInfo) -> str:
    choices = get_args(field.annotation)
    if choices and all(isinstance(one, str) for one in choices):
        return ", ".join(f"`{one}`" for one in choices)
    least, most = (
        next((getattr(one, name) for one in field.metadata if hasattr(one, name)), None) for name in ("ge", "le")
    )
    if least is not None:
        return f"{least} to {most}"
    return "`true`, `false`" if field.annotation is bool else ""


def setting_rows() -> Iterator[str]:
    """A row of docs/reference/settings.md for every setting."""
    for name, field in Settings.model_fields.items():
        yield f"| `{PREFIX}{name.upper()}` | {_default(field)} | {_allowed(field)} | {field.description} |"


@pytest.mark.parametrize("row", list(setting_rows()))
def test_every_setting_stands_in_the_reference(row: str) -> None:
    assert row in _read("reference/settings.md").splitlines(), row


def test_the_reference_has_no_setting_that_is_gone() -> None:
    written = re.findall(rf"^\| `({PREFIX}\w+)`", _read("reference/settings.md"), re.MULTILINE)
    assert written == [f"{PREFIX}{name.upper()}" for name in Settings.model_fields]


# ── errors ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def error_rows() -> Iterator[str]:
    """A row of docs/reference/errors.md for every error."""
    for _, kind in inspect.getmembers(errors, inspect.isclass):
        if issubclass(kind, XiaoerError):
            assert kind.__doc__, kind
            meaning = " ".join(kind.__doc__.split())
            yield f"| `{kind.code}` | {kind.status} | `{kind.__name__}` | {meaning} |"


@pytest.mark.parametrize("row", list(error_rows()))
def test_every_error_stands_in_the_reference(row: str) -> None:
    assert row in _read("reference/errors.md").splitlines(), row


def test_the_reference_has_no_error_that_is_gone() -> None:
    written = [line for line in _read("reference/errors.md").splitlines() if re.match(r"\| `\w+` \| \d", line)]
    assert sorted(written) == sorted(error_rows())


# ── commands ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def _commands() -> dict[str, Any]:
    """Every command of `xiaoer` by its whole name."""
    main: Any = importlib.import_module("xiaoer.cli.main")
    typer_main: Any = importlib.import_module("typer.main")
    found: dict[str, Any] = {}

    def walk(name: str, command: Any) -> None:
        inner = getattr(command, "commands", None)
        for part, one in (inner or {}).items():
            walk(f"{name} {part}", one)
        if not inner:
            found[name] = command

    walk("xiaoer", typer_main.get_command(main.load_commands()))
    return found


def command_lines(name: str, command: Any) -> Iterator[str]:
    """The heading, the help and a row for every parameter, as docs/reference/cli.md has them."""
    yield f"## `{name}`"
    yield " ".join((command.help or "").split())
    for one in command.params:
        if one.name == "help":
            continue
        label = "/".join(one.opts) if one.param_type_name == "option" else one.name.upper()
        yield f"| `{label}` | {one.help} |"


def test_every_command_stands_in_the_reference() -> None:
    lines = _read("reference/cli.md").splitlines()
    missing = [
        line for name, command in _commands().items() for line in command_lines(name, command) if line not in lines
    ]
    assert missing == []


def test_the_reference_has_no_command_that_is_gone() -> None:
    assert sorted(re.findall(r"^## `(xiaoer [^`]+)`", _read("reference/cli.md"), re.MULTILINE)) == sorted(_commands())


# ── API ──────────────────────────────────────────────────────────────────────────────────────────────────────────────
def _web() -> Any:
    """The web application with nothing behind it: enough to ask what it serves."""
    server: Any = importlib.import_module("xiaoer.web.server")
    return server.make_web(SimpleNamespace(settings=read_settings()))


def test_every_operation_of_the_api_stands_in_the_reference() -> None:
    page = _read("reference/api.md")
    document = _web().openapi()
    assert document["paths"]
    for path, item in document["paths"].items():
        for method, operation in item.items():
            section = _section(page, f"`{method.upper()} {path}`")
            named = [one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"]
            named += _body_fields(document, operation)
            assert [name for name in named if f"`{name}`" not in section and f'"{name}"' not in section] == [], path


def test_the_reference_has_no_operation_that_is_gone() -> None:
    served = {f"{method.upper()} {path}" for path, item in _web().openapi()["paths"].items() for method in item}
    written = set(re.findall(r"^### `([A-Z]+ /[^`]+)`", _read("reference/api.md"), re.MULTILINE))
    assert written == served


def test_the_socket_stands_in_the_reference() -> None:
    socket: Any = importlib.import_module("xiaoer.web.api.socket")
    (route,) = socket.router.routes
    assert f"## The socket: `GET {route.path}`" in _read("reference/api.md")


def _section(page: str, heading: str) -> str:
    """From a heading to the next one of any level; empty where there is none."""
    found = re.search(rf"^### {re.escape(heading)}\n(.*?)(?=^#|\Z)", page, re.MULTILINE | re.DOTALL)
    assert found, f"### {heading}"
    return found.group()


def _body_fields(document: dict[str, Any], operation: dict[str, Any]) -> list[str]:
    fields: list[str] = []
    for entry in operation.get("requestBody", {}).get("content", {}).values():
        name = entry["schema"].get("$ref", "").rpartition("/")[2]
        fields += document["components"]["schemas"].get(name, {}).get("properties", {})
    return fields


# ── libraries ────────────────────────────────────────────────────────────────────────────────────────────────────────
def _requirements() -> dict[str, str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    groups = [project["project"]["dependencies"], *project["project"]["optional-dependencies"].values()]
    lines = [line for group in (*groups, *project["dependency-groups"].values()) for line in group]
    split = (re.match(r"([\w.-]+(?:\[\w+\])?)\s*(.*)", line) for line in lines)
    return {found[1]: found[2].strip() or "any" for found in split if found}


def test_every_library_has_its_reason() -> None:
    written = re.findall(
        r"^\| ([\w.-]+(?:\[\w+\])?) \| `?([^`|]+?)`? \|", _read("decisions/0011-libraries.md"), re.MULTILINE
    )
    assert dict(pair for pair in written if pair[0] not in ("library", "file")) == _requirements()


# ── all pages ────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    broken = [one for one in targets if "://" not in one and not (page.parent / one).exists()]
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_ambiguous_word_is_not_used(page: Path) -> None:
    words = page.read_text("utf-8").replace("AGENTS.md", "")
    assert _AMBIGUOUS.findall(words) == []


def test_decisions_are_numbered_and_have_their_four_parts() -> None:
    pages = sorted((DOCS / "decisions").glob("*.md"))
    numbers = [int(page.name[:4]) for page in pages]
    assert numbers == sorted(set(numbers))
    for page in pages:
        text = page.read_text("utf-8")
        assert text.startswith(f"# {int(page.name[:4])}. "), page.name
        parts = re.findall(r"^## (.+)$", text, re.MULTILINE)
        assert parts == ["Context", "Decision", "Consequences", "Alternatives"], page.name


def test_both_readmes_show_the_same_pictures_and_commands() -> None:
    english, chinese = ((ROOT / name).read_text("utf-8") for name in ("README.md", "README.zh.md"))
    for pattern in (r"docs/pictures/[\w-]+\.png", r"^make \w+", r"^xiaoer \w+"):
        assert set(re.findall(pattern, english, re.MULTILINE)) == set(re.findall(pattern, chinese, re.MULTILINE))
