"""Text for a terminal: how wide it is, cut to fit, harmless to print. Knows no run."""

from collections.abc import Iterator, Sequence
from unicodedata import east_asian_width

from cleaner.text.shown import shown

_VISIBLE = {"\n": "⏎", "\t": "→", "　": "□"}  # layout that findings are about, made visible


def width(text: str) -> int:
    """Cells of a terminal: two for wide and full-width characters, else one.

    >>> width("中文abc")
    7
    """
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)


def clipped(text: str, cells: int, *, layout: bool = True) -> str:
    """One line of at most `cells` cells: the beginning and the end of a longer text, with … between."""
    text = shown(text, _VISIBLE if layout else None)
    if width(text) <= cells:
        return text
    half = (cells - 1) // 2
    return f"{_first(text, half)}…{_first(text[::-1], half)[::-1]}"


def broken_to_fit(text: str, cells: int) -> Iterator[str]:
    """The text in lines of at most `cells` cells, broken at spaces; a longer word has a line of its own."""
    line = ""
    for word in text.split(" "):
        if line and width(line) + 1 + width(word) > cells:
            yield line
            line = word
        else:
            line = f"{line} {word}" if line else word
    yield line


def aligned(rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> list[str]:
    """Rows as lines whose columns stand below each other; columns in `right` are set to the right."""
    if not rows:
        return []
    cells = [max(width(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(_cell(row[i], cells[i], i in right) for i in range(len(row))).rstrip(" ") for row in rows]


def _cell(text: str, cells: int, right: bool) -> str:
    spaces = " " * (cells - width(text))
    return spaces + text if right else text + spaces


def _first(text: str, cells: int) -> str:
    used = 0
    for at, character in enumerate(text):
        used += width(character)
        if used > cells:
            return text[:at]
    return text
