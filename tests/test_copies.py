"""Every corpus of fixtures/copies.toml, through a run: what is left, by which rule, for which copy."""

import textwrap
import tomllib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from string import Template
from typing import Any

import opencc
import pytest

from tests.conftest import ROOT
from tests.copies import Fate, fates, stands
from tests.dedup_texts import key_of

TABLE = tomllib.loads((ROOT / "fixtures" / "copies.toml").read_text(encoding="utf-8"))
CASES, TEXTS, BODIES = TABLE["case"], TABLE["texts"], TABLE["bodies"]
WHOLE = {"dedup.document.near", "dedup.document.contained"}
RULES = {  # by row: what may take something out
    1: {"dedup.document.exact"},
    2: WHOLE,
    3: WHOLE,
    4: WHOLE,
    5: {"dedup.repeat"},
    6: {"dedup.paragraph.exact", "dedup.paragraph.near"},
    7: {"dedup.loop"},
    8: set(),
    9: set(),
    16: {"template.line"},
}
EVERY_COPY = {"template.line"}  # rules after which no copy is left that could be named
SUFFIX = {None: "txt", "markdown": "md"}
HAN, LETTERS = 50, 120  # of a repeated paragraph


def documents(case: dict[str, Any]) -> list[str]:
    """The corpus of a case."""
    if "pages" in case:
        bodies = BODIES[case["language"]][: case["pages"]]
        return ["\n".join([*case["above"], body, *case["below"]]) for body in bodies]
    texts = [_told(text) for text in case["documents"]]
    return [*texts[:-1], _changed(texts[-1], case)]


def _told(text: str) -> str:
    return Template(text).substitute(TEXTS)


def _changed(text: str, case: dict[str, Any]) -> str:
    """The last document, after what the case does to it."""
    for old, new in case.get("change", []):
        assert old in text, f"{case['label']}: there is no {old!r}"
        text = text.replace(old, new)
    if "wrap" in case:
        text = "\n\n".join(textwrap.fill(line, case["wrap"]) for line in text.split("\n"))
    return opencc.OpenCC("s2t").convert(text) if case.get("traditional") else text


def wanted(case: dict[str, Any], corpus: Sequence[str]) -> list[str]:
    """What must be left of each document."""
    if "pages" in case:
        return BODIES[case["language"]][: case["pages"]] if case["furniture"] else list(corpus)
    left = case.get("left", ["="] * len(corpus))
    return [text if one == "=" else _told(one) for text, one in zip(corpus, left, strict=True)]


def lines(text: str) -> list[str]:
    """Its lines with something on them: gaps are the matter of other tests."""
    return [" ".join(line.split()) for line in text.split("\n") if line.strip()]


def marked(case: dict[str, Any]) -> Any:
    """The case as a parameter; what is not so today may fail."""
    marks = [pytest.mark.xfail(strict=True, reason="not built")] if case.get("todo") else []
    return pytest.param(case, id=f"{case['row']}: {case['label']}", marks=marks)


@pytest.mark.parametrize("case", [marked(case) for case in CASES])
def test_what_is_left(tmp_path: Path, case: dict[str, Any]) -> None:
    corpus = documents(case)
    every = fates(tmp_path, corpus, SUFFIX[case.get("format")])
    assert [lines(fate.left) for fate in every] == [lines(text) for text in wanted(case, corpus)]
    assert {removal.rule for fate in every for removal in fate.removals} <= RULES[case["row"]]
    assert _unnamed(every) == []
    if "suspect" in case:
        assert {rule for fate in every for rule in fate.suspects} == {case["suspect"]} - {""}


def _unnamed(every: Sequence[Fate]) -> list[Any]:
    """Removals that name no copy that stays, though one does."""
    return [one for fate in every for one in fate.removals if one.rule not in EVERY_COPY and not stands(one, every)]


STAYING = [case for case in CASES if "left" not in case and "pages" not in case]


@pytest.mark.parametrize("case", STAYING, ids=lambda case: case["label"])
def test_what_stays_was_in_danger(case: dict[str, Any]) -> None:
    """Else the case would guard nothing: a line stands twice, or a tenth of all shingles do."""
    corpus = documents(case)
    repeated = max(Counter(line for text in corpus for line in lines(text)).values()) > 1
    keys = [key_of(text) for text in corpus]
    shingles = Counter(key[at : at + 5] for key in keys for at in range(len(key) - 4))
    assert repeated or len(shingles) <= 0.9 * shingles.total()


@pytest.mark.parametrize("name", TEXTS)
def test_texts_are_long_enough_to_be_repeated_paragraphs(name: str) -> None:
    text = TEXTS[name]
    assert sum("\u4e00" <= letter <= "\u9fff" for letter in text) >= HAN or sum(map(str.isalnum, text)) >= LETTERS


@pytest.mark.parametrize("row", RULES)
def test_every_row_has_siblings_in_three_languages(row: int) -> None:
    languages = {case["label"][-2:] for case in CASES if case["row"] == row}
    assert {"zh", "en"} < languages
    assert languages & {"de", "fr", "ja", "ru"}


@pytest.mark.parametrize("row", [row for row, rules in RULES.items() if rules])
def test_a_row_that_takes_has_siblings_that_stay(row: int) -> None:
    went = {case["label"][-2:] for case in CASES if case["row"] == row and ("left" in case or case.get("furniture"))}
    stayed = {
        case["label"][-2:] for case in CASES if case["row"] == row and not ("left" in case or case.get("furniture"))
    }
    assert min(len(went), len(stayed)) >= 3
