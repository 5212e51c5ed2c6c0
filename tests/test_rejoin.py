"""The stage `rejoin`: its table, flags, and where it keeps its hands off."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from cleaner.document import Certainty, Document, Finding
from cleaner.pipeline import Pipeline
from cleaner.stages.rejoin import Rejoin

ROOT = Path(__file__).parent.parent
TABLE: dict[str, list[dict[str, Any]]] = tomllib.loads((ROOT / "fixtures" / "rejoin.toml").read_text(encoding="utf-8"))
CASES = [case for kind in ("wild", "synthetic", "negative") for case in TABLE[kind]]
HALVES = next(case["raw"] for case in TABLE["wild"] if "found" in case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_table(case: dict[str, Any]) -> None:
    stage = Rejoin(**case.get("settings", {}))
    doc = Document.of(case["raw"]).revise(stage(Document.of(case["raw"])))
    assert doc.text == case.get("text", case["raw"])
    assert [[f.rule, doc.raw[f.start : f.end]] for f in doc.findings if f.applied] == case.get("found", [])
    assert [f for f in stage(Document.of(doc.text)) if not f.flag] == []


def test_what_only_looks_open_is_flagged() -> None:
    raw = next(case["raw"] for case in TABLE["negative"] if case["label"] == "what follows is a list item")
    [finding] = Rejoin()(Document.of(raw))
    assert (finding.rule, finding.flag, finding.evidence["held_back"]) == ("rejoin.open-end", True, "a list item")


def test_nothing_is_joined_over_a_suspect() -> None:
    """The half sentence may be another article's: as long as nobody has decided, it stays as it is."""
    suspect = Finding(HALVES.index("负"), len(HALVES) - 1, "splice.foreign", "", Certainty.SUSPECT)
    doc = Document.of(HALVES).revise([suspect])
    assert list(Rejoin()(doc)) == []
    assert [finding.rule for finding in Rejoin()(Document.of(HALVES))] == ["rejoin.line"]


def test_parts_meet_where_a_foreign_piece_was_taken_out() -> None:
    raw = HALVES.replace("\n\n", "\n\n（此处插入别的文章）\n\n")
    start = raw.index("（")
    doc = Document.of(raw).revise([Finding(start, raw.index("负"), "splice.foreign")])
    assert doc.revise(Rejoin()(doc)).text == HALVES.replace("\n\n", "")


def test_authors_without_end_marks_are_left_alone() -> None:
    line = "没有句号的人写的段落也可以很长很长，长到一眼望不到头，读的人只好自己在心里停下来换一口气，然后再往下面读，读到最后也没有看见它"
    findings = list(Rejoin()(Document.of("\n\n".join([line] * 6))))
    assert {finding.rule for finding in findings} == {"rejoin.open-end"}


@pytest.mark.parametrize("path", sorted((ROOT / "seeds").glob("*.txt")), ids=lambda path: path.name[:3])
def test_the_samples_have_nothing_to_join(path: Path) -> None:
    doc = Pipeline.default(rejoin=False)(Document.of(path.read_text(encoding="utf-8")))
    assert list(Rejoin()(doc)) == []
