"""What a person is told of duplicates: each case of fixtures/said.toml in one run, and what the summary counts of them."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from cleaner.document import Document, Finding
from cleaner.report.copies import what_differs, why
from tests.conftest import ROOT, Clean, plant

CASES: list[dict[str, Any]] = tomllib.loads((ROOT / "fixtures" / "said.toml").read_text(encoding="utf-8"))["case"]
KEPT = {"id": "a.txt", "span": [0, 4]}


@pytest.fixture
def out(clean: Clean, tmp_path: Path) -> str:
    """A run over all cases; its summary."""
    texts = {
        f"{at}/{name}.txt": case[name] for at, case in enumerate(CASES) for name in ("one", "other") if name in case
    }
    plant(tmp_path / "in", texts)
    return clean("run", "in", "-o", "out", "--without", "splice").stderr


def told(said: str, label: str) -> str:
    """What stands behind a label, its lines joined."""
    found = re.search(rf"^  {label}: (.*(?:\n    .*)*)", said, re.MULTILINE)
    return "" if found is None else " ".join(found[1].split())


def test_each_is_explained(clean: Clean, out: str) -> None:
    for at, case in enumerate(CASES):
        said = clean("audit", "out", "show", f"{at}/other.txt", "--rule", case["rule"]).stdout
        assert case["rule"] in said, case["label"]
        assert told(said, "why").startswith(case["why"].format(one=f"{at}/one.txt")), case["label"]
        assert told(said, "differs") == case.get("differs", ""), case["label"]
        assert "stays: " in said


def test_the_summary_counts_them_and_says_how_to_list_versions(clean: Clean, out: str) -> None:
    versions = [f"{at}/other.txt" for at, case in enumerate(CASES) if case["rule"] == "dedup.version"]
    assert "  documents that went for another: 1 nearly the same, 1 contained in it\n" in out
    told = f"  {len(versions)} versions of other documents stay: a figure, a name or a negation differs"
    assert f"{told}; look: clean audit out list --rule dedup.version\n" in out
    listed = clean("audit", "out", "list", "--rule", "dedup.version").stdout.splitlines()[1:]
    assert [line.split()[0] for line in listed] == versions
    assert clean("audit", "out", "list", "--certainty", "suspect").stdout.count("/other.txt") == len(versions) + 1


def test_a_dry_run_names_no_run_to_look_into(clean: Clean, out: str) -> None:
    said = clean("run", "in", "--dry-run", "--without", "splice").stderr
    assert "versions of other documents stay" in said
    assert "list --rule" not in said


@pytest.mark.parametrize(
    ("rule", "copy", "evidence", "said"),
    [
        ("document.near", "other", {"stands_there": 0.9999}, "nearly the same as a.txt: 99.9 % of the text stands there; no copy is to stay."),
        ("paragraph.near", "kept", {"stands_there": 1.0}, "This paragraph is nearly the same as one in a.txt: all of the text stands there;"),
        ("document.contained", "kept", {"stands_there": 0.88}, "much like it: 88.0 % of the text stands there; that copy stays."),
        ("version", "other", {"stands_there": 0.9, "differs_in": "title"}, "both stay: their titles differ in a number."),
        ("paragraph.exact", "kept", {"id": "b.txt"}, "This paragraph stands in another place of this document as well, word for word"),
    ],
)  # fmt: skip
def test_in_words(rule: str, copy: str, evidence: dict[str, Any], said: str) -> None:
    evidence = {copy: KEPT | {"id": evidence.pop("id", "a.txt")}} | evidence
    assert said in why(Finding(0, 4, f"dedup.{rule}", evidence=evidence), Document.of("一段话。", "b.txt"))


def test_what_was_replaced_is_told_once_and_harmlessly() -> None:
    evidence = {"replaced": [["1.022", "1.032"], ["\x1b[1m", "x"]], "replaced_in_all": 9}
    assert what_differs(evidence).split("; ")[::2] == ["“1.022” there, “1.032” here", "9 places in all"]
    assert "\x1b" not in what_differs(evidence)
    assert what_differs({}) == ""
