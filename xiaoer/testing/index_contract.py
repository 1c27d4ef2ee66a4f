"""What every index engine must do. Inherit from `IndexContract`, give it a fixture `engine`, and let pytest run it.

    class TestMine(IndexContract):
        @pytest.fixture
        def engine(self):
            return MyEngine(...)

Every test works in shops of its own, with names nobody else has, and takes them away again.
"""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from xiaoer.demo.seed_articles import read_articles
from xiaoer.knowledge.answerable import Answerable
from xiaoer.knowledge.collection import Collection
from xiaoer.knowledge.index.embedded import EmbeddedIndex
from xiaoer.knowledge.index.port import Engine, Entry, Index, Sees
from xiaoer.knowledge.search import Asking, search

EVERYBODY = ("all", "members", "staff")
TODAY = date(2026, 11, 24)
CUSTOMER = Sees(("all",), TODAY)


class IndexContract:
    """The tests. Each opens the shops that it needs with `shop_of`."""

    def test_an_index_that_was_never_made_is_empty(self, engine: Engine) -> None:
        with shop_of(engine) as index:
            assert index.read_applied() == 0
            assert index.find(["word"]) == []
            assert index.size_bytes() >= 0

    def test_what_was_put_is_found(self, engine: Engine) -> None:
        with shop_of(engine) as index:
            index.rebuild([entry("a", ["运费", "多少"]), entry("b", ["shipping", "cost"])], applied=3)
            assert ids(index.find(["运费"])) == ["a"]
            assert ids(index.find(["cost", "nowhere"])) == ["b"]
            assert sorted(ids(index.find(["运费", "shipping"]))) == ["a", "b"]
            assert index.find([]) == []
            assert index.find(["nowhere"]) == []
            assert index.read_applied() == 3

    def test_another_process_finds_it_too(self, engine: Engine) -> None:
        with shop_of(engine) as index:
            index.rebuild([entry("a", ["one"])], applied=1)
            index.replace({"b": 1}, [entry("b", ["two"])], applied=2)
            again = engine.open(self.shop_id(index))
            assert again.read_applied() == 2
            assert ids(again.find(["two"])) == ["b"]

    def test_an_edit_takes_the_place_of_what_was_there(self, engine: Engine) -> None:
        with shop_of(engine) as index:
            index.rebuild(
                [entry("a", ["old", "same"]), entry("a", ["more"], kind="similar"), entry("b", ["same"])], applied=1
            )
            index.replace({"a": 2}, [entry("a", ["new", "same"], version=2)], applied=2)
            assert index.find(["old"]) == []
            assert index.find(["more"]) == []
            assert ids(index.find(["new"])) == ["a"]
            assert sorted(ids(index.find(["same"]))) == ["a", "b"]
            assert index.read_applied() == 2

    def test_an_article_that_is_taken_back_is_gone(self, engine: Engine) -> None:
        with shop_of(engine) as index:
            index.rebuild([entry("a", ["word"]), entry("b", ["word"])], applied=1)
            index.replace({"a": 2}, [], applied=2)
            assert ids(index.find(["word"])) == ["b"]

    def test_the_same_change_twice_is_the_same_as_once(self, engine: Engine) -> None:
        with shop_of(engine) as index:
            index.rebuild([entry("a", ["word"]), entry("b", ["word", "more"])], applied=1)
            for _ in range(2):
                index.replace({"a": 2}, [entry("a", ["word", "new"], version=2)], applied=2)
            found = index.find(["word", "new", "more"])
            assert sorted(one.key for one in found) == ["a/zh/title/0", "b/zh/title/0"]

    def test_many_articles_in_one_change(self, engine: Engine) -> None:
        with shop_of(engine) as index:
            numbers = range(1_700)
            index.rebuild([entry(f"a{n}", [f"word{n}", "every"]) for n in numbers], applied=1)
            changed = {f"a{n}": 2 for n in numbers}
            index.replace(changed, [entry(f"a{n}", [f"other{n}"], version=2) for n in numbers], applied=2)
            assert index.find(["every"]) == []
            assert ids(index.find(["other1699"])) == ["a1699"]

    def test_only_what_may_be_seen_is_counted(self, engine: Engine) -> None:
        with shop_of(engine) as index:
            hidden = [entry(f"s{n:03}", ["word"], audience="staff") for n in range(300)]
            late = [entry(f"l{n:03}", ["word"], valid_from=date(2026, 11, 25)) for n in range(100)]
            over = [entry(f"o{n:03}", ["word"], valid_to=date(2026, 11, 23)) for n in range(100)]
            shown = [
                entry("a", ["word", "and", "much", "more"]),
                entry("b", ["word", "x"], valid_from=TODAY, valid_to=TODAY),
            ]
            index.rebuild([*hidden, *late, *over, *shown], applied=1)
            assert sorted(ids(index.find(["word"], CUSTOMER))) == ["a", "b"]
            assert len(index.find(["word"], Sees(EVERYBODY, TODAY), limit=400)) == 302

    def test_a_tie_is_broken_by_key(self, engine: Engine) -> None:
        with shop_of(engine) as index:
            names = ["d", "a", "c", "e", "b"]
            index.rebuild([entry(name, ["same"]) for name in names], applied=1)
            assert ids(index.find(["same"], limit=3)) == ["a", "b", "c"]
            index.replace({"b": 2}, [entry("b", ["same"], version=2)], applied=2)
            assert ids(index.find(["same"], limit=3)) == ["a", "b", "c"]

    def test_shops_do_not_see_each_other(self, engine: Engine) -> None:
        with shop_of(engine, "maple") as lower, shop_of(engine, "Maple") as upper, shop_of(engine, "maple-2") as third:
            lower.rebuild([entry("a", ["word", "lower"])], applied=1)
            upper.rebuild([entry("a", ["word", "upper"])], applied=7)
            third.rebuild([entry("a", ["word", "third"])], applied=9)
            assert (lower.read_applied(), upper.read_applied(), third.read_applied()) == (1, 7, 9)
            assert lower.find(["upper", "third"]) == []
            assert len(lower.find(["word"])) == len(upper.find(["word"])) == len(third.find(["word"])) == 1
            third.rebuild([entry("a", ["word"])], applied=10)
            assert ids(lower.find(["lower"])) == ["a"]

    def test_a_rebuild_answers_all_the_while(self, engine: Engine) -> None:
        with shop_of(engine) as index:
            index.rebuild([entry("a", ["old"])], applied=1)
            seen: list[list[str]] = []

            def entries() -> Iterator[Entry]:
                for number in range(1_200):
                    if number % 400 == 399:
                        seen.append(ids(index.find(["old"])))
                    yield entry(f"b{number}", ["new"])

            index.rebuild(entries(), applied=5)
            assert seen == [["a"]] * 3
            assert index.find(["old"]) == []
            assert len(index.find(["new"])) == 60
            assert index.read_applied() == 5

    def test_a_rebuild_that_breaks_off_changes_nothing(self, engine: Engine) -> None:
        with shop_of(engine) as index:
            index.rebuild([entry("a", ["old"])], applied=1)

            def entries() -> Iterator[Entry]:
                yield from (entry(f"b{number}", ["new"]) for number in range(700))
                raise _BrokenOff

            try:
                index.rebuild(entries(), applied=5)
            except _BrokenOff:
                pass
            else:
                raise AssertionError("the error was swallowed")
            assert ids(index.find(["old"])) == ["a"]
            assert index.find(["new"]) == []
            assert index.read_applied() == 1
            index.replace({"c": 1}, [entry("c", ["newer"])], applied=2)
            assert ids(index.find(["newer"])) == ["c"]

    def test_a_late_writer_of_an_old_version_hides_nothing(self, engine: Engine) -> None:
        with shop_of(engine) as index:
            index.rebuild([entry("b", ["other"])], applied=1)
            index.replace({"a": 3}, [entry("a", ["newest"], version=3)], applied=3)
            other = engine.open(self.shop_id(index))
            if other is not index and engine.name != "embedded":  # an embedded index has one writer
                other.replace({"a": 2}, [entry("a", ["older"], version=2)], applied=2)
                assert ids(index.find(["newest"])) == ["a"]

    def test_odd_names_and_tokens(self, engine: Engine) -> None:
        names = ['quote"d', "back\\slash", "中文 编号", "a/b/c", "AND", "x" * 128, "*:*", "emoji👍"]
        tokens = [
            "§?退款",
            "AND",
            "OR",
            "NOT",
            'qu"ote',
            "a:b",
            "👍",
            "don't",
            "a*",
            "[x]",
            "ß",
            "{!term}",
            "7.5",
            "-x",
            "运",
        ]
        with shop_of(engine) as index:
            index.rebuild([entry(name, [f"n{number}", *tokens]) for number, name in enumerate(names)], applied=1)
            for number, name in enumerate(names):
                assert ids(index.find([f"n{number}"])) == [name]
            for token in tokens:
                assert len(index.find([token])) == len(names), token
            index.replace({name: 2 for name in names}, [], applied=2)
            assert index.find(tokens) == []

    def test_a_very_long_question_is_no_error(self, engine: Engine) -> None:
        with shop_of(engine) as index:
            index.rebuild([entry("a", ["word"])], applied=1)
            assert ids(index.find(["word", *(f"w{number}" for number in range(3_000))])) == ["a"]

    def test_dropped_is_as_if_never_made(self, engine: Engine) -> None:
        with shop_of(engine) as index:
            index.rebuild([entry("a", ["word"])], applied=4)
            index.drop()
            assert index.read_applied() == 0
            assert index.find(["word"]) == []
            index.rebuild([entry("b", ["word"])], applied=5)
            assert ids(index.find(["word"])) == ["b"]

    def test_the_same_ten_answers_come_back(self, engine: Engine) -> None:
        """Over the demo shop's articles, against the embedded engine, for their own questions and parts of them."""
        articles = read_articles()
        collection = Collection()
        entries = [one for article in articles for one in collection.put(article)]
        questions = [
            (text.language, line) for one in articles for text in one.texts for line in (text.title, text.title[2:-2])
        ]
        with shop_of(engine) as index, tempfile.TemporaryDirectory() as folder:
            reference: Index = EmbeddedIndex(Path(folder) / "index")
            reference.rebuild(entries, applied=1)
            index.rebuild(entries, applied=1)
            for language, question in questions[::9]:
                for audience in (("all",), EVERYBODY):
                    asking = Asking(language, audience, TODAY)  # type: ignore[arg-type]
                    expected, found = (answers(collection, one, question, asking) for one in (reference, index))
                    assert found == expected, question

    @staticmethod
    def shop_id(index: Index) -> str:
        """The shop of an index made by `shop_of`."""
        return _SHOPS[id(index)]


