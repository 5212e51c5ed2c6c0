"""Where a clean character came from: the way back through a document's change."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from cleaner.provenance.salvaged import article_in
from cleaner.report.cells import clipped
from cleaner.report.lookup import Past, find_clean, find_salvaged
from cleaner.text.errors import ConfigError
from cleaner.text.shown import shown

AROUND = 20  # characters of context on either side


class CleanCharacter(NamedTuple):
    """A clean character and the source span it came from, in code points; `rules` are those that touched that span.

    text  that it stands in: the clean text of the document, or an article that was salvaged from it
    """

    past: Past
    text: str
    at: int
    span: tuple[int, int]
    rules: tuple[str, ...]

    @property
    def line(self) -> int:
        """Line of the source text, from 1."""
        return self.past.doc.raw.count("\n", 0, self.span[0]) + 1


def where(out: Path, asked: str) -> CleanCharacter:
    """The source of `corpus/a.txt:1200` or, in a JSON lines file, `corpus/a.jsonl:17:1200` (line, then character).

    Characters count from 0, lines from 1. ConfigError where nothing stands there.
    """
    past, entry, at = _parse(out, asked)
    article = None if entry is None else article_in(entry)
    text = past.doc.text if article is None else article.text(past.doc.raw)
    if not 0 <= at < len(text):
        raise ConfigError(f"{asked}: the clean text has characters 0 to {len(text) - 1}")
    back = past.doc.change.mapper(back=True)
    start, end = back(at, at + 1) if article is None else article.source(past.doc.raw, at)
    applied = ((finding.rule, edit) for finding in past.doc.findings if finding.applied for edit in finding.where)
    touched = dict.fromkeys(rule for rule, edit in applied if edit.start < end and start < edit.end)
    return CleanCharacter(past, text, at, (start, end), tuple(touched))


def described(place: CleanCharacter) -> list[str]:
    """A place in words, with the text around it on both sides."""
    doc, (start, end) = place.past.doc, place.span
    source = f"{shown(place.past.origin.place)}: line {place.line}, characters {start:,}–{end:,}"
    lines = [
        f"clean   {place.at:,}: {_around(place.text, place.at, place.at + 1)}",
        f"source  {source}: {_around(doc.raw, start, end)}",
    ]
    if place.rules:
        lines.append(f"changed by {', '.join(place.rules)}")
    return lines


def _parse(out: Path, asked: str) -> tuple[Past, Mapping[str, Any] | None, int]:
    """PATH:CHARACTER, or PATH:LINE:CHARACTER; a name may hold colons and numbers itself, so that both are tried."""
    for parts in (asked.rsplit(":", 1), asked.rsplit(":", 2)):
        path, *numbers = parts
        if numbers and all(number.isascii() and number.isdecimal() for number in numbers):
            name = Path(path).as_posix().removeprefix(f"{out.as_posix()}/")
            line = int(numbers[0]) if len(numbers) == 2 else None
            if past := find_clean(out, name, line):
                return past, None, int(numbers[-1])
            if found := find_salvaged(out, name, line):
                return *found, int(numbers[-1])
    raise ConfigError(
        f"{asked}: no such place; write PATH:CHARACTER, or PATH:LINE:CHARACTER in a JSON lines file, with PATH as corpus/a.txt"
    )


def _around(text: str, start: int, end: int) -> str:
    before, after = text[max(start - AROUND, 0) : start], text[end : end + AROUND]
    return f"{clipped(before, 2 * AROUND)}【{clipped(text[start:end], 2 * AROUND)}】{clipped(after, 2 * AROUND)}"
