"""Sound text of 99 languages, the translations that Django ships: nothing disappears but what the tables name."""

import gettext
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import django
import pytest

from cleaner.pipeline import Pipeline

LOCALES = Path(django.__file__).parent
FEWEST_LANGUAGES, FEWEST_LINES = 90, 50_000


def translated(language: str) -> Iterator[str]:
    """Every translated line of a language, once."""
    seen: dict[str, None] = {}
    for path in sorted(LOCALES.glob(f"**/locale/{language}/LC_MESSAGES/*.mo")):
        with path.open("rb") as file:
            catalog = gettext.GNUTranslations(file)
        for text in catalog._catalog.values():  # type: ignore[attr-defined]  # the one way to all texts of a catalogue
            seen |= dict.fromkeys(line for line in text.split("\n") if line.strip(" "))
    yield from seen


LANGUAGES = sorted({path.parent.parent.name for path in LOCALES.glob("**/locale/*/LC_MESSAGES/*.mo")} - {"en"})


def letters(text: str) -> str:
    """Letters, marks and digits, composed as the tables compose them."""
    return "".join(c for c in unicodedata.normalize("NFC", text) if unicodedata.category(c)[0] in "LMN")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_letter_of_any_language_is_lost(language: str) -> None:
    pipeline = Pipeline.default()
    for line in translated(language):
        doc = pipeline(line)
        assert letters(doc.text) == letters(line)
        assert doc.change.invert(line).apply(doc.text) == line
        assert not any(finding.rule.startswith("error.") for finding in doc.findings)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_of_any_language_is_cleaned_once(language: str) -> None:
    pipeline = Pipeline.default()
    once = pipeline("\n\n".join(translated(language)))
    again = pipeline(once.text)
    assert again.text == once.text
    assert not any(finding.rule.startswith("splice.") and finding.applied for finding in once.findings)


def test_there_are_enough_languages() -> None:
    assert len(LANGUAGES) >= FEWEST_LANGUAGES
    assert sum(1 for language in LANGUAGES for _ in translated(language)) >= FEWEST_LINES
