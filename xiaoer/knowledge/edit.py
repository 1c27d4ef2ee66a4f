"""How an article changes: draft → in review → published, while the version before stays live; archive and restore.

Every change names the revision it was made from. Where somebody was faster, Conflict, and nothing is stored: the page shows
both texts.
"""

from __future__ import annotations

import re
from dataclasses import replace

from xiaoer.db.scope import Scope
from xiaoer.db.text import storable
from xiaoer.errors import Conflict, Invalid, NotAllowed, NotFound
from xiaoer.knowledge import store, store_drafts
from xiaoer.knowledge.types import Article, ArticleText, Draft, Editor
from xiaoer.privacy.store import add_audit

ARTICLE_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,127}", re.ASCII)
MOST_TITLE, MOST_BODY, MOST_SIMILAR, MOST_NAME = 200, 20_000, 200, 60  # characters, characters, questions, characters
_AUDIENCES = ("all", "members", "staff")


def tidy(article: Article) -> Article:
    """The article as it is kept: line ends, blank lines around, empty and repeated similar questions, empty texts.

    Invalid names what is too long.
    """
    texts = tuple(text for text in (_tidy_text(one) for one in article.texts) if text.title or text.body or text.similar)
    order = {"zh": 0, "en": 1}
    intents = tuple(dict.fromkeys(one.strip() for one in article.intents if one.strip()))
    category = " ".join(storable(article.category).split())
    if len(category) > MOST_NAME:
        raise Invalid(f"A category has at most {MOST_NAME} characters.", f"分类最多 {MOST_NAME} 个字。", field="category")
    if article.audience not in _AUDIENCES:
        raise Invalid("An audience is all, members or staff.", "可见范围只能是所有人、会员或仅客服。", field="audience")
    if article.valid_from and article.valid_to and article.valid_to < article.valid_from:
        raise Invalid("The last day is before the first one.", "失效日期早于生效日期。", field="valid_to")
    return replace(article, category=category, intents=intents, texts=tuple(sorted(texts, key=lambda one: order[one.language])))


def _tidy_text(text: ArticleText) -> ArticleText:
    title = " ".join(storable(text.title).split())
    body = storable(text.body).replace("\r\n", "\n").replace("\r", "\n")
    body = body.strip("\n").rstrip()
    similar = tuple(dict.fromkeys(words for one in text.similar if (words := " ".join(storable(one).split()))))
    place = text.language
    if len(title) > MOST_TITLE:
        raise Invalid(f"A title has at most {MOST_TITLE} characters.", f"标题最多 {MOST_TITLE} 个字。", field=f"title_{place}")
    if len(body) > MOST_BODY:
        raise Invalid(
            f"A body has at most {MOST_BODY:,} characters; split the article.",
            f"正文最多 {MOST_BODY} 个字，请拆成几篇。",
            field=f"body_{place}",
        )
    if len(similar) > MOST_SIMILAR or any(len(one) > MOST_TITLE for one in similar):
        raise Invalid(
            f"At most {MOST_SIMILAR} similar questions of {MOST_TITLE} characters each.",
            f"相似问最多 {MOST_SIMILAR} 条，每条最多 {MOST_TITLE} 个字。",
            field=f"similar_{place}",
        )
    return ArticleText(text.language, title, similar, body)


def check_whole(article: Article) -> None:
    """Invalid for what cannot go out: no text, a title without a body, a body without a title, no category."""
    if not article.texts:
        raise Invalid("Write a title and a text in one language at least.", "请至少用一种语言写好标题和正文。", field="title_zh")
    for text in article.texts:
        name = {"zh": "中文", "en": "English"}[text.language]
        if not text.title:
            raise Invalid(f"The {name} text has no title.", f"{name}标题还没填写。", field=f"title_{text.language}")
        if not text.body.strip():
            raise Invalid(f"The {name} text is empty.", f"{name}正文还没填写。", field=f"body_{text.language}")
    if not article.category:
        raise Invalid("Choose a category.", "请填写分类。", field="category")


def open_draft(scope: Scope, article_id: str) -> tuple[Article | None, Draft]:
    """The live article and its next version; where nobody has begun one, the article itself with revision 0. NotFound."""
    article, draft = store_drafts.find_article_or_draft(scope, article_id)
    if draft is not None:
        return article, draft
    if article is None:
        raise NotFound("There is no such article.", "没有这篇文章。", field="article_id")
    return article, Draft(article, "draft", 0, "", article.updated_at)


def save_draft(scope: Scope, article: Article, editor: Editor, *, revision: int, note: str = "") -> Draft:
    """Keep these words as the next version. `article.version` and `revision` are what the editor began from; Conflict else.

    What was in review is a draft again, unless whoever may publish edits it. Unchanged words change nothing.
    """
    if not ARTICLE_ID.fullmatch(article.id):
        raise Invalid("An article's id has letters, digits, dots, dashes.", "文章编号只能用字母、数字、点和短横线。", field="id")
    wanted = tidy(article)
    scope.lock("articles")
    live, stored = store_drafts.find_article_or_draft(scope, article.id)
    _check_unchanged(live, stored, version=article.version, revision=revision)
    before = stored.article if stored else live
    if before is not None and _is_same(before, wanted) and (stored is None or stored.article.version == article.version):
        return stored or Draft(before, "draft", 0, "", before.updated_at)
    state = "in_review" if stored is not None and stored.state == "in_review" and editor.may_publish else "draft"
    kept_note = note or (stored.note if stored else "")
    base = replace(wanted, state=live.state if live else "draft", updated_at=scope.now)
    draft = Draft(base, state, revision + 1, editor.id, scope.now, kept_note)  # type: ignore[arg-type]
    store_drafts.save_draft(scope, draft)
    return draft


