"""Keys, shingles, signatures and bands: bit for bit what is written down, and what datasketch says."""

import hashlib
import unicodedata
from random import Random

import numpy as np
import pytest
from datasketch import MinHash, MinHashLSH
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from cleaner.duplicates.key import (
    CODE_POINT,
    band_keys,
    comparison_key,
    exact_hashes,
    key_table,
    key_table_digest,
    keyed,
    permutations,
    shingles,
    signatures,
)
from cleaner.duplicates.key_rows import source
from cleaner.duplicates.settings import Bands, Dedup, bands_for
from cleaner.duplicates.units import DOCUMENT, PARAGRAPH, units_of
from cleaner.text.paragraphs import paragraphs
from tests.dedup_texts import key_of, met, paragraphs_with_copies

ANY_TEXT = st.text(st.sampled_from("一二三天地ａBc12.。　 \n\t\u200b臺台\ud800😀"), max_size=60)
MASK = (1 << 64) - 1


def of_shingle(letters: str) -> int:
    """The hash of a shingle in plain integers."""
    x = 0
    for letter in letters:
        x = (x * 0x9E3779B97F4A7C15 + ord(letter) + 1) & MASK
    return mixed(x)


def mixed(x: int) -> int:
    """fmix64 in plain integers."""
    x = ((x ^ x >> 33) * 0xFF51AFD7ED558CCD) & MASK
    x = ((x ^ x >> 33) * 0xC4CEB9FE1A85EC53) & MASK
    return x ^ x >> 33


def upper(letters: str) -> NDArray[np.uint32]:
    """The 32-bit shingles of a text that is its own key."""
    return (shingles(comparison_key(letters)) >> np.uint64(32)).astype(np.uint32)


def signed(letters: str, seed: int = 1) -> NDArray[np.uint32]:
    """The signature of a text."""
    hashes = upper(letters)
    row: NDArray[np.uint32] = signatures(hashes, np.array([0]), np.array([len(hashes)]), seed)[0]
    return row


# ---- the key


def test_the_table_is_closed() -> None:
    folded = key_table() & CODE_POINT
    assert np.array_equal(folded[folded], folded)


def test_the_digest_is_that_of_the_shipped_table() -> None:
    text = source()
    assert key_table_digest() == hashlib.sha256(text.encode("ascii")).hexdigest()
    assert len(text) < 200_000


@given(ANY_TEXT)
def test_a_span_of_the_key_is_a_span_of_the_text(text: str) -> None:
    together = keyed([text])
    for start, end in paragraphs(text):
        assert (
            together.codes[together.at[start] : together.at[end]].tolist() == comparison_key(text[start:end]).tolist()
        )
    assert together.letters[-1] == sum(letter.isalnum() for letter in key_of(text))


@given(ANY_TEXT)
def test_a_key_is_its_own_key(text: str) -> None:
    assert comparison_key(key_of(text)).tolist() == comparison_key(text).tolist()


def test_every_letter_leaves_a_trace() -> None:
    letters = [chr(code) for code in range(0x110000) if chr(code).isalnum()]
    lost = {letter for letter in letters if not comparison_key(letter).size}
    assert {unicodedata.name(letter) for letter in lost} <= {
        "HANGUL CHOSEONG FILLER",
        "HANGUL JUNGSEONG FILLER",
        "HANGUL FILLER",
        "HALFWIDTH HANGUL FILLER",
    }


def test_characters_newer_than_the_table_stand_for_themselves() -> None:
    assert key_of("\U00031350\U000323af") == "\U00031350\U000323af"


# ---- shingles and exact hashes


@pytest.mark.parametrize(
    ("letters", "expected"),
    [("abcde", 0x2BF54615), ("北京大学的", 0x42FD8BC8), ("𠮷野家一二", 0x088028C6), ("你好", 0xA501B170)],
)
def test_vectors_of_shingles(letters: str, expected: int) -> None:
    assert upper(letters).tolist() == [expected]


@given(ANY_TEXT)
def test_shingles_in_plain_integers(text: str) -> None:
    folded = key_of(text)
    windows = [folded[at : at + 5] for at in range(len(folded) - 4)] or [folded] * bool(folded)
    assert shingles(comparison_key(text)).tolist() == [of_shingle(window) for window in windows]


