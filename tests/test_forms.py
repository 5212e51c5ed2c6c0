"""What kind of text a line belongs to: the table of cases, laws, hostile texts."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from cleaner.form import form_of

TABLE = tomllib.loads((Path(__file__).parent.parent / "fixtures" / "forms.toml").read_text(encoding="utf-8"))
CASES = [(kind, case) for kind, cases in TABLE.items() for case in cases]


def spelled(kinds: str) -> list[str]:
    """One word a line, from `heading . prose*3`."""
    words = (word.partition("*") for word in kinds.split())
    return [kind for kind, _, times in words for _ in range(int(times or 1))]


@pytest.mark.parametrize(("kind", "case"), CASES, ids=lambda own: own if isinstance(own, str) else own["label"])
def test_every_line_has_its_kind(kind: str, case: dict[str, Any]) -> None:
    text = case["text"].removesuffix("\n")
    form = form_of(text, case.get("format"))
    assert [str(own or ".") for own in form.kinds] == spelled(case["kinds"])


def test_eight_cases_a_kind() -> None:
    assert {kind: len(cases) >= 8 for kind, cases in TABLE.items()} == dict.fromkeys(
        ("prose", "wrapped", "heading", "lines", "quotation", "fixed", "mark"), True
    )
