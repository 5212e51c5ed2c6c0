"""What goes and what stays: the rules one by one, then everything against a comparison of all pairs."""

import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from cleaner.duplicates.match import missed
from cleaner.duplicates.meeting import CROWD, Columns, Crowds, InMemory, Reduce, bucket_links, scoped, shuffle
from cleaner.duplicates.settings import Dedup, Keep, Scope, UnitChoice
from cleaner.duplicates.units import DOCUMENT, PARAGRAPH, Units, units_of
from cleaner.duplicates.verify import Removals
from tests.dedup_texts import (
    HAN,
    Edge,
    edges_of,
    edited,
    fetching,
    goes,
    gone,
    key_of,
    matched,
    met,
    paragraph,
    paragraphs_with_copies,
    shingles_of,
)

ONE, TWO, THREE = (paragraph(Random(seed), 8) for seed in (101, 102, 103))
NEAR_ONE = edited(Random(1), ONE, 1)
DOCUMENTS, PARAGRAPHS = Dedup(paragraphs="all", units="document"), Dedup(paragraphs="all", units="paragraph")


def chain() -> list[str]:
    """Three texts: the neighbours are alike (J = .83), the ends are not (J = .70)."""
    letters = paragraph(Random(9), 12)[:130]
    return [letters[:110], letters[10:120], letters[20:]]


# ---- what never goes


@pytest.mark.parametrize("text", ["", " \n\u3000", "\u200b", "，。！——", "＊＊＊＊＊＊＊＊＊＊"])
def test_texts_without_letters_never_match(text: str) -> None:
    assert gone([text, text, text], Dedup(paragraphs="all", shortest=1)) == {}


@pytest.mark.parametrize("letters", ["好", "好的", "好的呀", "同意发表"])
def test_keys_shorter_than_a_shingle_go_only_as_exact_documents(letters: str) -> None:
    texts = [letters, letters + "。", letters + "了", f" {letters}\n"]
    _, edges = matched(texts, Dedup(paragraphs="all", units="document", shortest=1))
    assert edges == [Edge(3, 0, 1, 1, -1, exact=True)]


@pytest.mark.parametrize(("length", "goes"), [(24, False), (25, True), (26, True)])
def test_a_paragraph_needs_25_letters_even_for_an_exact_copy(length: int, goes: bool) -> None:
    text = paragraph(Random(5), 9).translate(dict.fromkeys(map(ord, "，。；！？：、")))[:length] + "。"
    _, edges = matched([text, text], PARAGRAPHS)
    assert [edge.exact for edge in edges] == [True] * goes


@pytest.mark.parametrize(("length", "goes"), [(24, False), (25, True)])
@pytest.mark.parametrize("kind", [DOCUMENTS, PARAGRAPHS])
def test_a_near_copy_needs_25_letters(length: int, goes: bool, kind: Dedup) -> None:
    text = paragraph(Random(5), 9).translate(dict.fromkeys(map(ord, "，。；！？：、")))[: length + 1]
    _, edges = matched([f"{text[:length]}。", f"{text[1:]}。"], kind)  # all shingles but one of each
    assert [edge.exact for edge in edges] == [False] * goes


def test_near_copies_stay_where_they_are_not_asked_for() -> None:
    assert gone([ONE, NEAR_ONE, ONE + " "], Dedup(paragraphs="all", units="document", near=False)) == {ONE + " ": ONE}


def test_only_asked_for_kinds_go() -> None:
    texts = [f"{ONE}\n{TWO}", f"{ONE}\n{THREE}", f"{ONE}\n{TWO}"]
    kinds = {
        choice: matched(texts, Dedup(paragraphs="all", units=choice)) for choice in ("document", "paragraph", "both")
    }
    found = {choice: [units.kind[edge.unit] for edge in edges] for choice, (units, edges) in kinds.items()}
    assert found == {
        "document": [DOCUMENT],
        "paragraph": [PARAGRAPH] * 3,
        "both": [PARAGRAPH, DOCUMENT],
    }


