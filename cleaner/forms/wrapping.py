"""Hard-wrapped prose: lines that a program broke because the next word did not fit. Joins nothing, says where to join.

The greedy test: a break is full where the first word of the next line would not have fitted on the line under the width of
the block. Where people end lines, as in verse, lists and headings, the next word mostly would have fitted.
"""

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from cleaner.forms.blocks import Seam
from cleaner.forms.line import HANGUL, UNBROKEN, Line, columns, either, first_piece, spaceless
from cleaner.forms.marks import item_mark

LONGEST_RUN, WINDOW = 100, 50  # lines: a longer run is judged window by window
WIDEST = 200  # columns; of long paragraphs some happen to be of one length
NARROWEST_CHINESE, NARROWEST = 36, 28  # columns; verse is narrower


class Limits(NamedTuple):
    """What a block has to show at its own width, and what at the width of its document, which others have proved.

    breaks    full breaks inside sentences
    share     of these among those and the breaks of lines that are open and not full
    full      share of full breaks among all
    capitals  the largest share of capitals behind open ends: verse begins its lines with them
    slack     columns that may stay free in spite of a word that fits: of 100 in Chinese, in Latin; and at least two
    """

    breaks: int
    share: float
    full: float
    capitals: float
    slack: tuple[float, float]


OWN = Limits(3, 0.85, 0.34, 0.5, (0.0, 0.0))
DOCUMENT = Limits(1, 0.75, 0.15, 0.65, (0.08, 0.18))
POOLED = DOCUMENT._replace(breaks=6)  # for the width of a document of which no block has proved its own
HABIT = DOCUMENT._replace(
    breaks=0, capitals=1.0
)  # where most blocks are wrapped, a full line that ends closed is one more of them
SLACK = 2  # columns
SHORT = 0.5  # of the width: an open line below it is a heading or the end of a list item, and counts
SHORT_COUNTS = 0.3  # so much
OVER, OVER_BY = 1.06, 4  # a line over OVER × width + OVER_BY columns is no line of such a block
MANY_OVER = 0.1  # share of lines over it that a block may have: addresses of the web

_HANGUL = re.compile(f"[{HANGUL}]")
_UNBROKEN = re.compile(f"[{UNBROKEN}]")
_HYPHENS = "-‐\xad"
_CJK_SIGNS = frozenset("、。，．；：！？「」『』（）【】《》〈〉〔〕・ー—…０１２３４５６７８９")
RAGGED = 0.7  # of the width: an open line so long goes on where no capital follows


class Gap(NamedTuple):
    """A line end between two lines of a block.

    used     columns of the line, in each of the ways to count
    needs    columns that the next word would have taken
    open     the line ends inside a sentence
    capital  the next line begins with a capital letter, and not with a word of them
    wide     it is a break of Chinese
    """

    used: tuple[int, int, int]
    needs: tuple[int, int, int]
    open: bool
    capital: bool
    wide: bool


class Measured(NamedTuple):
    """How the line ends of a block look at a width.

    way, width  how columns were counted (0 terminal, 1 letters, 2 Chinese type), and how many there are
    full        for each whether the next word would not have fitted
    inside      how many of these are open
    against     what speaks against a program: line ends that are open and not full
    capitals    share of capitals behind open ends
    """

    way: int
    width: int
    full: tuple[bool, ...]
    inside: int
    against: float
    capitals: float


def gaps(lines: Sequence[Line]) -> list[Gap]:
    """All line ends between lines in a row."""
    return [_gap(one, other) for one, other in itertools.pairwise(lines)]


