"""What was salvaged from where, as lines for a person. Reads entries of records, decides nothing."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cleaner.report.cells import cut
from cleaner.report.lookup import Past
from cleaner.text.shown import shown

CELLS = 100
WHY = {"mixed": "it holds a part of another sentence", "repeat": "written once"}


def told(entries: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """One line for each article that was salvaged from a document."""
    for entry in entries:
        yield ""
        yield _title(entry)


def show(past: Past, entry: Mapping[str, Any]) -> Iterator[str]:
    """One article: its paragraphs in order with the lines of the source they come from, and what was left out."""
    yield _title(entry)
    yield f"from {shown(past.origin.place)}"
    yield from (f"{mark}: {shown(why)}" for mark, why in entry["missing"].items())
    yield ""
    for part in entry["parts"]:
        joined = "  joined to the paragraph before" if "glue" in part else ""
        yield _line(past.doc.raw, part["span"]) + joined
    for left in entry["left_out"]:
        like = f", like line {_number(past.doc.raw, left['like'])}" if "like" in left else ""
        yield f"{_line(past.doc.raw, left['span'])}  left out: {WHY.get(left['why'], left['why'])}{like}"


def _title(entry: Mapping[str, Any]) -> str:
    if "same_as" in entry:
        return f"salvaged  {shown(entry['id'])}: word for word {shown(entry['same_as'])}, not written again"
    line = f":{entry['record']}" if entry["record"] is not None else ""
    marks = "".join(f", {mark}" for mark in entry["missing"])
    return f"salvaged  {shown(entry['id'])} → {shown(entry['path'])}{line}, {entry['chars']:,} characters{marks}"


def _line(raw: str, span: list[int]) -> str:
    start, end = span
    return f"  line {_number(raw, span)}, characters {start:,}–{end:,}: {cut(raw[start:end], CELLS // 2, layout=False)}"


def _number(raw: str, span: list[int]) -> int:
    """Line of the source text, from 1."""
    return raw.count("\n", 0, span[0]) + 1
