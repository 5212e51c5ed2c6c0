"""Furniture of sites goes from all of its pages, and nothing else does: cases, laws, and what a run tells of it."""

import json
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.config import config_of
from cleaner.duplicates.templates import edge, edges_of, folded, line_keys
from cleaner.formats import shards
from cleaner.formats.groups import group_of
from cleaner.provenance import manifest
from cleaner.provenance.restore import records, restore
from cleaner.provenance.verify import verify
from cleaner.run.engine import Engine, Processes, Threads
from cleaner.run.run import run
from cleaner.stages.order import ORDER
from cleaner.text.paragraphs import bounds
from scripts.plant_genres import LANGUAGES, Author
from tests.conftest import ROOT, Clean, plant, tree

CASES = tomllib.loads((ROOT / "fixtures/templates.toml").read_text(encoding="utf-8"))["case"]
OFF = dict.fromkeys(ORDER, False)
RULE = "template.line"
MANY, DEEP = 12, 14  # pages; lines of a page whose middle is no edge
ZH = ["首页 > 新闻频道 > 正文", "责任编辑：本网编辑部", "版权所有 未经授权不得转载"]


@cache
def bodies(language: str, count: int) -> tuple[tuple[str, ...], ...]:
    """Bodies of pages that have nothing in common."""
    author = Author(Random(7), next(one for one in LANGUAGES if one.name == language))
    return tuple(tuple(author.paragraph() for _ in range(DEEP)) for _ in range(count))


def pages(case: dict[str, Any]) -> list[tuple[str, str]]:
    """Each page of a case, and what must be left of it."""
    return [_page(case, number) for number in range(case["pages"])]


def _page(case: dict[str, Any], number: int) -> tuple[str, str]:
    body = bodies(case["language"], case["pages"])[0 if case.get("same") else number]
    body = (*body[:-1], f"{body[-1]} {number}") if case.get("same") else body
    rare = case.get("rare", {"pages": 0, "below": []})
    above, below = case.get("above", []), [*case.get("below", []), *rare["below"] * (number < rare["pages"])]
    half = len(body) // 2
    every = [*body[:half], *below, *body[half:]] if case.get("within") else [*above, *body, *below]
    left = [line for line in every if line not in case["gone"]]
    return _told(every, number), _told(left, number)


def _told(lines: list[str], number: int) -> str:
    return "\n".join(line.replace("{n}", str(number + 1)) for line in lines) + "\n"


def cleaned(home: Path, texts: list[str], **dedup: Any) -> list[str]:
    """What a run leaves of pages of one folder: duplicates other than furniture are no matter here."""
    names = [f"site/{number:03}.txt" for number in range(len(texts))]
    run(
        [str(plant(home / "in", dict(zip(names, texts, strict=True))))],
        home / "out",
        config_of({**OFF, "dedup": dedup}),
    )
    return [(home / "out" / "corpus" / name).read_text(encoding="utf-8") for name in names]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_what_is_left_of_pages(tmp_path: Path, case: dict[str, Any]) -> None:
    texts, left = zip(*pages(case), strict=True)
    if case.get("same"):  # versions go as whole documents, but for one
        run(
            [str(plant(tmp_path / "in", {f"{at}.txt": text for at, text in enumerate(texts)}))],
            tmp_path / "out",
            config_of(OFF),
        )
        assert RULE not in manifest.read(tmp_path / "out")["counts"]["rules"]
    else:
        assert cleaned(tmp_path, list(texts)) == list(left)


def test_switched_off(tmp_path: Path) -> None:
    case = {"language": "zh", "pages": MANY, "below": ZH, "gone": []}
    texts = [text for text, _ in pages(case)]
    assert cleaned(tmp_path, texts, templates=False) == texts


@pytest.mark.parametrize("dedup", [{"paragraphs": "off"}, {"paragraphs": "all"}, {"scope": "document"}], ids=str)
def test_only_where_care_is_taken(tmp_path: Path, dedup: dict[str, Any]) -> None:
    case = {"language": "zh", "pages": MANY, "above": ZH, "gone": []}
    cleaned(tmp_path, [text for text, _ in pages(case)], **dedup)
    assert RULE not in manifest.read(tmp_path / "out")["counts"]["rules"]


furniture = st.lists(
    st.sampled_from([*ZH, "故选B", "本办法自公布之日起施行。", "清源日报社", "Share this page", "第{n}页", "- 上一篇"]),
    max_size=5,
)


@settings(max_examples=12)
@given(above=furniture, below=furniture, count=st.integers(9, 13), seed=st.integers(0, 9))
def test_order_changes_nothing_and_a_second_run_finds_nothing(
    tmp_path_factory: pytest.TempPathFactory, above: list[str], below: list[str], count: int, seed: int
) -> None:
    home = tmp_path_factory.mktemp("laws")
    case = {"language": "zh", "pages": count, "above": above, "below": below, "gone": []}
    texts = [text for text, _ in pages(case)]
    left = cleaned(home / "once", texts)
    order = Random(seed).sample(range(count), count)
    assert cleaned(home / "again", [texts[at] for at in order]) == [left[at] for at in order]
    assert cleaned(home / "twice", left) == left


