"""The reading order of a foreign article: its lines as the page has them → as they are to be read. Knows no findings."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from cleaner.stages.splice.lines import Left, Line
from cleaner.stages.splice.weave import doubles, merged, written
from cleaner.text.breaks import careless, glue, is_open, is_rest, why_apart
from cleaner.text.furniture import author_line

PAGE = {"label": "page label", "continued": "jump line", "continues": "jump line"}  # lines that nobody reads on
MANY = 100  # pieces: a page that is torn worse is read as it stands
UNDER_LEAD = 4  # lines from the headline within which a line of authors is looked for


Piece = list[Line]


class Reading(NamedTuple):
    """An article as it is to be read.

    lines     in order, captions last
    glued     number of a line that goes on in the middle of a sentence → what joins it to the line before
    left      lines that are not written
    missing   mark ("start missing", "end missing") → what shows it
    """

    lines: tuple[Line, ...]
    glued: Mapping[int, str]
    left: tuple[Left, ...]
    missing: Mapping[str, str]


def reading(lines: Sequence[Line]) -> Reading:
    """The lines of one article, given in page order."""
    twice = doubles(lines)
    habit = careless(line.text for line in lines if line.read)
    pieces = _headline_first(_pieces(lines))
    pieces = pieces if habit or len(pieces) > MANY else _chained(pieces)
    order = _authors_second(written(merged(map(_read, pieces), twice), twice))
    missing = _missing(order, lines)
    glued = {} if habit else dict(_glued(order))
    captions = list({line.text: line for line in reversed(lines) if line.kind == "caption"}.values())[::-1]
    shown = {line.number for line in (*order, *captions)}
    out = (*order, *captions)
    left = tuple(twice.get(line.number) or _left(line, out) for line in lines if line.number not in shown)
    return Reading(out, glued, left, missing)


def _pieces(lines: Sequence[Line]) -> list[Piece]:
    """Stretches of the page that are in order by themselves: cut at gaps, headlines over jump lines, broken sentences."""
    pieces: list[Piece] = []
    for at, line in enumerate(lines):
        if at == 0 or _apart(lines[at - 1], line, lines[at + 1] if at + 1 < len(lines) else None):
            pieces.append([])
        pieces[-1].append(line)
    return [piece for piece in pieces if any(line.read for line in piece)]


def _apart(before: Line, line: Line, after: Line | None) -> bool:
    if line.number != before.number + 1 or before.kind == "continues":
        return True
    if line.kind == "continued":
        return not before.heading
    if line.heading and after is not None and after.kind == "continued" and after.number == line.number + 1:
        return True
    return line.read and is_open(before.text) and why_apart(before.text, line.text) != ""


def _headline_first(pieces: list[Piece]) -> list[Piece]:
    """The piece under a proved headline leads; one whose start is on this page before one that only goes on here."""
    proved = sorted((piece for piece in pieces if _proved(piece)), key=_jump)
    return [*proved[:1], *(piece for piece in pieces if piece is not (proved[0] if proved else None))]


def _proved(piece: Piece) -> bool:
    """It begins with a headline: a jump line, a dateline or a line of authors stands under it."""
    under = piece[1] if len(piece) > 1 else piece[0]
    return piece[0].heading and (under.kind in ("continued", "dateline") or author_line(under.text))


def _jump(piece: Piece) -> bool:
    return any(line.kind == "continued" for line in piece[:2])


def _chained(pieces: list[Piece]) -> list[Piece]:
    """A piece that continues a broken sentence becomes one with it: the next that can, or one before that begins small."""
    queue, chains = list(pieces), []
    while queue:
        free = (piece for piece in queue if not any(_before(other, piece) for other in queue if other is not piece))
        now: Piece | None = next(free, queue[0])
        chain: Piece = []
        while now:
            queue = [piece for piece in queue if piece is not now]
            chain += now
            last = _read(now)[-1]
            now = next((piece for piece in queue if _continues(last, _read(piece)[0])), None)
        chains.append(chain)
    return chains


def _before(other: Piece, piece: Piece) -> bool:
    """Only what begins with a small letter is surely the rest of something."""
    first = _read(piece)[0]
    return first.text[0].islower() and _continues(_read(other)[-1], first)


def _continues(before: Line, line: Line) -> bool:
    """It reads as the rest of the other: it begins small, or is long and comes later on the page."""
    surely = line.text[0].islower() and is_rest(line.text)
    likely = line.paragraph.long and line.number > before.number
    return is_open(before.text) and (surely or likely) and not why_apart(before.text, line.text)


def _read(piece: Sequence[Line]) -> list[Line]:
    return [line for line in piece if line.read]


def _authors_second(order: list[Line]) -> list[Line]:
    """Who wrote it stands right under the headline, also where the page set the lead between them."""
    if order and order[0].heading:
        for at in range(2, min(UNDER_LEAD, len(order))):
            if author_line(order[at].text):
                return [order[0], order[at], *order[1:at], *order[at + 1 :]]
    return order


def _glued(order: Sequence[Line]) -> Iterator[tuple[int, str]]:
    for before, line in pairwise(order):
        if _continues(before, line):
            yield line.number, glue(before.text[-1], line.text[0])


def _missing(order: Sequence[Line], lines: Sequence[Line]) -> dict[str, str]:
    """What of the article is not on the page, and what shows it."""
    if not order:
        return {}
    first, last = order[0], order[-1].paragraph
    jumps = {line.kind: line for line in lines if line.kind in ("continued", "continues")}
    jump = next((line for line in lines if line.kind == "continued" and abs(line.number - first.number) == 1), None)
    missing: dict[str, str] = {}
    if jump:
        missing["start missing"] = f"it stands under “{jump.text}”"
    elif not first.heading and first.kind != "dateline":
        missing["start missing"] = "it has no headline"
    if last.long and not last.closed:
        missing["end missing"] = "its last paragraph ends inside a sentence"
    elif "continues" in jumps and "continued" not in jumps:
        missing["end missing"] = f"the page says “{jumps['continues'].text}”"
    return missing


def _left(line: Line, written: Sequence[Line]) -> Left:
    if line.kind in PAGE:
        return Left(line, PAGE[line.kind])
    return Left(line, "repeat", next(other for other in written if other.text == line.text))
