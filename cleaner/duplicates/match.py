"""Rows → removals: which units go, and for which surviving copy. Reads texts only through `fetch`.

Order: exact documents, near documents, then exact and near paragraphs of the documents that stay. A paragraph never
disappears because its first copy sat in a document that was dropped. With scope "document" paragraphs meet in their own
document alone. Where care is taken, `careful` decides on documents, and `articles` says which paragraphs may go.

Who meets whom is a `Meeting`, which `verify` then proves. Units are numbered in keep order throughout, so the first of a group is the
one that stays.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cleaner.duplicates import careful
from cleaner.duplicates.articles import EQUAL, NEAR, Articles, alike_in_words, at_most_half, free_among
from cleaner.duplicates.meeting import InMemory, Meeting
from cleaner.duplicates.sets import distinct, sets_of
from cleaner.duplicates.settings import NO_COPY, Dedup, Keep
from cleaner.duplicates.several import agreed
from cleaner.duplicates.units import DOCUMENT, PARAGRAPH, BandKeys, Ids, Units
from cleaner.duplicates.verify import (
    Fetch,
    Pairs,
    Removals,
    UnitTexts,
    decided,
    decided_by_links,
    prove_equal,
    prove_similar,
)

QUERIES, OTHERS = 64, 4000  # units that a sample compares, and with how many
TEXT = 1 << 21  # code points of both together
FORMULA = 3  # times that a paragraph comes again and is no copy of an article any more, but a formula of its kind

Near: TypeAlias = Callable[[Ids, Ids, UnitTexts], Removals]


class Found(NamedTuple):
    """Units that go, in row order, and documents that are versions of one that stays, which stay themselves."""

    gone: Removals
    versions: Removals


def match(
    units: Units,
    fetch: Fetch,
    settings: Dedup,
    *,
    meeting: Meeting | None = None,
    values: NDArray[np.float64] | None = None,
    priority: Ids | None = None,
    bands: BandKeys | None = None,
    articles: Articles | None = None,
    threads: int = 1,
    several: bool = False,
) -> Found:
    """Every unit to remove, once, in row order; every keeper stays, unless no copy is to stay.

    units     the rows of all shards; `document` counts in source order over the whole corpus
    fetch     row numbers, ascending → the texts of these units; only rows that may go, or stay for another, are asked for
    meeting   brings those together that may be copies; by default from these columns
    values    one number a document where `settings.by_value`, -inf where it has none; float64, shape (documents,)
    priority  of each document, the lowest stays; int64, shape (documents,)
    bands     the band keys, where they do not lie in `units`
    articles  documents, ascending → what may go of each where care is taken; by default nothing
    threads   that compare texts; they change no result
    several   documents are members of records as one text: near copies are near in each, see `several`
    """
    meeting = InMemory(units, settings, bands, threads=threads) if meeting is None else meeting
    keys = units.bands if bands is None else bands
    matching = _Matching(units, keys, fetch, settings, meeting, articles, threads, several)
    order = keep_order(units, settings.keep, values, priority)
    may_go = (units.kind == DOCUMENT) & (units.letters > 0)
    whole, versions, apart = matching.documents(order[may_go[order]])
    whole = with_keepers(whole, settings.keep)
    left = ~np.isin(units.document, units.document[np.concatenate([whole.unit, apart])])
    may_go = (units.kind == PARAGRAPH) & (units.letters >= settings.paragraph_from) & left
    parts = with_keepers(matching.paragraphs(order[may_go[order]]), settings.keep)
    return Found(Removals.join([whole, parts]).by_unit(), versions)


def keep_order(units: Units, keep: Keep, values: NDArray[np.float64] | None = None, priority: Ids | None = None) -> Ids:
    """Row numbers, the unit that is rather kept first; no two units are equal in it.

    Priority, policy, source order, offset. Values count where they are given.
    """
    order = np.arange(len(units))
    if values is not None:
        order = order[np.argsort(-values[units.document], kind="stable")]
    elif keep == "longest":
        order = order[np.argsort(-units.letters, kind="stable")]
    elif keep == "last":
        order = order[::-1]
    return order if priority is None else order[np.argsort(priority[units.document[order]], kind="stable")]


def with_keepers(gone: Removals, keep: Keep) -> Removals:
    """What goes; where no copy is to stay, the keepers as well, each for an equal copy or else the first that went for it."""
    if keep != NO_COPY:
        return gone
    gone = gone.where(np.lexsort((gone.unit, ~gone.exact)))
    keepers, first = np.unique(gone.keeper, return_index=True)
    return Removals.join([gone, replace(gone.where(first), unit=keepers, keeper=gone.unit[first])])


class _Matching(NamedTuple):
    """One corpus and how to search it; what is searched for is an argument. Inside, a unit is its place in `rows`, the keep order."""

    units: Units
    bands: BandKeys
    fetch: Fetch
    settings: Dedup
    meeting: Meeting
    articles: Articles | None
    threads: int
    several: bool

    def documents(self, rows: Ids) -> careful.Decided:
        """Which documents go; where care is taken, which stay whole beside another."""
        texts = self._texts(rows)
        first, copies = prove_equal(*self.meeting.equal(rows), texts, self.threads)
        if not self.settings.careful:
            found = careful.Decided(self._near(rows, copies, texts), Removals.join([]), copies[:0])
        else:
            found = careful.documents(self._pairs(rows, copies), texts, self._own(rows), self.settings, self.threads)
        gone = self._numbered(rows, found.gone, first, copies)
        return careful.Decided(gone, found.versions.as_versions().of(rows), rows[found.whole])

    def paragraphs(self, rows: Ids) -> Removals:
        """Which paragraphs go: where care is taken long ones of articles, and of each article no more than half."""
        if self.settings.paragraphs == "all":
            return self._paragraphs(rows, self._near)
        free = self._free(rows)
        rows, near = rows[free >= EQUAL], free[free >= EQUAL] >= NEAR
        return at_most_half(self._paragraphs(rows, lambda *its: self._near_in_articles(near, *its)), self.units)

    def _paragraphs(self, rows: Ids, near: Near) -> Removals:
        texts = self._texts(rows)
        first, copies = prove_equal(*self.meeting.equal(rows), texts, self.threads)
        return self._numbered(rows, near(rows, copies, texts), first, copies)

    def _texts(self, rows: Ids) -> UnitTexts:
        return UnitTexts(rows, self.units.end[rows] - self.units.start[rows], self.fetch)

    def _numbered(self, rows: Ids, near: Removals, first: Ids, copies: Ids) -> Removals:
        """All that goes, by row."""
        place = np.full(len(rows), -1, dtype=np.int64)
        place[near.unit] = np.arange(len(near))
        follows = place[first] >= 0  # a copy of what goes itself goes for the same keeper: equal keys, equal similarity
        followers = replace(near.where(place[first[follows]]), unit=copies[follows])
        near = self._counted(Removals.join([near, followers]).of(rows))
        return Removals.join([near, Removals.equal(copies[~follows], first[~follows]).of(rows)])

    def _near(self, rows: Ids, copies: Ids, texts: UnitTexts) -> Removals:
        """Who goes as a near copy, among the units that are long enough and no exact copies."""
        alike, limit = self._similar(rows, copies, texts), self.settings.limit
        if not self.several:
            return decided(alike, texts, limit, self.threads)
        return agreed(decided(agreed(alike, texts, limit), texts, limit, self.threads), texts, limit)

    def _similar(self, rows: Ids, copies: Ids, texts: UnitTexts) -> Removals:
        """Pairs that reach the threshold."""
        return prove_similar(*self._met(rows, copies), texts, self.settings.limit, self.threads)

    def _met(self, rows: Ids, copies: Ids) -> Pairs:
        """Pairs that share a bucket, of units that are long enough and no copies."""
        enters = self.units.near[rows]
        enters[copies] = False
        ids = np.flatnonzero(enters)
        first, second = self.meeting.near(rows[ids])
        return ids[first], ids[second]

    def _pairs(self, rows: Ids, copies: Ids) -> Pairs:
        """Documents that may say the same: that share buckets, or sentences."""
        if not self.settings.near:
            return copies[:0], copies[:0]
        enters = np.ones(len(rows), dtype=np.bool_)
        enters[copies] = False
        ids, letters = np.flatnonzero(enters), self._own(rows)
        first, second, shared = self.meeting.sharing(rows[ids])
        least = np.minimum(letters[ids[first]], letters[ids[second]])
        much = shared * careful.SHARED.denominator >= least * careful.SHARED.numerator
        sharing = ids[first[much]] * len(rows) + ids[second[much]]
        one, other = self._met(rows, copies)
        pairs = distinct(np.sort(np.concatenate([sharing, one * len(rows) + other])))
        return pairs // max(len(rows), 1), pairs % max(len(rows), 1)

    def _own(self, rows: Ids) -> Ids:
        """Letters of these units."""
        letters: Ids = self.units.letters[rows]
        return letters

    def _free(self, rows: Ids) -> Ids:
        """How each of these paragraphs may go; those that meet none stay."""
        if self.articles is None:
            return np.zeros(len(rows), dtype=np.int64)
        first, copies = self.meeting.equal(rows)
        met = np.concatenate([first, copies, *(self._met(rows, rows[:0]) if self.settings.near else ())])
        free = free_among(self.units, rows, self.articles, rows[met])
        formula = np.bincount(first, minlength=len(rows)) >= FORMULA
        free[formula] = free[copies[formula[first]]] = 0
        return free

    def _near_in_articles(self, may_go: NDArray[np.bool_], rows: Ids, copies: Ids, texts: UnitTexts) -> Removals:
        """Who goes as a near copy: long paragraphs with the same figures."""
        if not self.settings.near:
            return Removals.join([])
        alike = self._similar(rows, copies, texts)
        alike = alike.where(may_go[alike.unit] & may_go[alike.keeper])
        return decided_by_links(alike.where(alike_in_words(alike, texts, self.settings)), texts)

    def _counted(self, near: Removals) -> Removals:
        """The same with the bands in which they met."""
        met = np.zeros(len(near), dtype=np.int64)
        for band in range(self.bands.shape[1] if len(near) else 0):
            met += np.equal(self.bands[near.unit, band], self.bands[near.keeper, band])
        return replace(near, met=met)


def missed(units: Units, fetch: Fetch, removals: Removals, settings: Dedup) -> dict[str, dict[str, Any]]:
    """For each kind of unit: how many pairs were compared, how many of them are near copies of which both stayed,
    and how many such pairs that makes in the corpus, at most (95 of 100 samples), none for sure.

    The bands promise a share for pairs of each similarity; this asks the corpus itself: a few units that stay are compared
    with many others, whatever their bands say. Seeded, and bounded: at most QUERIES units, with as many others as OTHERS
    and TEXT allow. Decides nothing.

    >>> missed(Units.join([]), lambda rows: [], Removals.join([]), Dedup())
    {}
    """
    out = {}
    stays = units.near.copy()
    stays[removals.unit] = False
    stays &= ~np.isin(units.document, units.document[removals.unit[units.kind[removals.unit] == DOCUMENT]])
    for name, kind in (("document", DOCUMENT), ("paragraph", PARAGRAPH)):
        rows = np.flatnonzero(stays & (units.kind == kind))
        if len(rows) > 1:
            out[name] = _sampled(rows, units, fetch, settings)
    return out


def _sampled(rows: Ids, units: Units, fetch: Fetch, settings: Dedup) -> dict[str, Any]:
    drawn = np.random.RandomState(settings.seed).permutation(len(rows))[: QUERIES + OTHERS]
    sizes = (units.end - units.start)[rows[drawn]]
    drawn = np.sort(drawn[: max(2, int(np.searchsorted(np.cumsum(sizes), TEXT)))], kind="stable")
    queries = np.arange(0, len(drawn), max(1, len(drawn) // QUERIES))[:QUERIES]
    first = np.repeat(queries, len(drawn))
    second = np.tile(np.arange(len(drawn)), len(queries))
    once = (first < second) | ((first > second) & ~np.isin(second, queries))  # two queries meet once
    first, second = first[once], second[once]
    sets = sets_of(fetch(rows[drawn]), len(queries) * int(sizes.sum()) // 10)
    found = int(np.count_nonzero(sets.common(first, second, settings.limit)))
    share = (len(rows) * (len(rows) - 1) / 2) / len(first)
    return {
        "compared_pairs": len(first),
        "found": found,
        "missed_pairs": round(found * share),
        "missed_pairs_at_most": round((found + 2 * found**0.5 + 3) * share) if share > 1 else found,
    }
