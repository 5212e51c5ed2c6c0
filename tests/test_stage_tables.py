"""Every case of fixtures/<stage>.toml: what a stage finds in a text, what it leaves, what it only reports."""

import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cleaner.config import config_of
from cleaner.document import Document, Finding
from cleaner.stages.order import ORDER, stage_class
from cleaner.stages.stage import Stage

FIXTURES = Path(__file__).parent.parent / "fixtures"
KINDS = {"wild", "negative", "synthetic", "known_failure"}
FIELDS = {"label", "language", "spares", "from", "settings", "raw", "bytes", "text", "found", "flags"}
TABLED = [name for name in ORDER if (FIXTURES / f"{name}.toml").exists()]
Case = dict[str, Any]
Rows = list[list[str]]


def tables() -> Iterator[tuple[str, str, Case]]:
    """(stage, kind, case), stages without a table left out."""
    for name in TABLED:
        for kind, cases in tomllib.loads((FIXTURES / f"{name}.toml").read_text(encoding="utf-8")).items():
            yield from ((name, kind, case) for case in cases)


def parameters() -> Iterator[Any]:
    for name, kind, case in tables():
        marks = [pytest.mark.xfail(strict=True)] if kind == "known_failure" else []
        yield pytest.param(name, case, id=f"{name}: {case['label']}", marks=marks)


def raw_of(case: Case) -> str:
    if "bytes" in case:
        return bytes.fromhex(case["bytes"]).decode("utf-8", "surrogateescape")
    return str(case["raw"])


def stage_of(name: str, case: Case) -> Stage:
    """The stage with the settings of a case; those of a user's patterns are read as from a file."""
    settings = case.get("settings", {})
    if name == "patterns":
        return next(stage for stage in config_of({**dict.fromkeys(ORDER, False), name: True, **settings}).stages)
    stage: Stage = stage_class(name)(**settings)
    return stage


def rules_of(name: str) -> set[str]:
    """The rules of a stage, under the settings of all its cases."""
    return set().union(*(stage_of(stage, case).rules for stage, _, case in tables() if stage == name))


def rows(findings: Iterable[Finding], raw: str) -> Rows:
    """Rule and old text of every edit, in the order of the text; bytes that were no UTF-8 as \\xNN."""
    found = sorted((edit.start, edit.end, finding.rule) for finding in findings for edit in finding.where)
    return [
        [rule, raw[start:end].encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")]
        for start, end, rule in found
    ]


def fired(case: Case) -> set[str]:
    return {rule for rule, _ in case.get("found", []) + case.get("flags", [])}


@pytest.mark.parametrize(("name", "case"), list(parameters()))
def test_case(name: str, case: Case) -> None:
    raw = raw_of(case)
    doc = Document.of(raw).revise(stage_of(name, case)(Document.of(raw)))
    assert doc.text == case.get("text", raw)
    assert rows((finding for finding in doc.findings if finding.applied), raw) == case.get("found", [])
    assert rows((finding for finding in doc.findings if not finding.applied), raw) == case.get("flags", [])


def test_tables_are_well_formed() -> None:
    for name, kind, case in tables():
        where = f"{name}: {case['label']}"
        assert kind in KINDS, where
        assert set(case) <= FIELDS, where
        assert kind != "wild" or "from" in case, f"{where}: says not where it was met"
        assert kind != "negative" or not case.get("found"), f"{where}: looks like dirt and is not"


@pytest.mark.parametrize("name", TABLED)
def test_every_rule_has_a_case_that_fires_and_the_stage_a_case_that_does_not(name: str) -> None:
    cases = [(kind, case) for stage, kind, case in tables() if stage == name]
    assert set().union(*(fired(case) for _, case in cases)) == rules_of(name)
    assert any(kind == "negative" for kind, _ in cases)


@pytest.mark.parametrize("name", [name for name in TABLED if name != "splice"])  # which judges pages, not characters
def test_every_rule_spares_a_text_that_looks_made_for_it_and_meets_another_language(name: str) -> None:
    """`spares` names rules that a case looks made for and that leave it alone; `language` is any but Chinese."""
    cases = [case for stage, _, case in tables() if stage == name]
    spared = {rule for case in cases for rule in case.get("spares", [])}
    abroad = {rule for case in cases if "language" in case for rule in fired(case) | set(case.get("spares", []))}
    assert (rules_of(name) - spared, rules_of(name) - abroad) == (set(), set())
    assert not [case["label"] for case in cases if fired(case) & set(case.get("spares", []))]


@pytest.mark.parametrize("name", ORDER)
def test_a_stage_is_what_it_says(name: str) -> None:
    stage = stage_class(name)()
    assert isinstance(stage, Stage)
    assert stage.name == name
    assert all(rule.startswith(f"{name}.") and says for rule, says in stage.rules.items())
