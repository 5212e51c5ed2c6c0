"""What a page is made of: paragraphs and their scripts, the lines that it says about its articles, copies, stray labels.

The words of such lines are data, see `cleaner.text.furniture`; this room only knows what each kind of line proves.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import IntEnum
from itertools import accumulate, repeat
from typing import NamedTuple

from cleaner.forms import PARAGRAPHS, Kind
from cleaner.text.change import common_start
from cleaner.text.furniture import closed, line_kind, line_kinds, part_label
from cleaner.text.paragraphs import bounds

CJK_RANGES = (  # scripts without spaces between words whose bigrams carry meaning; Hangul takes the same path
    (0x3005, 0x3007),  # 々〆〇
    (0x3041, 0x30FF),  # kana
    (0x3400, 0x4DBF),  # Han, extension A
    (0x4E00, 0x9FFF),  # Han
    (0xAC00, 0xD7A3),  # Hangul syllables
    (0xF900, 0xFAFF),  # Han, compatibility
)
LETTER_RANGES = (  # alphabets written with spaces; NOT here: Thai, Lao, Khmer, Burmese, which have none
    (0x0041, 0x005A),
    (0x0061, 0x007A),
    (0x00C0, 0x02AF),  # Latin; the two signs × ÷ inside do no harm
    (0x0370, 0x058F),  # Greek, Cyrillic, Armenian
    (0x05D0, 0x05EA),  # Hebrew
    (0x0620, 0x06D3),  # Arabic
    (0x10A0, 0x10FF),  # Georgian
    (0x1E00, 0x1FFF),  # Latin and Greek with accents
)

FEWEST = 5  # units of a document that is judged at all
UNIT_CJK = 30  # code points of a unit; shorter ones (headings, labels, captions, bylines) follow their neighbours
UNIT_SPACED = 80
CJK_SHARE = 0.3  # of the letters: a Chinese text full of Latin names is Chinese
KNOWN_SHARE = 0.8  # of the letters in scripts we know, or the text is left alone
SAMPLE = 400  # code points looked at to tell the script of a paragraph, or of a text at two places
LABEL = {True: 12, False: 30}  # by script: the longest line without an end mark that may be a page label
OWN = 3  # a jump line among the first paragraphs is the main article's own
MANY = 3  # datelines under headlines make a round-up, and prove nothing about any one of them
NEAR_COPY = 50  # code points of a near copy: below it stock phrases look like copies
RUN = 0.8  # of the shorter paragraph: measured .83 for a true near copy, at most .51 for two write-ups of one interview
PROSE = 0.6  # of the characters stand in words: of JSON, commands and tables half at most, of news more in 499 of 500
INSIDE = str.maketrans("", "", "-'’")  # don't, mother-in-law
WORD_MARKS = ".,;:!?…()\"'“”‘’«»¿¡"  # that stand at the edge of a word
MARKS_CJK = "，。、；：？！…（）《》“”"
HEADING = 4  # code points of a heading
ENDING = 2  # code points that sibling headings end on alike: 如何稳？
JUDGED = PARAGRAPHS | {Kind.LINES}
NO_HEADLINE = frozenset({Kind.QUOTATION, Kind.FIXED, Kind.MARK})
_NEAR = {"label": "page label", "caption": "photo caption"}
_MARK = re.compile("[。，、；：？！…,;:?!.（）()]")
_HAN = re.compile("[\u4e00-\u9fef]+")  # letters throughout


def _class(ranges: tuple[tuple[int, int], ...]) -> str:
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)


_CJK_LETTERS = f"{_class(CJK_RANGES)}\U00020000-\U0003ffff"
_CJK = re.compile(f"[{_CJK_LETTERS}]+")
_SPACED = re.compile(f"[{_class(LETTER_RANGES)}]+")
_LETTER = re.compile(f"[{_CJK_LETTERS}{_class(LETTER_RANGES)}]")
_KNOWN = re.compile(f"{_LETTER.pattern}+")
_STRANGE = re.compile(f"[^\x00-\x7f{_CJK_LETTERS}{_class(LETTER_RANGES)}]+")  # letters of other scripts, and signs


_NONE, _SOME, _ALL = b"-+#"  # what a block of 256 code points holds of CJK; some, if it is of a surrogate pair
_HOLDS = bytes(
    _ALL
    if any(first <= block << 8 and last >= (block << 8) + 255 for first, last in CJK_RANGES)
    else _SOME
    if any(first >> 8 <= block <= last >> 8 for first, last in (*CJK_RANGES, (0xD800, 0xDFFF)))
    else _NONE
    for block in range(256)
)
_SIGNS = "\u2000-\u2070\u3000-\u3004\u3008-\u3020\uff01-\uff20"  # marks and spaces: no letter among them
_PLAIN = re.compile(f"[\x00-\x7f{_SIGNS}{_CJK_LETTERS}{_class(LETTER_RANGES)}]*+")


class Paragraph(NamedTuple):
    """One paragraph of the text that is judged.

    number      its place
    start, end  in code points
    cjk         its letters are
    long        enough to be judged by its words
    kind        of text it is, see docs/forms.md
    block       the same number for all lines of a list, a verse, a heading; -1 for one that stands by itself
    """

    number: int
    start: int
    end: int
    text: str
    cjk: bool
    long: bool
    kind: Kind = Kind.PROSE
    block: int = -1

    @property
    def closed(self) -> bool:
        """It ends where a sentence ends."""
        return closed(self.text)

    @property
    def bare(self) -> bool:
        """Short and open, as a heading is."""
        return not self.long and not self.closed

    @property
    def prose(self) -> bool:
        """It is a paragraph as its author wrote it."""
        return self.kind in PARAGRAPHS

    @property
    def unit(self) -> bool:
        """It is judged by its words: long prose, and long items and turns beside it. Quotations and code are not."""
        return self.long and self.kind in JUDGED

    @property
    def like_headline(self) -> bool:
        """It belongs to what stands below it."""
        return self.kind is Kind.HEADING or (self.bare and self.kind not in NO_HEADLINE)


def cjk_share(text: str) -> float:
    """Which part of the letters is CJK; 0 where there are none.

    >>> cjk_share("5G 是什么")
    0.75
    """
    sample = text[:SAMPLE]
    if sample.isascii() or not (cjk := _length(_CJK, sample)):
        return 0.0
    return cjk / (cjk + _length(_SPACED, sample))


def _length(runs: re.Pattern[str], text: str) -> int:
    return len("".join(runs.findall(text)))


def readable(text: str) -> bool:
    """Most letters are of a script with words or bigrams to go by. Thai, Khmer, Lao and Burmese are not."""
    samples = [text[start : start + SAMPLE] for start in (0, max(len(text) // 2 - SAMPLE // 2, 0))]
    mixed = [sample for sample in samples if not (sample.isascii() or _PLAIN.fullmatch(sample))]
    others = sum(map(str.isalpha, "".join(run for sample in mixed for run in _STRANGE.findall(sample))))
    if not others:
        return any(map(_LETTER.search, samples))
    known = sum(_length(_KNOWN, sample) for sample in samples)
    return known > 0 and known >= KNOWN_SHARE * (known + others)


def split_paragraphs(text: str) -> list[Paragraph]:
    """The paragraphs of a text."""
    spans, blocks = bounds(text), b"" if text.isascii() else _blocks(text)
    if blocks.count(_NONE) == len(blocks):
        scripts: Iterable[bool] = repeat(False)
    elif len(blocks) == len(text):
        scripts = [_is_cjk(text, blocks, start, min(end, start + SAMPLE)) for start, end in spans]
    else:  # some code points take two units
        samples = [text[start : min(end, start + SAMPLE)] for start, end in spans]
        scripts = [_is_cjk(sample, own := _blocks(sample), 0, len(own)) for sample in samples]
    return [
        Paragraph(number, start, end, text[start:end], cjk, end - start >= (UNIT_CJK if cjk else UNIT_SPACED))
        for number, ((start, end), cjk) in enumerate(zip(spans, scripts, strict=False))
    ]


def _blocks(text: str) -> bytes:
    """For each UTF-16 unit what its block of 256 code points holds of CJK."""
    return text.encode("utf-16-le", "surrogatepass")[1::2].translate(_HOLDS)


def _is_cjk(text: str, blocks: bytes, start: int, end: int) -> bool:
    """`cjk_share(text[start:end]) >= CJK_SHARE`. Most often the blocks say enough: so many CJK signs, or none at all."""
    if blocks.count(_ALL, start, end) / (end - start) >= CJK_SHARE:
        return True
    return blocks.count(_NONE, start, end) < end - start and cjk_share(text[start:end]) >= CJK_SHARE


class Trust(IntEnum):
    """How much a cue proves. Even NEAR_CERTAIN never removes alone: the block must hold together better than to main."""

    MEDIUM = 1
    STRONG = 2
    NEAR_CERTAIN = 3


REPEATED = "repeated paragraph"

TRUST = {
    "jump line": Trust.NEAR_CERTAIN,  # the page itself says that this is the rest of another article
    REPEATED: Trust.NEAR_CERTAIN,  # an extractor went twice over the same foreign block
    "after the end byline": Trust.STRONG,  # the article said goodbye before
    "second headline and dateline": Trust.STRONG,
    "page label": Trust.MEDIUM,  # labels also stand in the middle of an article that fills the page
    "photo caption": Trust.MEDIUM,
}


class Cue(NamedTuple):
    """A cue of a block, and the line that fired."""

    name: str
    line: str

    @property
    def trust(self) -> Trust:
        return TRUST[self.name]


def kinds_of_lines(paragraphs: Sequence[Paragraph]) -> dict[int, str]:
    """What each paragraph is that is no plain text: its number → its kind. Long captions do not count: prose may begin so.

    >>> kinds_of_lines(split_paragraphs("标题\\n（上接第1版）\\n图为会场。"))
    {1: 'continued', 2: 'caption'}
    """
    found = line_kinds([paragraph.text for paragraph in paragraphs])
    return {number: kind for number, kind in found.items() if not (kind == "caption" and paragraphs[number].long)}


def cues_before(paragraphs: Sequence[Paragraph], lines: Mapping[int, str], units: Sequence[int]) -> list[list[Cue]]:
    """For each unit the cues that the lines right before it give. The jump line is not among them: see `Boundaries`."""
    datelines = [at for at in units if lines.get(at) == "dateline" and at > 0 and paragraphs[at - 1].bare]
    cues: list[list[Cue]] = []
    for number in units:
        here: list[Cue] = []
        if number in datelines and number > OWN and len(datelines) < MANY:
            here.append(Cue("second headline and dateline", paragraphs[number].text[:40]))
        for before in range(number - 1, max(number - 3, -1), -1):
            if paragraphs[before].long:
                break
            if (kind := lines.get(before)) in _NEAR:
                here.append(Cue(_NEAR[kind], paragraphs[before].text))
        cues.append(here)
    return cues


def heading(paragraphs: Sequence[Paragraph], lines: Mapping[int, str], number: int) -> int:
    """Where the headline above this line is, or the line itself where there is none."""
    return number - (number > 0 and number - 1 not in lines and paragraphs[number - 1].bare)


def headline(paragraphs: Sequence[Paragraph]) -> str:
    """The line above all units, if there is one that is no line of the page."""
    first = paragraphs[0]
    return "" if first.long or line_kind(first.text) else first.text


def headed(paragraphs: Sequence[Paragraph], number: int) -> bool:
    """A line like a heading stands right above, and it is not the first line."""
    return number > 1 and paragraphs[number - 1].bare and not line_kind(paragraphs[number - 1].text)


def like_label(paragraph: Paragraph) -> bool:
    """Short, without any mark: it may be the name of a page."""
    return len(paragraph.text) <= LABEL[paragraph.cjk] and not _MARK.search(paragraph.text)


class Boundaries(NamedTuple):
    """Where other articles begin and this one ends, by numbers of paragraphs.

    jumps    the unit under a jump line (of copies the first) → that line
    bylines  numbers of end bylines
    end      the first line after which the article of the first paragraphs has ended
    """

    jumps: Mapping[int, int]
    bylines: Sequence[int]
    end: int

    @classmethod
    def of(cls, paragraphs: Sequence[Paragraph], lines: Mapping[int, str], copies: Mapping[int, int]) -> "Boundaries":
        """What the lines of these paragraphs say; `copies` as `originals` has them."""
        if not lines:
            return cls({}, [], len(paragraphs))
        under: dict[int, int] = {}
        units = [at for at, paragraph in enumerate(paragraphs) if paragraph.unit]
        for line in (number for number, kind in lines.items() if kind == "continued" and number >= OWN):
            for below in units[(at := bisect_right(units, line)) : at + 1]:
                under[copies.get(below, below)] = line
        ends = (at for at, kind in lines.items() if at > OWN and kind in ("byline", "label", "continued"))
        return cls(under, [at for at, kind in lines.items() if kind == "byline"], min(ends, default=len(paragraphs)))


def originals(paragraphs: Sequence[Paragraph]) -> dict[int, int]:
    """Later exact copies: the number of a long paragraph → the number of its first copy. What is no prose may well stand twice."""
    first: dict[str, int] = {}
    copies = {}
    for number, paragraph in enumerate(paragraphs):
        if paragraph.long and paragraph.prose and first.setdefault(paragraph.text, number) != number:
            copies[number] = first[paragraph.text]
    return copies


def near_copies(paragraphs: Sequence[Paragraph], units: Sequence[int]) -> list[tuple[int, int]]:
    """Pairs of units of prose (by place in `units`) of which one holds most of the other word for word.

    A common run of RUN of a paragraph covers its middle: so look for the middle, then see how far it reaches.
    """
    texts = [paragraphs[number].text if paragraphs[number].prose else "" for number in units]
    page, starts = "\n".join(texts), list(accumulate((len(text) + 1 for text in texts), initial=0))
    found = set()
    for place, text in enumerate(texts):
        if len(text) < NEAR_COPY:
            continue
        core = text[round(len(text) * (1 - RUN)) : round(len(text) * RUN)]
        at = page.find(core) if page.count(core) > 1 else -1
        while at >= 0:
            other = bisect_right(starts, at) - 1
            longer = texts[other]
            if other != place and len(longer) >= len(text) and common_run(text, longer, core) >= RUN:
                found.add((min(place, other), max(place, other)))
            at = page.find(core, starts[other + 1])
    return sorted(found)


def common_run(short: str, long: str, core: str) -> float:
    """How much of `short` the common run around `core` covers."""
    at, to = short.index(core), long.index(core)
    return (common_start(short[:at][::-1], long[:to][::-1]) + common_start(short[at:], long[to:])) / len(short)


def is_prose(text: str, cjk: bool) -> bool:
    """Most of its characters, white space aside, stand in words.

    >>> is_prose("The build of 2021 was signed by the same key, as the list below shows.", False)
    True
    >>> is_prose('"BuildArn": "arn:aws:build/a1b2", "Status": "READY",', False)
    False
    >>> is_prose("会议同意了2021年的计划，并决定公布名单。", True), is_prose("│ 状态 │ 12:03:44 │ 0x00ff12ab │", True)
    (True, False)
    """
    tokens = text.split()
    enough = PROSE * sum(map(len, tokens))
    if sum(map(len, _HAN.findall(text) if cjk else filter(str.isalpha, tokens))) >= enough:
        return True  # plain words are soon counted, and most often they are enough
    inside = sum(sign.isalpha() or sign in MARKS_CJK for sign in text) if cjk else sum(map(_word_length, tokens))
    return inside >= enough


def _word_length(token: str) -> int:
    """How long it is if it is a word, with the marks around it."""
    return len(token) if token.strip(WORD_MARKS).translate(INSIDE).isalpha() else 0


class Stray(NamedTuple):
    """A heading with a stray label, 前言中小企业如何稳？: the paragraph, how long the label is, its sibling headings."""

    paragraph: Paragraph
    length: int
    siblings: tuple[Paragraph, ...]


def strays(paragraphs: Sequence[Paragraph]) -> Iterator[Stray]:
    """Headings with a stray label.

    Proof one: the lead quotes the heading word for word, without the label, as a sentence or clause of its own. Proof
    two: it quotes at least one sibling (a short paragraph that ends alike) too, and no sibling carries a label.
    """
    if not paragraphs or not paragraphs[0].long:
        return
    lead = paragraphs[0].text
    headings = [own for own in paragraphs[1:] if not own.long and own.kind not in NO_HEADLINE]
    for heading in headings:
        length = part_label(heading.text)
        bare = heading.text[length:].lstrip(" ：:")
        if not length or len(bare) < HEADING or heading.text in lead or not _stands_in(bare, lead):
            continue
        alike = tuple(other for other in headings if other != heading and other.text.endswith(bare[-ENDING:]))
        if alike and all(_stands_in(other.text, lead) for other in alike):
            yield Stray(heading, len(heading.text) - len(bare), alike)


def _stands_in(heading: str, lead: str) -> bool:
    """It stands in the lead word for word, between marks or ends."""
    at = lead.find(heading)
    end = at + len(heading)
    return (
        at >= 0
        and (at == 0 or not lead[at - 1].isalnum())
        and (end == len(lead) or not lead[end - 1].isalnum() or not lead[end].isalnum())
    )
