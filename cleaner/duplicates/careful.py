"""Which documents go where care is taken: a document goes whole, for one that says all that it says, or stays whole.

A match is evidence, and the decision is made for a pair of documents; what the two tell each other is `telling`'s matter.
Documents are numbered in keep order throughout.
"""

from collections.abc import Iterator, Sequence
from enum import IntEnum
from fractions import Fraction
from functools import cache
from heapq import heapify, heappop, heappush
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner.duplicates.changed import often
from cleaner.duplicates.sets import LARGEST, sets_of
from cleaner.duplicates.settings import Dedup
from cleaner.duplicates.telling import QUOTED, Telling
from cleaner.duplicates.told import Told
from cleaner.duplicates.units import Ids
from cleaner.duplicates.verify import Pairs, Removals, UnitTexts
from cleaner.text.threads import in_threads

SHARED = Fraction(1, 5)  # of a document's letters, in sentences that another has: from here on the two are compared
WORTH = Fraction(2, 5)  # share of its shingles below which its sentences need not be looked at
NOTHING_OWN = Fraction(85, 100)  # the same from which on a document without own sentences says nothing of its own
LONGER = Fraction(105, 100)  # of two that say the same the longer one stays from here on; else rank decides
FIGURES, TERM = Fraction(1, 2), Fraction(3, 10)  # shares of what was replaced that make a version
TIMES = 2  # that one replacement comes, at least
ANY = Fraction(1, LARGEST)  # a limit that every pair reaches which has anything in common

Difference = Literal["negation", "figures", "title", "word", "words"]  # by which a text is a version of another


class Verdict(IntEnum):
    """What becomes of the one of two documents that may go."""

    STAYS = 0
    GOES = 1
    VERSION = 2  # stays, and is told
    QUOTED = 3  # stays: one quotes the other


class Sides(NamedTuple):
    """Two documents, the first before the other in keep order: what each says beside the other, and letters of each."""

    first: Telling
    second: Telling
    letters: tuple[int, int]


class Judged(NamedTuple):
    """Which of two documents may go for the other, and what becomes of it."""

    second_goes: bool
    verdict: Verdict


def judged(sides: Sides, settings: Dedup) -> Judged:
    """The decision of one pair."""
    first, second = silent(sides.first), silent(sides.second)
    if not (first or second):
        return Judged(True, Verdict.STAYS)
    one, other = sides.letters
    longer = other > LONGER * one
    second = second or not (longer or sides.second.own)  # it is misprinted: that is no reason to stay for the first
    second_goes = second and not (first and longer)
    goes = sides.second if second_goes else sides.first
    if version(goes, settings):
        return Judged(second_goes, Verdict.VERSION)
    if goes.gone.letters < settings.shortest:
        return Judged(second_goes, Verdict.STAYS)
    quoted = goes.gone.quoted >= QUOTED or (not (first and second) and goes.introduced)
    return Judged(second_goes, Verdict.QUOTED if quoted else Verdict.GOES)


def silent(telling: Telling) -> bool:
    """It says nothing of its own. What is longer says more, though it may be made of the same words."""
    if telling.gone.letters > LONGER * telling.whole.letters:
        return False
    common, size = telling.share
    return (
        common * NOTHING_OWN.denominator >= size * NOTHING_OWN.numerator or telling.word_for_word
    ) and not telling.own


def silent_pairs(pairs: Removals, unit_texts: UnitTexts, settings: Dedup) -> NDArray[np.bool_]:
    """Which of these documents say nothing beside the ones that they are like, which stay in any case."""
    found = np.zeros(len(pairs), dtype=np.bool_)
    for portion, places, texts in unit_texts.pairs(pairs.keeper, pairs.unit):
        told = cache(lambda place, texts=texts: Told.of(texts[place]))
        both = zip(*(side.tolist() for side in places), strict=True)
        tells = (Telling.of(told(kept), told(gone)) for kept, gone in both)
        found[portion] = [silent(one) and not version(one, settings) and one.gone.quoted < QUOTED for one in tells]
    return found


def version(telling: Telling, settings: Dedup) -> Difference | None:
    """It is the other text for another case: what tells the two apart, None where nothing does.

    words  are other ones, in a short text or one of another title; title: has another number; word: one stands for
           another throughout
    """
    changed = telling.changed
    if any(change.contrary for change in changed):
        return "negation"
    figures = sum(change.figures for change in changed)
    if settings.numbers == "distinct" and changed and figures >= FIGURES * len(changed):
        return "figures"
    if settings.numbers == "distinct" and telling.titles:
        return "title"
    if settings.numbers == "same":
        changed = [change for change in changed if not change.figures]
    times = often(changed)
    if times >= TIMES and times >= TERM * len(changed):
        return "word"
    return "words" if (telling.gone.short or telling.retitled) and not telling.misprinted else None