def test_alone_in_its_scope_a_document_is_as_if_it_were_the_corpus() -> None:
    """Whatever the order, the parts and the copies in other documents: every document gives what it gives alone."""
    texts = paragraphs_with_copies(600, seed=17)
    pages = ["\n".join(texts[at : at + 40]) for at in range(0, len(texts), 40)]
    pages += [f"{page}\n{pages[0]}" for page in pages[:5]]
    for keep in ("first", "last", "longest"):
        alone = Dedup(paragraphs="all", units="paragraph", keep=keep)
        wanted, rows = [], 0
        for page in pages:
            units, edges = matched([page], alone)
            wanted += [edge._replace(unit=edge.unit + rows, keeper=edge.keeper + rows) for edge in edges]
            rows += len(units)
        assert {edge.exact for edge in wanted} == {True, False}
        for parts in (1, 16):
            assert matched(pages, Dedup(paragraphs="all", scope="document", keep=keep), parts=parts)[1] == wanted
        assert len(matched(pages, Dedup(paragraphs="all", units="paragraph", keep=keep))[1]) > 2 * len(wanted)


@pytest.mark.parametrize("units", ["both", "paragraph"])
def test_documents_are_not_compared_in_the_scope_of_one(units: UnitChoice) -> None:
    page = f"{ONE}\n{TWO}"
    units_, edges = matched([page, page, f"{page}\n{NEAR_ONE}"], Dedup(paragraphs="all", scope="document", units=units))
    assert set(units_.kind.tolist()) == {PARAGRAPH}
    assert [(edge.unit, edge.keeper, edge.exact) for edge in edges] == [(6, 4, False)]


# ---- who goes for whom


def test_a_chain_is_not_followed() -> None:
    first, middle, last = chain()
    assert gone([first, middle, last], DOCUMENTS) == {middle: first}
    assert gone([middle, first, last], DOCUMENTS) == {first: middle, last: middle}


def test_exact_copies_follow_their_keeper() -> None:
    units, edges = matched([ONE, NEAR_ONE, NEAR_ONE + " "], DOCUMENTS)
    near, copy = edges
    assert (near.unit, near.keeper, copy.unit, copy.keeper) == (1, 0, 2, 0)
    assert near[2:] == copy[2:]  # equal keys, equal similarity
    assert not copy.exact
    assert len(units) == 3


def test_a_paragraph_goes_for_a_copy_in_a_document_that_stays() -> None:
    doubled = f"{TWO}\n{THREE}\n{ONE}"
    units, edges = matched([doubled, edited(Random(2), doubled, 1), f"别的\n{NEAR_ONE}"], Dedup(paragraphs="all"))
    went = [(int(units.kind[edge.unit]), int(units.document[edge.unit])) for edge in edges]
    assert went == [(DOCUMENT, 1), (PARAGRAPH, 2)]
    assert [int(units.document[edge.keeper]) for edge in edges] == [0, 0]


def test_a_passage_that_only_a_dropped_document_had_first_stays() -> None:
    long = "\n".join(paragraph(Random(seed)) for seed in range(20, 32))
    with_extra = f"{long}\n{ONE}"  # near copy of `long`, goes, and ONE with it
    units, edges = matched([long, with_extra, f"别的\n{ONE}"], Dedup(paragraphs="all"))
    assert [(int(units.kind[edge.unit]), int(units.document[edge.unit])) for edge in edges] == [(DOCUMENT, 1)]


def test_a_repeated_paragraph_in_one_document_goes() -> None:
    units, edges = matched([f"{ONE}\n{TWO}\n　　{ONE}"], Dedup(paragraphs="all"))
    (edge,) = edges
    assert (units.start[edge.keeper], edge.exact) == (0, True)
    assert units.start[edge.unit] == len(ONE) + len(TWO) + 4


def test_a_document_may_lose_every_paragraph() -> None:
    units, edges = matched([f"{ONE}\n{TWO}", ONE, f"{TWO}\n{ONE}"], Dedup(paragraphs="all", units="paragraph"))
    assert [int(units.document[edge.unit]) for edge in edges] == [1, 2, 2]
    assert {int(units.document[edge.keeper]) for edge in edges} == {0}


@pytest.mark.parametrize(
    ("keep", "kept"), [("first", "middle one!"), ("last", "last one"), ("longest", "the longest one")]
)
def test_keep(keep: Keep, kept: str) -> None:
    """Texts that differ at the end only, so that all are alike."""
    texts = [ONE + end for end in ("middle one!", "the longest one", "last one")]
    assert gone(texts, Dedup(paragraphs="all", units="document", keep=keep)) == {
        text: ONE + kept for text in texts if not text.endswith(kept)
    }


def test_keep_the_largest_number() -> None:
    texts = [ONE + end for end in ("甲", "乙", "丙", "丁")]
    units = units_of(texts, DOCUMENTS)
    chosen = Dedup(paragraphs="all", units="document", keep="field:score")
    for values, keeper in [([1, 3, 3, 2], 1), ([-np.inf, -5, -np.inf, -np.inf], 1), ([-np.inf] * 4, 0)]:
        removals = goes(units, fetching(units, texts), chosen, values=np.array(values, dtype=np.float64))
        assert set(removals.keeper.tolist()) == {keeper}
        assert len(removals) == 3


