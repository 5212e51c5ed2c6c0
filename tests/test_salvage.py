"""Salvage: what splice took out becomes articles in reading order, and every character of them is explained."""

import tomllib
from collections.abc import Sequence
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.document import Certainty, Document, Finding
from cleaner.stages.splice.salvage import Article, articles
from cleaner.text.change import Change, Edit

CASES = tomllib.loads((Path(__file__).parent.parent / "fixtures" / "salvage.toml").read_text(encoding="utf-8"))["case"]
Page = Sequence[Sequence[str]]


def document(page: Page, between: str = "\n\n") -> Document:
    return Document.of(between.join(text for _, text in page) + "\n")


def findings(page: Page, between: str = "\n\n") -> list[Finding]:
    """One finding for each stretch of an article, one for each line of another rule."""
    found: list[Finding] = []
    at, last = 0, "main"
    for tag, text in page:
        number, _, rule = tag.partition(" ")
        start, end = at, at + len(text)
        if tag == last and not rule and tag != "main":
            start = found.pop().start
        if tag != "main":
            evidence = {"article": int(number)}
            found.append(
                Finding(start, end, f"splice.{rule or 'foreign'}", "", Certainty.LIKELY, evidence, applied=True)
            )
        at, last = at + len(text) + len(between), tag
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_table(case: dict[str, Any]) -> None:
    doc = document(case["page"])
    found = list(articles(doc, findings(case["page"])))
    assert [article.number for article in found] == [wanted["number"] for wanted in case["articles"]]
    for article, wanted in zip(found, case["articles"], strict=True):
        assert article.text(doc.raw) == wanted["text"].removeprefix("\n") + "\n"
        assert list(article.missing) == wanted["missing"]
        assert [left.why for left in article.left_out] == wanted["left"]


def test_what_was_not_applied_is_not_salvaged() -> None:
    page = CASES[0]["page"]
    suspected = [Finding(f.start, f.end, f.rule, evidence=f.evidence) for f in findings(page)]
    assert list(articles(document(page), suspected)) == []


def test_a_hard_wrapped_article_keeps_its_lines() -> None:
    """Its paragraphs are told apart by indents alone, which do not come along."""
    lines = [
        "　　风车坊的师傅说，从前河边的磨坊有十二座，如今",
        "只剩下一座还在转动，磨出来的面粉供镇上的两家",
        "面馆使用。",
        "　　修复工程将在秋天完成，届时游客可以进去参观，",
        "看到木制的齿轮怎样带动石磨，也可以买一袋新磨",
        "的面粉带回家。",
    ]
    raw = "\n".join(lines) + "\n"
    doc = Document.of(raw)
    finding = Finding(2, len(raw) - 1, "splice.foreign", "", evidence={"article": 2}, applied=True)
    [article] = articles(doc, [finding])
    one, other = "\n".join(lines[:3]), "\n".join(lines[3:])
    assert article.text(raw) == one.strip("　") + "\n\n" + other.strip("　") + "\n"


LONG = "河边的人{}第{}天在桥上{}走来走去，看见船从桥下过{}，就在石凳上坐一坐{}"
LINES = [
    "要闻",
    "（上接第1版）",
    "(下转第4版)",
    "图为桥上的人",
    "桥头新闻",
    "By Ann Lee",
    "覃桂花 罗守田",
    "本报讯 桥通了。",
    "1. 船",
]
BLANKS = dict.fromkeys(map(ord, "\n \t　"))  # between paragraphs and around them
TAGS = ["main", "2", "2", "2", "3", "3", "2 label", "2 caption", "2 repeat", "3 repeat"]
paragraphs = st.one_of(
    st.sampled_from(LINES),
    st.builds(
        LONG.format,
        st.sampled_from(["啊", "说，" * 12]),
        st.integers(0, 3),
        st.sampled_from(["", "慢慢"]),
        st.sampled_from(["", "，船上有灯"]),
        st.sampled_from(["。", "", "，又"]),
    ),
    st.text(st.sampled_from("ab ,.\t　，。１\r"), min_size=1, max_size=120).filter(str.strip),
)
pages = st.lists(st.tuples(st.sampled_from(TAGS), paragraphs), min_size=1, max_size=14)


def spans(article: Article) -> list[tuple[int, int]]:
    parts = [(part.start, part.end) for part in article.parts]
    return sorted(parts + [(left.start, left.end) for left in article.left_out])


@given(pages, st.sampled_from(["\n", "\n\n"]))
def test_every_salvaged_character_comes_from_one_removed_span(page: Page, between: str) -> None:
    doc, went = document(page, between), findings(page, between)
    found = list(articles(doc, went))
    for article in found:
        inside = [(f.start, f.end) for f in went if f.evidence["article"] == article.number]
        for part in article.parts:
            assert part.text(doc.raw) == doc.raw[part.start : part.end] != ""
            assert sum(start <= part.start and part.end <= end for start, end in inside) == 1
            assert (part.finding.start, part.finding.end) in inside
        joints = {article.between, article.end, "", " "}
        assert all(text in joints for text, part in article.pieces(doc.raw) if part is None)
    taken = sorted(chain.from_iterable(spans(article) for article in found))
    assert all(end <= start for (_, end), (start, _) in pairwise(taken))


@given(pages)
def test_nothing_of_a_salvaged_article_is_forgotten(page: Page) -> None:
    """Each paragraph of its findings is a part, or left out for a reason."""
    doc, went = document(page), findings(page)
    for article in articles(doc, went):
        assert {left.why for left in article.left_out} <= {"repeat", "mixed", "page label", "jump line"}
        own = "".join(doc.raw[f.start : f.end] for f in went if f.evidence["article"] == article.number)
        told = "".join(doc.raw[start:end] for start, end in spans(article))
        assert sorted(own.translate(BLANKS)) == sorted(told.translate(BLANKS))


@given(pages, st.data())
def test_texts_are_those_that_the_stage_saw(page: Page, data: st.DataObject) -> None:
    """Earlier stages changed the text: parts give that text, at positions of the source."""
    seen = document(page).text
    ends = data.draw(st.lists(st.integers(0, len(seen)), max_size=12).map(sorted))
    stretches = zip(ends[::2], ends[1::2], strict=False)
    there = [Edit(start, end, data.draw(st.sampled_from(["", "　", "〇〇", "\r"]))) for start, end in stretches]
    try:
        forth = Change.of(len(seen), there)
    except ValueError:
        return
    raw = forth.apply(seen)
    doc = Document("", raw, seen, forth.invert(seen))
    back = doc.change.mapper(back=True)
    went = [f.moved(back, applied=True) for f in findings(page)]
    lines = {line.strip(" \t　") for line in seen.split("\n")}
    for article in articles(doc, went):
        for part in article.parts:
            assert part.text(raw) in lines
            for at, letter in enumerate(part.text(raw)):
                start, end = part.source(at)
                assert raw[start:end] == letter or any(s <= start and end <= e for s, e, _ in doc.change.edits)
