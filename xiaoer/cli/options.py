"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from xiaoer.errors import Invalid
from xiaoer.settings import SHOP_ID

DataDir = Annotated[Path | None, typer.Option("--data-dir", help="Folder of everything Xiaoer keeps. [XIAOER_DATA_DIR]")]
ShopId = Annotated[str | None, typer.Option("--shop", help="Id of the shop. [XIAOER_SHOP]")]
Host = Annotated[str | None, typer.Option("--host", help="Address to listen on. [XIAOER_HOST]")]
Port = Annotated[int | None, typer.Option("--port", help="Port to listen on; 0 takes a free one. [XIAOER_PORT]")]


def check_shop_id(shop_id: object) -> str:
    """The id, which also names folders; Invalid where it cannot be one."""
    if not isinstance(shop_id, str) or not SHOP_ID.fullmatch(shop_id):
        raise Invalid(
            f"{shop_id!r} cannot be a shop's id: it has letters, digits and dashes only.",
            f"{shop_id!r} 不能作为店铺 id：只能包含字母、数字和短横线。",
            field="shop",
        )
    return shop_id
