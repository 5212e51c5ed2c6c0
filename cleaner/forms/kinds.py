"""The kind of a block by what its lines share, and of the lines of a block one by one. Knows no neighbours beyond the block."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from cleaner.forms import marks
from cleaner.forms.blocks import Kind, Stretch
from cleaner.forms.code import goes_with_code, rows
from cleaner.forms.line import HEADING, LONG, Line, spaceless
from cleaner.forms.structure import MARKDOWN, RST
from cleaner.forms.tables import PIPES, drawing, table

SHORT = 44  # columns of a line of verse, of a list of names
SHORTISH = 60  # of one of two or three such lines
VERSE = 4  # short lines in a row
PIPED = 0.05  # share of lines with pipes from which on a block holds a table
LONGEST_NAME = 5  # code points of a name and the space behind it, on the average
MOST_SHORT = 0.7  # share of such lines that are no longer than SHORT
TALK = 0.8  # share of closed lines from which on short lines among prose are talk
COMMENTED = 0.8  # share of lines of a block that begin with the sign of a comment: headings stand apart
FEW_ITEMS = 0.15  # share of the lines of a block up to which items begin its paragraphs
RAGGED = 110  # columns: an open line that is no longer may be one of many of its sentence
HALF, QUOTED = 0.5, 0.5  # shares of the lines of a block


RULES = "=-~^\"'`#*+"  # what titles are underlined with


class Page(NamedTuple):
    """What is known of a whole text when its blocks are judged.

    format    markdown, rst, cues, or nothing
    names     who speaks in it
    lettered  lines that begin items by letter
    code      lines that look like those of a program
    margin    columns by which all its lines are indented
    prose     how many plain paragraphs it has
    """

    format: str
    names: frozenset[str]
    lettered: frozenset[int]
    code: frozenset[int]
    margin: int
    prose: int

    @property
    def structured(self) -> bool:
        """Indents are structure in it."""
        return self.format in (MARKDOWN, RST)


def shared(page: Page, lines: Sequence[Line]) -> Stretch | None:
    """The block as a whole: quotation, table, drawing, code; None where its lines have no such sign in common."""
    first, end = lines[0].number, lines[-1].number + 1
    if sum(_quoted(line) for line in lines) > QUOTED * len(lines):
        return Stretch(first, end, Kind.QUOTATION, "quoted")
    if marks.REFERENCE.match(lines[0].body) and sum(map(_reference, lines)) >= max(2, len(lines) / 4):
        return Stretch(first, end, Kind.QUOTATION, "references")
    if len(lines) < 2 or _options(lines):
        return None
    sign = table(lines)
    if sign == "pipes" and not (lines[0].body.count("|") and lines[-1].body.count("|")):
        return None  # a table between two paragraphs: line by line
    if sign:
        return Stretch(first, end, Kind.FIXED, "table")
    if not page.structured and len(lines) > 2 and sum(line.body[0] == "#" for line in lines) >= COMMENTED * len(lines):
        return Stretch(first, end, Kind.FIXED, "code")
    coded = sum(line.number in page.code for line in lines)
    if coded >= 2 and coded >= HALF / 2 * len(lines) and _with_comments(page, lines) >= HALF * len(lines):
        return Stretch(first, end, Kind.FIXED, "code")
    if drawing(lines):
        return Stretch(first, end, Kind.FIXED, "drawing")
    if len(lines) >= 3 and not any(listed(page, line) for line in lines) and rows(lines):
        return Stretch(first, end, Kind.FIXED, "rows")
    return None


def _quoted(line: Line) -> bool:
    return line.body[0] == ">" and line.body[:4] not in (">>> ", ">>>")


def _with_comments(page: Page, lines: Sequence[Line]) -> int:
    return sum(line.number in page.code or goes_with_code(line) for line in lines)


def _reference(line: Line) -> bool:
    """An item of a list of references: a number in brackets, and a year."""
    return (
        not line.bare
        and marks.REFERENCE.match(line.body) is not None
        and marks.YEAR.search(line.body[:600]) is not None
    )


def _options(lines: Sequence[Line]) -> bool:
    """Answers of an exam item stand in columns, and are no table."""
    return any(not line.bare and marks.options(line.body) for line in lines)


def may_be_wrapped(page: Page, lines: Sequence[Line]) -> bool:
    """Nothing in it says that its lines are ends of their own: items, turns. A few among many lines begin paragraphs."""
    if len(lines) < 2:
        return False
    items = sum(listed(page, line) for line in lines)
    if items and (page.structured or marks.BULLET.match(lines[0].body)):
        return False
    if sum(" " in line.body or line.body[0] > "\u0e00" for line in lines) < HALF * len(lines):
        return False  # names of files, sums
    if sum("|" in line.body for line in lines) > max(1, PIPED * len(lines)) or 2 * sum(map(_names, lines)) > len(lines):
        return False
    turns = sum(not line.bare and marks.turn(line.body, page.names) for line in lines) if page.names else 0
    return items <= max(FEW_ITEMS * len(lines), len(lines) > 5) and turns <= FEW_ITEMS * len(lines)


def _names(line: Line) -> bool:
    """Han with many spaces in it: names in columns, which end at one width too."""
    return spaceless(line.body[0]) and line.body.count(" ") + line.body.count("　") > len(line.body) / LONGEST_NAME


def listed(page: Page, line: Line) -> bool:
    """It begins with the mark of an item or an article."""
    if line.bare:
        return False
    return (
        line.number in page.lettered
        or (marks.ITEM.match(line.body) is not None and marks.item_mark(line.body) != "")
        or marks.ARTICLE.match(line.body) is not None
    )


def by_line(page: Page, lines: Sequence[Line]) -> Iterator[Stretch]:
    """Each line by itself, and runs of one sub-kind as one block."""
    if len(lines) == 1:
        yield Stretch(lines[0].number, lines[0].number + 1, *alone(page, lines[0]))
        return
    found = [_by_sign(page, line) for line in lines]
    if any(sub for _, sub in found):
        _cut_sentences(lines, found)
        _lists(lines, found, page.format == MARKDOWN)
        _short(page, lines, found)
        _rows(lines, found, [line.number in page.code and not line.closed for line in lines], "code")
        _rows(lines, found, ["|" in line.body and PIPES.search(line.body) is not None for line in lines], "table")
    else:
        _cut_sentences(lines, found)
        _short(page, lines, found)
    yield from _grouped(lines, found)


def alone(page: Page, line: Line) -> tuple[Kind, str]:
    """A line with no other beside it. A long numbered one that ends a sentence is a paragraph by all else."""
    kind, sub = _by_sign(page, line)
    return (Kind.PROSE, "numbered") if sub == "list" and _numbered(line) else (kind, sub)


Found = list[tuple[Kind, str]]


def _by_sign(page: Page, line: Line) -> tuple[Kind, str]:
    """A line by itself."""
    body = line.body
    if line.bare and body[-1] not in ":：":
        division = line.width <= 2 * LONG and not line.closed and marks.DIVISION.match(body)
        return (Kind.HEADING, "division") if division else _by_length(page, line)
    if _quoted(line):
        return Kind.QUOTATION, "quoted"
    if (
        body[0] == "#"
        and marks.ATX.match(line.raw)
        and (page.format == MARKDOWN or (line.width <= LONG * 2 and not line.closed))
    ):
        return Kind.HEADING, "sign"
    if len(body) > 2 and marks.RULE.match(body):
        return Kind.MARK, "rule"
    if _page_number(body):
        return Kind.HEADING, "number"
    if _reference(line):
        return Kind.QUOTATION, "references"
    if marks.options(body):
        return Kind.LINES, "options"
    if listed(page, line):
        return Kind.LINES, "list"
    if marks.BLANKS_TO_FILL.search(body[:1000]) and line.width < 4 * LONG:
        return Kind.LINES, "options"
    if page.names and marks.turn(body, page.names):
        return Kind.LINES, "turn"
    if body[-1] in ":：-" and marks.WROTE.match(body):
        return Kind.QUOTATION, "wrote"
    if marks.LYRIC_TIME.match(body):
        return Kind.LINES, "cue"
    if line.width <= 2 * LONG and not line.closed and marks.DIVISION.match(body):
        return Kind.HEADING, "division"
    return _by_length(page, line)


def _by_length(page: Page, line: Line) -> tuple[Kind, str]:
    body = line.body
    if line.number in page.code and not line.closed:
        return Kind.LINES, "code"
    if not line.closed and ("\t" in body or "   " in body or body.count("  ") > 1 or " | " in body):
        return Kind.LINES, "columns"
    if set_in(page, line):
        return Kind.LINES, "indented"
    return by_length(line)


def by_length(line: Line) -> tuple[Kind, str]:
    """A line without any sign: prose where it ends a sentence or is long."""
    if line.closed or line.width > HEADING:
        return Kind.PROSE, ""
    return Kind.HEADING, "number" if _page_number(line.body) else "short"


def _page_number(body: str) -> bool:
    return len(body) <= marks.LONGEST_PAGE and marks.PAGE.match(body) is not None


def set_in(page: Page, line: Line) -> bool:
    """Indented as a whole, which is structure; an indent of one long line, or before Han, is typesetting."""
    over = line.indent - page.margin
    if over < 2 or line.body[0] > "\u2e80" or line.raw[0] == "　":
        return False
    return page.structured or line.width <= 100


def _cut_sentences(lines: Sequence[Line], found: Found) -> None:
    """Lines of one sentence that no width explains: nobody can say what belongs together, so they are no paragraphs."""
    for at, (one, other) in enumerate(pairwise(lines)):
        sub, below = found[at][1], found[at + 1][1]
        if one.closed or one.width > RAGGED or below not in ("", "short") or sub not in ("", "short", "unsure"):
            continue
        goes_on = other.body[0].islower() or sub == "unsure"
        if goes_on or (sub == "" and found[at + 1][0] is Kind.PROSE and other.width <= RAGGED):
            found[at] = found[at + 1] = Kind.LINES, "unsure"


def title(lines: Sequence[Line], at: int) -> int:
    """How many lines from here on are a title and the rules below it, or around it; 0 where none begins here."""
    over = len(lines) > at + 2 and _underline(lines[at]) and lines[at].body[0] == lines[at + 2].body[0]
    return 2 + over if len(lines) > at + 1 + over and _underlined(lines[at + over], lines[at + over + 1]) else 0


def _underlined(line: Line, rule: Line) -> bool:
    return (
        _underline(rule)
        and not _underline(line)
        and not line.closed
        and rule.body[0] in RULES
        and line.width <= 2 * LONG
        and 3 * rule.width >= 2 * line.width
        and not listed_sign(line)
    )


def _underline(line: Line) -> bool:
    return not line.bare and len(line.body) > 2 and marks.UNDERLINE.match(line.body) is not None


def listed_sign(line: Line) -> bool:
    """A row of a table, a quotation."""
    return line.body[0] in "|>+"


def _lists(lines: Sequence[Line], found: Found, lazy: bool) -> None:
    """Lines below an item that are set in, or stand between two items and do not end a sentence, belong to it."""
    items = [at for at, (_, sub) in enumerate(found) if sub in ("list", "options")]
    if not items:
        return
    deep = -1
    for at, line in enumerate(lines):
        if found[at][1] in ("list", "options"):
            deep = line.indent
        elif deep >= 0 and (line.indent > deep or (lazy and found[at][1] != "sign")):
            found[at] = Kind.LINES, "list"  # in Markdown whatever follows without a blank line
        elif deep >= 0 and line.indent <= deep and found[at][1] != "short":
            deep = -1
    if len(items) > 1 and 3 * len(items) >= items[-1] - items[0] + 1:
        for at in range(items[0], items[-1] + 1):
            if found[at][0] is Kind.HEADING or not lines[at].closed:
                found[at] = Kind.LINES, "list"
    if len(items) == 1 and _numbered(lines[items[0]]):
        found[items[0]] = Kind.PROSE, "numbered"


def _numbered(line: Line) -> bool:
    """Long and closed, by a number with no gap behind it, and not an article."""
    mark = marks.item_mark(line.body)
    return (
        line.closed
        and line.width >= 3 * LONG
        and bool(mark)
        and not marks.BULLET.match(line.body)
        and not marks.ARTICLE.match(line.body)
        and line.body[len(mark) : len(mark) + 2] != "  "
    )


def _short(page: Page, lines: Sequence[Line], found: Found) -> None:
    """Short lines in a row: verse, names, addresses. Talk among prose is prose."""
    at = 0
    while at < len(lines):
        end = at
        while end < len(lines) and lines[end].width <= SHORTISH and found[end][1] in ("", "short"):
            end += 1
        if _are_lines(page, lines[at:end], len(lines)):
            found[at:end] = [(Kind.LINES, "short")] * (end - at)
        at = max(end, at + 1)


def _are_lines(page: Page, own: Sequence[Line], block: int) -> bool:
    short = sum(line.width <= SHORT for line in own)
    if len(own) < VERSE:
        return 2 <= len(own) == block and (short == len(own) or not any(line.closed for line in own)) and not _talk(own)
    return short >= max(VERSE, MOST_SHORT * len(own)) and not (_talk(own) and page.prose >= len(own) / 2)


def _talk(own: Sequence[Line]) -> bool:
    return sum(line.closed for line in own) >= TALK * len(own)


def _rows(lines: Sequence[Line], found: Found, shown: Sequence[bool], sub: str) -> None:
    """Two lines in a row inside a block that show code or a table."""
    at = 0
    while at < len(lines):
        end = at
        while end < len(lines) and shown[end]:
            end += 1
        if end - at >= 2:
            found[at:end] = [(Kind.FIXED, sub)] * (end - at)
        at = max(end, at + 1)


ONE_BLOCK = (Kind.LINES, Kind.QUOTATION, Kind.FIXED)  # lines in a row are one block; underlined headings too


def _grouped(lines: Sequence[Line], found: Found) -> Iterator[Stretch]:
    first = 0
    for at in range(1, len(lines) + 1):
        if at == len(lines) or not _together(found[at - 1], found[at], lines[at - 1], lines[at]):
            yield Stretch(lines[first].number, lines[at - 1].number + 1, *found[first])
            first = at


def _together(one: tuple[Kind, str], other: tuple[Kind, str], above: Line, below: Line) -> bool:
    if one != other or above.number + 1 != below.number:
        return False
    return (one[0] in ONE_BLOCK and one[1] != "turn") or one[1] == "underline"
