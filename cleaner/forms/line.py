"""What is measured of one line: indent, width, whether it ends a sentence, whether it is a plain paragraph. Judges no block."""

import re
from typing import NamedTuple

from cleaner.text.chars import ranges

TAB = 8  # columns
LONGEST_WORD = 60  # code points
EXACT = 200  # code points: no limit asks for the columns of a longer line
NARROW = 160  # code points: lines of a hard-wrapped block are no longer, and what a longer paragraph is depends on no other line
HEADING = 50  # columns: an open line that is no longer may be a heading; a longer one is none, unless a sign says so
LONG = 60  # columns from which on a line is no heading and no line of a list of names

WIDE = (  # two columns: East_Asian_Width W and F, blocks that matter
    "\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff"
    "\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\U0001f300-\U0001f64f\U0001f900-\U0001f9ff\U00020000-\U0003fffd"
)
EITHER = "“”‘’—…·§×°±"  # one column in Latin type, two in Chinese
MARKS = (
    ranges([*range(0x300, 0x370), *range(0x200B, 0x2010), 0xFEFF])
    + "\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0ebb\u0eb1"
)
NO_SPACES = "\u3041-\u30ff\u31f0-\u31ff\u2e80-\u2fdf\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"  # Han and kana
HANGUL = "\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3"
UNBROKEN = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Myanmar, Khmer: words are told apart by reading alone
NOT_FIRST = "、。，．,.;:!?；：！？」』）〕］｝〉》】〗”’…—·ー々々ぁぃぅぇぉっゃゅょァィゥェォッャュョ%％℃)]}"  # that may not begin a line

SENTENCE_ENDS = {  # a line that ends so ends a sentence
    ".!?": "Latin, Cyrillic, Greek, Hebrew",
    "。！？．｡": "Chinese, Japanese",
    "…‥": "left unsaid",
    "؟۔": "Arabic, Urdu",
    "।॥": "Indic scripts",
    "։": "Armenian",
    "።፧": "Ethiopic",
    "។៕": "Khmer",
    "၊။": "Myanmar",
    "།༎": "Tibetan",
}
CLOSERS = "”’」』）)】》〉］]〕»›“\"'*_"  # stand behind the end; “ closes in German; * and _ are emphasis of Markdown
ENDS = frozenset("".join(SENTENCE_ENDS))
BRACKET_ENDS = frozenset("”」』）】")  # closes a sentence by itself: （新华社记者 某某）
_LAST = ENDS | BRACKET_ENDS | frozenset("\"')’»“")

# How a paragraph begins: after an indent and opening quotes with a letter; not with the mark of an item, an article or a turn.
_BEGINS = (
    '[ 　]{0,4}[“‘「『（(《【"„«]{0,2}'
    "(?!(?:[A-Za-zＡ-Ｚａ-ｚ]|[IVXivx]{1,5}|[一二三四五六七八九十]{1,3})[)）.．、:：])"
    "(?!第[一二三四五六七八九十百千零〇0-9]{1,7}[条條章节節编編款項项步回篇卷部集幕])"
    "(?![^ 　：:。，,？?！!；;]{0,16}(?: [A-Z][^ ：:,]{0,16}){0,2} ?[：:])"
    "(?!\\d{1,4}(?:[.．、)）:：\\s-]|$))"
    "[^\\W_①-⓿❶-➓]"
)
_PLAIN = re.compile(_BEGINS)
_BARE = re.compile(  # and no sign of anything else in it; `(` begins the arguments of a call
    r"(?!(?:Step|Schritt|Étape|Paso|Шаг|手順|단계|步骤|步驟|题|題|例|Art|Section|Sec\b|Статья|제))"
    + _BEGINS
    + r"[^|`#>*<{}=\\_\t~+;$@&^\[\]：:/()%│┃║├┌└]*$"
)
_SPACELESS = re.compile(f"[{NO_SPACES}]")
_ODD_WIDTHS = re.compile(f"([{WIDE}]+)|[{MARKS}]+")
_EITHER = re.compile(f"[^{EITHER}]+")
_PIECE = re.compile(f"[{NO_SPACES}][{re.escape(NOT_FIRST)}]*|[{UNBROKEN}]{{1,8}}|[^\\s{NO_SPACES}]{{1,60}}")


class Line(NamedTuple):
    """A line and its measures, in columns.

    number  of the line in its text, from 0
    body    without outer blanks
    indent  before it
    width   with its indent; of a line over EXACT code points by its script alone
    closed  it ends a sentence
    bare    it shows no sign of anything but prose and headings
    """

    number: int
    raw: str
    body: str
    indent: int
    width: int
    closed: bool
    bare: bool


def plain(line: str) -> bool:
    """One long line of prose by all that can be seen of its ends: most lines are.

    >>> plain("The harbour was closed on Monday, and no ship could leave before the storm had gone.")
    True
    >>> plain("1. The harbour was closed on Monday, and no ship could leave before the storm had gone.")
    False
    """
    size = len(line)
    if size < LONG and (size < LONG // 2 or line[size // 2] < "\u2e80"):
        return False
    return line[-1] in _LAST and _PLAIN.match(line) is not None and (line[-1] in ENDS or closed(line))


def closed(body: str) -> bool:
    """It ends where a sentence ends.

    >>> closed("他说：“好。”"), closed("（新华社记者 某某）"), closed("经济在全国率先实现扭")
    (True, True, False)
    """
    if body[-1:] in ENDS or body[-1:] in BRACKET_ENDS:
        return True
    return body.rstrip(CLOSERS)[-1:] in ENDS


def line_of(number: int, raw: str) -> Line:
    """The measures of a line that is not blank."""
    body = raw.strip()
    size = len(body)
    wide = columns(body) if size <= EXACT else 2 * size if body[EXACT] > "\u2e80" else size
    indent = _indent(raw) if raw[0].isspace() else 0
    last = body[-1]
    ends = last in _LAST or last in CLOSERS
    bare = indent < TAB and _BARE.match(body) is not None
    return Line(number, raw, body, indent, indent + wide, ends and closed(body), bare)


def _indent(raw: str) -> int:
    blank = raw[: len(raw) - len(raw.lstrip())]
    return len(blank.expandtabs(TAB)) + blank.count("　")


def columns(body: str) -> int:
    """The width of a text in columns of a terminal: East Asian letters take two, combining marks none.

    >>> columns("年a"), columns("e\\u0301")
    (3, 1)
    """
    total = len(body)
    if not body.isascii():
        for run in _ODD_WIDTHS.finditer(body):
            size = run.end() - run.start()
            total += size if run.lastindex else -size
    return total


def either(body: str) -> int:
    """Signs that take a second column in Chinese type."""
    return 0 if body.isascii() else len(_EITHER.sub("", body))


def spaceless(letter: str) -> bool:
    """Of a script that writes no spaces between words: Han and kana."""
    return letter >= "\u2e80" and _SPACELESS.match(letter) is not None


def first_piece(body: str) -> str:
    """What could not be parted from the beginning of a line: a word; in Chinese a character with the signs that must follow it.

    >>> first_piece("harbour, and"), first_piece("年。好"), first_piece("3.5万")
    ('harbour,', '年。', '3.5')
    """
    if body.isascii():
        return body.partition(" ")[0][:LONGEST_WORD]
    found = _PIECE.match(body)
    return found[0] if found else body[:1]
