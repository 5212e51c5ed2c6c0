"""Corpora made to hurt: nothing without substance matches, nothing goes without proof, and work grows as the corpus does."""

import json
from pathlib import Path
from random import Random

import pytest

from cleaner.duplicates.meeting import ALL_PAIRS, InMemory
from cleaner.duplicates.settings import Dedup, UnitChoice
from cleaner.duplicates.units import units_of
from cleaner.run.dedup import dedup_file
from tests.dedup_texts import HAN, fetching, goes, matched, met, paragraph, shingles_of

KINDS = ["document", "paragraph", "both"]
NOTHING = ["", " ", "\n", "\n\n　\t\n", "\u200b\u200b", "——", "……", "※※※※※※※※※※", "\ufeff", "。" * 500, "（）" * 90]
SHORT = [
    "同意。",
    "同意",
    "第一章",
    "目录",
    "（完）",
    "1",
    "2024年",
    "图1",
    "abc",
    "ab c",
    "附件",
    "附件：",
    "记者",
    "𠮷",
]


@pytest.mark.parametrize("units", KINDS)
@pytest.mark.parametrize("text", NOTHING)
def test_what_has_no_letter_matches_nothing(text: str, units: UnitChoice) -> None:
    others = [paragraph(Random(7), 3), text + text]
    assert matched([text] * 9 + others, Dedup(paragraphs="all", units=units, shortest=1))[1] == []


@pytest.mark.parametrize("units", ["paragraph", "both"])
def test_short_lines_repeat_honestly(units: UnitChoice) -> None:
    """A page of labels is unlike the next one, however often its lines recur."""
    random = Random(3)
    texts = ["\n".join([*random.sample(SHORT, 9), f"第{at}页", paragraph(random, 3)]) for at in range(60)]
    assert matched(texts, Dedup(paragraphs="all", units=units))[1] == []


def test_short_documents_go_only_as_equal_ones() -> None:
    _, edges = matched(SHORT, Dedup(paragraphs="all", units="document", shortest=1, threshold=0.5))
    pairs = [(SHORT[edge.unit], SHORT[edge.keeper], edge.exact) for edge in edges]
    assert pairs == [("ab c", "abc", True)]  # a sign at the end is no layout: 同意。 and 同意 both stay


def test_a_document_of_two_hundred_thousand_paragraphs(tmp_path: Path) -> None:
    """Most are too short to go; a few long ones stand in it twice."""
    random = Random(12)
    long = [paragraph(random, 4).replace("：", "，") + "。" for _ in range(500)]
    lines = [f"他数到{at}。" for at in range(200_000)]
    for at, text in enumerate(long):
        lines[200 * at] = lines[200 * at + 100_000] = text
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(json.dumps({"text": "\n".join(lines)}, ensure_ascii=False) + "\n", encoding="utf-8")
    outcome = dedup_file(str(source), str(out), None, Dedup(paragraphs="all"))
    assert (outcome.units, outcome.removed, outcome.dropped) == (200_001, 500, 0)
    left = json.loads(out.read_text(encoding="utf-8"))["text"].split("\n")
    assert left == [line for at, line in enumerate(lines) if at < 100_000 or at % 200]


@pytest.mark.parametrize("units", ["document", "paragraph"])
def test_one_shingle_over_megabytes(units: UnitChoice) -> None:
    """A text that says one thing a million times is one shingle, and like no text that says more."""
    other = "".join(Random(2).choices(HAN, k=400))
    texts = [
        "哈" * 1_000_000,
        "啦哩" * 500_000,
        other + "哈" * 1_000_000,
        other[:200] + "啦哩" * 500_000,
        "哈" * 30,
        other,
    ]
    _, edges = matched(texts, Dedup(paragraphs="all", units=units))
    assert [(edge.unit, edge.keeper) for edge in edges] == [(4, 0), (5, 2)]
    for edge in edges:
        one, two = shingles_of(texts[edge.unit]), shingles_of(texts[edge.keeper])
        assert (edge.common, edge.union) == (len(one & two), len(one | two))


def letterheads(count: int) -> list[str]:
    """Texts that share two thirds: too little to be copies (J = .5), enough to crowd buckets."""
    random = Random(17)
    head = "".join(random.choices(HAN, k=400))
    return [head + "".join(random.choices(HAN, k=200)) for _ in range(count)]


def test_a_crowd_below_the_threshold_stays() -> None:
    texts = letterheads(1500)
    units = units_of(texts, Dedup(paragraphs="all", units="document", recall="thorough"))
    settings = Dedup(paragraphs="all", units="document", recall="thorough")
    meeting = InMemory(units, settings)
    assert not len(goes(units, fetching(units, texts), settings, meeting=meeting))
    assert meeting.crowds.largest > 200  # they did meet


def test_links_grow_as_the_crowd_does() -> None:
    counts = []
    for count in (700, 1400):
        units = units_of(letterheads(count), Dedup(paragraphs="all", units="document", recall="thorough"))
        counts.append(len(met(units.bands)[0]))
    assert counts[1] <= 2.3 * counts[0]
    assert counts[1] <= max(2, ALL_PAIRS) * units.bands.shape[1] * 1400
