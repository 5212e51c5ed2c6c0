"""Compiled code gives the bits of the plain definitions, of datasketch, and nothing else."""

import subprocess
import sys
from fractions import Fraction
from itertools import combinations, product

import numpy as np
import pytest
from datasketch import MinHash, MinHashLSH
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.duplicates import kernel
from cleaner.duplicates.blocks import told_apart
from cleaner.duplicates.key import comparison_key, permutations, shingles
from cleaner.duplicates.sets import Alone, Jaccard, Together, equal_alone, equal_together, in_63_bits, shingle_set
from cleaner.duplicates.settings import PERMUTATIONS, PRICES, SETTLED, Dedup, Keep, Recall, UnitChoice, bands_for
from cleaner.duplicates.units import PARAGRAPH, Laid, Units, sign_by_compiler, sign_by_numpy
from cleaner.text import machine_code
from cleaner.text.paragraphs import Span
from tests.dedup_texts import matched, paragraphs_with_copies

ANY_TEXT = st.text(st.sampled_from("一二三天地人ａBc12.。，　 \n\t\r\u200b臺台\ud800😀\x85\u2028"), max_size=90)


def same(one: Units, other: Units) -> None:
    for name in Units.__slots__:
        left, right = getattr(one, name), getattr(other, name)
        assert left.dtype == right.dtype, name
        assert np.array_equal(left, right), name


@settings(max_examples=200)
@given(
    st.lists(ANY_TEXT, max_size=5),
    st.sampled_from(["both", "document", "paragraph"]),
    st.integers(1, 12),
    st.booleans(),
    st.integers(0, 3),
    st.sampled_from(["normal", "thorough"]),
)
def test_a_batch_has_the_same_bits_either_way(
    texts: list[str], units: UnitChoice, shortest: int, near: bool, seed: int, recall: Recall
) -> None:
    chosen_settings = Dedup(paragraphs="all", units=units, shortest=shortest, near=near, seed=seed, recall=recall)
    laid = Laid.of(texts, [told_apart(text) for text in texts])
    same(sign_by_compiler(laid, chosen_settings), sign_by_numpy(laid, chosen_settings))


@given(st.data(), st.sampled_from(["both", "document", "paragraph"]))
def test_whatever_the_paragraphs_are(data: st.DataObject, units: UnitChoice) -> None:
    """Of some texts they are told, none or many, over several lines and up to both ends."""
    texts = data.draw(st.lists(ANY_TEXT, max_size=5))
    cuts = [sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=8))) for text in texts]
    told = [data.draw(st.sampled_from([None, list(map(Span._make, batched_in_pairs(one)))])) for one in cuts]
    laid, chosen_settings = Laid.of(texts, told), Dedup(paragraphs="all", units=units, shortest=3)
    signed = sign_by_compiler(laid, chosen_settings)
    same(signed, sign_by_numpy(laid, chosen_settings))
    for number, own in enumerate(told):
        mine = (signed.document == number) & (signed.kind == PARAGRAPH)
        if own is not None and chosen_settings.of_paragraphs:
            assert list(zip(signed.start[mine].tolist(), signed.end[mine].tolist(), strict=True)) == own


def batched_in_pairs(cuts: list[int]) -> list[tuple[int, int]]:
    return list(zip(cuts[::2], cuts[1::2], strict=False))


def test_long_texts_have_the_same_bits_either_way() -> None:
    lines = paragraphs_with_copies(200, seed=21)
    texts = ["\n".join(lines[at : at + 7]) for at in range(0, len(lines), 7)]
    for units in ("both", "document", "paragraph"):
        chosen_settings = Dedup(paragraphs="all", units=units)
        assert chosen_settings.bands == (16, 8)
        laid = Laid.of(texts, [None, *map(told_apart, texts[1:])])
        same(sign_by_compiler(laid, chosen_settings), sign_by_numpy(laid, chosen_settings))


@given(st.text(st.sampled_from("一二三天地人abc😀"), min_size=5, max_size=60), st.integers(0, 3))
def test_compiled_signatures_are_those_of_datasketch(letters: str, seed: int) -> None:
    codes = comparison_key(letters)
    g = np.empty(len(codes) - 4, dtype=np.uint32)
    kernel.premixed(codes, g)
    row = np.full(PERMUTATIONS, 0xFFFFFFFF, dtype=np.uint32)
    a, b = permutations(seed)
    kernel.lower(row, g, 0, len(g), a, b)
    theirs = MinHash(num_perm=PERMUTATIONS, seed=seed, hashfunc=lambda shingle: shingle, scheme="affine32")
    theirs.update_batch((shingles(codes) >> np.uint64(32)).tolist())
    assert row.tolist() == theirs.hashvalues.tolist()


@pytest.mark.parametrize("seed", [0, 1, 2, 12345, 2**32 - 1])
def test_permutations_are_drawn_as_datasketch_draws_them(seed: int) -> None:
    theirs = MinHash(num_perm=PERMUTATIONS, seed=seed, scheme="affine32").permutations
    assert np.array_equal(permutations(seed), theirs)
    assert permutations(seed).dtype == theirs.dtype


