"""What is to be done with the pieces of a source: compared with what came from there before. Reads, and changes nothing.

A piece is known by its place; one that only moved (another heading, the same words) by its digest. Nothing is doubled, and
nothing that a person edited since is overwritten.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from xiaoer.db.ids import new_id
from xiaoer.db.scope import Scope
from xiaoer.errors import Invalid
from xiaoer.knowledge import store_drafts, store_imports
from xiaoer.knowledge.edit import MOST_NAME, check_whole, tidy
from xiaoer.knowledge.ingest.types import Item, Options, Origin, Outcome, Piece, Problem, Source
from xiaoer.knowledge.types import Article, ArticleText, Draft

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_IMPORTED = {"zh": "导入", "en": "Imported"}
_EDITED = {
    "en": "Edited by a person since the last import; the new text waits as a draft.",
    "zh": "上次导入后有人改过，新内容已存为草稿，等待确认。",
}
_BLOCKED = {
    "en": "A draft by a person is in the way; publish or discard it, then import again.",
    "zh": "已有人正在写草稿，请先发布或放弃草稿，再重新导入。",
}
_GONE = {"en": "No longer in the source.", "zh": "来源中已没有这部分。"}
_GONE_EDITED = {
    "en": "No longer in the source, but edited by a person since: left as it is.",
    "zh": "来源中已没有这部分，但有人改过，保持原样。",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do. `article` is what it becomes; `draft` the one that is in its place now; `origin` what to remember."""

    item: Item
    article: Article | None = None
    as_draft: bool = False
    live: Article | None = None
    draft: Draft | None = None
    origin: Origin | None = None
    old_origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What came from a source before, matched with what is there now: an origin for each piece, and those that are left."""

    origins: Mapping[str, Origin]
    gone: tuple[Origin, ...]


def match(scope: Scope, source: Source, options: Options) -> Known:
    """Find the article of each piece: by its place, else by its words."""
    known = {one.part: one for one in store_imports.list_origins(scope, source.id)}
    pieces = [one for one in source.found if isinstance(one, Piece)]
    places = {piece.place for piece in pieces}
    moved = {one.digest: one for part, one in known.items() if part not in places and one.digest}
    found: dict[str, Origin] = {}
    for piece in pieces:
        origin = known.get(piece.place) or moved.pop(digest_of(piece, options), None)
        if origin is not None:
            found[piece.place] = origin
    taken = {one.article_id for one in found.values()}
    return Known(found, tuple(one for one in known.values() if one.article_id not in taken and one.digest))


def plan(
    scope: Scope, source: Source, pieces: Sequence[Piece | Problem], known: Known, options: Options
) -> Iterator[Step]:
    """A step for each piece, in their order."""
    for piece in pieces:
        if isinstance(piece, Problem):
            yield Step(Item("problem", source.id, piece.place, reason={"en": piece.en, "zh": piece.zh}))
            continue
        try:
            yield _whole(scope, source, piece, options) if piece.whole else _part(scope, source, piece, known, options)
        except Invalid as error:
            yield Step(Item("problem", source.id, piece.place, piece.title, reason={"en": error.en, "zh": error.zh}))


def plan_gone(scope: Scope, source: str, gone: Sequence[Origin], options: Options) -> Iterator[Step]:
    """A step for each article whose part is no longer in its source."""
    for origin in gone:
        live, draft = store_drafts.find_article_or_draft(scope, origin.article_id)
        if live is None or live.state == "archived":
            continue
        title = live.texts[0].title if live.texts else ""
        item = Item("archived", source, origin.part, title, live.id, reason=_GONE)
        if _text_digest(live) != origin.text_digest:
            yield Step(replace(item, outcome="kept", reason=_GONE_EDITED))
        elif options.as_drafts or live.version == 0:
            yield Step(replace(item, outcome="gone"))
        else:
            origin_gone = replace(origin, digest="")
            yield Step(item, replace(live, state="archived"), False, live, draft, origin_gone, origin)


def article_of(piece: Piece, options: Options, article_id: str) -> Article:
    """A piece as a new article. Invalid where it cannot be one."""
    category = piece.category or options.category or _IMPORTED[piece.language]
    text = ArticleText(piece.language, piece.title, piece.similar, piece.body)
    article = Article(article_id, category[:MOST_NAME], piece.audience or options.audience, (), (text,), 0, _NEVER)
    found = tidy(article)
    check_whole(found)
    return found


def digest_of(piece: Piece, options: Options) -> str:
    """Of everything that was read, and how it was asked to be kept."""
    if piece.whole:
        return _hash([store_plain(piece.whole)])
    audience, category = piece.audience or options.audience, piece.category or options.category
    return _hash([piece.title, piece.body, piece.language, list(piece.similar), audience, category])


def store_plain(article: Article) -> dict[str, Any]:
    """What of an article is compared: everything but its version and when it was stored."""
    texts = [[text.language, text.title, list(text.similar), text.body] for text in article.texts]
    days = [str(article.valid_from or ""), str(article.valid_to or "")]
    return {
        "texts": texts,
        "days": days,
        "kind": [article.category, article.audience, article.state, list(article.intents)],
    }


def _part(scope: Scope, source: Source, piece: Piece, known: Known, options: Options) -> Step:
    old = known.origins.get(piece.place)
    digest = digest_of(piece, options)
    article = article_of(piece, options, old.article_id if old else new_id("art"))
    origin = Origin(article.id, source.root, source.id, piece.place, digest, _text_digest(article))
    item = Item("added", source.id, piece.place, article.texts[0].title, article.id)
    if old is not None and old.digest == digest and old.part == piece.place:
        return Step(replace(item, outcome="unchanged"))
    live, draft = store_drafts.find_article_or_draft(scope, article.id) if old else (None, None)
    if old is None or live is None:
        return _step(item, article, options.as_drafts, origin, old)
    present = draft.article if draft else live
    kept = _merged(present, article, piece)
    was_edited = _text_digest(present) != old.text_digest
    if draft is not None and was_edited:
        return Step(replace(item, outcome="problem", reason=_BLOCKED))
    as_draft = options.as_drafts or was_edited or draft is not None
    changed = replace(item, outcome="updated", reason=_EDITED if was_edited else {})
    origin = replace(origin, text_digest=_text_digest(kept))
    return _step(changed, replace(kept, version=live.version), as_draft, origin, old, live, draft)


def _step(
    item: Item,
    article: Article,
    as_draft: bool,
    origin: Origin,
    old: Origin | None,
    live: Article | None = None,
    draft: Draft | None = None,
) -> Step:
    if as_draft:
        return Step(replace(item, outcome="drafted"), replace(article, state="draft"), True, live, draft, origin, old)
    return Step(item, replace(article, state="published"), False, live, draft, origin, old)


def _merged(present: Article, new: Article, piece: Piece) -> Article:
    """The article with the new words; what staff chose beside them stays, unless the source says otherwise."""
    others = tuple(text for text in present.texts if text.language != piece.language)
    return tidy(
        replace(
            present,
            texts=(*others, *new.texts),
            category=piece.category or present.category,
            audience=piece.audience or (new.audience if new.audience != "all" else present.audience),
        )
    )


def _whole(scope: Scope, source: Source, piece: Piece, options: Options) -> Step:
    """An exported article takes the place of the one with its id."""
    assert piece.whole is not None
    new = piece.whole
    live, draft = store_drafts.find_article_or_draft(scope, new.id)
    item = Item("added" if live is None else "updated", source.id, "", piece.title, new.id)
    present = draft.article if draft else live
    origin = Origin(new.id, source.root, source.id, piece.place, digest_of(piece, options), _text_digest(new))
    old = store_imports.find_origin(scope, new.id)
    if (
        present is not None
        and _is_same(present, new, state=live.state if live else "")
        and (draft is None or new.state == "draft")
    ):
        return Step(replace(item, outcome="unchanged"))
    as_draft = options.as_drafts or new.state == "draft"
    if draft is not None and not as_draft:
        return Step(replace(item, outcome="problem", reason=_BLOCKED))
    if not as_draft:
        check_whole(new)
    article = replace(new, version=live.version if live else 0, owner=new.owner or (live.owner if live else ""))
    outcome: Outcome = "drafted" if as_draft else item.outcome
    return Step(replace(item, outcome=outcome), article, as_draft, live, draft, origin, old)


def _is_same(one: Article, other: Article, *, state: str) -> bool:
    is_owner_same = not other.owner or one.owner == other.owner
    return is_owner_same and store_plain(replace(one, state=state or one.state)) == store_plain(other)  # type: ignore[arg-type]


def _text_digest(article: Article) -> str:
    return _hash([[text.language, text.title, list(text.similar), text.body] for text in article.texts])


def _hash(values: Sequence[Any]) -> str:
    return hashlib.sha256(json.dumps(values, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()[:32]
