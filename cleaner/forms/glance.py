"""A glance that tells the form of most texts, prose and headings, at a tenth of the price of a look. Says nothing of the others."""

import re
from collections.abc import Sequence

from cleaner.forms import marks
from cleaner.forms.blocks import Kind, Stretch
from cleaner.forms.line import HEADING, NARROW, closed, columns, plain

SHORT = 60  # columns: two lines in a row that are no longer may be verse or names
RAGGED = 110  # columns: of two lines in a row that are no longer one may go on in the other
OPEN = 3  # line ends inside sentences, in lines without a blank one between, that may be those of a program, or rows of values
OPEN_ALL = 6  # of a whole text
HEADINGS = 3  # in a row; more are a list
LETTERS = 3  # times as many code points as letters: lines with more are columns of figures, or drawn

_OPTION = re.compile("[BＢ][.．、)）:：]|②")
_BEGINS = (  # not with an item, an article, a heading by its words, a statement
    rf"(?: |　{{1,2}})?(?!{marks.ITEM.pattern})(?!{marks.ARTICLE.pattern})(?!{marks.DIVISION.pattern})"
    r"(?!(?:SELECT|INSERT|CREATE|UPDATE|DELETE|ALTER|DROP|WEBVTT)\b)"
)
_BARE = re.compile(  # no sign of anything but prose: not of code, of columns
    _BEGINS + r"[“‘「『（《【]{0,2}(?:[A-Z][^\W\d_]|[^\W_a-zA-Zªµº])"
    r"[^|`#>*<{}=\\_＿\t~+;$@&^\[\]:/()%　\u2500-\u259f]*"
)
_UNDRAWN = re.compile(_BEGINS + r".[^|\t_＿　\u2500-\u259f]*")  # a plain paragraph that is no row of a table either
_TURN = re.compile(
    "[ 　]{0,2}([^ 　：。，,？?！!；;]{0,16}(?: [A-Z][^ ：,]{0,16}){0,2}) ?："
)  # who speaks twice is a speaker
_LEADS_ON = frozenset("：-–— ")  # a line that ends so is none by itself
_NO_LETTER = re.compile(r"[\W\d_]+")
_NO_LETTERS = re.compile(r"[\W\d_]{2,}")


def glance(text: str) -> tuple[Stretch, ...] | None:
    """The headings of a text that is otherwise prose for sure, as `form_of` would find them; None where a look is needed.

    >>> glance("今年以来，工业经济稳定恢复，主要指标好于预期，企业效益继续改善，就业形势总体稳定。")
    ()
    >>> [heading.first for heading in glance("港口恢复通航\\n\\n停航三天之后，港口昨天早晨恢复通航，第一艘客轮八点整离开码头，船上有两百多名旅客。") or ()]
    [0]
    >>> glance("Oats\\n\\n1. Wash them.") is None
    True
    """
    if ("B" in text or "Ｂ" in text or "②" in text) and _OPTION.search(text):
        return None
    lines = text.split("\n")
    plains = [not line or plain(line) for line in lines]
    if all(plains):
        return ()
    if "](" in text or "\r" in text or not all(map(_bare, lines, plains)) or ("：" in text and _talk(lines)):
        return None
    return _headings(lines, plains)


def _bare(line: str, is_plain: bool) -> bool:
    """It shows no sign of anything else, and no line beside it can make it a row of something; a long paragraph stands alone."""
    if is_plain and (len(line) > NARROW or not line):
        return True
    if (_UNDRAWN if is_plain else _BARE).fullmatch(line) is None or "  " in line:
        return False
    return (is_plain or line[-1] not in _LEADS_ON) and _lettered(line)


def _lettered(line: str) -> bool:
    """A third of it are letters: surely where few stand in a row that are none."""
    in_a_row = sum(map(len, _NO_LETTERS.findall(line)))
    return LETTERS * in_a_row < len(line) - LETTERS or LETTERS * len(_NO_LETTER.sub("", line)) >= len(line)


def _talk(lines: Sequence[str]) -> bool:
    """Somebody speaks twice."""
    names = [found[1] for found in map(_TURN.match, lines) if found]
    return len(set(names)) < len(names)


def _headings(lines: Sequence[str], plains: Sequence[bool]) -> tuple[Stretch, ...] | None:
    """Short open lines, each above a paragraph; None where a line is one of several that belong together, or may be."""
    found: list[Stretch] = []
    ends = ends_before = in_a_row = headings = 0
    for at, line in enumerate(lines):
        below = lines[at + 1] if at + 1 < len(lines) else ""
        if not line:
            ends_before, ends, in_a_row = ends_before + ends, 0, 0
        elif closed(line):
            if below and not _over(line, SHORT) and not _over(below, SHORT):
                return None
            in_a_row = headings = 0
        else:
            ends += bool(below) and (len(below) <= NARROW or not plains[at + 1])
            in_a_row += 1
            heading = not _over(line, HEADING)
            headings = headings + 1 if heading else 0
            if max(ends, in_a_row) >= OPEN or ends_before + ends >= OPEN_ALL or headings > HEADINGS:
                return None
            if (below and _goes_on(line, below, heading)) or (heading and _other(line)):
                return None
            if heading:
                found.append(Stretch(at, at + 1, Kind.HEADING, "short"))
    return None if headings else tuple(found)


def _goes_on(line: str, below: str, heading: bool) -> bool:
    """An open line may be one with the next."""
    if heading:
        return below[0].islower() or not _over(below, SHORT)
    return not _over(line, RAGGED) and (below[0].islower() or not _over(below, RAGGED))


def _other(line: str) -> bool:
    """It may be a number of a page, what references stand below, or values."""
    return (
        "," in line
        or ";" in line
        or marks.PAGE.match(line.strip()) is not None
        or marks.REFERENCES.match(line) is not None
    )


def _over(line: str, width: int) -> bool:
    """It is wider."""
    return len(line) > width or (2 * len(line) > width and columns(line) > width)
