"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

DataDir = Annotated[Path | None, typer.Option("--data-dir", help="Folder of everything Xiaoer keeps. [XIAOER_DATA_DIR]")]
ShopId = Annotated[str | None, typer.Option("--shop", help="Id of the shop. [XIAOER_SHOP]")]
Host = Annotated[str | None, typer.Option("--host", help="Address to listen on. [XIAOER_HOST]")]
Port = Annotated[int | None, typer.Option("--port", help="Port to listen on; 0 takes a free one. [XIAOER_PORT]")]