@given(st.lists(st.integers(0, 0x10FFFF), max_size=30), st.data())
def test_exact_hashes_in_plain_integers(codes: list[int], data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(codes)))
    end = data.draw(st.integers(start, len(codes)))
    p = q = 0
    for code in codes[start:end]:
        p = (p * 0x9E3779B97F4A7C15 + code + 1) & MASK
        q = (q * 0xD6E8FEB86659FD93 + code + 1) & MASK
    got = exact_hashes(np.array(codes, dtype=np.uint32), np.array([start]), np.array([end]))
    assert got.view(np.uint64).tolist() == [[mixed(p), mixed(q ^ (end - start))]]


# ---- signatures


def test_vector_of_a_signature() -> None:
    row = signed("北京大学的语料清洗工具箱")
    assert row[:4].tolist() == [341258802, 482552675, 1058091825, 483593415]
    assert hashlib.sha256(row.astype("<u4").tobytes()).hexdigest().startswith("db33cee58a68da8f")
    assert permutations(1)[:, :2].tolist() == [[3582191691, 4270784983], [214548472, 3287733501]]


@given(st.text(st.sampled_from("一二三天地人abc😀"), min_size=1, max_size=40), st.integers(0, 3))
def test_signatures_are_those_of_datasketch(letters: str, seed: int) -> None:
    theirs = MinHash(num_perm=128, seed=seed, hashfunc=lambda shingle: shingle, scheme="affine32")
    theirs.update_batch(upper(letters).tolist())
    assert signed(letters, seed).tolist() == theirs.hashvalues.tolist()


def test_nested_spans_are_signed_like_lone_ones() -> None:
    hashes = np.random.default_rng(7).integers(0, 1 << 32, 50, dtype=np.uint32)
    starts, ends = np.array([0, 0, 10, 49]), np.array([50, 9, 50, 50])
    together = signatures(hashes, starts, ends, 1)
    for row, start, end in zip(together, starts, ends, strict=True):
        assert np.array_equal(row, signatures(hashes[start:end], np.array([0]), np.array([end - start]), 1)[0])


@pytest.mark.parametrize("jaccard", [step / 20 for step in range(1, 20)])
def test_the_estimate_is_near_the_truth(jaccard: float) -> None:
    random = np.random.default_rng(int(jaccard * 100))
    union = 400
    common = round(jaccard * union)
    pool = random.choice(1 << 32, union, replace=False).astype(np.uint32)
    cut = common + (union - common) // 2
    one, other = pool[:cut], np.concatenate([pool[:common], pool[cut:]])
    rows = signatures(np.concatenate([one, other]), np.array([0, cut]), np.array([cut, cut + len(other)]), 1)
    deviation = (jaccard * (1 - jaccard) / 128) ** 0.5
    assert abs(np.mean(rows[0] == rows[1]) - common / union) < 4 * deviation


# ---- bands


@pytest.mark.parametrize(
    ("threshold", "b", "r"),
    [(0.6, 24, 4), (0.7, 21, 6), (0.75, 18, 7), (0.8, 16, 8), (0.85, 12, 10), (0.9, 9, 14)],
)
def test_bands_of_each_threshold(threshold: float, b: int, r: int) -> None:
    assert bands_for(threshold) == Bands(b, r)


