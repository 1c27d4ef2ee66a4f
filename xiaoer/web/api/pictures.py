"""Pictures that customers send: checked by their first bytes, kept under random names, shown through signed links."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from xiaoer.app import App
from xiaoer.conversations.pictures import MEDIA_TYPES, kind_of, write_picture
from xiaoer.db.ids import new_id
from xiaoer.errors import Invalid, NotFound, RecordsUnavailable, TooMany
from xiaoer.web.identity import Visit, is_link_signed, sign_link

MOST_PER_CONVERSATION = 60
_NAME = re.compile(r"upl_[0-9a-z]{26}\.(png|jpg|webp)")
_FOLDER = re.compile(r"[0-9A-Za-z_-]{1,64}")
_LINK_DAYS = 2


async def keep_picture(app: App, visit: Visit, data: bytes) -> str:
    """Store a picture of this conversation; its id. Invalid for other files, TooMany when there are too many or too large."""
    most = app.settings.upload_mb
    if not data:
        raise Invalid("The picture is empty.", "图片内容为空。", field="file")
    if len(data) > most * 1024 * 1024:
        raise Invalid(f"A picture may have at most {most} MB.", f"图片不能超过 {most} MB。", field="file")
    name = f"{new_id('upl')}.{kind_of(data)}"
    folder = _folder(app, visit.shop_id, visit.conversation_id)
    try:
        await asyncio.to_thread(_write, folder, name, data)
    except OSError as error:
        raise RecordsUnavailable(
            f"The picture could not be stored ({error.strerror or error}). Try again later.",
            f"图片没有保存成功（{error.strerror or error}），请稍后再试。",
        ) from error
    return name


async def attach(app: App, visit: Visit, ids: Sequence[str]) -> tuple[dict[str, Any], ...]:
    """The pictures as a message keeps them. Invalid for one that was not uploaded in this very conversation."""
    folder = _folder(app, visit.shop_id, visit.conversation_id)
    there = await asyncio.to_thread(lambda: [bool(_NAME.fullmatch(one)) and (folder / one).is_file() for one in ids])
    if not all(there):
        raise Invalid("A picture is not there any more. Add it again.", "图片已失效，请重新添加。", field="attachments")
    return tuple({"id": one, "kind": "picture", "media_type": MEDIA_TYPES[one.rsplit(".", 1)[1]]} for one in ids)


def link_of(app: App, shop_id: str, conversation_id: str, picture_id: str) -> str:
    """Where the picture can be seen for a day or two. The same all day long, so that browsers keep it."""
    today = app.clock().replace(hour=0, minute=0, second=0, microsecond=0)
    until = str(int((today + timedelta(days=_LINK_DAYS)).timestamp()))
    signature = sign_link(app.secret, "picture", shop_id, conversation_id, picture_id, until)
    return f"/api/v1/chat/uploads/{shop_id}/{conversation_id}/{picture_id}?until={until}&signature={signature}"


def with_links(
    app: App, shop_id: str, conversation_id: str, attachments: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """The attachments of a stored message, each with its link. For the customer's screen and for the desk."""
    return [{**one, "url": link_of(app, shop_id, conversation_id, str(one["id"]))} for one in attachments]


def find_picture(app: App, shop_id: str, conversation_id: str, picture_id: str) -> Path:
    """The file, or NotFound."""
    is_named = _NAME.fullmatch(picture_id) and _FOLDER.fullmatch(conversation_id) and shop_id in app.shop_ids
    path = _folder(app, shop_id, conversation_id) / picture_id if is_named else None
    if path is None or not path.is_file():
        raise NotFound("There is no such picture.", "没有这张图片。", field="id")
    return path


def is_link_good(
    app: App, shop_id: str, conversation_id: str, picture_id: str, *, until: str, signature: str, now: datetime
) -> bool:
    """Whether the link was made here and is still open."""
    is_open = until.isascii() and until.isdigit() and len(until) <= 12 and int(until) > now.timestamp()
    return is_open and is_link_signed(app.secret, signature, "picture", shop_id, conversation_id, picture_id, until)


def _folder(app: App, shop_id: str, conversation_id: str) -> Path:
    """A folder per conversation: what belongs to it is found, and can be erased, at once."""
    return app.settings.data_dir / "uploads" / shop_id / conversation_id


def _write(folder: Path, name: str, data: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if sum(1 for _ in folder.iterdir()) >= MOST_PER_CONVERSATION:
        raise TooMany(
            "There are many pictures in this conversation already. Describe the rest in words.",
            "这个会话里的图片已经很多了，其余的请用文字描述。",
            retry_after_s=3600,
        )
    write_picture(folder, name, data)
