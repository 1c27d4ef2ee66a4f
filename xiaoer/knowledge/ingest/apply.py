"""Carry out the steps of an import, and undo them. Every change leaves what undoing it needs in the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from xiaoer.db.scope import Scope
from xiaoer.knowledge import store, store_drafts, store_imports
from xiaoer.knowledge.ingest.compare import Step
from xiaoer.knowledge.ingest.types import Item, Origin
from xiaoer.knowledge.types import Draft

BY = "import"  # who stands in the history
_CHANGED = {"en": "Changed since the import: left as it is.", "zh": "导入后又有改动，保持原样。"}


def carry_out(scope: Scope, steps: Sequence[Step], *, note: str) -> list[Item]:
    """Store what the steps say; the items of the report, in their order. New articles are stored together: that is far faster."""
    new = [step for step in steps if _is_new(step)]
    store.add_articles(scope, [step.article for step in new if step.article], by=BY, note=note)
    store_imports.add_origins(scope, [step.origin for step in new if step.origin])
    return [_added(step) if _is_new(step) else _do(scope, step, note) for step in steps]


def _is_new(step: Step) -> bool:
    return step.article is not None and step.live is None and step.old_origin is None and not step.as_draft


def _added(step: Step) -> Item:
    return replace(step.item, version=1, before={"version": 0, "draft": None, "origin": None})


def _do(scope: Scope, step: Step, note: str) -> Item:
    if step.article is None:
        return step.item
    before: dict[str, Any] = {
        "version": step.live.version if step.live else 0,
        "draft": _plain_draft(step.draft),
        "origin": asdict(step.old_origin) if step.old_origin else None,
    }
    version = step.live.version if step.live else 0
    if step.as_draft:
        revision = (step.draft.revision if step.draft else 0) + 1
        article = replace(step.article, version=version, updated_at=scope.now)
        if step.live is not None:
            article = replace(article, state=step.live.state)
        store_drafts.save_draft(scope, Draft(article, "draft", revision, BY, scope.now, note))
        before["revision"] = revision
    else:
        version = store.save_article(scope, step.article, by=BY, note=note).version
    if step.origin is not None:
        store_imports.save_origin(scope, step.origin)
    return replace(step.item, version=version, before=before)


def undo(scope: Scope, item: Item, *, by: str) -> bool:
    """Bring back what was there before this item. False where somebody changed the article since: it is left as it is."""
    if item.outcome not in ("added", "updated", "archived", "drafted") or not item.before:
        return True
    live, draft = store_drafts.find_article_or_draft(scope, item.article_id)
    before = item.before
    if item.outcome == "drafted":
        if draft is None or draft.revision != before.get("revision"):
            return False
        _undo_draft(scope, item.article_id, before)
    else:
        if live is None or live.version != item.version or draft is not None:
            return False
        old = store_drafts.get_version(scope, item.article_id, before["version"]).article if before["version"] else None
        state = old.state if old else "archived"
        store.save_article(scope, replace(old or live, state=state), by=by, note="undo")
    if before.get("origin"):
        store_imports.save_origin(scope, Origin(**before["origin"]))
    else:
        store_imports.forget_origin(scope, item.article_id)
    return True


def _undo_draft(scope: Scope, article_id: str, before: Mapping[str, Any]) -> None:
    old = before.get("draft")
    if old is None:
        store_drafts.forget_draft(scope, article_id)
        return
    article = store.from_plain(old["article"])
    store_drafts.save_draft(
        scope, Draft(article, old["state"], int(before["revision"]) + 1, old["edited_by"], scope.now, old["note"])
    )


def changed_since(item: Item) -> Item:
    """The line that says why an item was not undone."""
    return Item("kept", item.source, item.place, item.title, item.article_id, item.version, reason=_CHANGED)


def _plain_draft(draft: Draft | None) -> dict[str, Any] | None:
    if draft is None:
        return None
    return {
        "article": store.to_plain(draft.article),
        "state": draft.state,
        "edited_by": draft.edited_by,
        "note": draft.note,
    }
