"""Every query about imports: how far they are, their report, and where each imported article came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from xiaoer.db.scope import Scope
from xiaoer.errors import NotFound
from xiaoer.knowledge.ingest.types import Import, Item, Origin
from xiaoer.knowledge.tables import article_sources, articles, knowledge_import_items, knowledge_imports

_NAMES = tuple(Import.__dataclass_fields__)
_ITEM = tuple(Item.__dataclass_fields__)
_ORIGIN = tuple(Origin.__dataclass_fields__)


def add_import(scope: Scope, new: Import) -> Import:
    """Write an import down before it begins."""
    began = replace(new, started_at=scope.now)
    scope.execute(scope.insert(knowledge_imports).values(**_import_row(began)))
    return began


def save_import(scope: Scope, changed: Import) -> None:
    """Bring the stored import to these values."""
    values = {
        name: value for name, value in _import_row(changed).items() if name not in ("id", "started_at", "started_by")
    }
    scope.execute(scope.update(knowledge_imports).where(knowledge_imports.c.id == changed.id).values(**values))


def get_import(scope: Scope, import_id: str) -> Import:
    """The import, or NotFound."""
    row = scope.first(scope.select(knowledge_imports).where(knowledge_imports.c.id == import_id))
    if row is None:
        raise NotFound("There is no such import.", "没有这次导入。", field="import_id")
    return _import(row)


def list_imports(scope: Scope, *, limit: int = 50) -> tuple[Import, ...]:
    """The imports, newest first."""
    query = scope.select(knowledge_imports).order_by(
        knowledge_imports.c.started_at.desc(), knowledge_imports.c.id.desc()
    )
    return tuple(_import(row) for row in scope.all(query.limit(limit)))


def add_items(scope: Scope, import_id: str, items: Sequence[Item]) -> None:
    """Lines of the report, after those that are there."""
    mine = knowledge_import_items.c.import_id == import_id
    last = int(scope.scalar(scope.select(sa.func.max(knowledge_import_items.c.seq)).where(mine)) or 0)
    rows = []
    for number, item in enumerate(items, last + 1):
        values = {name: getattr(item, name) for name in _ITEM}
        values |= {"before": dict(item.before), "reason": dict(item.reason)}
        rows.append({"import_id": import_id, "seq": number, **values})
    scope.many(knowledge_import_items, rows)


def list_items(
    scope: Scope, import_id: str, *, outcome: str = "", limit: int = 200, offset: int = 0, newest_first: bool = False
) -> tuple[Item, ...]:
    """Lines of the report, of one outcome or of all."""
    table = knowledge_import_items
    query = scope.select(table).where(table.c.import_id == import_id)
    query = query.where(table.c.outcome == outcome) if outcome else query
    query = query.order_by(table.c.seq.desc() if newest_first else table.c.seq).limit(limit).offset(offset)
    return tuple(Item(**{name: row._mapping[name] for name in _ITEM}) for row in scope.all(query))


def count_items(scope: Scope, import_id: str) -> dict[str, int]:
    """How many items ended how."""
    table = knowledge_import_items
    query = scope.select(table.c.outcome, sa.func.count(table.c.seq).label("total")).where(
        table.c.import_id == import_id
    )
    return {row.outcome: int(row.total) for row in scope.all(query.group_by(table.c.outcome))}


def list_origins(scope: Scope, source: str) -> tuple[Origin, ...]:
    """What came from this file or page, and is still an article or the draft of one."""
    there = article_sources.c.article_id.in_(scope.select(articles.c.id))
    query = scope.select(article_sources).where(article_sources.c.source == source, there)
    return tuple(_origin(row) for row in scope.all(query))


def list_sources(scope: Scope, root: str) -> tuple[str, ...]:
    """The files or pages of a folder or site that articles came from and are still there."""
    mine = (article_sources.c.root == root, article_sources.c.digest != "")
    query = scope.select(article_sources.c.source).where(*mine).distinct().order_by(article_sources.c.source)
    return tuple(str(row[0]) for row in scope.all(query))


def find_origin(scope: Scope, article_id: str) -> Origin | None:
    """Where this article came from, or None for one that was written here."""
    row = scope.first(scope.select(article_sources).where(article_sources.c.article_id == article_id))
    return None if row is None else _origin(row)


def save_origin(scope: Scope, origin: Origin) -> None:
    """Remember where an article came from."""
    values = {name: getattr(origin, name) for name in _ORIGIN}
    scope.upsert(article_sources, values, keys=["article_id"], update=[name for name in values if name != "article_id"])


def add_origins(scope: Scope, origins: Sequence[Origin]) -> None:
    """Remember where new articles came from, many at once."""
    scope.many(article_sources, [{name: getattr(one, name) for name in _ORIGIN} for one in origins])


def forget_origin(scope: Scope, article_id: str) -> None:
    """This article is nobody's copy any more."""
    scope.execute(scope.delete(article_sources).where(article_sources.c.article_id == article_id))


def _import_row(one: Import) -> dict[str, Any]:
    values = {name: getattr(one, name) for name in _NAMES}
    return {**values, "names": list(one.names), "options": dict(one.options), "counts": dict(one.counts)}


def _import(row: sa.Row[Any]) -> Import:
    values: Mapping[Any, Any] = row._mapping
    return Import(**{**{name: values[name] for name in _NAMES}, "names": tuple(values["names"])})


def _origin(row: sa.Row[Any]) -> Origin:
    return Origin(**{name: row._mapping[name] for name in _ORIGIN})