def _gap(one: Line, other: Line) -> Gap:
    piece = first_piece(other.body)
    wide = spaceless(other.body[0])
    space = 0 if wide or spaceless(one.body[-1]) else 1
    size = len(piece) + space
    used = (one.width,) * 3
    if not one.body.isascii():
        used = (one.width, one.indent // 2 + len(one.body), one.width + either(one.body))
    needs = (size,) * 3
    if not piece.isascii():
        own = columns(piece) + space
        needs = (own, size, own + either(piece))
    return Gap(used, needs, not one.closed, other.body[0].isupper() and not other.body[1:2].isupper(), wide)


def judge(found: Sequence[Sequence[Gap]]) -> list[list[bool | None]]:
    """For the line ends of each run whether they are full; None where they are not those of a program.

    A run is judged at its own width first; what fails there is held against the width of its document.
    """
    windows = [(run, first) for run, own in enumerate(found) for first in range(0, len(own), _window(own))]
    parts = {(run, first): found[run][first : first + _window(found[run])] for run, first in windows}
    results = {key: _proved(measured(part, OWN), OWN) for key, part in parts.items()}
    widths = Counter((own.way, own.width) for own in results.values() if own for _ in own.full)
    shared = widths.most_common(1)[0][0] if widths else _pooled([gap for part in parts.values() for gap in part])
    if shared:
        habit = len(widths) > 0 and 2 * sum(own is not None for own in results.values()) >= len(results) - sum(
            not own for own in parts.values()
        )
        for key, part in parts.items():
            results[key] = results[key] or _proved(measured(part, DOCUMENT, shared), HABIT if habit else DOCUMENT)
    judged: list[list[bool | None]] = [[None] * len(own) for own in found]
    for (run, first), result in results.items():
        if result:
            judged[run][first : first + len(result.full)] = result.full
    return judged


def _window(own: Sequence[Gap]) -> int:
    return WINDOW if len(own) >= LONGEST_RUN else max(len(own), 1)


def _pooled(found: Sequence[Gap]) -> tuple[int, int] | None:
    """The width of a document whose blocks are too short to prove their own."""
    result = _proved(measured(found, DOCUMENT), POOLED)
    return (result.way, result.width) if result else None


def measured(found: Sequence[Gap], limits: Limits, given: tuple[int, int] | None = None) -> Measured | None:
    """How line ends look under the way of counting that suits them best; None where no line of them is wide enough."""
    if not found:
        return None
    wide = 2 * sum(gap.wide for gap in found) > len(found)
    ways = [given] if given else [(way, width_of([gap.used[way] for gap in found])) for way in range(3 if wide else 1)]
    results = [_at(found, way, width, limits, wide) for way, width in ways]
    return max((own for own in results if own), key=lambda own: own.inside - own.against, default=None)


def width_of(used: Sequence[int]) -> int:
    """The width of a block: that of its longest line, without the few that had to be longer."""
    widths = sorted(used, reverse=True)
    longest = widths[int(len(widths) * MANY_OVER)]
    return max(width for width in widths if width <= longest * OVER + OVER_BY)


def _at(found: Sequence[Gap], way: int, width: int, limits: Limits, wide: bool) -> Measured | None:
    narrowest = NARROWEST_CHINESE // (2 if way == 1 else 1) if wide else NARROWEST
    if not narrowest <= width <= WIDEST or sum(
        gap.used[way] > width * OVER + OVER_BY for gap in found
    ) > MANY_OVER * len(found):
        return None
    slack = max(SLACK, width * limits.slack[not wide])
    full = tuple(gap.used[way] + gap.needs[way] > width - slack for gap in found)
    inside = opened = capitals = 0
    against = 0.0
    for gap, is_full in zip(found, full, strict=True):
        if gap.open:
            opened += 1
            capitals += gap.capital
            inside += is_full
            against += 0.0 if is_full else SHORT_COUNTS if gap.used[way] < SHORT * width else 1.0
    return Measured(way, width, full, inside, against, capitals / opened if opened else 0.0)


def _proved(result: Measured | None, limits: Limits) -> Measured | None:
    """The breaks are those of a program."""
    if result is None or result.inside < limits.breaks or result.capitals > limits.capitals:
        return None
    if result.inside < limits.share * (result.inside + result.against) or not any(result.full):
        return None
    return result if sum(result.full) >= limits.full * len(result.full) else None


def sections(lines: Sequence[Line], full: Sequence[bool | None]) -> Iterator[tuple[bool, list[Line]]]:
    """Lines in a row, wrapped or not."""
    chains = [[lines[0]]]
    for line, is_full in zip(lines[1:], full, strict=True):
        if is_full is None:
            chains.append([line])
        else:
            chains[-1].append(line)
    for wrapped, group in groupby(chains, key=lambda chain: len(chain) > 1):
        if wrapped:
            yield from ((True, chain) for chain in group)
        else:
            yield False, [line for chain in group for line in chain]


def paragraphs(lines: Sequence[Line], full: Sequence[bool]) -> Iterator[tuple[list[Line], tuple[Seam, ...]]]:
    """Wrapped lines parted where a paragraph ends: at a line end that is not full, before an indent, before an item."""
    own, seams = [lines[0]], list[Seam]()
    words, margin = _keeps_words(lines, full), min(line.indent for line in lines)
    for line, is_full in zip(lines[1:], full, strict=True):
        if _parts(own[-1], line, is_full, margin):
            yield own, tuple(seams)
            own, seams = [], []
        else:
            seams.append(_seam(own[-1], line, is_full, words))
        own.append(line)
    yield own, tuple(seams)


def _parts(one: Line, other: Line, is_full: bool, margin: int) -> bool:
    if is_full:
        begins = other.indent > one.indent + 1 or (one.closed and other.indent > margin + 1)
        return begins or (one.closed and item_mark(other.body) != "")
    longest = max(one.width, other.width)
    ragged = (
        not one.closed and one.width > RAGGED * longest and not other.body[0].isupper() and other.indent <= one.indent
    )
    return not ragged


def _keeps_words(lines: Sequence[Line], full: Sequence[bool]) -> bool:
    """Korean: some line had room for two syllables more, so it was broken between words."""
    longest = max(line.width for line in lines)
    return any(is_full and one.width + 4 <= longest for one, is_full in zip(lines, full, strict=False))


def _seam(one: Line, other: Line, is_full: bool, words: bool) -> Seam:
    """What goes between two lines of a paragraph.

    >>> from cleaner.forms.line import line_of
    >>> _seam(line_of(0, "half of the"), line_of(1, "harbour"), True, True), _seam(line_of(0, "工业经"), line_of(1, "济"), True, True)
    (Seam(glue=' ', sure=True), Seam(glue='', sure=True))
    """
    left, right = one.body[-1], other.body[0]
    sure = is_full and not one.closed
    if left.isascii() and right.isascii():
        return Seam("", False) if left == "-" else Seam(" ", sure)
    if spaceless(left) or spaceless(right) or left in _CJK_SIGNS or right in _CJK_SIGNS:
        return Seam("", sure)
    if left in _HYPHENS:
        return Seam("", False)
    if _UNBROKEN.match(left) and _UNBROKEN.match(right):
        return Seam("", False)
    if _HANGUL.match(left) and _HANGUL.match(right):
        return Seam(" " if words else "", sure and words)
    return Seam(" ", sure)