def test_the_last_paragraph_of_a_document_is_kept_too() -> None:
    units, edges = matched([f"{ONE}\n{ONE}"], Dedup(paragraphs="all", keep="last"))
    assert [(int(units.start[edge.unit]), int(units.start[edge.keeper])) for edge in edges] == [(0, len(ONE) + 1)]


def test_equal_hashes_of_different_keys_remove_nothing() -> None:
    texts = [ONE, TWO, ONE]
    units = units_of(texts, DOCUMENTS)
    units.exact[:] = 7  # as if all collided
    how = Dedup(paragraphs="all", units="document", near=False)
    edges = edges_of(goes(units, fetching(units, texts), how), how)
    assert [(edge.unit, edge.keeper) for edge in edges] == [(2, 0)]


def test_a_limit_is_met_as_a_fraction() -> None:
    letters = paragraph(Random(31), 30).translate(dict.fromkeys(map(ord, "，。；！？：、")))
    one, other = letters[:49], letters[5:54]  # 40 shingles in common of 50
    assert len(shingles_of(one) & shingles_of(other)) == 40
    for threshold, is_gone in [(0.8, True), (0.8000000001, False), (0.7999999999999999, True)]:
        edges = matched(
            [one, other], Dedup(paragraphs="all", units="document", threshold=threshold, recall="thorough")
        )[1]
        assert [(edge.common, edge.union) for edge in edges] == [(40, 50)] * is_gone


# ---- everything, against all pairs


def all_pairs(texts: Sequence[str]) -> dict[tuple[int, int], float]:
    """The true similarity of all pairs from .8 on, by plain sets of strings."""
    sets = [shingles_of(text) for text in texts]
    holders: dict[str, list[int]] = defaultdict(list)
    pairs: dict[tuple[int, int], float] = {}
    for unit, its in enumerate(sets):
        for other, common in Counter(other for shingle in its for other in holders[shingle]).items():
            jaccard = common / (len(its) + len(sets[other]) - common)
            if jaccard >= 0.8:
                pairs[other, unit] = jaccard
        for shingle in its:
            holders[shingle].append(unit)
    return pairs


@pytest.mark.parametrize(("recall", "least"), [("normal", 0.99), ("thorough", 0.999)])
def test_recall_and_proof_against_all_pairs(recall: Any, least: float) -> None:
    texts = paragraphs_with_copies(3000, seed=11)
    pairs = {
        (one, other)
        for one, other in all_pairs(texts)
        if min(sum(map(str.isalnum, key_of(texts[unit]))) for unit in (one, other)) >= 25
    }
    _, edges = matched(texts, Dedup(paragraphs="all", units="document", recall=recall))
    removed = {edge.unit for edge in edges}
    resolved = sum(one in removed or other in removed for one, other in pairs)
    assert len(pairs) > 1000
    assert resolved >= least * len(pairs)
    assert_proved(texts, edges)


def assert_proved(texts: Sequence[str], edges: Sequence[Edge]) -> None:
    """Every edge true by the plain definition, one a unit, its keeper alive."""
    removed = [edge.unit for edge in edges]
    assert removed == sorted(set(removed))
    for edge in edges:
        one, other = shingles_of(texts[edge.unit]), shingles_of(texts[edge.keeper])
        assert edge.keeper not in set(removed)
        assert edge.exact == (key_of(texts[edge.unit]) == key_of(texts[edge.keeper]))
        if edge.exact:
            assert edge.common == edge.union == 1
            assert edge.estimate == -1
        else:
            assert (edge.common, edge.union) == (len(one & other), len(one | other))
            assert edge.common * 5 >= edge.union * 4
            assert 0 <= edge.estimate <= 1


@settings(max_examples=60)
@given(st.data())
def test_any_corpus_is_decided_with_proof(data: st.DataObject) -> None:
    pieces = st.sampled_from([ONE, TWO, NEAR_ONE, ONE[:-9], "短。", "", "　", ONE[9:]])
    texts = data.draw(st.lists(st.lists(pieces, max_size=4).map("\n".join), max_size=6))
    for units_choice in ("document", "paragraph"):
        chosen = Dedup(
            paragraphs="all", units=units_choice, keep=data.draw(st.sampled_from(["first", "last", "longest"]))
        )
        units, edges = matched(texts, chosen)
        assert_proved(fetching(units, texts)(np.arange(len(units))), edges)


