"""Compiled code gives the bits of the plain definitions, of datasketch, and nothing else."""

import subprocess
import sys

import numpy as np
import pytest
from datasketch import MinHash, MinHashLSH
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.dedup import compiled as compiled_module
from cleaner.dedup import kernel
from cleaner.dedup.bands import PRICES, SETTLED, Bands, chosen
from cleaner.dedup.key import key
from cleaner.dedup.settings import Dedup, Recall, UnitChoice
from cleaner.dedup.shingle import shingles
from cleaner.dedup.signature import PERMUTATIONS, permutations
from cleaner.dedup.signing import Signed, by_compiler, by_numpy
from tests.dedup_texts import paragraphs_with_copies

ANY_TEXT = st.text(st.sampled_from("一二三天地人ａBc12.。，　 \n\t\r\u200b臺台\ud800😀\x85\u2028"), max_size=90)


def same(one: Signed, other: Signed) -> None:
    for name in Signed._fields:
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
    chosen_settings = Dedup(units=units, shortest=shortest, near=near, seed=seed, recall=recall)
    bands = chosen(chosen_settings.threshold, recall)
    same(by_compiler(texts, chosen_settings, bands), by_numpy(texts, chosen_settings, bands))


def test_long_texts_have_the_same_bits_either_way() -> None:
    lines = paragraphs_with_copies(200, seed=21)
    texts = ["\n".join(lines[at : at + 7]) for at in range(0, len(lines), 7)]
    for units in ("both", "document", "paragraph"):
        chosen_settings = Dedup(units=units)
        same(by_compiler(texts, chosen_settings, Bands(16, 8)), by_numpy(texts, chosen_settings, Bands(16, 8)))


@given(st.text(st.sampled_from("一二三天地人abc😀"), min_size=5, max_size=60), st.integers(0, 3))
def test_compiled_signatures_are_those_of_datasketch(letters: str, seed: int) -> None:
    codes = key(letters)
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
    assert chosen(0.83) == (best.b, best.r)


def test_without_numba_the_definition_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled_module, "available", lambda: False)
    assert not compiled_module.pays(1 << 40)


def test_few_texts_load_neither_numba_nor_datasketch() -> None:
    program = """
import sys
from cleaner.dedup.settings import Dedup
from cleaner.dedup.units import units_of
units_of(["不多的几个字。"] * 9, Dedup())
print(sorted({"numba", "scipy", "datasketch"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
