"""What splice computes fast is what its plain definition says: terms, marks, scripts, copies, shared words."""

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.stages.splice.judge import PageCache
from cleaner.stages.splice.model.background import background
from cleaner.stages.splice.model.blocks import Proposal, rare_overlap, rare_terms
from cleaner.stages.splice.model.columns import MARKS, UNIT
from cleaner.stages.splice.model.features import EDGE, _mark_kinds, features
from cleaner.stages.splice.model.links import similarity
from cleaner.stages.splice.model.terms import (
    LONGEST,
    TermCounts,
    buckets,
    count_terms,
    counted_at_once,
    letter_kinds,
    terms,
)
from cleaner.stages.splice.model.terms import _lowered as lowered
from cleaner.stages.splice.model.trees import shipped_edges
from cleaner.stages.splice.page import (
    _SIGNS,
    CJK_SHARE,
    INSIDE,
    MARKS_CJK,
    NEAR_COPY,
    PROSE,
    RUN,
    WORD_MARKS,
    Paragraph,
    cjk_share,
    is_prose,
    near_copies,
    split_paragraphs,
)
from cleaner.text.furniture import LINES, lexicon, line_kind
from cleaner.text.furniture import LONGEST as LINE
from cleaner.text.paragraphs import BLANK, paragraphs

SIGNS = "中國人经济發a bBé１23５。，½กぁ한々\t　\ud800𠀀𐐀İΣσ“”我ǅ-_"
TEXT = st.text(st.one_of(st.sampled_from(SIGNS), st.characters()), max_size=60)
UNITS = st.lists(TEXT, max_size=6)
WORD_LIKE = ["don't", "ink.", "“press”", "a1", "池塘", "-", "frog"]
WORDS = st.lists(st.sampled_from(["池塘", "青蛙", "press", "5G", "37", "ink", "的", "。", " ", "\ud800"]), max_size=40)


def both(texts: list[str]) -> None:
    given_to = *lowered(texts), background().fold, letter_kinds(), _mark_kinds(), len(MARKS)
    own: Any = counted_at_once
    for name, fast, plain in zip(TermCounts._fields, own.machine(*given_to), own.plain(*given_to), strict=True):
        assert fast.dtype == plain.dtype and np.array_equal(fast, plain), name


@given(UNITS)
def test_terms_are_those_of_the_definition(texts: list[str]) -> None:
    both(texts)


@given(st.lists(WORDS.map("".join), max_size=6))
def test_terms_that_come_again_are_counted_alike(texts: list[str]) -> None:
    both(texts)


def test_long_units_are_cut_alike() -> None:
    both(["春夏秋冬" * LONGEST, "abc 12 x " * LONGEST, "", "İ" * LONGEST + "abc", chr(0x10FFFF)])


def test_terms_by_hand() -> None:
    """Bigrams of a run, words of three letters or with a digit; `hashes` by first appearance."""
    found = count_terms(["蛙叫蛙叫", "5G of frogs", "蛙叫"], background().fold, _mark_kinds(), len(MARKS))
    assert len(found.hashes) == 4
    assert found.term.tolist() == [0, 0, 1, 2, 3]
    assert found.unit.tolist() == [0, 2, 0, 1, 1]
    assert found.times.tolist() == [2, 1, 1, 1, 1]
    assert found.sizes.tolist() == [3, 2, 1]


@given(st.lists(TEXT, max_size=8).map("\n".join))
def test_paragraphs_are_lines_and_in_the_script_of_their_letters(text: str) -> None:
    lines = [(match.start(), match.end(), match[0]) for match in re.finditer(r"[^\n]+", text)]
    bare = [(start + len(line) - len(line.lstrip(BLANK)), line.strip(BLANK)) for start, _, line in lines]
    assert [(start, text[start:end]) for start, end in paragraphs(text)] == [own for own in bare if own[1]]
    assert [own.cjk for own in split_paragraphs(text)] == [
        cjk_share(own.text) >= CJK_SHARE for own in split_paragraphs(text)
    ]


