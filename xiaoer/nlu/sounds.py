"""Chinese by its sound: toneless pinyin of a character, and words typed in Latin letters read as syllables (tuihuo: tui huo)."""

from __future__ import annotations

from functools import lru_cache

from pypinyin import lazy_pinyin

_FINALS = (
    "-:a,ai,an,ang,ao,e,ei,en,er,o,ou b:a,ai,an,ang,ao,ei,en,eng,i,ian,iao,ie,in,ing,o,u "
    "c:a,ai,an,ang,ao,e,en,eng,i,ong,ou,u,uan,ui,un,uo ch:a,ai,an,ang,ao,e,en,eng,i,ong,ou,u,ua,uai,uan,uang,ui,un,uo "
    "d:a,ai,an,ang,ao,e,en,eng,i,ian,iao,ie,ing,iu,ong,ou,u,uan,ui,un,uo f:a,an,ang,ei,en,eng,o,ou,u "
    "g:a,ai,an,ang,ao,e,ei,en,eng,ong,ou,u,ua,uai,uan,uang,ui,un,uo h:a,ai,an,ang,ao,e,ei,en,eng,ong,ou,u,ua,uai,uan,uang,ui,un,uo "
    "j:i,ia,ian,iang,iao,ie,in,ing,iong,iu,u,uan,ue,un k:a,ai,an,ang,ao,e,en,eng,ong,ou,u,ua,uai,uan,uang,ui,un,uo "
    "l:a,ai,an,ang,ao,e,ei,eng,i,ia,ian,iang,iao,ie,in,ing,iu,ong,ou,u,uan,ue,un,uo m:a,ai,an,ang,ao,e,ei,en,eng,i,ian,iao,ie,in,ing,iu,o,ou,u "
    "n:a,ai,an,ang,ao,e,ei,en,eng,i,ian,iang,iao,ie,in,ing,iu,ong,ou,u,uan,ue,uo p:a,ai,an,ang,ao,ei,en,eng,i,ian,iao,ie,in,ing,o,ou,u "
    "q:i,ia,ian,iang,iao,ie,in,ing,iong,iu,u,uan,ue,un r:an,ang,ao,e,en,eng,i,ong,ou,u,uan,ui,un,uo "
    "s:a,ai,an,ang,ao,e,en,eng,i,ong,ou,u,uan,ui,un,uo sh:a,ai,an,ang,ao,e,en,eng,i,ou,u,ua,uai,uan,uang,ui,un,uo "
    "t:a,ai,an,ang,ao,e,eng,i,ian,iao,ie,ing,ong,ou,u,uan,ui,un,uo w:a,ai,an,ang,ei,en,eng,o,u "
    "x:i,ia,ian,iang,iao,ie,in,ing,iong,iu,u,uan,ue,un y:a,an,ang,ao,e,i,in,ing,o,ong,ou,u,uan,ue,un "
    "z:a,ai,an,ang,ao,e,ei,en,eng,i,ong,ou,u,uan,ui,un,uo zh:a,ai,an,ang,ao,e,en,eng,i,ong,ou,u,ua,uai,uan,uang,ui,un,uo"
)
_SYLLABLES = frozenset(
    initial.strip("-") + final
    for initial, _, finals in (group.partition(":") for group in _FINALS.split())
    for final in finals.split(",")
)
_LONGEST = 6
_LONE = "aeo"


@lru_cache(maxsize=16_384)
def sound_of(letter: str) -> str:
    """Toneless pinyin of a character (what has none stays as it is)."""
    return str(lazy_pinyin(letter)[0])


@lru_cache(maxsize=16_384)
def syllables_of(word: str) -> tuple[str, ...]:
    """The fewest syllables that make up a word of Latin letters; empty when it is no pinyin."""
    best: list[tuple[str, ...] | None] = [(), *(None for _ in word)]
    for start in range(len(word)):
        reached = best[start]
        if reached is None:
            continue
        for end in range(start + 1, min(len(word), start + _LONGEST) + 1):
            syllable, there = word[start:end], best[end]
            if syllable in _SYLLABLES and (there is None or len(reached) + 1 < len(there)):
                best[end] = (*reached, syllable)
    found = best[-1] or ()
    return () if any(len(one) == 1 and one not in _LONE for one in found) else found