# ---- one result


def same_result(texts: Sequence[str], settings: Dedup) -> list[Edge]:
    """What goes, after every other way gave the same."""
    units, edges = matched(texts, settings)

    def backwards(rows: Columns, key: str, parts: int, reduce: Reduce) -> Columns:
        """A shuffle that mixes the rows and gives the parts in another order."""
        mixed = np.random.default_rng(parts).permutation(len(rows[key]))
        part = rows[key][mixed] % parts
        done = [reduce({name: rows[name][mixed][part == number] for name in rows}) for number in reversed(range(parts))]
        return {name: np.concatenate([columns[name] for columns in done]) for name in done[0]}

    for parts in (2, 16, 64):
        assert (
            edges_of(
                goes(units, fetching(units, texts), settings, meeting=InMemory(units, settings, parts=parts)), settings
            )
            == edges
        )
    assert (
        edges_of(
            goes(
                units, fetching(units, texts), settings, meeting=InMemory(units, settings, shuffle=backwards, parts=3)
            ),
            settings,
        )
        == edges
    )
    assert edges_of(goes(units, fetching(units, texts), settings, threads=8), settings) == edges
    return edges


@pytest.mark.parametrize("keep", ["first", "longest"])
def test_parts_and_their_order_do_not_matter(keep: Keep) -> None:
    lines = paragraphs_with_copies(400, seed=8)
    texts = ["\n".join(lines[at : at + 3]) for at in range(0, len(lines), 3)]
    assert len(same_result(texts + texts[:9], Dedup(paragraphs="all", keep=keep))) > 50