@given(st.one_of(TEXT, st.sampled_from(["（上接第1版）", "图为会场", "Page 3", "本报讯", "Reuters", "要闻", "要闻。"])))
def test_a_line_is_of_the_first_group_that_matches(text: str) -> None:
    groups = [group for group in LINES if lexicon()[group].match(text[:LINE])]
    assert line_kind(text) == (groups[0] if groups else "")


@given(st.lists(st.text("ab", min_size=NEAR_COPY - 2, max_size=NEAR_COPY + 20), max_size=5), st.data())
def test_near_copies_hold_the_middle_of_each_other(texts: list[str], data: st.DataObject) -> None:
    if texts:
        one = data.draw(st.sampled_from(texts))
        cut = data.draw(st.integers(0, 12))
        texts = [*texts, one[cut:] + data.draw(st.text("abc", max_size=20)), one[: len(one) - cut]]
    page = [Paragraph(at, 0, 0, text, False, True) for at, text in enumerate(texts)]
    expected = set()
    for at, text in enumerate(texts):
        core = text[round(len(text) * (1 - RUN)) : round(len(text) * RUN)]
        for other, longer in enumerate(texts):
            if other != at and len(longer) >= len(text) >= NEAR_COPY and core in longer:
                start = longer.index(core)
                left = right = 0
                before, after = text[: text.index(core)], text[text.index(core) + len(core) :]
                while left < min(len(before), start) and before[-1 - left] == longer[start - 1 - left]:
                    left += 1
                rest = longer[start + len(core) :]
                while right < min(len(after), len(rest)) and after[right] == rest[right]:
                    right += 1
                if (left + len(core) + right) / len(text) >= RUN:
                    expected.add((min(at, other), max(at, other)))
    assert near_copies(page, range(len(page))) == sorted(expected)


PAGES = st.lists(st.lists(WORDS.map("".join), max_size=4).map("，".join), min_size=1, max_size=5)


@given(PAGES, st.booleans())
def test_ends_of_units_are_their_first_and_last_terms(texts: list[str], cjk: bool) -> None:
    table, expected = shipped_edges(cjk), []
    for text in texts:
        own = table[buckets(terms([text], background().fold).keys, len(table).bit_length() - 1)].astype(int)
        expected.append([own[:EDGE, 0].sum(), own[len(own) - min(EDGE, len(own)) :, 1].sum()])
    assert features(texts, [True] * len(texts), cjk=cjk).traits[:, UNIT.opening : UNIT.ending + 1].tolist() == expected


@given(PAGES, WORDS.map("".join), st.booleans())
def test_the_headline_is_held_against_units_as_one_more_unit(texts: list[str], line: str, cjk: bool) -> None:
    page = features(texts, [True] * len(texts), cjk=cjk, headline=line)
    known = similarity(features([*texts, line], [True] * (len(texts) + 1), cjk=cjk))
    assert similarity(page).headline.tolist() == [
        [known.near[0, at, -1], known.shared[1, at, -1] / 1000, known.near[2, at, -1]] for at in range(len(texts))
    ]
    assert np.array_equal(similarity(page).shared, known.shared[:, :-1, :-1])
    assert np.array_equal(similarity(page).near, known.near[:, :-1, :-1])
    assert page.common == features(texts, [True] * len(texts), cjk=cjk).common


@given(st.lists(st.sets(st.integers(0, 30)), min_size=3, max_size=9), st.data())
def test_shared_words_are_counted_as_sets(units: list[set[int]], data: st.DataObject) -> None:
    """Even terms are rare. Some units are the block, some main, some neither."""
    sides = data.draw(st.lists(st.sampled_from("bmx"), min_size=len(units), max_size=len(units)))
    sides[0], sides[1] = "b", "m"
    block = np.array([unit for unit, side in enumerate(sides) if side == "b"])
    main = np.array([unit for unit, side in enumerate(sides) if side == "m"])
    length = data.draw(st.integers(1, len(main)))
    pairs = np.array(sorted((term, unit) for unit, terms in enumerate(units) for term in terms), np.int64).reshape(
        -1, 2
    )
    level, rare = np.arange(31), (np.arange(31) % 2 == 0).astype(np.int64)
    term, unit = pairs[:, 0].copy(), pairs[:, 1].copy()
    own, stretches = rare_overlap(term, unit, level, rare, block, main, length, len(units))
    scarce = [{term for term in terms if term % 2 == 0} for terms in units]
    whole = set().union(*(scarce[unit] for unit in main))
    assert own == len(whole & set().union(*(scarce[unit] for unit in block)))
    windows = [main[start : start + length] for start in range(len(main) - length + 1)]
    assert stretches.tolist() == [
        sum(
            any(term in scarce[unit] for unit in window)
            and any(term in scarce[unit] for unit in main if unit not in window)
            for term in whole
        )
        for window in windows
    ]