def site(pages: int, host: str, *, first: int = 0) -> bytes:
    """Records of a site, in several files one of it."""
    case = {"language": "zh", "pages": 2 * MANY, "above": ZH[:1], "below": ZH[1:], "gone": []}
    rows = [
        {"url": f"https://{host}/{number}", "text": _page(case, number)[0]} for number in range(first, first + pages)
    ]
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


@pytest.mark.parametrize("engine", [Threads, lambda: Processes(2)], ids=["threads", "processes"])
def test_pages_of_a_host_stand_in_several_files_and_shards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: Callable[[], Engine]
) -> None:
    monkeypatch.setattr(shards, "SMALLEST", 1 << 12)
    files = {
        "a.jsonl": site(6, "port.example"),
        "b.jsonl": site(6, "port.example", first=6),
        "c.jsonl": site(6, "ferry.example", first=12),
    }
    out = tmp_path / "out"
    told = run([str(plant(tmp_path / "in", files))], out, config_of(OFF), engine=engine())
    assert len(told["dedup"]["templates"]["lines"]) == len(ZH)
    for name, stays in (("a.jsonl", False), ("b.jsonl", False), ("c.jsonl", True)):
        texts = [json.loads(line)["text"] for line in (out / "corpus" / name).read_text(encoding="utf-8").splitlines()]
        assert {line in text.split("\n") for text in texts for line in ZH} == {stays}


def test_what_went_is_told_and_comes_back(tmp_path: Path) -> None:
    case = {"language": "zh", "pages": MANY, "above": ZH[:1], "below": ZH[1:], "gone": ZH}
    texts = [text for text, _ in pages(case)]
    cleaned(tmp_path, texts)
    out = tmp_path / "out"
    found = [one for record in records(out) for one in record["findings"] if one["rule"] == RULE]
    assert len(found) == MANY * len(ZH)
    assert {json.dumps(one["evidence"]) for one in found} == {'{"documents": 12, "of": 12, "group": "site/"}'}
    lines = manifest.read(out)["dedup"]["templates"]["lines"]
    assert lines == [{"example": line, "group": "site/", "documents": MANY} for line in sorted(ZH)]
    verify(out)
    restore(out, tmp_path / "back")
    assert tree(tmp_path / "back") == tree(tmp_path / "in")


def test_the_summary_says_it_in_one_line_and_the_audit_shows_it(tmp_path: Path, clean: Clean) -> None:
    plant(tmp_path, {"in.jsonl": site(MANY, "port.example")})
    off = [option for stage in ORDER for option in ("--without", stage)]
    printed = clean("run", "in.jsonl", *off).stderr.splitlines()
    assert "templates: 3 lines of 1 site went from all their pages" in printed
    shown = clean("audit", "cleaned", "show", "in.jsonl:3").stdout
    assert RULE in shown and "documents 12" in shown


@pytest.mark.parametrize("settings", [{"level": "safe"}, {"keep": [{"name": "owner", "line": ZH[2]}]}], ids=str)
def test_what_is_not_applied_is_told_once(tmp_path: Path, settings: dict[str, Any]) -> None:
    case = {"language": "zh", "pages": MANY, "below": ZH[1:], "gone": []}
    files = {f"{at}.txt": text for at, (text, _) in enumerate(pages(case))}
    on = {"patterns": True} if "keep" in settings else {}
    run([str(plant(tmp_path / "in", files))], tmp_path / "out", config_of({**OFF, **on, **settings}))
    assert all(ZH[2] in text.decode() for text in tree(tmp_path / "out" / "corpus").values())
    for record in records(tmp_path / "out"):
        its = [one for one in record["findings"] if one["rule"] == RULE]
        assert len(its) == len({tuple(one["span"]) for one in its}) == 2


def test_an_edge_is_eight_lines_or_two_sentences_deep() -> None:
    short = "\n".join(f"line {word}" for word in "abcdefghijklmnopqrstuvwxyz")
    assert edge(short, bounds(short)) == (8, 18)
    long = "\n".join(["The harbour was closed on Monday, and no ship could leave."] * 9)
    assert edge(long, bounds(long)) == (2, 7)
    assert edge("", []) == (0, 0)


@given(st.lists(st.text("版权所有Ａa１2. \n「", max_size=12), max_size=6))
def test_edges_of_texts_are_those_of_each(texts: list[str]) -> None:
    together = edges_of(texts)
    for number, text in enumerate(texts):
        assert together.key[together.document == number].tolist() == edges_of([text]).key.tolist()


def test_keys_of_lines() -> None:
    same = line_keys(["版权所有 2024 https://port.example/1", "版權所有　2025 https://port.example/22"])
    assert same[0] == same[1] != 0
    assert line_keys(["——", ""]).tolist() == [0, 0]
    assert len(np.unique(line_keys(["1", "2", "http://port.example/1", "http://port.example/2"]))) == 4
    assert folded("2024") == "2024"


def test_groups() -> None:
    assert group_of("a.txt", None) == ""
    nested = b'{"meta": {"url": "http://port.example:80/a"}, "text": ', b"}"
    assert group_of("a.jsonl", nested) == "//port.example"
    for before in (b'{"url": 7, "text": ', b'{"url": "http://[", "text": ', b'{"url": "port", "text": ', b'"url" {'):
        assert group_of("a.jsonl", (before, b"}")) == "a.jsonl"
