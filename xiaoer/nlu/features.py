"""From words to features, each with its place.

Words 1-2, stems, pairs of stems, characters within words 2-5 and the word's consonants (typos), CJK characters 1-3, toneless
pinyin (诱惑吗 for 有货吗, tuihuo for 退货), and concepts of the thesaurus alone and in pairs. Numbers are folded to their length,
order numbers to one sign. A feature's first letter tells its family.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from xiaoer.nlu.concepts import Found, Run, find, stem
from xiaoer.nlu.normalise import normalise
from xiaoer.nlu.sounds import sound_of, syllables_of

_RUN = re.compile(
    r"(?P<id>(?<![a-z\d])[a-z]{0,5} ?\d{8,}(?: ?\d{2,})*|(?<![a-z\d])[a-z]{2} ?\d{6,}(?: ?\d{2,})+)|"
    r"(?P<cjk>[㐀-䶿一-鿿]+)|(?P<word>[a-z]+(?:'[a-z]+)?)|(?P<number>\d+)|(?P<mark>[?!])"
)
_VOWELS = re.compile(r"(?<!^)[aeiou']")
_TWICE = re.compile(r"(.)\1+")
_PAIR_REACH = 6
_LATIN_SHARE = 0.75  # of the words must read as syllables before a line counts as typed in pinyin
_ID = "#id"
Gram = tuple[str, int, int]  # the feature, and the characters of the normalised text it came from


def grams_of(text: str) -> list[Gram]:
    """Every feature of a text with its place. A feature of two places (a pair) is listed once for each of them."""
    normal = normalise(text).text
    runs: list[Run] = []
    grams: list[Gram] = []
    for match in _RUN.finditer(normal):
        start, end, kind = match.start(), match.end(), match.lastgroup
        run = match.group()
        if kind == "cjk":
            grams.extend((gram, start + first, start + last) for gram, first, last in _of_cjk(run))
        elif kind == "id":
            run = _ID
        elif kind == "number":
            run = f"#{min(len(run), 6)}"
        elif kind == "word":
            grams.extend((gram, start + first, min(end, start + last)) for gram, first, last in _of_letters(run))
        runs.append((run, start, end))
    stems = [run if run[0] >= "㐀" else stem(run) for run, _, _ in runs]
    grams.extend(_of_words(runs))
    grams.extend(_of_stems(runs, stems))
    grams.extend(_of_syllables(runs))
    grams.extend(_of_concepts(list(find(runs, stems))))
    return grams


def name_of(gram: str) -> str:
    """A feature as a reader sees it."""
    return f"‹{gram[1:]}›" if gram[0] == "o" else gram[1:]


@lru_cache(maxsize=32_768)
def _of_letters(run: str) -> tuple[Gram, ...]:
    padded = f" {run} "
    grams: list[Gram] = []
    for size in (2, 3, 4, 5):
        for place in range(len(padded) - size + 1):
            grams.append((f"c{padded[place:place + size]}", max(0, place - 1), place - 1 + size))
    if len(run) >= 4:
        grams.append(("x" + _TWICE.sub(r"\1", _VOWELS.sub("", run)), 0, len(run)))
    return tuple(grams)


@lru_cache(maxsize=8_192)
def _of_cjk(run: str) -> tuple[Gram, ...]:
    sounds = [sound_of(letter) for letter in run]
    grams = [
        (f"h{run[place:place + size]}", place, place + size) for size in (1, 2, 3) for place in range(len(run) - size + 1)
    ]
    grams += [(f"p{sound}", place, place + 1) for place, sound in enumerate(sounds)]
    grams += [(f"p{sounds[place]} {sounds[place + 1]}", place, place + 2) for place in range(len(run) - 1)]
    for place in range(len(run) - 2):
        gapped = f"h{run[place]}_{run[place + 2]}"
        grams += [(gapped, place, place + 1), (gapped, place + 2, place + 3)]
    return tuple(grams)


def _of_words(runs: Sequence[Run]) -> Iterator[Gram]:
    """Words alone and two by two; of a run of characters only the last one stands beside the next word."""
    previous: Run | None = None
    for run, start, end in runs:
        is_cjk = run[0] >= "㐀"
        if not is_cjk:
            yield f"w{run}", start, end
            if previous is not None:
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


def _of_syllables(runs: Sequence[Run]) -> Iterator[Gram]:
    """A line typed in pinyin speaks with the same features as its characters would."""
    words = [(syllables_of(run), start, end) for run, start, end in runs if run[0].isalpha() and run[0] < "㐀"]
    known = [one for one in words if one[0]]
    if not known or len(known) < _LATIN_SHARE * len(words) or sum(len(one[0]) for one in known) < 2:
        return
    previous: Gram | None = None
    for syllables, start, end in words:
        place = start
        for one in syllables:
            yield f"p{one}", place, place + len(one)
            if previous is not None:
                yield f"p{previous[0]} {one}", previous[1], place + len(one)
            previous = (one, place, place + len(one))
            place += len(one)
        if not syllables:
            previous = None


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
    for (one, start, _), (other, _, end) in zip(firsts, firsts[1:], strict=False):
        yield f"o{one} {other}", start, end
    distinct = sorted({family: (start, end) for family, start, end in families}.items())
    for place, (one, (start, end)) in enumerate(distinct):
        for other, (from_, to) in distinct[place + 1 :]:
            yield f"o{one}+{other}", start, end
            yield f"o{one}+{other}", from_, to