class _BrokenOff(Exception):
    """Raised in the middle of a rebuild."""


_SHOPS: dict[int, str] = {}


@contextmanager
def shop_of(engine: Engine, name: str = "shop") -> Iterator[Index]:
    """An empty index for a shop of a name that nobody else has, gone afterwards."""
    shop_id = f"{name}-{_run()}"
    index = engine.open(shop_id)
    _SHOPS[id(index)] = shop_id
    try:
        yield index
    finally:
        index.drop()
        index.close()
        del _SHOPS[id(index)]


def _run() -> str:
    return uuid.uuid4().hex[:12]


def entry(
    article_id: str,
    tokens: Sequence[str],
    *,
    version: int = 1,
    kind: str = "title",
    audience: str = "all",
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> Entry:
    """An entry as the knowledge makes them."""
    return Entry(article_id, f"{article_id}/zh/{kind}/0", "zh", tokens, version, audience, valid_from, valid_to)


def ids(found: Sequence[object]) -> list[str]:
    """The articles of what was found, in order."""
    return [one.article_id for one in found]  # type: ignore[attr-defined]


def answers(collection: Collection, index: Index, question: str, asking: Asking) -> list[str]:
    """The ten articles that a question brings, in order."""
    return [one.article.id for one in search(collection, index, question, asking, Answerable().fusion)]
