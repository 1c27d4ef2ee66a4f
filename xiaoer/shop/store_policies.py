"""Every query about a shop's after-sales policies: the one in force, those before it, and the draft that is being written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from xiaoer.db.scope import Scope
from xiaoer.errors import Conflict, NotFound
from xiaoer.shop.store_shops import find_note, forget_note, save_note
from xiaoer.shop.tables import policies
from xiaoer.shop.types import PolicyDraft, PublishedPolicy

_DRAFT = "policy_draft"


def add_policy(
    scope: Scope, text: str, *, version: str, by: str = "", note: str = "", after: int | None = None
) -> PublishedPolicy:
    """Put a policy in force; the same text again changes nothing.

    `after`: the number that it was written over. Conflict when another was put in force meanwhile, or when another text
    has this version already: verdicts and the audit quote versions.
    """
    scope.lock("policies")
    newest = find_policy(scope)
    if newest is not None and newest.text == text:
        return newest
    number = 0 if newest is None else newest.number
    if after is not None and after != number:
        raise Conflict(
            "Another policy has been put in force meanwhile. Your text is kept as the draft: compare it and publish again.",
            "期间已有新的售后政策生效。您的内容已保留为草稿，请对照后重新发布。",
            field="after",
        )
    if scope.scalar(scope.select(policies.c.number).where(policies.c.version == version)) is not None:
        raise Conflict(
            f"Version {version!r} has another text already. Give this one a new version.",
            f"版本号“{version}”已被另一份政策使用，请换一个新的版本号。",
            field="version",
        )
    made = PublishedPolicy(number + 1, version, text, note, by, scope.now)
    scope.execute(scope.insert(policies).values(**{name: getattr(made, name) for name in PublishedPolicy.__slots__}))
    return made


def find_policy(scope: Scope) -> PublishedPolicy | None:
    """The policy in force, or None."""
    row = scope.first(scope.select(policies).order_by(policies.c.number.desc()).limit(1))
    return None if row is None else _policy(row._mapping)


def get_policy(scope: Scope, number: int) -> PublishedPolicy:
    """A policy that is or was in force, or NotFound."""
    row = scope.first(scope.select(policies).where(policies.c.number == number))
    if row is None:
        raise NotFound(f"There is no policy number {number}.", f"没有第 {number} 版售后政策。", field="number")
    return _policy(row._mapping)


def list_policies(scope: Scope, *, limit: int = 100) -> tuple[PublishedPolicy, ...]:
    """Newest first, without their texts: a list of them is read often and would be long."""
    columns = [policies.c[name] for name in PublishedPolicy.__slots__ if name != "text"]
    rows = scope.all(scope.select(*columns).order_by(policies.c.number.desc()).limit(limit))
    return tuple(_policy({**row._mapping, "text": ""}) for row in rows)


def save_draft(scope: Scope, text: str, *, after: int, by: str, revision: int) -> PolicyDraft:
    """Keep what is being written; there is one draft in a shop. Conflict when somebody saved over `revision` (0: none)."""
    scope.lock(_DRAFT)
    kept = find_draft(scope)
    if (0 if kept is None else kept.revision) != revision:
        raise Conflict(
            "A colleague has changed the draft meanwhile. Both texts are below: take over what you need and save again.",
            "同事刚刚修改了草稿。两份内容都在下面，请合并后再保存。",
            field="revision",
        )
    draft = PolicyDraft(text, after, by, revision + 1)
    save_note(scope, _DRAFT, json.dumps(asdict(draft), ensure_ascii=False))
    return draft


def find_draft(scope: Scope) -> PolicyDraft | None:
    """What is being written, or None."""
    text = find_note(scope, _DRAFT)
    return PolicyDraft(**json.loads(text)) if text else None


def forget_draft(scope: Scope) -> None:
    """Drop what was being written."""
    forget_note(scope, _DRAFT)


def _policy(row: Mapping[Any, Any]) -> PublishedPolicy:
    return PublishedPolicy(**{name: row[name] for name in PublishedPolicy.__slots__})
