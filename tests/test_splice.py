"""The stage `splice`: the five samples line by line, documents of our own, bounds, determinism."""

import os
import pickle
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from typing import Any

import pytest

from cleaner.document import Certainty, Document, Finding
from cleaner.forms import Kind, form_of
from cleaner.pipeline import Pipeline
from cleaner.stages.splice import Splice
from cleaner.stages.splice.joined import may_be_wrapped
from cleaner.stages.splice.page import Cue
from cleaner.stages.splice.verdict import ForeignBlock, Measures, verdict_on
from cleaner.text.machine_code import MAKING_ANEW, worked
from cleaner.text.paragraphs import paragraphs
from scripts.bench_splice import wrapped

ROOT = Path(__file__).parent.parent
SEEDS = {path.name[:3]: path for path in sorted((ROOT / "seeds").glob("*.txt"))}
CASES = tomllib.loads((ROOT / "fixtures" / "splice.toml").read_text(encoding="utf-8"))

FOUND_IN_003 = [  # offsets of the file as it is; 3 is the article on poverty relief, 2 that on the fair
    (1987, 2451, "splice.foreign", 2),
    (2455, 2477, "splice.caption", 3),
    (2479, 3934, "splice.foreign", 3),
    (3936, 4896, "splice.foreign", 2),
    (4898, 4902, "splice.label", 2),
    (4904, 5083, "splice.repeat", 2),
    (5085, 5161, "splice.repeat", 2),
    (5163, 5263, "splice.repeat", 2),
    (5265, 5325, "splice.repeat", 2),
    (5327, 5335, "splice.label", 2),
]
COPIES_IN_003 = [[2030, 2209], [2211, 2287], [2289, 2389], [2391, 2451]]


def seed(number: str) -> Document:
    return Pipeline.default()(Document.of(SEEDS[number].read_text(encoding="utf-8"), number))


def spliced(doc: Document) -> list[Finding]:
    return [finding for finding in doc.findings if finding.rule.startswith("splice.")]


def applied(text: str) -> list[Finding]:
    return [finding for finding in Splice()(Document.of(text)) if finding.certainty > Certainty.SUSPECT]


def test_003_loses_what_is_foreign_and_nothing_else() -> None:
    doc = seed("003")
    found = [(f.start, f.end, f.rule, f.evidence["article"]) for f in spliced(doc)]
    assert found == FOUND_IN_003
    assert all(finding.applied for finding in spliced(doc))
    assert len(paragraphs(doc.text)) == 29
    assert doc.text[slice(*paragraphs(doc.text)[-1])] == "(新华社记者 张辛欣)"
    assert doc.change.invert(doc.raw).apply(doc.text) == doc.raw


def test_repeats_of_003_name_their_copies() -> None:
    doc = seed("003")
    repeats = [finding for finding in spliced(doc) if finding.rule == "splice.repeat"]
    assert [finding.evidence["copy"]["span"] for finding in repeats] == COPIES_IN_003
    for finding, (start, end) in zip(repeats, COPIES_IN_003, strict=True):
        assert doc.raw[finding.start : finding.end] == doc.raw[start:end]
        assert finding.evidence["words"].endswith("which was taken for a part of article 2: it falls with it.")


@pytest.mark.parametrize(("number", "count"), [("000", 24), ("002", 34), ("004", 27)])
def test_clean_samples_stay(number: str, count: int) -> None:
    doc = seed(number)
    assert spliced(doc) == []
    assert len(paragraphs(doc.text)) == count


def test_001_loses_a_stray_label_and_nothing_else() -> None:
    doc = seed("001")
    [finding] = spliced(doc)
    assert (finding.rule, doc.raw[finding.start : finding.end]) == ("splice.stray-label", "前言")
    assert (finding.start, finding.end) == (1741, 1743)
    assert len(paragraphs(doc.text)) == 21
    assert "\n中小企业如何稳？\n" in doc.text


@pytest.mark.parametrize("number", SEEDS)
def test_a_second_run_takes_nothing(number: str) -> None:
    assert spliced(Pipeline.default()(seed(number).text)) == []


@pytest.mark.parametrize("case", CASES["negative"], ids=lambda case: case["label"])
def test_articles_round_ups_interviews_and_lists_stay(case: dict[str, str]) -> None:
    assert applied(case["raw"]) == []


@pytest.mark.parametrize("case", CASES["synthetic"], ids=lambda case: case["label"])
def test_spliced_documents_lose_what_is_foreign(case: dict[str, Any]) -> None:
    found = applied(case["raw"])
    assert [[finding.rule, case["raw"][finding.start : finding.end]] for finding in found] == case["found"]
    assert Document.of(case["raw"]).revise(found).text == case["text"]