class ByHand:
    """A meeting that groups row by row, as an engine might do it elsewhere."""

    def __init__(self, units: Units, scope: Scope) -> None:
        self.units, self.scope = units, scope

    def groups(self, keys: NDArray[np.int64], order: NDArray[np.int64]) -> Iterator[list[int]]:
        grouped = defaultdict(list)
        for place, key in enumerate(scoped(keys[order], self.units.document[order], self.scope).tolist()):
            grouped[tuple(key) if isinstance(key, list) else key].append(place)
        yield from grouped.values()

    def equal(self, order: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        return as_columns({(one[0], other) for one in self.groups(self.units.exact, order) for other in one[1:]})

    def near(self, order: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        bands = self.units.bands.T
        return as_columns({pair for keys in bands for one in self.groups(keys, order) for pair in combinations(one, 2)})

    def sharing(self, order: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        return order[:0], order[:0], order[:0]


def as_columns(pairs: set[tuple[int, int]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    first, second = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2).T
    return first, second


@pytest.mark.parametrize("keep", ["first", "longest"])
@pytest.mark.parametrize("scope", ["corpus", "document"])
def test_any_meeting_will_do(keep: Keep, scope: Scope) -> None:
    lines = paragraphs_with_copies(400, seed=8)
    texts = ["\n".join(lines[at : at + 100]) for at in range(0, len(lines), 100)]
    how = Dedup(paragraphs="all", keep=keep, scope=scope)
    units, edges = matched([*texts, texts[0]], how)
    fetch = fetching(units, [*texts, texts[0]])
    assert edges_of(goes(units, fetch, how, meeting=ByHand(units, scope)), how) == edges
    assert len(edges) > 9


def test_nothing_in_nothing_out() -> None:
    assert same_result([], Dedup(paragraphs="all")) == []
    assert same_result([""], Dedup(paragraphs="all")) == []
    nothing = Units.join([])
    assert not len(goes(nothing, fetching(nothing, []), Dedup(paragraphs="all", recall="thorough")))


def test_shards_joined_are_the_corpus() -> None:
    texts = paragraphs_with_copies(90, seed=3)
    whole, edges = matched(texts, Dedup(paragraphs="all"))
    parts = [
        units_of(texts[:40], Dedup(paragraphs="all")),
        units_of([], Dedup(paragraphs="all")).numbered(40),
        units_of(texts[40:], Dedup(paragraphs="all")).numbered(40),
    ]
    joined = Units.join(parts)
    assert np.array_equal(joined.document, whole.document)
    assert edges_of(goes(joined, fetching(joined, texts), Dedup(paragraphs="all")), Dedup(paragraphs="all")) == edges


def test_unstable_sorting_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = paragraphs_with_copies(300, seed=6)
    _, edges = matched(texts, PARAGRAPHS)
    sort = np.argsort

    def ties_reversed(keys: Any, kind: str | None = None) -> Any:
        return sort(keys, kind="stable") if kind else len(keys) - 1 - sort(keys[::-1], kind="stable")

    monkeypatch.setattr(np, "argsort", ties_reversed)
    assert matched(texts, PARAGRAPHS)[1] == edges


def test_small_portions_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = paragraphs_with_copies(300, seed=6)
    _, edges = matched(texts, PARAGRAPHS)
    monkeypatch.setattr("cleaner.duplicates.verify.BUDGET", 500)
    assert matched(texts, PARAGRAPHS)[1] == edges
    units = units_of(texts, PARAGRAPHS)
    assert edges_of(goes(units, fetching(units, texts), PARAGRAPHS, threads=2), PARAGRAPHS) == edges


def test_the_hash_seed_of_python_does_not_matter() -> None:
    program = """
from tests.dedup_texts import matched, paragraphs_with_copies
from cleaner.duplicates.settings import Dedup
print(matched(paragraphs_with_copies(120, seed=1), Dedup(paragraphs="all", recall="thorough"))[1])
"""
    outputs = [
        subprocess.run([sys.executable, "-c", program], env={"PYTHONHASHSEED": seed}, capture_output=True, check=True)
        for seed in ("1", "2")
    ]
    assert outputs[0].stdout == outputs[1].stdout
    assert b"Edge(" in outputs[0].stdout


def test_another_seed_gives_other_signatures_and_is_as_sound() -> None:
    texts = paragraphs_with_copies(500, seed=12)
    rows = [units_of(texts, Dedup(paragraphs="all", units="document", seed=seed)) for seed in (1, 2)]
    assert not np.array_equal(rows[0].bands, rows[1].bands)
    assert np.array_equal(rows[0].exact, rows[1].exact)
    assert_proved(texts, matched(texts, Dedup(paragraphs="all", units="document", seed=2))[1])


# ---- hot buckets


@pytest.mark.parametrize("size", [2, 8, 9, 20_000])
def test_a_bucket_has_all_pairs_or_two_links_a_unit(size: int) -> None:
    ids = np.random.default_rng(3).permutation(size)
    links = bucket_links({"key": np.full(size, -5), "id": ids})
    pairs = sorted(zip(links["first"].tolist(), links["second"].tolist(), strict=True))
    if size <= 8:
        assert pairs == list(combinations(range(size), 2))
    else:
        assert pairs == sorted([(0, unit) for unit in range(1, size)] + [(unit - 1, unit) for unit in range(2, size)])


def test_20_000_identical_texts() -> None:
    _, edges = matched([ONE] * 20_000, DOCUMENTS)
    assert [edge.unit for edge in edges] == list(range(1, 20_000))
    assert {edge.keeper for edge in edges} == {0}


def test_texts_on_one_form_letter_are_resolved() -> None:
    """One component of thousands, in which a text is like half of the others."""
    random = Random(77)
    form = [paragraph(random) for _ in range(4)]
    texts = ["".join(part + "".join(random.choices(HAN, k=random.randint(1, 9))) for part in form) for _ in range(3000)]
    _, edges = matched(texts, DOCUMENTS)
    assert_proved(texts, edges)
    removed = {edge.unit for edge in edges}
    sampled = [random.sample(range(len(texts)), 2) for _ in range(5000)]
    alike = [(one, other) for one, other in sampled if true_jaccard(texts[one], texts[other]) >= 0.8]
    assert len(alike) > 500
    assert sum(one in removed or other in removed for one, other in alike) >= 0.99 * len(alike)


def true_jaccard(one: str, other: str) -> float:
    """By plain sets of strings."""
    left, right = shingles_of(one), shingles_of(other)
    return len(left & right) / len(left | right)


def crowd(copies: int) -> list[str]:
    """As many equal texts as nearly equal ones: one exact group, and one bucket in nearly every band."""
    random = Random(13)
    text = paragraph(random, 10)
    return [text] * copies + [edited(random, text, 1) for _ in range(copies)]


def test_a_crowd_of_equal_and_nearly_equal_paragraphs() -> None:
    texts = crowd(1500)
    _, edges = matched(texts, PARAGRAPHS)
    assert_proved(texts, edges)
    assert [edge.unit for edge in edges if edge.keeper == 0] == list(range(1, len(texts)))


def test_a_crowd_has_links_in_proportion() -> None:
    """Candidates, not seconds: what a crowd costs cannot be measured on a busy machine."""
    counts = []
    for copies in (500, 1000):
        units = units_of(crowd(copies)[copies:], DOCUMENTS)
        counts.append(len(met(units.bands)[0]))
    assert counts[1] <= 2.3 * counts[0]
    assert counts[1] <= 2 * 16 * 1000


@pytest.mark.parametrize(("size", "told"), [(CROWD, 0), (CROWD + 1, 1), (3 * CROWD, 1)])
def test_a_large_bucket_is_told(size: int, told: int) -> None:
    crowd_of_one_key, others = np.full(size, 7), np.arange(100, 900)
    keys = np.random.default_rng(4).permutation(np.concatenate([crowd_of_one_key, others]))
    assert met(np.stack([keys, np.arange(len(keys))], axis=1), parts=3)[1] == Crowds(told, told * size, told * size)


def test_a_document_of_many_paragraphs() -> None:
    lines = [
        f"第{number}段，说的是一件与别处都不相同的事情，编号是{number * number}，另记一笔。" for number in range(20_000)
    ]
    units, edges = matched(["\n".join(lines), "\n".join(lines[:-1])], Dedup(paragraphs="all", threshold=0.95))
    assert len(units) == 2 * 20_000 + 1
    assert [(edge.unit, edge.keeper) for edge in edges if units.kind[edge.unit] == DOCUMENT] == [(20_001, 0)]


@pytest.mark.parametrize("units", ["document", "paragraph", "both"])
def test_repeated_shingles_are_one(units: UnitChoice) -> None:
    texts = ["哈" * 3000, "哈" * 2000, "哈呀" * 900, "哈呀" * 100, "哈" * 24]
    assert gone(texts, Dedup(paragraphs="all", units=units)) == {texts[1]: texts[0], texts[3]: texts[2]}


# ---- what was overlooked


def test_the_sample_finds_what_the_bands_missed() -> None:
    random = Random(5)
    originals = [paragraph(random) for _ in range(12)]
    texts = originals + [edited(random, text, 1) for text in originals] + originals[:3]
    units = units_of(texts, DOCUMENTS)
    fetch = fetching(units, texts)
    removals = goes(units, fetch, Dedup(paragraphs="all", units="document", recall="thorough"))
    whole = {"compared_pairs": 0, "found": 0, "missed_pairs": 0, "missed_pairs_at_most": 0}
    stay = int(np.count_nonzero(units.near)) - int(np.count_nonzero(units.near[removals.unit]))
    assert missed(units, fetch, removals, DOCUMENTS)["document"] == whole | {"compared_pairs": stay * (stay - 1) // 2}
    overlooked = removals.where(~removals.exact)
    without = removals.where(removals.exact)
    found = missed(units, fetch, without, DOCUMENTS)["document"]
    assert found["found"] == found["missed_pairs"] >= len(overlooked) > 5


def test_the_sample_is_bounded_and_seeded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cleaner.duplicates.match.OTHERS", 100)
    texts = paragraphs_with_copies(400, seed=5)
    units = units_of(texts, DOCUMENTS)
    found = [missed(units, fetching(units, texts), Removals.join([]), DOCUMENTS)["document"] for _ in range(2)]
    assert found[0] == found[1]
    assert found[0]["compared_pairs"] <= 64 * 164
    assert found[0]["missed_pairs"] <= found[0]["missed_pairs_at_most"]


@pytest.mark.parametrize(("held", "at_once"), [(1 << 28, {1, 2}), (10_000, {1})])
def test_bands_are_sorted_at_once_as_memory_allows(
    monkeypatch: pytest.MonkeyPatch, held: int, at_once: set[int]
) -> None:
    texts = paragraphs_with_copies(300, seed=7)
    units = units_of(texts, DOCUMENTS)
    plain = edges_of(goes(units, fetching(units, texts), DOCUMENTS), DOCUMENTS)
    lock, running = threading.Lock(), 0
    seen: set[int] = set()

    def watched(*given: Any) -> Columns:
        nonlocal running
        with lock:
            running += 1
            seen.add(running)
        time.sleep(0.01)
        found = shuffle(*given)
        with lock:
            running -= 1
        return found

    monkeypatch.setattr(Dedup, "held_bytes", held)
    meeting = InMemory(units, DOCUMENTS, shuffle=watched, threads=2)
    assert edges_of(goes(units, fetching(units, texts), DOCUMENTS, meeting=meeting, threads=2), DOCUMENTS) == plain
    assert seen == at_once
