"""From words to features, each with its place.

Words two by two, stems, pairs of stems, characters within words 2-5 and the word's consonants (typos), CJK characters 1-3, toneless
pinyin (诱惑吗 for 有货吗, tuihuo for 退货), and concepts of the thesaurus alone and in pairs. Numbers are folded to their length,
order numbers to one sign. A feature's first letter tells its family.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from xiaoer.nlu.concepts import Found, Run, find, find_sounds, stem
from xiaoer.nlu.normalise import normalise
from xiaoer.nlu.sounds import sound_of, syllables_of

_RUN = re.compile(
    r"(?P<id>(?<![a-z\d])[a-z]{0,5} ?\d{8,}(?: ?\d{2,})*|(?<![a-z\d])[a-z]{2} ?\d{6,}(?: ?\d{2,})+)|"
    r"(?P<cjk>[㐀-䶿一-鿿]+)|(?P<word>[a-z]+(?:'[a-z]+)?)|(?P<number>\d+)|(?P<mark>[?!])"
)
_VOWELS = re.compile(r"(?<!^)[aeiou']")
_TWICE = re.compile(r"(.)\1+")
_PAIR_REACH = 4
_LATIN_SHARE = 0.75  # of the words must read as syllables before a line counts as typed in pinyin
_ID = "#id"
Gram = tuple[str, int, int]  # the feature, and the characters of the normalised text it came from


def grams_of(text: str) -> list[Gram]:
    """Every feature of a text with its place. A feature of two places (a pair) is listed once for each of them."""
    runs = runs_of(normalise(text).text)
    grams = [
        (gram, start + first, min(end, start + last)) for run, start, end in runs for gram, first, last in _within(run)
    ]
    grams.extend(_across(runs))
    return grams


def names_of(text: str) -> set[str]:
    """The features of a text without their places: the same ones, faster."""
    return names_within(runs_of(normalise(text).text))


def names_within(runs: Sequence[Run]) -> set[str]:
    """The features of a text that was cut into runs."""
    names = {gram for gram, _, _ in _across(runs)}
    return names.union(*(_names_within(run) for run, _, _ in runs))


def runs_of(normal: str) -> list[Run]:
    """Words, runs of CJK characters, numbers and marks of a normalised text, with their places."""
    runs: list[Run] = []
    for match in _RUN.finditer(normal):
        run, kind = match.group(), match.lastgroup
        if kind == "id":
            run = _ID
        elif kind == "number":
            run = f"#{min(len(run), 6)}"
        runs.append((run, match.start(), match.end()))
    return runs


@lru_cache(maxsize=32_768)
def _within(run: str) -> tuple[Gram, ...]:
    """Features inside of one run, with places counted from its beginning."""
    if run[0] >= "㐀":
        return tuple(_of_cjk(run))
    return tuple(_of_letters(run)) if run[0].isalpha() else ()


@lru_cache(maxsize=32_768)
def _names_within(run: str) -> frozenset[str]:
    return frozenset(gram for gram, _, _ in _within(run))


def _across(runs: Sequence[Run]) -> Iterator[Gram]:
    """Features that several runs make up together, and words as such."""
    stems = [run if run[0] >= "㐀" else stem(run) for run, _, _ in runs]
    yield from _of_words(runs)
    yield from _of_stems(runs, stems)
    syllables = _syllables_of(runs)
    yield from _of_syllables(syllables)
    yield from _of_concepts([*find(runs, stems), *find_sounds(syllables)])


def name_of(gram: str) -> str:
    """A feature as a reader sees it."""
    return f"‹{gram[1:]}›" if gram[0] == "o" else gram[1:]


def _of_letters(run: str) -> Iterator[Gram]:
    padded = f" {run} "
    for size in (2, 3, 4, 5):
        for place in range(len(padded) - size + 1):
            yield f"c{padded[place:place + size]}", max(0, place - 1), place - 1 + size
    if len(run) >= 4:
        yield "x" + _TWICE.sub(r"\1", _VOWELS.sub("", run)), 0, len(run)


def _of_cjk(run: str) -> Iterator[Gram]:
    sounds = [sound_of(letter) for letter in run]
    for size in (1, 2, 3):
        for place in range(len(run) - size + 1):
            yield f"h{run[place:place + size]}", place, place + size
    for place, sound in enumerate(sounds):
        yield f"p{sound}", place, place + 1
    for place in range(len(run) - 1):
        yield f"p{sounds[place]} {sounds[place + 1]}", place, place + 2
    for place in range(len(run) - 2):
        gapped = f"h{run[place]}_{run[place + 2]}"
        yield gapped, place, place + 1
        yield gapped, place + 2, place + 3


def _of_words(runs: Sequence[Run]) -> Iterator[Gram]:
    """Words two by two; of a run of characters only the last one stands beside the next word."""
    previous: Run | None = None
    for run, start, end in runs:
        is_cjk = run[0] >= "㐀"
        if not is_cjk and previous is not None:
            yield f"w{previous[0]} {run}", previous[1], end
        previous = (run[-1], end - 1, end) if is_cjk else (run, start, end)


def _of_stems(runs: Sequence[Run], stems: Sequence[str]) -> Iterator[Gram]:
    """Stems alone, in order two by two, and in any order within reach."""
    words = [(one, start, end) for one, (_, start, end) in zip(stems, runs, strict=True) if one[0] < "㐀"]
    for place, (one, start, end) in enumerate(words):
        yield f"s{one}", start, end
        for other, from_, to in words[place + 1 : place + 1 + _PAIR_REACH]:
            pair = f"b{one}+{other}" if one < other else f"b{other}+{one}"
            yield pair, start, end
            yield pair, from_, to


def _syllables_of(runs: Sequence[Run]) -> list[Run]:
    """The syllables of a line typed in pinyin; none when it is no such line."""
    words = [(syllables_of(run), start) for run, start, _ in runs if run[0].isalpha() and run[0] < "㐀"]
    known = [one for one in words if one[0]]
    if not known or len(known) < _LATIN_SHARE * len(words) or sum(len(one) for one, _ in known) < 2:
        return []
    found: list[Run] = []
    for syllables, start in known:
        for one in syllables:
            found.append((one, start, start + len(one)))
            start += len(one)
    return found


def _of_syllables(syllables: Sequence[Run]) -> Iterator[Gram]:
    """They speak with the same features as their characters would."""
    for one, start, end in syllables:
        yield f"p{one}", start, end
    for (one, start, _), (other, _, end) in pairwise(syllables):
        yield f"p{one} {other}", start, end


def _of_concepts(found: Sequence[Found]) -> Iterator[Gram]:
    """Concepts alone, in order two by two, and in any order."""
    families: list[Gram] = []
    for names, start, end in found:
        for name in names:
            family = name.partition("/")[0]
            families.append((family, start, end))
            yield f"o{family}", start, end
            if family != name:
                yield f"o{name}", start, end
    firsts = [(names[0].partition("/")[0], start, end) for names, start, end in found]
    for (one, start, _), (other, _, end) in pairwise(firsts):
        yield f"o{one} {other}", start, end
    distinct = sorted({family: (start, end) for family, start, end in families}.items())
    for place, (one, (start, end)) in enumerate(distinct):
        for other, (from_, to) in distinct[place + 1 :]:
            yield f"o{one}+{other}", start, end
            yield f"o{one}+{other}", from_, to
