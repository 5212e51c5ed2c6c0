"""What a paragraph is to the matching of paragraphs: every pair of fixtures/paragraphs.toml, and laws of the cheap look."""

import json
import tomllib
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.config import config_of
from cleaner.duplicates.blocks import paragraphs_of, told_apart
from cleaner.duplicates.settings import Dedup
from cleaner.duplicates.units import units_of
from cleaner.forms import Kind, form_of, glance
from cleaner.forms.look import looked_at
from cleaner.index.adding import build
from cleaner.run.dedup import dedup_file
from cleaner.run.removing import Removal, without
from cleaner.run.run import run
from cleaner.stages.order import ORDER
from cleaner.text.paragraphs import bounds
from tests.conftest import ROOT, plant
from tests.dedup_texts import fetching, goes
from tests.test_both_verbs import fixture_texts

KINDS = ("stays", "goes")
CASES = tomllib.loads((ROOT / "fixtures" / "paragraphs.toml").read_text(encoding="utf-8"))
PARAGRAPHS = Dedup(paragraphs="all", units="paragraph")
SUFFIX = {None: "txt", "markdown": "md"}
OFF = dict.fromkeys(ORDER, False)


def of_kind(kind: str) -> pytest.MarkDecorator:
    """Parametrise by the cases of one kind."""
    return pytest.mark.parametrize("case", CASES[kind], ids=lambda case: f"{case['kind']}: {case['label']}")


def left_of(texts: Sequence[str], format: str | None, settings: Dedup = PARAGRAPHS) -> list[str]:
    """The texts without what goes of them."""
    units = units_of(texts, settings, [format] * len(texts))
    gone: list[list[Removal]] = [[] for _ in texts]
    for unit in goes(units, fetching(units, texts), settings).unit:
        gone[units.document[unit]].append(Removal(False, int(units.start[unit]), int(units.end[unit]), None, 1, 1, -1))
    return [without(text, its).apply(text) for text, its in zip(texts, gone, strict=True)]


@of_kind("stays")
def test_no_line_of_it_goes(case: dict[str, Any]) -> None:
    texts = [case["one"], case["other"]]
    assert left_of(texts, case.get("format")) == texts
    assert left_of(texts, case.get("format"), Dedup(paragraphs="all", units="paragraph", scope="document")) == texts


@pytest.mark.xfail(strict=True)
@of_kind("known_failure")
def test_what_is_taken_for_a_paragraph(case: dict[str, Any]) -> None:
    test_no_line_of_it_goes(case)


@of_kind("stays")
def test_lines_that_are_shared_are_long_enough_to_go(case: dict[str, Any]) -> None:
    """Else the case would guard nothing."""
    lines = Counter(line.strip("> ") for text in (case["one"], case["other"]) for line in text.split("\n"))
    assert any(times > 1 and sum(map(str.isalnum, line)) >= PARAGRAPHS.shortest for line, times in lines.items())


@of_kind("goes")
def test_a_block_of_prose_goes_as_a_whole(case: dict[str, Any]) -> None:
    format = case.get("format")
    assert left_of([case["one"], case["other"]], format) == [case["one"], case["left"]]
    assert left_of([case["one"], case["left"]], format) == [case["one"], case["left"]]


def test_three_cases_a_kind() -> None:
    kinds = Counter(case["kind"] for kind in KINDS for case in CASES[kind])
    assert set(kinds) == {
        "code",
        "table",
        "list",
        "verse",
        "turns",
        "quotation",
        "heading",
        "wrapped",
        "prose",
        "what leads on",
    }
    assert min(kinds.values()) >= 3


@pytest.mark.parametrize("named", [None, "markdown"])
def test_a_run_takes_out_the_same(tmp_path: Path, named: str | None) -> None:
    """Of files, by their names; each pair has files of its own."""
    cases = [case for kind in KINDS for case in CASES[kind] if case.get("format") == named]
    for at, case in enumerate(cases):
        files = {f"{name}.{SUFFIX[named]}": case[part] for name, part in (("a", "one"), ("b", "other"))}
        source, out = plant(tmp_path / f"in{at}", files), tmp_path / f"out{at}"
        run([str(source)], out, config_of({**OFF, "dedup": {"units": "paragraph", "paragraphs": "all"}}))
        written = (out / f"corpus/b.{SUFFIX[named]}").read_text(encoding="utf-8")
        wanted = case.get("left", case["other"])
        assert written == wanted + "\n" * (not wanted.endswith("\n")), case["label"]


