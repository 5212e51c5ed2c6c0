"""New units against kept ones: who goes is what a comparison of all pairs says, and every removal is proved anew."""

from collections.abc import Sequence
from fractions import Fraction
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from cleaner.duplicates.known import MOST, Lookup, Segment, by_kind, sorted_band, sorted_exact, units_left
from cleaner.duplicates.sets import jaccard, shingle_set
from cleaner.duplicates.settings import Dedup
from cleaner.duplicates.units import DOCUMENT, Units, units_of
from cleaner.duplicates.verify import Removals
from tests.dedup_texts import HAN, edited, fetching, goes, key_of, paragraph, paragraphs_with_copies

ONE, TWO = (paragraph(Random(seed), 8) for seed in (601, 602))


def segment_of(units: Units) -> Segment:
    """All rows of these units as a segment."""
    columns = np.array([units.document, units.kind, units.start, units.end], dtype=np.uint32)
    near = np.flatnonzero(units.near).astype(np.uint32)
    keys = by_kind(units.bands[near], units.kind[near])
    bands = [sorted_band(keys[:, band], near) for band in range(keys.shape[1])]
    exact = sorted_exact(by_kind(units.exact, units.kind), np.arange(len(units), dtype=np.uint32))
    return Segment(columns, *exact, np.array([keys for keys, _ in bands]), np.array([rows for _, rows in bands]))


def looked_up(
    new: Sequence[str], old: Sequence[Sequence[str]], how: Dedup
) -> tuple[Units, list[str], Removals, NDArray[np.int64]]:
    """The new units, the texts of the old ones, which new ones go, and how many old ones each matches."""
    units, parts = units_of(new, how), [units_of(texts, how) for texts in old]
    kept = [
        text for part, texts in zip(parts, old, strict=True) for text in fetching(part, texts)(np.arange(len(part)))
    ]

    def old_fetch(rows: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> list[str]:
        assert np.all(np.diff(rows) > 0)
        return [kept[row] for row in rows]

    search = Lookup(units, units.bands, fetching(units, new), [segment_of(part) for part in parts], old_fetch, how)
    return units, kept, *search.known()


@pytest.mark.parametrize("units", ["document", "paragraph", "both"])
@given(seed=st.integers(0, 1 << 30), cut=st.integers(1, 3))
@settings(max_examples=15)
def test_who_goes_is_what_all_pairs_say(units: str, seed: int, cut: int) -> None:
    how = Dedup(paragraphs="all", units=units)  # type: ignore[arg-type]  # one of the three
    texts = paragraphs_with_copies(60, seed)
    texts = ["\n".join(texts[at : at + 2]) for at in range(0, 60, 2)] if units == "both" else texts
    new, old = texts[::2], [texts[1 + 2 * part :: 2 * cut] for part in range(cut)]
    rows, kept, known, _ = looked_up(new, old, how)
    every = fetching(rows, new)(np.arange(len(rows)))
    kinds = [kind for part in old for kind in units_of(part, how).kind.tolist()]
    old_rows = Units.join([units_of(part, how) for part in old])
    goes: set[int] = set()
    for at in range(len(rows)):
        if rows.kind[at] != DOCUMENT and (
            rows.letters[at] < how.shortest or rows.document[at] in goes_whole(rows, goes)
        ):
            continue
        for other, text in enumerate(kept):
            same = key_of(every[at]) == key_of(text) != "" and rows.letters[at] > 0
            met = rows.near[at] and old_rows.near[other] and (rows.bands[at] == old_rows.bands[other]).any()
            alike = jaccard(shingle_set(every[at]), shingle_set(text)).reaches(how.limit)
            if kinds[other] == rows.kind[at] and (same or (met and alike)):
                goes.add(at)
                break
    assert set(known.unit.tolist()) == goes
    for unit, keeper, common, union in zip(known.unit, known.keeper, known.common, known.union, strict=True):
        found = jaccard(shingle_set(every[unit]), shingle_set(kept[keeper]))
        assert found.reaches(how.limit)
        assert Fraction(int(common), int(union)) == Fraction(*found)


def goes_whole(rows: Units, goes: set[int]) -> set[int]:
    return {int(rows.document[at]) for at in goes if rows.kind[at] == DOCUMENT}


def test_of_several_copies_the_most_similar_is_named_and_all_are_counted() -> None:
    random = Random(8)
    further, nearer = edited(random, ONE, 2), edited(random, ONE, 1)
    _, kept, known, matches = looked_up([ONE], [[further, TWO], [nearer]], Dedup(paragraphs="all", units="document"))
    assert [kept[keeper] for keeper in known.keeper] == [nearer]
    assert matches[known.unit].tolist() == [2]
    assert known.met[0] > 0


def test_equal_copies_name_the_first() -> None:
    _, _, known, matches = looked_up([f" {ONE}"], [[TWO, ONE], [ONE]], Dedup(paragraphs="all", units="document"))
    assert (known.keeper.tolist(), known.met.tolist(), matches.tolist()) == ([1], [-1], [2])


def test_what_went_matches_nothing_any_more() -> None:
    how = Dedup(paragraphs="all", units="both")
    new = [f"{ONE}\n{TWO}\n", f"{TWO}\n", f"　{TWO}\n{ONE}x\n"]
    units, _, known, _ = looked_up(new, [[f"{ONE}\n{TWO}"]], how)
    left = units_left(units, known)
    assert len(goes(left, fetching(units, new), how)) == 0
    assert left.letters[units.document == 0].tolist() == [0, 0, 0]


def test_an_index_of_nothing_knows_nothing() -> None:
    assert len(looked_up([ONE, ""], [[]], Dedup(paragraphs="all"))[2]) == 0
    assert len(looked_up([], [[ONE]], Dedup(paragraphs="all"))[2]) == 0


def test_copies_are_found_in_a_crowd() -> None:
    """A form with thousands of fillings: all share buckets, and each later copy still finds its own."""
    random = Random(4)
    form = "".join(random.choices(HAN, k=300))
    old = [form + "".join(random.choices(HAN, k=20 + at)) for at in range(400)]
    new = [edited(random, text, 2) for text in old[::8]]
    how = Dedup(paragraphs="all", units="document")
    _, _, known, matches = looked_up(new, [old], how)
    assert len(known) == len(new)
    assert matches.max() <= MOST * how.bands.b
