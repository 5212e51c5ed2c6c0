"""Tables, drawings and rows of values, by what many lines of a block have in common. Reads no cell."""

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence

from cleaner.forms.line import Line, columns
from cleaner.forms.marks import ARTICLE, ITEM

MOST = 0.6  # share of lines that show the sign
GAP = re.compile(r" {2,}(?=\S)|　{1,}(?=\S)")
PIPES = re.compile(r"\|.*\||^[^|]+\|[^|]+\|?|^\|")
GRID = re.compile(r"\+(?:[-=]{2,}\+)+$|={2,}(?: +={2,})+$|\|?(?: ?:?-{2,}:? ?\|)+(?: ?:?-+:? ?)?$|-{3,}(?: +-{3,})+$")
BOXES = re.compile(
    "[│┃║├┤┌┐└┘┏┓┗┛┣┫┬┴┼╔╗╚╝╠╣╦╩╬╭╮╯╰▏▕▌▐█▀▄░▒▓]"
)  # NOT here: ─ and ━, which Chinese type takes for a dash
RULES_ONLY = "─━═-_=*~·•.…—＊－＿＝~ \t"
GRID_ROWS = 30  # lines of a table to one border
VALUE_SIGNS = {",": 2, ";": 2, "\t": 1}  # between values, and how many of them the first row must have
FEWEST_ROWS = 3
SPACED = 4  # one value in so many may begin with a space
LETTERS = 0.3  # share of letters below which lines are drawn, or are columns of figures


def table(lines: Sequence[Line]) -> str:
    """Which sign of a table the lines share: pipes, grid, gaps, tabs, boxes; nothing where they are no table."""
    if len(lines) < 2:
        return ""
    borders = sum(line.body[0] in "+=-" and GRID.match(line.body) is not None for line in lines)
    if borders and borders * GRID_ROWS >= len(lines):
        return "grid"
    if _many(["|" in line.body and PIPES.search(line.body) is not None for line in lines]):
        return "pipes"
    if _many(["\t" in line.body for line in lines]):
        return "tabs"
    return "gaps" if _columns(lines) else ""


def _many(shown: Sequence[bool]) -> bool:
    return sum(shown) >= 2 and sum(shown) >= MOST * len(shown)


def _columns(lines: Sequence[Line]) -> bool:
    """One column at which a gap ends in most lines. Two lines prove it only where both are open."""
    if sum("  " in line.body or "　" in line.body for line in lines) < MOST * len(lines):
        return False
    ends = Counter(at for line in lines for at in gap_ends(line))
    often = max(ends.values(), default=0)
    return often >= 2 and often >= MOST * len(lines) and (len(lines) > 2 or not any(line.closed for line in lines))


def gap_ends(line: Line) -> set[int]:
    """Columns at which text goes on behind a gap in the line."""
    if "  " not in line.body and "　" not in line.body:
        return set()
    found, at, column = set(), 0, line.indent
    behind_mark = max((own.end() for own in (ARTICLE.match(line.body), ITEM.match(line.body)) if own), default=0)
    for gap in GAP.finditer(line.body):
        if gap.start() <= behind_mark:
            continue
        column += columns(line.body[at : gap.end()])
        at = gap.end()
        found.add(column)
    return found


def drawing(lines: Sequence[Line]) -> bool:
    """Signs of boxes, or hardly a letter."""
    if 2 * sum(line.bare for line in lines) > len(lines):
        return False
    if sum(BOXES.search(line.body) is not None for line in lines) >= max(1, len(lines) / 2):
        return True
    if len(lines) < 2 or any(line.body.strip(RULES_ONLY) == "" and len(line.body) < 3 for line in lines):
        return False
    total = sum(len(line.body) for line in lines)
    drawn = sum(map(_letters, (line.body for line in lines)))
    return drawn < LETTERS * total


def _letters(body: str) -> int:
    return len(_NO_LETTER.sub("", body))


_NO_LETTER = re.compile(r"[\W\d_]+")


def values(text: str) -> bool:
    """Whether all of a text is values with commas, semicolons or TABs between, as many in each row: what csv reads as a table.

    >>> values("no,name,said\\n1,Ann,It rains.\\n2,Bo,'No'\\n"), values("One, two, three.\\nFour, five, six.\\nA, b, c.\\n")
    (True, False)
    """
    first = text[: text.find("\n") + 1]
    signs = (sign for sign, fewest in VALUE_SIGNS.items() if first.count(sign) >= fewest)
    return any(not _spaced(first.split(sign), sign) and _read_as_table(text, sign) for sign in signs)


def _read_as_table(text: str, sign: str) -> bool:
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True) if row]
    except csv.Error:
        return False
    if len(rows) < FEWEST_ROWS or len(set(map(len, rows))) > 1:
        return False
    return not _spaced([rows[0][0], *(cell for row in rows for cell in row[1:])], sign)


def _spaced(cells: Sequence[str], sign: str) -> bool:
    """In prose a space stands behind a comma."""
    return sign != "\t" and sum(cell.startswith(" ") for cell in cells[1:]) * SPACED > len(cells)