def test_clean_dedup_takes_out_the_same(tmp_path: Path) -> None:
    """Of JSON lines, which have no names of files."""
    for kind in KINDS:
        for case in CASES[kind]:
            lines = [json.dumps({"text": case[part]}) + "\n" for part in ("one", "other")]
            source = plant(tmp_path, {"in.jsonl": "".join(lines)}) / "in.jsonl"
            dedup_file(str(source), str(tmp_path / "out.jsonl"), None, PARAGRAPHS, force=True)
            kept = (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()
            assert json.loads(kept[1])["text"] == case.get("left", case["other"]), case["label"]


@pytest.mark.parametrize("named", [None, "markdown"])
def test_an_index_knows_the_same(tmp_path: Path, named: str | None) -> None:
    cases = [case for kind in KINDS for case in CASES[kind] if case.get("format") == named]
    for at, case in enumerate(cases):
        config = config_of({**OFF, "dedup": {"units": "paragraph", "paragraphs": "all"}})
        october, november = (tmp_path / f"{month}{at}" for month in ("october", "november"))
        run([str(plant(tmp_path / f"a{at}", {f"a.{SUFFIX[named]}": case["one"]}))], october, config)
        build(october, tmp_path / f"index{at}")
        source = plant(tmp_path / f"b{at}", {f"b.{SUFFIX[named]}": case["other"]})
        run([str(source)], november, config, against=tmp_path / f"index{at}")
        written = (november / f"corpus/b.{SUFFIX[named]}").read_text(encoding="utf-8")
        wanted = case.get("left", case["other"])
        assert written == wanted + "\n" * (not wanted.endswith("\n")), case["label"]


# ---- laws

PIECES = [
    "江边的渔民天不亮就出门了，他们把昨夜补好的网一层一层叠在船头，又把装满淡水的木桶搬到舱里。",
    "今年的水比往年来得早，鱼群却比往年来得晚，谁也说不清这是什么缘故，老人们只是摇头",
    "港口从下个月起限制大型货船夜间进出，并请沿江各单位提前做好安排，避免白天排队，因为引航员人手不足，夜里又常常起雾，去年冬天就有两条船在这里相撞，所幸没有人受伤，",
    "The harbour was closed on Monday, and no ship could leave before the storm had gone.",
    "The keeper of the light had served the board for forty years and had never been late with his report, said the chairman, who ought to know, since he had read every one of them and",
    "what the engineers had found below the northern quay, and it was",
    "第三章 水域",
    "一、停泊",
    "1. Wash them.",
    "- oats",
    "> quoted",
    "主持人：大家好，欢迎收听今天的节目。",
    "老周：大家好，我在码头上干了三十年。",
    "| a | b |",
    "import os, sys",
    "x = 1",
    "A. 潮汐 B. 大潮",
    "他笑了。",
    "平安",
    "12 345 678 901 2,345 6,789 10,111 213,141 516,171 819 202 122 232 425 262 728 293",
    "参考文献",
    "　　两岸的灯一盏一盏亮起来，船还没有回来，女人们站在石阶上，谁也不说话。",
    "    return a + b",
    "",
    "",
    "",
    " ",
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=9).map("\n".join)


def seen_alike(text: str) -> bool:
    """A glance says what a look says, or nothing."""
    told, form = glance(text), looked_at(text)
    return told is None or (told or None, "") == (form.stretches, form.format)


@settings(max_examples=500)
@given(TEXTS)
def test_a_glance_sees_what_a_look_sees(text: str) -> None:
    assert seen_alike(text)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 9, 20])
def test_a_glance_sees_what_a_look_sees_in_all_cases(size: int) -> None:
    random, told = Random(size), 0
    for text in fixture_texts():
        lines = text.split("\n")
        for _ in range(2):
            at = random.randrange(len(lines))
            some = "\n".join(lines[at : at + size])
            told += glance(some) is not None
            assert seen_alike(some), some
    assert told > 500


@given(TEXTS)
def test_paragraphs_are_blocks_of_prose(text: str) -> None:
    """In order, apart, without outer spaces; every line of them is of prose, and every line of prose is in one."""
    spans, form, lines = paragraphs_of(text), form_of(text), bounds(text)
    assert all(one.end < other.start for one, other in pairwise(spans))
    assert {start for start, _ in spans} <= {start for start, _ in lines}
    assert {end for _, end in spans} <= {end for _, end in lines}
    prose = {span for span in lines if form.kind_at(span[0]) in (Kind.PROSE, Kind.WRAPPED)}
    assert prose == {line for line in lines if any(span.start <= line[0] and line[1] <= span.end for span in spans)}
    assert form.all_prose == (told_apart(text) is None)