@pytest.mark.parametrize("threshold", [0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1])
def test_thorough_finds_99_of_100_at_the_threshold(threshold: float) -> None:
    bands = bands_for(threshold, "thorough")
    assert bands.b * bands.r <= 128
    assert bands.chance(threshold) >= 0.99
    wider = Bands(128 // (bands.r + 1), bands.r + 1)
    assert wider.chance(threshold) < 0.99 or wider.r > 128


@pytest.mark.parametrize(
    ("bands", "curve"),
    [
        (Bands(16, 8), {0.5: 0.061, 0.6: 0.237, 0.7: 0.613, 0.75: 0.815, 0.8: 0.947, 0.85: 0.994}),
        (Bands(20, 6), {0.3: 0.015, 0.5: 0.270, 0.7: 0.918, 0.8: 0.998}),
        (Bands(9, 13), {0.8: 0.399, 0.9: 0.929}),
    ],
)
def test_the_curve_of_a_choice(bands: Bands, curve: dict[float, float]) -> None:
    assert {jaccard: bands.chance(jaccard) for jaccard in curve} == pytest.approx(curve, abs=0.001)


def test_pairs_are_found_as_often_as_the_curve_says() -> None:
    random = np.random.default_rng(5)
    pairs, common, alone = 1500, 40, 5  # 40 of 50: J = .8
    pools = random.integers(0, 1 << 32, (pairs, common + 2 * alone), dtype=np.uint32)
    one, other = pools[:, : common + alone], np.delete(pools, np.s_[common : common + alone], axis=1)
    ends = np.arange(1, pairs + 1) * (common + alone)
    bands = bands_for(0.8)
    keys = [band_keys(signatures(side.ravel(), ends - (common + alone), ends, 1), bands) for side in (one, other)]
    share = np.mean(np.any(keys[0] == keys[1], axis=1))
    assert abs(share - bands.chance(0.8)) < 0.02


def test_buckets_join_what_datasketch_joins() -> None:
    texts = paragraphs_with_copies(300, seed=4)
    rows = np.array([signed(text) for text in texts])
    index = MinHashLSH(num_perm=128, params=(16, 8))
    sketches = [
        MinHash(hashvalues=row, permutations=permutations(1), scheme="affine32", seed=1, hashfunc=int) for row in rows
    ]
    for unit, sketch in enumerate(sketches):
        index.insert(unit, sketch)
    theirs = {(other, unit) for unit, sketch in enumerate(sketches) for other in index.query(sketch) if other < unit}
    assert set(met(band_keys(rows, Bands(16, 8)))[0]) == theirs
    assert len(theirs) > 50


# ---- rows of units


@given(st.lists(ANY_TEXT, max_size=6))
def test_a_batch_gives_what_its_texts_give_alone(texts: list[str]) -> None:
    settings = Dedup(paragraphs="all", shortest=5)
    together = units_of(texts, settings)
    alone = [units_of([text], settings).numbered(number) for number, text in enumerate(texts)]
    columns = [units_of([], settings), *alone]
    assert all(
        np.array_equal(getattr(together, name), np.concatenate([getattr(part, name) for part in columns]))
        for name in type(together).__slots__
    )


def test_batches_of_any_size_give_the_same_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = paragraphs_with_copies(60, seed=2)
    whole = units_of(texts, Dedup(paragraphs="all"))
    monkeypatch.setattr("cleaner.duplicates.units.BATCH", 100)
    small = units_of(texts, Dedup(paragraphs="all"))
    assert np.array_equal(whole.bands, small.bands)
    assert np.array_equal(whole.exact, small.exact)
    assert np.array_equal(whole.document, small.document)


def test_short_units_have_no_band_keys() -> None:
    random = Random(1)
    text = "".join(chr(random.randrange(0x4E00, 0x9000)) for _ in range(25))
    units = units_of([text, text[:24], "好", ""], Dedup(paragraphs="all", units="document"))
    assert units.letters.tolist() == [25, 24, 1, 0]
    assert units.near.tolist() == [True, False, False, False]
    assert units.bands.any(axis=1).tolist() == [True, False, False, False]


def test_thorough_compares_documents_from_ten_letters_on_but_no_paragraphs() -> None:
    texts = ["成本更低，第二天立马换地方。", "没有更低，第二天。", f"{'首页' * 13}。\n成本更低，第二天立马换地方。"]
    units = units_of(texts, Dedup(paragraphs="all", recall="thorough"))
    assert list(zip(units.kind.tolist(), units.letters.tolist(), units.near.tolist(), strict=True)) == [
        (DOCUMENT, 12, True),
        (PARAGRAPH, 12, False),
        (DOCUMENT, 7, False),
        (PARAGRAPH, 7, False),
        (DOCUMENT, 38, True),
        (PARAGRAPH, 26, True),
        (PARAGRAPH, 12, False),
    ]
    assert not units_of(texts[:1], Dedup(paragraphs="all", recall="thorough", near=False)).near.any()
    assert units_of(["一二三四五六七"], Dedup(paragraphs="all", recall="thorough", shortest=5)).near.all()