class Decided(NamedTuple):
    """Documents that go, documents that are versions of one that stays, and those that stay whole beside another of these."""

    gone: Removals
    versions: Removals
    whole: Ids


def documents(pairs: Pairs, texts: UnitTexts, letters: Ids, settings: Dedup, threads: int = 1) -> Decided:
    """What becomes of documents that may say the same.

    pairs    places in keep order, sorted by the first
    letters  of each document
    """
    first, second = pairs
    work = int(texts.sizes[second].sum())

    def compared(some: tuple[slice, Pairs, list[str]]) -> tuple[Removals, Ids]:
        portion, places, strings = some
        return _compared(first[portion], second[portion], places, strings, letters, settings, work)

    found = list(in_threads(compared, texts.pairs(first, second), threads))
    edges = Removals.join([one for one, _ in found])
    verdicts = np.concatenate([np.empty(0, dtype=np.int64), *(verdict for _, verdict in found)])
    gone = _resolved(edges.where(verdicts == Verdict.GOES))
    apart = _both_there(edges.where(verdicts >= Verdict.VERSION), gone)
    versions = _both_there(edges.where(verdicts == Verdict.VERSION), gone)
    _, once = np.unique(versions.unit, return_index=True)
    return Decided(gone, versions.where(once), np.unique([apart.unit, apart.keeper]))


def _compared(
    first: Ids, second: Ids, places: Pairs, strings: Sequence[str], letters: Ids, settings: Dedup, work: int
) -> tuple[Removals, Ids]:
    """The pairs of a portion as who goes for whom, and the verdict on each."""
    sets, (one, other) = sets_of(strings, work), places
    common, sizes = sets.common(one, other, ANY), sets.sizes
    least = np.minimum(sizes[one], sizes[other])
    (worth,) = np.nonzero(common * WORTH.denominator >= least * WORTH.numerator)
    told = cache(lambda place: Told.of(strings[place]))
    results = []
    for pair in worth.tolist():
        a, b, its = int(one[pair]), int(other[pair]), int(common[pair])
        tells = Telling.of(told(b), told(a), (its, int(sizes[a]))), Telling.of(told(a), told(b), (its, int(sizes[b])))
        results.append(judged(Sides(*tells, (int(letters[first[pair]]), int(letters[second[pair]]))), settings))
    goes = np.array([result.second_goes for result in results], dtype=np.bool_)
    unit, keeper = (np.where(goes, *side) for side in ((second[worth], first[worth]), (first[worth], second[worth])))
    union = sizes[one[worth]] + sizes[other[worth]] - common[worth]
    verdicts = np.array([result.verdict for result in results], dtype=np.int64)
    return Removals.similar(unit, keeper, common[worth], union), verdicts


def _resolved(edges: Removals) -> Removals:
    """Who goes, each for one that stays. A document stays where all go that it might have gone for.

    Whoever may go for nobody stays, and those go that may go for him; where documents may go for each other in a ring,
    the first of them stays.
    """
    winners, losers = dict[int, list[int]](), dict[int, list[tuple[int, int]]]()
    for edge, (unit, keeper) in enumerate(zip(edges.unit.tolist(), edges.keeper.tolist(), strict=True)):
        winners.setdefault(unit, []).append(keeper)
        winners.setdefault(keeper, [])
        losers.setdefault(keeper, []).append((unit, edge))
    return edges.where(np.array(sorted(_used(winners, losers)), dtype=np.int64))


def _used(winners: dict[int, list[int]], losers: dict[int, list[tuple[int, int]]]) -> Iterator[int]:
    """The edges by which documents go."""
    waits = {document: len(its) for document, its in winners.items()}
    free, ring = [document for document, count in waits.items() if not count], list(winners)
    heapify(free)
    heapify(ring)
    decided = set[int]()
    while free or ring:
        document = heappop(free or ring)
        if document in decided:
            continue
        decided.add(document)
        for unit, edge in losers.get(document, []):
            if unit not in decided:
                decided.add(unit)
                yield edge
                for below, _ in losers.get(unit, []):
                    waits[below] -= 1
                    if not waits[below] and below not in decided:
                        heappush(free, below)


def _both_there(pairs: Removals, gone: Removals) -> Removals:
    """Those of which both stay."""
    return pairs.where(~np.isin(pairs.unit, gone.unit) & ~np.isin(pairs.keeper, gone.unit))