def send_to_review(scope: Scope, article_id: str, editor: Editor, *, revision: int, note: str = "") -> Draft:
    """Ask for the draft to be published. Invalid for one that is not whole."""
    draft = _get(scope, article_id, revision)
    check_whole(draft.article)
    return _move(scope, replace(draft, state="in_review", note=note.strip()[:500]), editor, "article_sent_to_review")


def send_back(scope: Scope, article_id: str, editor: Editor, *, revision: int, note: str) -> Draft:
    """Give the draft back to whoever wrote it, with a note."""
    _need_publisher(editor)
    draft = _get(scope, article_id, revision)
    return _move(scope, replace(draft, state="draft", note=note.strip()[:500]), editor, "article_sent_back", edits=False)


def publish(scope: Scope, article_id: str, editor: Editor, *, revision: int, note: str = "") -> Article:
    """The draft goes live; the next question finds it. Conflict where the live version moved on since the draft began."""
    _need_publisher(editor)
    scope.lock("articles")
    draft = _get(scope, article_id, revision)
    live = store.find_article(scope, article_id)
    _check_unchanged(live, draft, version=draft.article.version, revision=revision)
    check_whole(draft.article)
    new = store.save_article(scope, replace(draft.article, state="published"), by=editor.id, note=note or draft.note)
    store_drafts.forget_draft(scope, article_id)
    add_audit(scope, who=editor.id, what="article_published", about=article_id, data={"version": new.version})
    return new


def discard(scope: Scope, article_id: str, editor: Editor, *, revision: int) -> None:
    """Throw the next version away; the live one stays."""
    draft = _get(scope, article_id, revision)
    store_drafts.forget_draft(scope, article_id)
    data = {"revision": draft.revision, "article": store.to_plain(draft.article)}
    add_audit(scope, who=editor.id, what="article_draft_discarded", about=article_id, data=data)


def archive(scope: Scope, article_id: str, editor: Editor) -> Article:
    """Nobody finds it any more; it is kept, with its history."""
    return _set_state(scope, article_id, editor, "archived")


def bring_back(scope: Scope, article_id: str, editor: Editor) -> Article:
    """An archived article is live again, as it was."""
    return _set_state(scope, article_id, editor, "published")


def restore(scope: Scope, article_id: str, version: int, editor: Editor, *, revision: int) -> Draft:
    """An old version becomes the next one, as a draft: to be looked at, then published. Conflict where a draft is in the way."""
    old = store_drafts.get_version(scope, article_id, version)
    live, stored = store_drafts.find_article_or_draft(scope, article_id)
    if stored is not None and stored.revision != revision:
        raise _conflict()
    base = live.version if live else 0
    note = f"v{version}"
    return save_draft(scope, replace(old.article, version=base), editor, revision=stored.revision if stored else 0, note=note)


def _set_state(scope: Scope, article_id: str, editor: Editor, state: str) -> Article:
    _need_publisher(editor)
    scope.lock("articles")
    article = store.get_article(scope, article_id)
    if article.version == 0:
        raise Conflict("This article was never published.", "这篇文章还没有发布过。")
    saved = store.save_article(scope, replace(article, state=state), by=editor.id)  # type: ignore[arg-type]
    draft = store_drafts.find_draft(scope, article_id)
    if draft is not None:  # its words did not change, so the draft still fits
        store_drafts.save_draft(scope, replace(draft, article=replace(draft.article, version=saved.version)))
    add_audit(scope, who=editor.id, what=f"article_{state}", about=article_id, data={"version": saved.version})
    return saved


def _move(scope: Scope, draft: Draft, editor: Editor, what: str, *, edits: bool = True) -> Draft:
    moved = replace(draft, revision=draft.revision + 1, edited_by=editor.id if edits else draft.edited_by)
    store_drafts.save_draft(scope, moved)
    data = {"revision": moved.revision, "note": moved.note}
    add_audit(scope, who=editor.id, what=what, about=draft.article.id, data=data)
    return moved


def _get(scope: Scope, article_id: str, revision: int) -> Draft:
    draft = store_drafts.find_draft(scope, article_id)
    if draft is None or draft.revision != revision:
        raise _conflict()
    return draft


def _need_publisher(editor: Editor) -> None:
    if not editor.may_publish:
        raise NotAllowed("A team lead publishes. Send the draft to review.", "发布由客服主管操作，请先提交审核。")


def _check_unchanged(live: Article | None, stored: Draft | None, *, version: int, revision: int) -> None:
    if (live.version if live else 0) != version or (stored.revision if stored else 0) != revision:
        raise _conflict()


def _conflict() -> Conflict:
    return Conflict(
        "A colleague changed this article meanwhile. Both texts are below; nothing was lost.",
        "同事刚刚改过这篇文章。两份内容都在下面，没有丢失。",
    )


def _is_same(one: Article, other: Article) -> bool:
    return replace(one, version=0, updated_at=other.updated_at, state="draft") == replace(other, version=0, state="draft")