@pytest.mark.parametrize(("threshold", "bands"), [*SETTLED.items()])
def test_settled_bands_are_what_datasketch_chooses(threshold: float, bands: tuple[int, int]) -> None:
    best = MinHashLSH(threshold=threshold, num_perm=PERMUTATIONS, weights=PRICES)
    assert (best.b, best.r) == bands


def test_bands_of_any_other_threshold_are_asked_of_datasketch() -> None:
    best = MinHashLSH(threshold=0.83, num_perm=PERMUTATIONS, weights=PRICES)
    assert bands_for(0.83) == (best.b, best.r)


@pytest.mark.parametrize("threshold", [0.99, 0.995, 0.996, 0.9999, 1])
@pytest.mark.parametrize("recall", ["normal", "thorough"])
def test_the_highest_thresholds_have_bands_too(threshold: float, recall: Recall) -> None:
    bands = bands_for(threshold, recall)
    assert bands.b * bands.r <= PERMUTATIONS
    assert bands.chance(threshold) > 0.75


def test_without_numba_the_definition_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine_code, "available", lambda: False)
    assert not machine_code.pays(1 << 40)


def test_few_texts_load_neither_numba_nor_datasketch() -> None:
    program = """
import sys
from cleaner.duplicates.settings import Dedup
from cleaner.duplicates.units import units_of
units_of(["不多的几个字。"] * 9, Dedup(paragraphs="all"))
print(sorted({"numba", "scipy", "datasketch"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_what_cannot_be_kept_is_compiled_all_the_same() -> None:
    """A function without a file has no directory for its machine code, like one in a read-only installation."""
    program = """
from cleaner.text.machine_code import compiled
add = compiled(lambda x: x + 1)
print(add(1), len(add.signatures))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "2 1\n"


# ---- sets

FEW = st.text(st.sampled_from("一二三四　"), max_size=40)


@settings(max_examples=150)
@given(st.lists(FEW, min_size=1, max_size=7), st.data())
def test_sets_have_the_same_answers_either_way(texts: list[str], data: st.DataObject) -> None:
    limit = Fraction(data.draw(st.sampled_from(["0.5", "0.8", "1", "0.6666666666666666", "0.6666666666666667"])))
    alone, together = Alone([shingle_set(text) for text in texts]), Together.of(texts)
    assert together.sizes.tolist() == alone.sizes.tolist()
    pairs = np.array(list(combinations(range(len(texts)), 2)), dtype=np.int64).reshape(-1, 2)
    first, second = np.ascontiguousarray(pairs[:, 0]), np.ascontiguousarray(pairs[:, 1])
    assert together.common(first, second, limit).tolist() == alone.common(first, second, limit).tolist()
    cuts = np.array(sorted({0, len(texts), data.draw(st.integers(0, len(texts)))}), dtype=np.int64)
    for left, right in zip(alone.decided(cuts, limit), together.decided(cuts, limit), strict=True):
        assert left.tolist() == right.tolist()


@given(st.lists(st.text(st.sampled_from("一Ａaa。.　 "), max_size=4), min_size=1, max_size=6))
def test_keys_are_equal_either_way(texts: list[str]) -> None:
    pairs = np.array(list(product(range(len(texts)), repeat=2)), dtype=np.int64)
    sides = np.ascontiguousarray(pairs[:, 0]), np.ascontiguousarray(pairs[:, 1])
    expected = [
        comparison_key(texts[one]).tolist() == comparison_key(texts[other]).tolist() for one, other in pairs.tolist()
    ]
    assert equal_alone(texts, *sides).tolist() == expected
    assert equal_together(texts, *sides).tolist() == expected


@given(st.integers(1, 60), st.integers(1, 60), st.floats(0.5, 1))
def test_a_shortened_limit_decides_as_the_limit_does(common: int, union: int, threshold: float) -> None:
    limit = Fraction(str(threshold))
    union = max(common, union)
    assert kernel.reaches(common, union, in_63_bits(limit)) == Jaccard(common, union).reaches(limit)


def test_repeated_shingles_count_once_and_cost_no_more() -> None:
    sets = Together.of(["哈" * 1_000_000, "哈" * 999_999 + "嘿", "一二三四五" * 1000])
    assert sets.sizes.tolist() == [1, 2, 5]


@pytest.mark.parametrize("keep", ["first", "longest"])
def test_a_corpus_is_decided_the_same_either_way(keep: Keep, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = paragraphs_with_copies(600, seed=41)
    texts = ["\n".join(lines[at : at + 3]) for at in range(0, len(lines), 3)]
    results = []
    for there in (True, False):
        monkeypatch.setattr(machine_code, "available", lambda there=there: there)
        monkeypatch.setattr(machine_code, "WORTH", 0)
        results.append(matched(texts + texts[:20], Dedup(paragraphs="all", keep=keep))[1])
    assert results[0] == results[1]
    assert len(results[0]) > 80
