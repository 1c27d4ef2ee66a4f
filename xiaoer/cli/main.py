"""`xiaoer`: the commands, and one clear line for every error."""

from __future__ import annotations

import errno
import gc
import importlib
import logging
import sys
from collections.abc import Callable
from typing import Any, NoReturn

import typer

from xiaoer.cli.terminal import language, spoken
from xiaoer.errors import ConfigurationError, UnavailableError, XiaoerError

_HELP = "Xiaoer 小二: customer service for online shops, self-hosted, in 中文 and English."
_MODULES = {
    "demo": "demo", "serve": "serve", "chat": "chat", "settings": "settings", "export": "export", "import": "import_",
    "train": "train", "encoders": "encoders", "shops": "shops", "knowledge": "knowledge", "utterances": "utterances",
}  # fmt: skip
_OF_THE_MACHINE = (
    errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EACCES, errno.EPERM, errno.EROFS, errno.EIO, errno.EMFILE,
    errno.ENOENT, errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG,
)  # fmt: skip


def load_commands(wanted: str = "") -> typer.Typer:
    """The commands. With the name of one, nothing but that one is imported: the server's parts take a second."""
    commands = typer.Typer(name="xiaoer", help=_HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
    commands.callback()(_whole)
    for name in (wanted,) if wanted in _MODULES else _MODULES:
        module: Any = importlib.import_module(f"xiaoer.cli.{_MODULES[name]}")
        if hasattr(module, "commands"):
            commands.add_typer(module.commands, name=name)
        else:
            commands.command(name)(getattr(module, _MODULES[name]))
    return commands


def _whole() -> None:
    """Says that there are commands even when a single one was loaded."""


def main() -> None:
    """Run a command. Exit 2 with one line on what to change, where the start is not possible; 1 for any other error of ours."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    gc.disable()  # importing makes no garbage, and looking for it in all that is made takes a fifth of the start
    commands = load_commands(next(iter(sys.argv[1:]), ""))
    gc.freeze()
    gc.enable()
    run_clearly(lambda: commands(prog_name="xiaoer", standalone_mode=False))


def run_clearly(command: Callable[[], Any]) -> NoReturn:
    """Run it and exit by how it ended; an error is told in one line."""
    try:
        result = command()
    except XiaoerError as error:
        _end(error.text(language()), 2 if isinstance(error, ConfigurationError | UnavailableError) else 1)
    except typer.TyperException as error:
        _end_misused(error)
    except (typer.Abort, KeyboardInterrupt):
        raise SystemExit(130) from None
    except OSError as error:
        if error.errno not in _OF_THE_MACHINE:
            raise
        _end(_refused(error), 2)
    raise SystemExit(result if isinstance(result, int) else 0)


def _end(text: str, code: int) -> NoReturn:
    print(f"xiaoer: {' '.join(text.split())}", file=sys.stderr)
    raise SystemExit(code) from None


def _end_misused(error: Any) -> NoReturn:
    """A command line that cannot be understood; a group without a command shows its help."""
    text = error.format_message().strip()
    if not text:  # the help has been shown instead
        raise SystemExit(2) from None
    name = error.ctx.command_path if getattr(error, "ctx", None) else "xiaoer"
    _end(spoken(f"{text} See: {name} --help", f"命令行参数有误：{text} 用法见：{name} --help"), 2)


def _refused(error: OSError) -> str:
    """What the machine did not let us do, to which file, and what can be done about it."""
    name, reason = error.filename or spoken("A file", "文件"), error.strerror
    return spoken(
        f"{name} cannot be read or written: {reason}. Free the disk, or check who may use it.",
        f"{name} 无法读写：{reason}。请检查磁盘空间和文件权限。",
    )
