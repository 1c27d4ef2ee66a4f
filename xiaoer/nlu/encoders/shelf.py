"""The encoders of an installation: a folder for each, under the name it is called by."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from xiaoer.errors import Conflict, Invalid, NotFound
from xiaoer.nlu.encoders.convert import convert
from xiaoer.nlu.encoders.encoder import Encoder
from xiaoer.nlu.encoders.folder import HEAD, PARTS, REFERENCE, SEEN, Pooling, hash_of_folder, is_encoder, read_pooling
from xiaoer.nlu.encoders.probes import Probed, check_reference

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
KEPT = ".vectors"  # beside the encoders: what each made of lines, from one training to the next
Tell = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class Shelved:
    """An encoder of the installation. `probed`: how it agreed with the vectors it came with; None where none came."""

    name: str
    folder: Path
    hash: str
    pooling: Pooling
    megabytes: float
    has_head: bool
    probed: Probed | None = None


def list_encoders(root: Path) -> tuple[Shelved, ...]:
    """Those in the folder `root`, by name; what is no encoder is passed over."""
    folders = sorted(root.iterdir()) if root.is_dir() else []
    return tuple(_shelved(one) for one in folders if one.is_dir() and not one.name.startswith(".") and is_encoder(one))


def find_folder(root: Path, named: str) -> Path | None:
    """The folder of an encoder called by name, or by the path of its folder."""
    if _NAME.fullmatch(named) and is_encoder(root / named):
        return root / named
    path = Path(named).expanduser()
    return path if is_encoder(path) else None


def get_folder(root: Path, named: str) -> Path:
    """The same, or NotFound with what there is."""
    found = find_folder(root, named)
    if found is None:
        there = ", ".join(one.name for one in list_encoders(root))
        raise NotFound(
            f"There is no encoder {named!r}. Here: {there or 'none'}. Bring it: xiaoer encoders add {named}.",
            f"没有编码器“{named}”。现有：{there or '无'}。请先添加：xiaoer encoders add {named}。",
            field="encoder",
        )
    return found


def open_encoder(root: Path, named: str) -> Encoder:
    """The encoder called by name or path, opened."""
    folder = get_folder(root, named)
    return Encoder.open(folder, name=folder.resolve().name)


def add_encoder(
    root: Path, source: str, *, name: str = "", exact: bool = False, pooling: Pooling | None = None, replace: bool = False,
    tell: Tell | None = None,
) -> Shelved:  # fmt: skip
    """Bring an encoder: a folder in our form is copied; a Hugging Face folder or hub name is converted (extra [train]).

    It is opened and tried before it takes its place. Conflict where the name is taken and `replace` was not asked for.
    """
    path = Path(source).expanduser()
    called = _name_for(name or path.resolve().name)
    if (root / called).exists() and not replace:
        raise Conflict(
            f"There is an encoder {called!r} already. Remove it first, replace it with --replace, or choose another --name.",
            f"已有名为“{called}”的编码器。请先移除，或加 --replace 覆盖，或用 --name 换一个名字。",
            field="name",
        )
    root.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=root, prefix=".bringing-") as scratch:
        made = Path(scratch) / called
        if path.is_dir() and is_encoder(path):
            _copy(path, made, pooling)
        else:
            if path.is_dir() and not (path / "config.json").is_file():
                read_pooling(path)  # says which files are missing
            convert(path if path.is_dir() else source, made, pooling=pooling, exact=exact, tell=tell)
        probed = check_reference(Encoder.open(made, name=called))
        if (root / called).exists():
            shutil.rmtree(root / called)
        made.replace(root / called)
    found = _shelved(root / called)
    return Shelved(found.name, found.folder, found.hash, found.pooling, found.megabytes, found.has_head, probed)


def remove_encoder(root: Path, name: str) -> None:
    """Take it away, or NotFound."""
    if not _NAME.fullmatch(name) or not (root / name).is_dir():
        get_folder(root, name if _NAME.fullmatch(name) else "?")
    (root / KEPT / f"{hash_of_folder(root / name)}.npz").unlink(missing_ok=True)
    shutil.rmtree(root / name)


def _copy(source: Path, target: Path, pooling: Pooling | None) -> None:
    read_pooling(source)
    target.mkdir(parents=True)
    for one in (*PARTS, REFERENCE, HEAD, SEEN, f"{PARTS[0]}.data", "model.onnx_data"):
        if (source / one).is_file():
            shutil.copyfile(source / one, target / one)
    if pooling is not None:
        pooling.write(target)


def _name_for(wanted: str) -> str:
    if not _NAME.fullmatch(wanted):
        raise Invalid(
            f"{wanted!r} cannot name an encoder: letters, digits, dots and dashes only. Choose one with --name.",
            f"“{wanted}”不能作为编码器名：只能包含字母、数字、点和短横线。请用 --name 指定。",
            field="name",
        )
    return wanted


def _shelved(folder: Path) -> Shelved:
    size = sum(one.stat().st_size for one in folder.iterdir() if one.is_file()) / 1e6
    return Shelved(folder.name, folder, hash_of_folder(folder), read_pooling(folder), size, (folder / HEAD).is_file())
