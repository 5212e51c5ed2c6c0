"""A glance that tells most texts that are nothing but prose, at a tenth of the price of a look. Says nothing of the others."""

import re
from collections.abc import Sequence

from cleaner.forms import marks
from cleaner.forms.line import NARROW, closed, columns, plain

SHORT = 60  # columns: two lines in a row that are no longer may be verse or names
HEADING = 50  # columns: an open line that is no longer may be a heading
RAGGED = 110  # columns: of two lines in a row that are no longer one may go on in the other
OPEN = 3  # line ends inside sentences that may be those of a program; open lines in a row that may be rows of values
LETTERS = 3  # times as many code points as letters: lines with more are columns of figures, or drawn

_OPTION = re.compile("[BＢ][.．、)）:：]|②")
_BARE = re.compile(  # no sign of anything but prose: not of an item, of code, of a heading by its words, of columns
    rf"(?: |　{{1,2}})?(?!{marks.ITEM.pattern})(?!{marks.ARTICLE.pattern})(?!{marks.DIVISION.pattern})"
    r"(?!(?:SELECT|INSERT|CREATE|UPDATE|DELETE|ALTER|DROP)\b)"
    r"[“‘「『（《【]{0,2}(?:[A-Z][^\W\d_]|[^\W_a-zA-Zªµº])"
    r"[^|`#>*<{}=\\_＿\t~+;$@&^\[\]:/()%　\u2500-\u259f]*"
)
_TURN = re.compile("[ 　]{0,2}[^ 　：。，,]{0,16}(?: [A-Z][^ ：,]{0,16}){0,2} ?：")  # who speaks twice is a speaker
_LEADS_ON = frozenset("：-–— ")  # a line that ends so is none by itself
_NO_LETTER = re.compile(r"[\W\d_]+")
_SPARSE = re.compile(r"[\W\d_]{3}")


def surely_prose(text: str) -> bool:
    """Every line that is not blank is a paragraph of prose, whatever stands beside it: `form_of` would say so too.

    >>> surely_prose("今年以来，工业经济稳定恢复，主要指标好于预期，企业效益继续改善，就业形势总体稳定。")
    True
    >>> surely_prose("Oats\\n\\n1. Wash them.")
    False
    """
    lines = text.split("\n")
    if ("B" in text or "Ｂ" in text or "②" in text) and _OPTION.search(text):
        return False
    if all(not line or plain(line) for line in lines):
        return True
    if "](" in text or "\r" in text or not _bare(lines) or not _apart(lines):
        return False
    return "：" not in text or sum(_TURN.match(line) is not None for line in lines) < 2


def _bare(lines: Sequence[str]) -> bool:
    """No line shows a sign of anything else."""
    return all(
        not line
        or (len(line) > NARROW and plain(line))
        or (_BARE.fullmatch(line) is not None and "  " not in line and line[-1] not in _LEADS_ON and _lettered(line))
        for line in lines
    )


def _lettered(line: str) -> bool:
    """A third of it are letters."""
    return not _SPARSE.search(line) or LETTERS * len(_NO_LETTER.sub("", line)) >= len(line)


def _apart(lines: Sequence[str]) -> bool:
    """No line is one of several that belong together, or stands above what it belongs to."""
    ends = in_a_row = 0
    for at, line in enumerate(lines):
        below = lines[at + 1] if at + 1 < len(lines) else ""
        if not line or closed(line):
            in_a_row = 0
            if line and below and not _over(line, SHORT) and not _over(below, SHORT):
                return False
            continue
        ends += bool(below) and (len(below) <= NARROW or not plain(below))
        in_a_row += 1
        if max(ends, in_a_row) >= OPEN or not _over(line, HEADING):
            return False
        if below and not _over(line, RAGGED) and (below[0].islower() or not _over(below, RAGGED)):
            return False
    return True


def _over(line: str, width: int) -> bool:
    """It is wider."""
    return len(line) > width or (2 * len(line) > width and columns(line) > width)