@pytest.mark.parametrize("case", CASES["synthetic"], ids=lambda case: case["label"])
def test_evidence_is_complete(case: dict[str, str]) -> None:
    for finding in applied(case["raw"]):
        assert finding.evidence["words"]
        if finding.rule == "splice.foreign":
            evidence = finding.evidence
            assert evidence["p"] >= evidence["limit"] or evidence["cues"]
            assert evidence["gap"] > 0
            assert {
                "article",
                "order",
                "paragraphs",
                "characters",
                "link",
                "usual",
                "rare_shared",
                "usual_shared",
                "held_back",
            } <= set(evidence)


def hard_wrapped(text: str, width: int) -> str:
    """As a mail program breaks it: every line of a quotation has its sign; marked headings and what is in lines stay."""
    paragraphs = (part if "\n" in part or part[:1] == "#" else _wrapped(part, width) for part in text.split("\n\n"))
    return "\n\n".join(paragraphs)


def _wrapped(paragraph: str, width: int) -> str:
    sign = "> " if paragraph.startswith("> ") else ""
    return "\n".join(sign + line for line in wrapped(paragraph.removeprefix(sign), width - len(sign)).split("\n"))


def bare(text: str) -> str:
    return "".join(text.split())


ONE_LINE = [case for case in CASES["synthetic"] if "\n" not in case["raw"].strip().replace("\n\n", "")]


@pytest.mark.parametrize("width", [40, 72, 100])
@pytest.mark.parametrize("case", ONE_LINE, ids=lambda case: case["label"])
def test_hard_wrapped_documents_lose_the_same(case: dict[str, Any], width: int) -> None:
    raw = hard_wrapped(case["raw"], width)
    found = applied(raw)
    assert [[f.rule, bare(raw[f.start : f.end])] for f in found] == [[rule, bare(text)] for rule, text in case["found"]]
    for finding in found:
        if finding.rule == "splice.repeat":
            start, end = finding.evidence["copy"]["span"]
            assert raw[start:end] == raw[finding.start : finding.end]


@pytest.mark.parametrize("width", [25, 40, 72, 100])
@pytest.mark.parametrize("case", CASES["negative"], ids=lambda case: case["label"])
def test_hard_wrapped_articles_stay(case: dict[str, str], width: int) -> None:
    assert applied(hard_wrapped(case["raw"], width)) == []


@pytest.mark.parametrize("width", [36, 40, 72, 100, 180])
@pytest.mark.parametrize("case", [*CASES["negative"], *CASES["synthetic"]], ids=lambda case: case["label"])
def test_no_hard_wrapped_block_is_overlooked(case: dict[str, Any], width: int) -> None:
    raw = hard_wrapped(case["raw"], width)
    assert may_be_wrapped(raw) or Kind.WRAPPED not in form_of(raw).kinds


@pytest.mark.parametrize("case", ONE_LINE, ids=lambda case: case["label"])
def test_offsets_of_a_hard_wrapped_source_survive_earlier_stages(case: dict[str, Any]) -> None:
    """Lines that end in spaces and begin with an indent, which layout takes first: spans are of the source all the same."""
    lines = hard_wrapped(case["raw"], 40).replace("\n\n", "  \n\n　　")
    doc = Pipeline.default()(lines)
    assert [bare(lines[f.start : f.end]) for f in spliced(doc) if f.applied] == [
        bare(text) for _, text in case["found"]
    ]
    assert doc.change.invert(doc.raw).apply(doc.text) == doc.raw
    assert spliced(Pipeline.default()(doc.text)) == []


def test_cues_alone_take_nothing() -> None:
    """A jump line in the middle of one article: its words hold to the rest, so it is only suspected."""
    one = next(case["raw"] for case in CASES["negative"] if case["label"].startswith("one article, "))
    lines = one.split("\n\n")
    assert applied("\n\n".join([*lines[:4], "（上接第3版）", *lines[4:]])) == []


def test_suspects_of_a_large_share_are_all_held_back() -> None:
    """Words alone may take 60 % of a document; with a lower limit the same block is only suspected."""
    raw = next(case["raw"] for case in CASES["synthetic"] if case["label"].startswith("traditional"))
    held = list(Splice(share_limit=0.2)(Document.of(raw)))
    assert [finding.certainty for finding in held] == [Certainty.SUSPECT]
    assert "needs review" in held[0].evidence["held_back"]


