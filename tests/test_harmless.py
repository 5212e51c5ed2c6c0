"""Structured text of packages stays as it is, read by other people's parsers: the small part of scripts/harmless.py.

And the measure itself: its parsers see what is harm and overlook what is none, Chinese names leave a text as valid as it
was, and the blame falls on the rule that did it.
"""

import ast
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from scripts import harmless_chinese as chinese
from scripts import harmless_files as files
from scripts.harmless import KINDS, ROWS, Kind, Row, chosen, gathered, outcome
from scripts.harmless_files import Text

CASES = tomllib.loads((Path(__file__).parent.parent / "fixtures" / "harmless.toml").read_text(encoding="utf-8"))
KIND = {kind.name: kind for kind in KINDS}
TEXTS, LONGEST = 40, 8_000  # a row of the suite: so many and so long that one run takes half a second
FEWEST = 8
ONCE = {"txt", "fence", "md", "rst"}  # JSON lines go the way of .txt: one row of them is enough


def cases() -> Iterator[Any]:
    for verdict, table in CASES.items():
        for case in table:
            yield pytest.param(verdict, case, id=f"{case['kind']}: {case['label']}")


def row_of(name: str) -> Row:
    return chosen([name])[0]


@lru_cache(maxsize=len(KINDS))
def texts_of(kind: Kind) -> list[Text]:
    return gathered(kind, files.roots(system=False), TEXTS, LONGEST)


USUAL = [row for row in ROWS if row.carriage in ONCE or row.name == "markdown.jsonl"]


@pytest.mark.parametrize("row", USUAL, ids=lambda row: row.name)
def test_a_run_leaves_structured_text_as_it_is(row: Row, tmp_path: Path) -> None:
    if len(texts := texts_of(row.kind)) < FEWEST:
        pytest.skip("packages bring too few")
    found = outcome(row, texts, tmp_path)
    assert found.share == 1.0, [(one.name, one.rules) for one in found.changed]


@pytest.mark.parametrize(("verdict", "case"), list(cases()))
def test_parsers_see_harm_and_nothing_else(verdict: str, case: dict[str, str]) -> None:
    seen = KIND[case["kind"]].seen
    before = seen(case["before"])
    try:
        after = seen(case["after"])
    except (ValueError, SyntaxError):
        after = []
    assert (before == after) == (verdict == "harmless")


def test_a_fence_gives_back_what_was_put_in() -> None:
    text = Text("/a/b.py", 'TEXT = """\n```\n~~~\n"""')
    row = row_of("python.fence")
    assert row.seen(row.carried(text)) == row.kind.seen(text.text)


def test_a_program_is_as_valid_with_chinese_names() -> None:
    made = chinese.python(
        'import os\n\nclass One(Two):\n    """Doc string."""\n\n    def get_it(self, *, key=b"x"):\n        return f"{key}"\n'
    )
    tree = ast.parse(made)
    assert [type(node).__name__ for node in ast.walk(tree)][:3] == ["Module", "Import", "ClassDef"]
    assert "self" in made
    assert 'b"x"' in made
    assert not {"One", "Two", "Doc", "get_it", "os"} & set(made.replace("(", " ").split())


@pytest.mark.parametrize("kind", ["yaml", "toml", "json", "ini"])
def test_keys_become_chinese_and_nothing_else(kind: str) -> None:
    raw = {
        "yaml": "one:\n  two: three\n  list:\n    - four: 5\n",
        "toml": "one = 1\n[two]\nthree = 'four'\n",
        "json": '{"one": {"two": "three"}}',
        "ini": "[one]\ntwo = three\n",
    }[kind]
    before, after = KIND[kind].seen(raw), KIND[kind].seen(KIND[f"{kind}-zh"].made(raw))
    assert len(before) == len(after)
    assert before != after
    assert [line.partition(" = ")[2] for line in before] == [line.partition(" = ")[2] for line in after]


def test_the_blame_falls_on_the_rule_that_did_it(tmp_path: Path) -> None:
    """Of two articles with the same paragraph one loses it: prose, where that is right, so that the test outlives every cure."""
    shared = (
        "This paragraph of more than one clause, long enough to say something of its own, stands in two articles, word for"
        " word, and was quoted by neither of them.\n"
    )
    harbour = (
        "The harbour of the old town froze over in the first week of the year, and the ferries stayed where they were until"
        " the ice could be broken by a ship from the capital.\n"
    )
    lamps = (
        "Nobody had asked  the council\u00a0why the lamps along the river were left burning by day, although the bill that came"
        " at the end of the winter was the highest in living memory.\n"
    )
    texts = [
        Text("a", f"{harbour}\n{harbour.replace('harbour', 'market').replace('ferries', 'stalls')}\n{shared}"),
        Text("b", f"{lamps}\n\n\n{shared}\n{lamps.replace('lamps', 'taps').replace('river', 'market')}"),
    ]
    found = outcome(row_of("catalogue.txt"), texts, tmp_path)
    assert found.texts == found.equal + found.gone + found.unread + len(found.changed)
    assert [one.name for one in found.changed] == ["b"]
    assert {rule.rpartition(".")[0] for rule in found.changed[0].rules} == {"dedup.paragraph"}


def test_what_a_run_does_not_read_counts_against_it(tmp_path: Path) -> None:
    texts = [Text("a", "- one\n- two\n"), Text("b", "- three\n")]
    found = outcome(row_of("rst.rst"), texts, tmp_path)
    assert found.share == found.equal / 2
    assert found.holds == (found.unread == 0)


def test_rows_are_chosen_by_name_and_by_kind() -> None:
    assert [row.name for row in chosen(["rst", "yaml.txt"])] == ["yaml.txt", "rst.rst", "rst.txt", "rst.jsonl"]
    assert chosen([]) == list(ROWS)
    with pytest.raises(ValueError, match="no row yamel"):
        chosen(["yamel"])
