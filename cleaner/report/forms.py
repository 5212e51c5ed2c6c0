"""The clean text of a document with the kind of every line at its left. Looks at the text again; nothing of it is recorded."""

from collections.abc import Iterator
from typing import Any

from cleaner.forms import Form, form_of, format_named
from cleaner.report.cells import clipped
from cleaner.report.lookup import Past
from cleaner.text.shown import shown

CELLS = 100


def form(past: Past) -> Form:
    """The form of a clean text; a file of its own may tell its format by its name."""
    return form_of(past.doc.text, format_named(past.origin.path) if past.origin.record is None else None)


def blocks(looked_at: Form) -> list[dict[str, Any]]:
    """Every block: span in code points of the clean text, lines from 1, kind, and the breaks of a wrapped one."""
    return [
        {
            "span": [block.start, block.end],
            "lines": [block.first + 1, block.last],
            "kind": str(block.kind),
            "sub": block.sub,
            "breaks": [{"span": [one.start, one.end], "glue": one.glue, "sure": one.sure} for one in block.breaks],
        }
        for block in looked_at.blocks
    ]


def described(past: Past, looked_at: Form) -> Iterator[str]:
    """One line for every line of the text: its number, its kind where a block begins, itself cut to fit."""
    state = f", {looked_at.format}" if looked_at.format else ""
    yield f"{shown(past.origin.place)}: {len(past.doc.text):,} characters{state}{'' if past.doc.kept else ', dropped'}"
    begins = {block.first: " ".join(filter(None, (block.kind, block.sub))) for block in looked_at.blocks}
    inside = {number for block in looked_at.blocks for number in range(block.first, block.last)}
    for number, line in enumerate(past.doc.text.split("\n")[: len(looked_at.kinds) - past.doc.text.endswith("\n")]):
        mark = "│" if number in inside else " "
        yield f"{number + 1:>6}  {begins.get(number, ''):<20} {mark} {clipped(line, CELLS)}".rstrip(" ")
