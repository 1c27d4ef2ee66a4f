"""`xiaoer`: the commands, and one clear line for every error."""

from __future__ import annotations

import logging
import os
import sys

import typer

from xiaoer.cli import chat, demo, export, import_, serve, settings, shops, train
from xiaoer.errors import ConfigurationError, XiaoerError

commands = typer.Typer(
    name="xiaoer",
    help="Xiaoer 小二: customer service for online shops, self-hosted, in 中文 and English.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
commands.command("demo")(demo.demo)
commands.command("serve")(serve.serve)
commands.command("chat")(chat.chat)
commands.command("settings")(settings.settings)
commands.command("export")(export.export)
commands.command("import")(import_.import_)
commands.add_typer(train.commands, name="train")
commands.add_typer(shops.commands, name="shops")


def main() -> None:
    """Run a command. Exit 2 with one line on what to change, where the start is not possible; 1 for any other error of ours."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        commands()
    except XiaoerError as error:
        print(f"xiaoer: {error.text(language())}", file=sys.stderr)
        raise SystemExit(2 if isinstance(error, ConfigurationError) else 1) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None


def language() -> str:
    """The terminal's language: zh for a Chinese locale, en for any other."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return "zh" if os.environ[name].lower().startswith("zh") else "en"
    return "en"
