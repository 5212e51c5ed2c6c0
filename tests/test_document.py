"""`Document.revise`, the one place where findings become changes; and what is no document."""

import math
import re
from typing import Any

import pytest

import cleaner
from cleaner.document import Certainty, Document, Finding, content_digest, finding_id
from cleaner.pipeline import Pipeline
from cleaner.stages.stage import PlainStage
from cleaner.text.change import Edit
from cleaner.text.errors import ChangeError

RAW = "　　广告\n正文一。\n广告\n"


def test_findings_are_carried_back_to_the_source() -> None:
    doc = Document.of(RAW).revise(Finding.bulk("spacing.indent", [Edit(0, 2)]))
    doc = doc.revise([Finding(8, 10, "ads.line")])
    assert doc.text == "广告\n正文一。\n\n"
    assert [(f.start, f.end, RAW[f.start : f.end]) for f in doc.findings] == [(0, 2, "　　"), (10, 12, "广告")]
    assert doc.change.apply(RAW) == doc.text


def test_a_removal_around_an_older_one_does_not_claim_it_again() -> None:
    doc = Document.of("一\n\n广告\n\n二").revise([Finding(3, 5, "ads.line")])
    doc = doc.revise(Finding.bulk("spacing.blank", [Edit(2, 5)]))
    assert doc.text == "一\n二"
    assert [(f.rule, [(e.start, e.end) for e in f.where]) for f in doc.findings] == [
        ("ads.line", [(3, 5)]),
        ("spacing.blank", [(2, 3), (5, 7)]),
    ]


@pytest.mark.parametrize(
    ("level", "left"),
    [(Certainty.SUSPECT, "b"), (Certainty.LIKELY, "ab"), (Certainty.SAFE, "abc")],
    ids=lambda v: str(v),
)
def test_the_level_decides_what_is_applied(level: Certainty, left: str) -> None:
    found = [
        Finding(0, 1, "x.suspect", certainty=Certainty.SUSPECT),
        Finding(2, 3, "x.likely", certainty=Certainty.LIKELY),
        Finding(1, 2, "x.flag", None, certainty=Certainty.SAFE),
    ]
    doc = Document.of("abc").revise(found, level)
    assert doc.text == left
    assert len(doc.findings) == 3


def test_a_finding_that_was_overruled_is_noted_and_not_applied() -> None:
    doc = Document.of("一二三").revise([Finding(1, 2, "x.y")])
    name = finding_id(doc.findings[0], content_digest(doc.raw))
    again = Document.of("一二三").revise([Finding(1, 2, "x.y"), Finding(2, 3, "x.y")], keep=frozenset([name]))
    assert again.text == "一二"
    assert [f.applied for f in again.findings] == [False, True]
    assert again.findings[0].evidence["held_back"]


def test_a_name_depends_on_content_only() -> None:
    one, other = (Document.of(raw, id).revise([Finding(0, 1, "x.y")]) for raw, id in (("一二", "a"), ("一二", "b")))
    third = Document.of("一三", "a").revise([Finding(0, 1, "x.y")])
    names = [finding_id(doc.findings[0], content_digest(doc.raw)) for doc in (one, other, third)]
    assert names[0] == names[1] != names[2]


def test_a_dropped_document_is_an_empty_text() -> None:
    assert not Document.of("全部。").revise([Finding(0, 3, "dedup.document.exact")]).kept
    assert Document.of("　　").revise(Finding.bulk("spacing.blank", [Edit(0, 2)])).kept
    assert Document.of("").kept


def test_two_findings_that_want_one_place_are_refused() -> None:
    with pytest.raises(ChangeError, match="overlap"):
        Document.of("abc").revise([Finding(0, 2, "x.y", "z"), Finding(1, 3, "x.y", "w")])


def test_a_stage_that_fails_leaves_the_document_unharmed() -> None:
    def broken(doc: Document) -> list[Finding]:
        raise ValueError("a defect")

    doc = Pipeline((PlainStage("mine", broken),))("正文。")
    assert doc.text == "正文。"
    assert [(f.rule, f.evidence["message"]) for f in doc.findings] == [("error.mine", "a defect")]


def test_any_function_is_a_stage() -> None:
    stage = PlainStage("ads", lambda doc: [Finding(0, 2, "ads.begin")])
    assert [doc.text for doc in Pipeline((stage,)).map(["广告正文", Document.of("xyz", "id")])] == ["正文", "z"]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (None, "not NoneType: None"),
        (math.nan, "not float: nan"),
        (b"abc", "not bytes: b'abc'; decode it first"),
        (3, "not int: 3"),
        ({"text": "abc"}, "not dict: {'text': 'abc'}"),
    ],
)
def test_what_is_no_text_is_named(given: Any, says: str) -> None:
    wanted = "a text (str) or a Document is wanted"
    for call in (cleaner.clean, Pipeline.default()):
        with pytest.raises(TypeError, match=re.escape(f"{wanted}, {says}")):
            call(given)
    docs = Pipeline.default().map(["一", Document.of("二"), given])
    assert [next(docs).text, next(docs).text] == ["一", "二"]
    with pytest.raises(TypeError, match=re.escape(f"{wanted} at position 2, {says}")):
        next(docs)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("abc", "map wants many texts, not one str; put it in a list"),
        (b"abc", "map wants many texts, not one bytes; put it in a list"),
        (Document.of("abc"), "map wants many texts, not one Document; put it in a list"),
        ({"a": "abc"}, "map wants many texts, not one dict; give its values"),
    ],
)
def test_one_text_is_not_many(given: Any, says: str) -> None:
    with pytest.raises(TypeError, match=says):
        Pipeline.default().map(given)
