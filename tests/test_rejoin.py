"""The stages `furniture`, `unwrap` and `rejoin` together: what one takes out lets another join, and where they keep their hands off."""

import random
import textwrap
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.config import config_of
from cleaner.document import Certainty, Document, Finding
from cleaner.pipeline import Pipeline
from cleaner.stages.furniture import Furniture
from cleaner.stages.rejoin import Rejoin
from cleaner.stages.unwrap import Unwrap
from cleaner.text.halves import halves
from tests.test_stage_tables import tables

ROOT = Path(__file__).parent.parent
SEEDS = sorted((ROOT / "seeds").glob("*.txt"))
HALVES = next(case["raw"] for name, kind, case in tables() if name == "rejoin" and kind == "wild" and "found" in case)
WORDS = [
    "the",
    "keeper",
    "of",
    "a",
    "northern",
    "landing",
    "had",
    "been",
    "told",
    "that",
    "nobody",
    "would",
    "come",
    "and",
]
WORDS += ["went", "to", "bed", "before", "it", "was", "dark"]


def found(doc: Document, *rules: str) -> list[Finding]:
    return [finding for finding in doc.findings if finding.rule in rules]


def case(stage: str, label: str) -> dict[str, Any]:
    return next(case for name, _, case in tables() if name == stage and case["label"].startswith(label))


def test_every_join_says_why_in_words() -> None:
    for name, _, own in tables():
        if name == "rejoin":
            for finding in Rejoin()(Document.of(own["raw"])):
                said = finding.evidence["held_back" if finding.flag else "why"]
                assert " " in said, own["label"]


def test_what_only_looks_open_is_flagged_with_the_reason() -> None:
    [finding] = Rejoin()(Document.of(case("rejoin", "a paragraph that ends with an article")["raw"]))
    assert (finding.rule, finding.flag, finding.evidence["held_back"]) == ("rejoin.open-end", True, "a heading follows")


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ("河谷县交通运输局关于渡口安全的通知", "近年来，客流量增加。", "a title"),
        ("老艄公在船头挥手，河谷日报记者 江一苇 摄", "负责人介绍，新桥已经建成。", "a caption or a credit"),
        ("一等奖 赵一河 钱二桥 孙三船 李四帆 周五桨 吴六舵", "颁奖仪式昨天举行。", "names or words between spaces"),
        ("我觉得渡口早就该修了" * 7, "去年就有人反映过。", "a line without any mark"),
        ("The Landing And The River And The Boats Of Our Fathers", "and of their sons.", "a title"),
        (
            "The drawings are kept with the letters at https://landings.example",
            "and shown to all.",
            "ends with an address",
        ),
        ("northern,open,1962,pump house", "southern,shut,1971,waiting room", "both are rows"),
        ("They had been told that nobody would come and", "They went to bed.", "both begin alike"),
        ("They had been told that nobody would come and", "Some went to bed.", "begins with a capital letter"),
        ("They had been told that nobody would come and", "40 went to bed.", "begins with a figure or a mark"),
        (
            "მათ უთხრეს, რომ იმ ღამით ნავმისადგომთან არავინ მოვიდოდა და",
            "დასაძინებლად წავიდნენ.",
            "its script has no small letters that would tell",
        ),
    ],
)
def test_why_two_paragraphs_stay_apart(one: str, other: str, why: str) -> None:
    for page in (False, True):
        assert halves(one, other, "", page=page) == (False, why)


def test_nothing_is_joined_over_a_suspect() -> None:
    """The half sentence may be another article's: as long as nobody has decided, it stays as it is."""
    suspect = Finding(HALVES.index("负"), len(HALVES) - 1, "splice.foreign", "", Certainty.SUSPECT)
    doc = Document.of(HALVES).revise([suspect])
    assert list(Rejoin()(doc)) == []
    assert [finding.rule for finding in Rejoin()(Document.of(HALVES))] == ["rejoin.line"]


def test_parts_meet_where_a_foreign_piece_was_taken_out() -> None:
    for gap in ("\n\n", "\n"):
        raw = HALVES.replace("\n\n", f"{gap}（此处插入别的文章）{gap}")
        start = raw.index("（")
        doc = Document.of(raw).revise([Finding(start, raw.index("负"), "splice.foreign")])
        assert doc.revise(Rejoin()(doc)).text == HALVES.replace("\n\n", "")


def test_a_form_feed_is_the_mark_of_a_page() -> None:
    raw = HALVES.replace("\n\n", "\f")
    assert Pipeline.default(splice=False, rejoin=True)(raw).text == HALVES.strip("\n").replace("\n\n", "") + "\n"


@pytest.mark.parametrize(
    "label", ["the head of a Chinese book", "English: two pages", "German: heads", "page numbers that say so"]
)
def test_a_sentence_is_joined_where_the_head_of_a_page_stood(label: str) -> None:
    doc = Pipeline.default(splice=False, rejoin=True)(case("furniture", label)["raw"])
    joined = found(doc, "rejoin.line")
    assert joined
    assert {finding.evidence["across"] for finding in joined} == {"the mark of a page"}
    assert not any(finding.applied for finding in Pipeline.default(splice=False, rejoin=True)(doc.text).findings)


