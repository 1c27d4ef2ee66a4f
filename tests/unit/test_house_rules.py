"""The house rules that a machine can check. Each test lists everything that breaks its rule."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from xiaoer import errors
from xiaoer.errors import XiaoerError
from xiaoer.settings import PREFIX, Settings

ROOT = Path(__file__).parents[2]
CODE = ROOT / "xiaoer"
REFERENCE = ROOT / "docs" / "reference"
MOST_LINES = 400  # the aim is 300; beyond this a module is two
MOST_LINES_OF_FUNCTION = 60  # the aim is 40
SAYS_NOTHING = {"service", "services", "manager", "handler", "handlers", "utils", "helpers", "common", "misc", "core"}
ABOVE_SHOPS = "house: shops has no shop_id"  # the mark of a statement on the table of shops
BOUND_TO_NO_SHOP = {"select", "insert", "update", "delete", "text"}

MODULES = sorted(path for path in CODE.rglob("*.py") if "versions" not in path.parts)
TREES = {path: ast.parse(path.read_text("utf-8")) for path in MODULES}


def at(path: Path, line: int | None = None) -> str:
    return f"{path.relative_to(ROOT)}" + (f":{line}" if line else "")


def functions_of(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(TREES[path]) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of the body without the docstring; a signature with an argument on each line is not counted."""
    has_docstring = ast.get_docstring(function) and len(function.body) > 1
    first = function.body[1] if has_docstring else function.body[0]
    return (function.end_lineno or first.lineno) - first.lineno + 1


def test_modules_are_small() -> None:
    sizes = {path: len(path.read_text("utf-8").splitlines()) for path in MODULES}
    assert not [f"{at(path)}: {lines} lines" for path, lines in sizes.items() if lines > MOST_LINES]


def test_functions_are_short() -> None:
    long = [
        f"{at(path, one.lineno)} {one.name}: {lines_of(one)} lines"
        for path in MODULES
        for one in functions_of(path)
        if lines_of(one) > MOST_LINES_OF_FUNCTION
    ]
    assert not long


def test_every_module_says_what_it_is() -> None:
    assert not [at(path) for path in MODULES if not ast.get_docstring(TREES[path])]


def test_no_name_says_nothing() -> None:
    assert not [at(path) for path in MODULES if set(path.relative_to(CODE).with_suffix("").parts) & SAYS_NOTHING]


def test_nobody_is_called_an_agent() -> None:
    """Half the readers take it for the machine, half for a person."""
    suffixes = {".py", ".yaml", ".html", ".js", ".md"}
    found = [
        at(path, number)
        for path in sorted(CODE.rglob("*"))
        if path.suffix in suffixes and not path.name.endswith(".min.js")
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if re.search(r"\bagents?\b", line, re.IGNORECASE) and not re.search(r"user.agent|agent\.json", line, re.IGNORECASE)
    ]
    assert not found


def test_only_the_prompt_prints() -> None:
    printed = [
        at(path, node.lineno)
        for path in MODULES
        if "cli" not in path.parts
        for node in ast.walk(TREES[path])
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert not printed


def is_prepared(node: ast.AST) -> bool:
    """`Prepared(…)` looks through its statement itself, when it is made."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Prepared"


def test_a_store_makes_its_statements_from_the_scope() -> None:
    """`sa.select` and its kin know no shop, and the scope's connection asks for none."""
    bare = []
    for path in (path for path in MODULES if path.name.startswith("store") and path.parent != CODE / "db"):
        lines = path.read_text("utf-8").splitlines()
        prepared = {id(node) for call in ast.walk(TREES[path]) if is_prepared(call) for node in ast.walk(call)}
        for node in ast.walk(TREES[path]):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                owner, name = node.value.id, node.attr
                is_bare = (owner == "sa" and name in BOUND_TO_NO_SHOP) or (owner == "scope" and name == "connection")
                if is_bare and id(node) not in prepared and ABOVE_SHOPS not in lines[node.lineno - 1]:
                    bare.append(at(path, node.lineno))
            if isinstance(node, ast.ImportFrom) and node.module == "sqlalchemy":
                bare.append(f"{at(path, node.lineno)}: import sqlalchemy as sa, so that this test sees what is used of it")
    assert not bare


def test_only_a_rooms_store_reads_its_tables() -> None:
    wrong = []
    for path in MODULES:
        for node in ast.walk(TREES[path]):
            found = re.fullmatch(r"xiaoer\.(\w+)\.tables", (isinstance(node, ast.ImportFrom) and node.module) or "")
            if found and not (path.parent == CODE / found.group(1) and path.name.startswith("store")):
                wrong.append(f"{at(path)} imports {found.group()}")
    assert not wrong


def test_values_are_frozen() -> None:
    changeable = [
        f"{at(path, node.lineno)} {node.name}"
        for path in MODULES
        if path.name == "types.py"
        for node in ast.walk(TREES[path])
        if isinstance(node, ast.ClassDef) and not any("frozen=True" in ast.unparse(one) for one in node.decorator_list)
    ]
    assert not changeable


def all_errors(kind: type[XiaoerError] = XiaoerError) -> list[type[XiaoerError]]:
    return [kind, *(one for child in kind.__subclasses__() for one in all_errors(child))]


@pytest.mark.parametrize("kind", all_errors(), ids=lambda kind: kind.__name__)
def test_an_error_has_a_code_of_its_own_a_status_and_says_what_to_do(kind: type[XiaoerError]) -> None:
    assert re.search(rf"\b{kind.__name__}\b", errors.__doc__ or ""), "missing in the drawing of errors.py"
    assert re.fullmatch(r"[a-z][a-z_]+", vars(kind)["code"])
    assert 400 <= kind.status <= 599
    assert len(kind.__doc__ or "") > 20


def test_no_two_errors_share_a_code() -> None:
    codes = [kind.code for kind in all_errors()]
    assert len(codes) == len(set(codes))


def reference() -> str:
    """The manual's reference, all of it."""
    return "\n".join(path.read_text("utf-8") for path in sorted(REFERENCE.rglob("*.md")))


@pytest.mark.skipif(not REFERENCE.is_dir(), reason="docs/reference is not there")
def test_every_error_code_is_in_the_manual() -> None:
    assert not {kind.code for kind in all_errors()} - set(re.findall(r"`([a-z_]+)`", reference()))


@pytest.mark.skipif(not REFERENCE.is_dir(), reason="docs/reference is not there")
def test_every_setting_is_in_the_manual() -> None:
    text = reference()
    assert not [name for name in (f"{PREFIX}{one.upper()}" for one in Settings.model_fields) if name not in text]
