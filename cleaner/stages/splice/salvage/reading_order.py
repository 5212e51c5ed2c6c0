"""The reading order of a foreign article: its lines as the page has them → as they are to be read. Knows no findings."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from cleaner.stages.splice.page import Paragraph, near_copies
from cleaner.text.furniture import author_line, line_kind
from cleaner.text.paragraphs import careless, glue, is_open, is_rest, why_apart

PAGE = {"label": "page label", "continued": "jump line", "continues": "jump line"}  # lines that nobody reads on
MANY = 100  # pieces: a page that is torn worse is read as it stands
DIFFERENT = 100  # paragraphs: no article that was judged has as many; beyond it only exact copies are looked for
UNDER_LEAD = 4  # lines from the headline within which a line of authors is looked for


class ArticleLine(NamedTuple):
    """A paragraph of the article, and what it is: text, dateline, caption, repeat, label, continued or continues."""

    paragraph: Paragraph
    kind: str

    @property
    def number(self) -> int:
        return self.paragraph.number

    @property
    def text(self) -> str:
        return self.paragraph.text

    @property
    def read(self) -> bool:
        """It is of the running text, or a copy of it."""
        return self.kind in ("text", "dateline", "repeat")

    @property
    def heading(self) -> bool:
        """Short, open, and no line of the page or of authors."""
        return self.kind == "text" and not (self.paragraph.long or self.paragraph.closed or author_line(self.text))


class Left(NamedTuple):
    """A line that is not written, why, and the line that it is like."""

    line: ArticleLine
    why: str
    like: ArticleLine | None = None


def line_of_article(paragraph: Paragraph, rule: str) -> ArticleLine:
    """A paragraph that this rule of `splice` took, as a line. Long captions do not count: prose may begin so."""
    kind = line_kind(paragraph.text)
    if rule != "foreign" and kind not in ("continued", "continues"):
        return ArticleLine(paragraph, rule)
    prose = kind in ("", "byline") or (kind == "caption" and paragraph.long)
    return ArticleLine(paragraph, "text" if prose else kind)


Stretch = list[ArticleLine]  # of the page, in order by itself
Doubles = dict[int, Left]  # number of a line that another one is written for


class ReadingOrder(NamedTuple):
    """An article as it is to be read.

    lines     in order, captions last
    glued     number of a line that goes on in the middle of a sentence → what joins it to the line before
    left      lines that are not written
    missing   mark ("start missing", "end missing") → what shows it
    """

    lines: tuple[ArticleLine, ...]
    glued: Mapping[int, str]
    left: tuple[Left, ...]
    missing: Mapping[str, str]


def reading_order(lines: Sequence[ArticleLine]) -> ReadingOrder:
    """The lines of one article, given in page order."""
    twice = doubles(lines)
    habit = careless(line.text for line in lines if line.read)
    pieces = _headline_first(_split_at_gaps(lines))
    pieces = pieces if habit or len(pieces) > MANY else _chained(pieces)
    order = _authors_second(written(woven_together(map(_running, pieces), twice), twice))
    missing = _missing(order, lines)
    glued = {} if habit else dict(_glued(order))
    captions = list({line.text: line for line in reversed(lines) if line.kind == "caption"}.values())[::-1]
    out = (*order, *captions)
    shown = {line.number for line in out}
    left = tuple(twice.get(line.number) or _unwritten(line, out) for line in lines if line.number not in shown)
    return ReadingOrder(out, glued, left, missing)


def _split_at_gaps(lines: Sequence[ArticleLine]) -> list[Stretch]:
    """Stretches of the page that are in order by themselves: cut at gaps, headlines over jump lines, broken sentences."""
    pieces: list[Stretch] = []
    for at, line in enumerate(lines):
        if at == 0 or _apart(lines[at - 1], line, lines[at + 1] if at + 1 < len(lines) else None):
            pieces.append([])
        pieces[-1].append(line)
    return [piece for piece in pieces if any(line.read for line in piece)]


def _apart(before: ArticleLine, line: ArticleLine, after: ArticleLine | None) -> bool:
    if line.number != before.number + 1 or before.kind == "continues":
        return True
    if line.kind == "continued":
        return not before.heading
    if line.heading and after is not None and after.kind == "continued" and after.number == line.number + 1:
        return True
    return line.read and is_open(before.text) and why_apart(before.text, line.text) != ""


def _headline_first(pieces: list[Stretch]) -> list[Stretch]:
    """The piece under a proved headline leads; one whose start is on this page before one that only goes on here."""
    # Those without a jump line first.
    proved = sorted(filter(_proved, pieces), key=lambda piece: any(line.kind == "continued" for line in piece[:2]))
    return [*proved[:1], *(piece for piece in pieces if piece is not (proved[0] if proved else None))]


def _proved(piece: Stretch) -> bool:
    """It begins with a headline: a jump line, a dateline or a line of authors stands under it."""
    under = piece[1] if len(piece) > 1 else piece[0]
    return piece[0].heading and (under.kind in ("continued", "dateline") or author_line(under.text))


def _chained(pieces: list[Stretch]) -> list[Stretch]:
    """A piece that continues a broken sentence becomes one with it: the next that can, or one before that begins small."""
    queue, chains = list(pieces), []
    while queue:
        free = (piece for piece in queue if not any(_precedes(other, piece) for other in queue if other is not piece))
        now: Stretch | None = next(free, queue[0])
        chain: Stretch = []
        while now:
            queue = [piece for piece in queue if piece is not now]
            chain += now
            last = _running(now)[-1]
            now = next((piece for piece in queue if _continues(last, _running(piece)[0])), None)
        chains.append(chain)
    return chains


def _precedes(other: Stretch, piece: Stretch) -> bool:
    """Only what begins with a small letter is surely the rest of something."""
    first = _running(piece)[0]
    return first.text[0].islower() and _continues(_running(other)[-1], first)


def _continues(before: ArticleLine, line: ArticleLine) -> bool:
    """It reads as the rest of the other: it begins small, or is long and comes later on the page."""
    surely = line.text[0].islower() and is_rest(line.text)
    likely = line.paragraph.long and line.number > before.number
    return is_open(before.text) and (surely or likely) and not why_apart(before.text, line.text)


def _running(piece: Sequence[ArticleLine]) -> list[ArticleLine]:
    return [line for line in piece if line.read]


def _authors_second(order: list[ArticleLine]) -> list[ArticleLine]:
    """Who wrote it stands right under the headline, also where the page set the lead between them."""
    if order and order[0].heading:
        for at in range(2, min(UNDER_LEAD, len(order))):
            if author_line(order[at].text):
                return [order[0], order[at], *order[1:at], *order[at + 1 :]]
    return order


def _glued(order: Sequence[ArticleLine]) -> Iterator[tuple[int, str]]:
    for before, line in pairwise(order):
        if _continues(before, line):
            yield line.number, glue(before.text[-1], line.text[0])


def _missing(order: Sequence[ArticleLine], lines: Sequence[ArticleLine]) -> dict[str, str]:
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


def _unwritten(line: ArticleLine, written: Sequence[ArticleLine]) -> Left:
    if line.kind in PAGE:
        return Left(line, PAGE[line.kind])
    return Left(line, "repeat", next(other for other in written if other.text == line.text))


def doubles(lines: Sequence[ArticleLine]) -> Doubles:
    """Lines that are not written since another one is.

    Of two that are nearly the same that one is written which holds all of the other. Where none does, the longer one is
    taken for a mixture: what it has besides is from another sentence.
    """
    first: dict[str, ArticleLine] = {}
    found: Doubles = {}
    for line in lines:
        own = line.read and line.kind != "repeat" and line.paragraph.long
        if own and (twin := first.setdefault(line.text, line)) != line:
            found[line.number] = Left(line, "repeat", twin)
    found |= {line.number: Left(line, "repeat", first.get(line.text)) for line in lines if line.kind == "repeat"}
    single = list(first.values())
    near = near_copies([line.paragraph for line in single], range(len(single))) if len(single) <= DIFFERENT else []
    for one, other in near:
        short, full = sorted((single[one], single[other]), key=lambda line: len(line.text))
        if short.number not in found and full.number not in found:
            left = Left(short, "repeat", full) if short.text in full.text else Left(full, "mixed", short)
            found[left.line.number] = left
    return found


def _written_for(line: ArticleLine, twice: Doubles) -> int:
    """The number of the line that is written for this one."""
    while (left := twice.get(line.number)) and left.like:
        line = left.like
    return line.number


def woven_together(pieces: Iterable[list[ArticleLine]], twice: Doubles) -> list[ArticleLine]:
    """The pieces one behind the other; those that share a paragraph are woven into one."""
    woven: list[list[ArticleLine]] = []
    for piece in pieces:
        keys = {_written_for(line, twice) for line in piece}
        twins = [other for other in woven if any(_written_for(line, twice) in keys for line in other)]
        for other in twins:
            piece = _woven(other, piece, twice)
        at = woven.index(twins[0]) if twins else len(woven)
        woven = [*woven[:at], piece, *(other for other in woven[at:] if other not in twins)]
    return [line for piece in woven for line in piece]


def _woven(one: list[ArticleLine], other: list[ArticleLine], twice: Doubles) -> list[ArticleLine]:
    """Both orders in one. What precedes the second copy of a paragraph precedes the piece that holds the first.

    A headline goes on leading.
    """
    shared = _common_order([_written_for(line, twice) for line in one], [_written_for(line, twice) for line in other])
    later = one[shared[0][0]].number > other[shared[0][1]].number
    leads = one[0].heading or (later and not other[0].heading)
    order: list[ArticleLine] = []
    at = to = 0
    for i, j in shared:
        order += one[at:i] + other[to:j] if leads else other[to:j] + one[at:i]
        order.append(one[i])
        at, to = i + 1, j + 1
    return order + (other[to:] + one[at:] if later else one[at:] + other[to:])


def _common_order(one: Sequence[int], other: Sequence[int]) -> list[tuple[int, int]]:
    """Places of what both hold, rising in both."""
    found: list[tuple[int, int]] = []
    for j, key in enumerate(other):
        at = found[-1][0] + 1 if found else 0
        if key in one[at:]:
            found.append((one.index(key, at), j))
    return found


def written(order: Sequence[ArticleLine], twice: Doubles) -> list[ArticleLine]:
    """Each paragraph once, at the place of the one that is written; a headline that comes back is left out, too."""
    own = {line.number: line for line in order}
    own |= {left.like.number: left.like for left in twice.values() if left.like}
    stands = {line.text for line in order}
    out: dict[int, ArticleLine] = {}
    for line in order:
        key = _written_for(line, twice)
        moved = own[key].text in stands and own[key].text != line.text  # it comes at a place of its own
        lost = line.number in twice and twice[line.number].like is None
        if not (moved or lost):
            out.setdefault(key, own[key])
    lines = list(out.values())
    return lines[:1] + [line for line in lines[1:] if not line.heading or line.text != lines[0].text]