@pytest.mark.parametrize(
    ("cues", "why"),
    [
        (["repeated paragraph"], "a paragraph of it stands twice, its words do not say enough"),
        (["after the end byline"], "a line of the page speaks for it, its words do not say enough"),
        (
            ["repeated paragraph", "after the end byline"],
            "a line of the page speaks for it, its words do not say enough",
        ),
        (["page label"], None),
    ],
)
def test_what_is_only_suspected_says_what_speaks_for_it(cues: list[str], why: str | None) -> None:
    loose = Measures(link=1.0, usual=(0.0, 0.0), inside=0.0)
    named = tuple(Cue(name, "") for name in cues)
    block = ForeignBlock((3, 4), 400, -2.0, loose, named, cjk=True, asides=False, stranger=False, main=9)
    verdict = verdict_on(block, Splice())
    assert (verdict and verdict.held_back) == why


def test_offsets_in_evidence_are_of_the_source() -> None:
    raw = next(case["raw"] for case in CASES["synthetic"] if case["label"].startswith("an extractor"))
    indented = raw.replace("\n\n", "\n\n　　")
    doc = Pipeline.default()(indented)
    repeats = [finding for finding in spliced(doc) if finding.rule == "splice.repeat"]
    assert repeats
    for finding in repeats:
        start, end = finding.evidence["copy"]["span"]
        assert indented[start:end] == indented[finding.start : finding.end]


HOSTILE = {
    "many paragraphs": "".join(f"第{i}天，{chr(0x4E00 + i % 5000)}{chr(0x5E00 + i * 7 % 5000)}在路上走，看见{i % 97}只鸟和一条很长很长的河，河边有人。\n" for i in range(3000)),
    "one huge paragraph": "春夏秋冬东西南北" * 200_000,
    "the same paragraph": "这一段话在这篇文章里一共出现了一千次，每一次都完全一样，没有任何差别可言。\n" * 1000,
    "all of it twice": "".join(f"{chr(0x4E00 + i)}{chr(0x5E00 + i * 7)}村的井水很甜，村里{i}户人家都来挑水，扁担在肩上吱呀吱呀地响。\n" for i in range(2000)) * 2,
    "jump lines": "".join(f"{chr(0x4E00 + i)}{chr(0x5E00 + i * 7)}村的井水很甜，村里{i}户人家都来挑水，扁担在肩上吱呀吱呀地响。\n" for i in range(300)) + "（上接第1版）\n" * 20_000,
    "empty lines": "\n" * 500_000,
    "short lines": "短行\n" * 50_000,
    "brackets": ("（" * 60 + "\n") * 5000,
    "lone surrogates": ("\ud800汉字" * 20 + "\n") * 50,
}  # fmt: skip


@pytest.fixture(scope="module")
def warm() -> None:
    """Machine code is there, which would be made on the way."""
    worked(MAKING_ANEW)
    seed("003")


@pytest.mark.usefixtures("warm")
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_takes_bounded_time(name: str) -> None:
    began = time.perf_counter()
    found = applied(HOSTILE[name])
    assert time.perf_counter() - began < 20
    assert found == []


def test_long_documents_are_judged_in_windows() -> None:
    """A foreign article of four paragraphs amid 130 of one other goes, wherever the windows are cut."""
    case = next(case for case in CASES["synthetic"] if case["label"].startswith("traditional"))
    foreign = case["found"][0][1]
    main = [line for line in case["text"].split("\n\n") if len(line) > 30]
    long = [f"{line[:-1]}，這是第{number}次講起避風塘的街渡。" for number in range(20) for line in main]
    for at in (20, 60, 100):
        [finding] = applied("\n\n".join([*long[:at], foreign, *long[at:]]))
        assert "書包" in "\n\n".join([*long[:at], foreign, *long[at:]])[finding.start : finding.end]


def test_findings_do_not_depend_on_the_hash_seed() -> None:
    code = (
        "import sys; from cleaner.document import Document; from cleaner.stages.splice import Splice;"
        "print([(f.start, f.end, f.rule, f.evidence) for f in Splice()(Document.of(open(sys.argv[1], newline='').read()))])"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", code, str(SEEDS["003"])],
            env={**os.environ, "PYTHONHASHSEED": hashed, "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            check=True,
        ).stdout
        for hashed in ("1", "2")
    ]
    assert runs[0] == runs[1] != b""


def test_the_import_is_cheap() -> None:
    code = "import sys, cleaner.stages.splice; print('numpy' in sys.modules, 'opencc' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout
    assert "opencc" not in out and out.split() == ["False", "False"]


def test_a_pickled_stage_is_a_few_bytes() -> None:
    assert len(pickle.dumps(Splice())) < 300
    assert pickle.loads(pickle.dumps(Splice(limit=0.9))) == Splice(limit=0.9)