@given(PAGES, st.data())
def test_what_is_left_of_a_page_is_as_if_read_alone(texts: list[str], data: st.DataObject) -> None:
    """The next round reads some of the units under other headings: features and similarity are the same either way."""
    own = [Paragraph(at, 0, 0, text, True, True) for at, text in enumerate(texts)]
    some = data.draw(st.lists(st.sampled_from(own), min_size=1, unique=True).map(sorted))
    told: dict[str, Any] = {"cjk": True, "headed": [False] * len(own), "headline": "池塘青蛙"}
    under = told | {"headed": [True] * len(some)}
    later = PageCache()
    first = later.features(own, **told)
    (page, known), (fresh, plain) = later.features(some, **under), PageCache().features(some, **under)
    assert later.features(own, **told)[0].total == first[0].total == len(own) + 1
    assert np.array_equal(page.traits, fresh.traits)
    assert np.array_equal(page.vectors, fresh.vectors[:-1])
    assert all(np.array_equal(one, other) and one.flags.c_contiguous for one, other in zip(known, plain, strict=True))
    halves = Proposal((0,), tuple(range(1, len(some))), 0.0, np.zeros(1), 0)
    assert len(some) < 2 or rare_terms(page, halves) == rare_terms(fresh, halves)


@pytest.mark.parametrize(("headline", "cjk"), [("another line", True), ("池塘", False)])
def test_another_headline_or_script_is_read_anew(headline: str, cjk: bool) -> None:
    own = [Paragraph(at, 0, 0, text, True, True) for at, text in enumerate(["池塘青蛙", "press ink"])]
    pages = PageCache()
    pages.features(own, cjk=True, headed=[False, False], headline="池塘")
    page, known = pages.features(own[:1], cjk=cjk, headed=[False], headline=headline)
    plain = features(["池塘青蛙"], [False], cjk=cjk, headline=headline)
    assert np.array_equal(page.unit, plain.unit) and np.array_equal(known.headline, similarity(plain).headline)


@given(st.lists(st.one_of(st.sampled_from([*WORD_LIKE, *"，。│ 0"]), st.text(max_size=4)), max_size=30), st.booleans())
def test_prose_is_told_by_plain_words_as_by_all(parts: list[str], cjk: bool) -> None:
    text = (" " if parts and len(parts[0]) % 2 else "").join(parts)
    tokens = text.split()
    signs = sum(sign.isalpha() or sign in MARKS_CJK for sign in text)
    words = sum(len(own) for own in tokens if own.strip(WORD_MARKS).translate(INSIDE).isalpha())
    assert is_prose(text, cjk) == ((signs if cjk else words) >= PROSE * sum(map(len, tokens)))


def test_signs_that_are_letters() -> None:
    assert all(map(str.isalpha, "".join(map(chr, range(0x4E00, 0x9FF0)))))


def test_signs_that_are_no_letters_of_another_script() -> None:
    assert not any(map(str.isalpha, re.findall(f"[{_SIGNS}]", "".join(map(chr, range(0x10000))))))


def test_features_of_units_without_terms() -> None:
    page = features(["。。。", ""], [True, False], cjk=True)
    assert (page.traits[:, UNIT.terms].tolist(), page.common) == ([0, 0], 0)
    assert not page.vectors.any()