def test_authors_without_end_marks_are_left_alone() -> None:
    line = "没有句号的人写的段落也可以很长很长，长到一眼望不到头，读的人只好自己在心里停下来换一口气，然后再往下面读，读到最后也没有看见它"
    assert list(Rejoin()(Document.of("\n\n".join([line] * 6)))) == []


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.name[:3])
def test_the_samples_have_nothing_to_join(path: Path) -> None:
    doc = Pipeline.default(rejoin=False)(Document.of(path.read_text(encoding="utf-8")))
    assert list(Rejoin()(doc)) == []
    assert not any(finding.applied for finding in found(doc, *Furniture.rules))


@pytest.mark.parametrize("width", [40, 60, 72, 100])
@pytest.mark.parametrize(("gap", "indent"), [("\n\n", ""), ("\n", ""), ("\n", "    ")])
def test_unwrapped_is_what_was_wrapped(width: int, gap: str, indent: str) -> None:
    """Most lines come together again, and never two paragraphs."""
    draw = random.Random(width)
    sentences = [" ".join(draw.choices(WORDS, k=draw.randint(6, 20))).capitalize() + "." for _ in range(160)]
    paragraphs = [" ".join(sentences[at : at + 5]) for at in range(0, len(sentences), 5)]
    wrapped = [textwrap.wrap(text, width, initial_indent=indent) for text in paragraphs]
    raw = gap.join(map("\n".join, wrapped)) + "\n"
    text = Document.of(raw).revise(Unwrap()(Document.of(raw))).text
    breaks = sum(len(lines) - 1 for lines in wrapped)
    assert text.count("\n") <= raw.count("\n") - 0.85 * breaks
    assert "".join(text.split()) == "".join(raw.split())
    assert all(
        line.strip() in paragraph
        for line in text.split("\n")
        for paragraph in paragraphs
        if line.strip()[:40] in paragraph
    )
    assert not any(f"{one[-9:]} {other[:9]}" in text for one, other in pairwise(paragraphs))


def test_unwrap_runs_on_request_and_by_its_former_name() -> None:
    raw = case("unwrap", "a block of Chinese")["raw"].strip("\n")
    on: list[dict[str, Any]] = [
        {"unwrap": True},
        {"rejoin": {"unwrap": True}},
        {"preset": "any", "rejoin": {"unwrap": True}},
    ]
    off: list[dict[str, Any]] = [{}, {"rejoin": {"unwrap": False}}, {"rejoin": {"unwrap": True}, "unwrap": False}]
    for settings in on:
        assert "\n" not in Pipeline.default(**settings)(raw).text
    for settings in off:
        assert Pipeline.default(**settings)(raw).text == raw
    names = [stage.name for stage in config_of({"unwrap": True}).stages]
    assert names[-4:] == ["furniture", "unwrap", "splice", "rejoin"]


pages = st.lists(
    st.sampled_from(
        [
            *[
                "\n",
                "\n\n",
                "\f",
                "Page 3\n",
                "Page 4\n",
                "Page 5\n",
                "- 7 -\n",
                "- 8 -\n",
                "12\n",
                "13\n",
                "（下转第4版）\n",
                "（上接第1版）\n",
            ],
            *[
                "守塔人笔记 18\n",
                "守塔人笔记 19\n",
                "守塔人笔记 20\n",
                "the lamp is lit in the window\n",
                "第3条\n",
                "1. a lamp\n",
            ],
            "雾季开始的那一天，我在塔顶数到了十一艘船，它们一艘接一艘地从北面的岬角后面转出\n",
            "来，又一艘接一艘地消失在南边的海平线上，谁也没有鸣笛。晚上我把这件事写进航海日\n",
            "The ferry had left the inner harbour only a quarter of an hour before the captain decided to\n",
            "turn back along the row of lit buoys, sounding the horn once a minute.\n",
            "turn back along the row of lit buoys, sounding the horn once a minute until the fog came down and\n",
            "the lamp is lit in the window and all the boats\n",
            "and all the boats are in the harbour now\n",
        ]
    ),
    max_size=24,
).map("".join)


@given(raw=pages)
def test_a_second_run_finds_nothing_more(raw: str) -> None:
    for settings in ({}, {"unwrap": True}):
        pipeline = Pipeline.default(splice=False, rejoin=True, **settings)
        once = pipeline(raw)
        again = pipeline(once.text)
        assert again.text == once.text
        assert not any(finding.rule.startswith("error.") for finding in once.findings)


@given(raw=pages)
def test_no_letter_is_lost_but_with_its_line(raw: str) -> None:
    """Joins take blanks alone; what furniture takes is whole lines, or what the line before ends with."""
    doc = Pipeline.default(splice=False, rejoin=True, unwrap=True)(raw)
    for finding in found(doc, "rejoin.line", "unwrap.line"):
        assert all(
            raw[edit.start : edit.end].strip(" \n\f\u00ad") == "" or finding.rule == "rejoin.line"
            for edit in finding.where
        )
    for finding in found(doc, "furniture.head", "furniture.page", "furniture.jump"):
        assert all("\n" in raw[edit.start : edit.end] or edit.end == len(raw) for edit in finding.where)
