"""`xiaoer settings`: every value, where it came from, secrets masked."""

from __future__ import annotations

from typing import Any

from pydantic import SecretStr
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from xiaoer.cli.options import DataDir, Host, Port, ShopId
from xiaoer.privacy.mask import mask_secret, mask_url
from xiaoer.settings import PREFIX, Settings, read_settings, sources


def settings(data_dir: DataDir = None, shop: ShopId = None, host: Host = None, port: Port = None) -> None:
    """Print every setting with its value, its source and what it is for. Secrets are masked."""
    overrides = {"data_dir": data_dir, "shop": shop, "host": host, "port": port}
    found = read_settings(**overrides)
    console = Console(markup=False, highlight=False)
    if not console.is_terminal:  # a line for each, for grep and cut
        for row in rows(found, overrides):
            print("\t".join(row))
        return
    table = Table(Column("setting", no_wrap=True), *(Column(name, overflow="fold") for name in ("value", "source", "meaning")))
    for row in rows(found, overrides):
        table.add_row(*(Text(cell) for cell in row))
    console.print(table)


def rows(found: Settings, overrides: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    """(variable, value as it may be shown, source, description) of every setting."""
    where = sources(found, overrides)
    return [
        (f"{PREFIX}{name.upper()}", _shown(getattr(found, name)), where[name], field.description or "")
        for name, field in Settings.model_fields.items()
    ]


def _shown(value: Any) -> str:
    if isinstance(value, SecretStr):
        return mask_secret(value.get_secret_value())
    if isinstance(value, tuple):
        return ", ".join(str(one) for one in value)
    return mask_url(str(value))
