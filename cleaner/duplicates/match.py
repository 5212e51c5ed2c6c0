"""Rows → removals: which units go, and for which surviving copy. Reads texts only through `fetch`.

Order: exact documents, near documents, then exact and near paragraphs of the documents that stay. A paragraph never
disappears because its first copy sat in a document that was dropped. With scope "document" paragraphs meet in their own
document alone. Where care is taken, `careful` decides on documents, and `articles` says which paragraphs may go.

Who meets whom is a `Meeting`: groups of equal hashes, and pairs that met in a bucket, which `verify` then proves. Units are
numbered in keep order throughout, so the first of a group is the one that stays. Rows with equal keys are brought together
by `shuffle`, the one verb that grouping needs; an engine may bring its own.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cleaner.duplicates import careful
from cleaner.duplicates.articles import EQUAL, NEAR, Articles, alike_in_words, at_most_half, free_among
from cleaner.duplicates.key import mix64
from cleaner.duplicates.sentences import Sentences
from cleaner.duplicates.sets import distinct, sets_of
from cleaner.duplicates.settings import NO_COPY, Dedup, Keep, Scope
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
from cleaner.text.threads import in_threads

QUERIES, OTHERS = 64, 4000  # units that a sample compares, and with how many
TEXT = 1 << 21  # code points of both together
MANY = 1 << 22  # pairs
FILTER = 1 << 20  # slots of a byte each
CROWD = 200  # units in a bucket from which on it is told
FORMULA = 3  # times that a paragraph comes again and is no copy of an article any more, but a formula of its kind
ALL_PAIRS = 8  # units: up to here everyone meets everyone; a bigger bucket gets 2n links
MOST_SHARING = 20  # documents: a sentence of more is furniture, and no evidence

Columns: TypeAlias = Mapping[str, np.ndarray[Any, Any]]  # equally long arrays
Reduce: TypeAlias = Callable[[Columns], Columns]  # pure; sorts its rows itself, so that no order in front of it counts
Near: TypeAlias = Callable[[Ids, Ids, UnitTexts], Removals]
Shuffle: TypeAlias = Callable[[Columns, str, int, Reduce], Columns]


class Meeting(Protocol):
    """How units meet that may be copies: from columns in memory, or from wherever an engine keeps them.

    order    the units that may meet now: their row numbers, int64, in keep order
    returns  pairs as places in `order`, both int64, ordered by the first, then the other; each pair once
    """

    def equal(self, order: Ids) -> tuple[Ids, Ids]:
        """(firsts, copies): each unit whose hash came before, and the first unit that had it."""

    def near(self, order: Ids) -> tuple[Ids, Ids]:
        """(firsts, seconds): pairs that share a bucket in some band, first < second."""

    def sharing(self, order: Ids) -> tuple[Ids, Ids, Ids]:
        """(firsts, seconds, letters): pairs of documents that share sentences, first < second, and letters of these."""


@dataclass(slots=True)
class Crowds:
    """Buckets of over CROWD units, in which pairs are missed: their number over all bands, their units, the largest."""

    buckets: int = 0
    units: int = 0
    largest: int = 0


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


def shuffle(rows: Columns, key: str, parts: int, reduce: Reduce) -> Columns:
    """What `reduce` makes of each part of the rows, laid end to end.

    key      the int64 column that decides on the part: rows with equal keys share one
    parts    1 or more; memory and parallel work depend on it, results must not
    """
    if parts == 1:
        return reduce(rows)
    part = (rows[key].view(np.uint64) % np.uint64(parts)).astype(np.uint16)
    reduced = [reduce({name: column[part == number] for name, column in rows.items()}) for number in range(parts)]
    return {name: np.concatenate([columns[name] for columns in reduced]) for name in reduced[0]}


@dataclass(frozen=True, slots=True)
class InMemory:
    """A meeting of units whose columns are here.

    bands    the band keys, where they do not lie in `units`
    shuffle  how rows with equal keys are brought together; neither it nor `parts` nor `threads` changes the result
    parts    in how many parts a column is sorted; by default as many as `settings.memory` asks for
    threads  for as many bands at once, as memory allows
    crowds   counts on
    sentences  of all documents, numbered as in `units`
    """

    units: Units
    settings: Dedup
    bands: BandKeys | None = None
    shuffle: Shuffle = shuffle
    parts: int | None = None
    threads: int = 1
    crowds: Crowds = field(default_factory=Crowds)
    sentences: Sentences | None = None

    def equal(self, order: Ids) -> tuple[Ids, Ids]:
        hashes = self._scoped(self.units.exact[order], order)
        columns = {"hash": hashes[:, 0], "more": hashes[:, 1], "id": np.arange(len(order))}
        return merged_pairs([self.shuffle(columns, "hash", self._parts, equal_to_first)], len(order))

    def near(self, order: Ids) -> tuple[Ids, Ids]:
        ids, bands = np.arange(len(order)), self.units.bands if self.bands is None else self.bands
        keys = (self._scoped(bands[order, band], order) for band in range(bands.shape[1]))

        def links_of(bucket: Ids) -> Columns:
            return self.shuffle({"key": bucket, "id": ids}, "key", self._parts, bucket_links)

        fits = self.settings.parts(len(self.units) * (self.threads + 1)) == 1  # one more may wait to be taken
        return merged_pairs(in_threads(links_of, keys, self.threads if fits else 1), len(order), self.crowds)

    def sharing(self, order: Ids) -> tuple[Ids, Ids, Ids]:
        if self.sentences is None:
            return merged_sharing([])
        place = np.full(int(self.units.document.max(initial=-1)) + 1, -1, dtype=np.int64)
        place[self.units.document[order]] = np.arange(len(order))
        ids = place[self.sentences.document]
        columns = {"key": self.sentences.key, "id": ids, "letters": self.sentences.letters}
        columns = {name: column[ids >= 0] for name, column in columns.items()}
        return merged_sharing([self.shuffle(columns, "key", self._parts, shared_sentences)])

    @property
    def _parts(self) -> int:
        return self.parts or self.settings.parts(len(self.units))

    def _scoped(self, keys: Ids, order: Ids) -> Ids:
        return scoped(keys, self.units.document[order], self.settings.scope)


def merged_pairs(links: Iterable[Columns], count: int, crowds: Crowds | None = None) -> tuple[Ids, Ids]:
    """The pairs of `equal_to_first`, or of `bucket_links` for one band after the other, in order and each once.

    count   of the units that met
    crowds  counts on, where links are those of bands
    """
    none, met = np.empty(0, dtype=np.int64), list[Ids]()
    crowded = np.zeros(count, dtype=np.bool_)
    for some in links:
        if crowds is not None:
            _note_crowds(some, crowded, crowds)
        met.append(some["first"] * count + some["second"])  # a pair as one number
        if sum(map(len, met)) > 2 * len(met[0]) + MANY:  # most pairs meet in several bands
            met = [distinct(np.sort(np.concatenate(met)))]
    if crowds is not None:
        crowds.units += int(np.count_nonzero(crowded))
    pairs = distinct(np.sort(np.concatenate([none, *met])))
    return pairs // max(count, 1), pairs % max(count, 1)


def _note_crowds(links: Columns, crowded: NDArray[np.bool_], crowds: Crowds) -> None:
    """Crowds among the links of one band: the first of a large bucket is linked to all others of it, no other unit is."""
    if len(links["first"]) < CROWD:
        return
    others = np.bincount(links["first"], minlength=len(crowded))
    firsts = others >= CROWD
    crowds.buckets += int(np.count_nonzero(firsts))
    crowds.largest = max(crowds.largest, int(others.max()) + 1 if firsts.any() else 0)
    crowded[firsts] = True
    crowded[links["second"][firsts[links["first"]]]] = True


def equal_to_first(rows: Columns) -> Columns:
    """Reduce hash, more, id to first, second: one link from the first of each group to each other one."""
    grouped = _in_groups(rows["hash"])
    hashes, more, ids = (rows[name][grouped] for name in ("hash", "more", "id"))
    order = np.lexsort((ids, more, hashes))
    ids = ids[order]
    starts = _group_starts(hashes[order], more[order])
    others = starts != np.arange(len(ids))
    return {"first": ids[starts[others]], "second": ids[others]}


def bucket_links(rows: Columns) -> Columns:
    """Reduce key, id to first, second.

    Up to ALL_PAIRS units all pairs; more: each with the first (star) and with its predecessor. On 20,000 documents that
    share three quarters of their text a star alone finds .984 of the pairs, with predecessors .991, all pairs no more.
    """
    grouped = _in_groups(rows["key"])
    keys, ids = rows["key"][grouped], rows["id"][grouped]
    order = np.lexsort((ids, keys))
    keys, ids = keys[order], ids[order]
    first, second = _links(_group_starts(keys))
    return {"first": ids[first], "second": ids[second]}


def _links(starts: Ids) -> tuple[Ids, Ids]:
    """Places that meet, the first before the second: in groups up to ALL_PAIRS all, in larger ones 2n links."""
    at = np.arange(len(starts))
    sizes = np.bincount(starts, minlength=len(starts))[starts]
    back = at - starts
    hubs = (sizes > ALL_PAIRS) & (back > 1)
    links = [(starts[hubs], at[hubs])]
    for distance in range(1, ALL_PAIRS):
        meets = (back >= distance) & ((distance == 1) | (sizes <= ALL_PAIRS))
        links.append((at[meets] - distance, at[meets]))
    first, second = (np.concatenate(side) for side in zip(*links, strict=True))
    return first, second


def shared_sentences(rows: Columns) -> Columns:
    """Reduce key, id, letters to first, second, letters: pairs of documents, and letters of the sentences that both have.

    Of a sentence of more than ALL_PAIRS documents each meets the first and its predecessor; of more than MOST_SHARING none.
    """
    grouped = _in_groups(rows["key"])
    keys, ids, letters = (rows[name][grouped] for name in ("key", "id", "letters"))
    order = np.lexsort((ids, keys))
    keys, ids, letters = keys[order], ids[order], letters[order]
    once = np.ones(len(keys), dtype=np.bool_)
    once[1:] = (keys[1:] != keys[:-1]) | (ids[1:] != ids[:-1])
    keys, ids, letters = keys[once], ids[once], letters[once]
    starts = _group_starts(keys)
    few = np.bincount(starts, minlength=len(keys))[starts] <= MOST_SHARING
    keys, ids, letters = keys[few], ids[few], letters[few]
    first, second = _links(_group_starts(keys))
    return _summed(ids[first], ids[second], letters[second])


def merged_sharing(links: Iterable[Columns]) -> tuple[Ids, Ids, Ids]:
    """The pairs of `shared_sentences`, in order and each once, with their letters in all."""
    parts = [*links]
    columns = (
        np.concatenate([np.empty(0, dtype=np.int64), *(part[name] for part in parts)]) for name in SHARED_COLUMNS
    )
    summed = _summed(*columns)
    return summed["first"], summed["second"], summed["letters"]


SHARED_COLUMNS = "first", "second", "letters"


def _summed(first: Ids, second: Ids, letters: Ids) -> Columns:
    """Pairs in order, each once."""
    order = np.lexsort((second, first))
    first, second, letters = first[order], second[order], letters[order]
    starts = np.unique(_group_starts(first, second))
    total = np.add.reduceat(letters, starts) if len(starts) else letters
    return {"first": first[starts], "second": second[starts], "letters": total}


def scoped(keys: Ids, documents: Ids, scope: Scope) -> Ids:
    """Keys or hashes (a row a unit) as they are, or such that equal ones of two documents differ, whatever they are.

    A number of each document's own is mixed in, so that whatever groups equal keys serves both, in the same time.

    >>> first, second, third = scoped(np.array([7, 7, 7]), np.array([0, 1, 1]), "document").tolist()
    >>> first == second, second == third
    (False, True)
    """
    if scope == "corpus":
        return keys
    salt = mix64(documents.astype(np.uint64)).view(np.int64)
    apart: Ids = keys ^ salt.reshape(-1, *[1] * (keys.ndim - 1))
    return apart


def _in_groups(keys: Ids) -> Ids:
    """The rows whose key another row has too, ascending.

    Sorted are the keys alone, three times as fast as an argsort and without rows to fetch from all over memory; the few
    keys that come again are then looked for by a filter that a cache holds.
    """
    ordered = np.sort(keys)
    again = distinct(ordered[1:][ordered[1:] == ordered[:-1]])
    if not len(again):
        return np.empty(0, dtype=np.int64)
    passes = np.zeros(FILTER, dtype=np.bool_)
    passes[again & (FILTER - 1)] = True
    rows = np.flatnonzero(passes[keys & (FILTER - 1)])
    found = keys[rows]
    found_rows: Ids = rows[again[np.minimum(np.searchsorted(again, found), len(again) - 1)] == found]
    return found_rows


def _group_starts(*columns: Ids) -> Ids:
    """For each row of sorted columns the place where its group of equal rows starts."""
    starts = np.arange(len(columns[0]))
    equal = np.logical_and.reduce([column[1:] == column[:-1] for column in columns])
    starts[1:][equal] = 0
    return np.maximum.accumulate(starts)
