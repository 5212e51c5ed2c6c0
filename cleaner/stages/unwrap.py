"""Hard-wrapped text as its author wrote it, one paragraph a line. On request; joins only what is certain."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar, NamedTuple

from cleaner.document import Certainty, Document, Finding
from cleaner.forms import PARAGRAPHS, Block, Break, Form, Kind, form_of
from cleaner.forms.line import columns, first_piece, spaceless
from cleaner.forms.marks import item_mark
from cleaner.text.change import Change, Edit
from cleaner.text.furniture import closed, list_item
from cleaner.text.paragraphs import SPEAKER

HYPHENS = "-‐"  # of the word or of the typesetter: a text does not say
SOFT_HYPHEN = "\xad"  # of the typesetter alone
SOFT_HYPHEN_AT_END = re.compile("\xad(?=[ \\t\\r]*\n)")
ROUNDS = 6  # a third is rare
GAP = " \t　"
NUMBER = re.compile("[0-9]+")
SHORT = 8  # signs: the end of a sentence may be a figure and its marks
LITTLE = 3  # letters of a word with which no sentence and no title ends: the, of, der, la, и
INTRODUCE = ":：;；"
QUOTES = '>"“‘«„'
SLACK = 2  # columns: a mark that may not begin a line hangs over its end
SENTENCE_MARKS = "，。、；,;."  # a title mostly has none


@dataclass(frozen=True, slots=True)
class Unwrap:
    """Join the lines of a hard-wrapped paragraph: books, mails and manuals whose lines a program broke.

    A full line that ends inside a sentence goes on in the next one. A full line that ends a sentence may be the last of
    its paragraph: it is joined only where the text parts its paragraphs by blank lines or indents. A hyphen at a line end
    keeps its break and is flagged.

    >>> lines = "河对岸的灯是在七点整亮的，先是码头，然后", "是粮站，最后才轮到学校。孩子们数着灯，数", "到第九盏的时候，电影船就靠岸了，船上的人", "把白布挂在两棵树中间。"
    >>> [found.count for found in Unwrap()(Document.of("\\n".join(lines)))]
    [3]
    """

    name: ClassVar[str] = "unwrap"
    rules: ClassVar[Mapping[str, str]] = {
        "unwrap.line": "joins the lines of a hard-wrapped paragraph where they are certainly one; off by default",
        "unwrap.hyphen": "flags a hyphen at the end of a hard-wrapped line: it may be the word's or the typesetter's",
    }

    def __call__(self, doc: Document) -> Iterator[Finding]:
        form = doc.form
        if form.all_prose or form.structured:
            return
        joined = _settled(form, _soft_hyphens(doc))
        evidence = {"why": "the next word did not fit on the line", **_evidence(form)}
        yield from Finding.bulk("unwrap.line", joined.edits, Certainty.LIKELY, evidence=evidence)
        hyphens = (one for block in _wrapped(form) for one in block.breaks if form.text[one.start - 1] in HYPHENS)
        yield from Finding.flags("unwrap.hyphen", (Edit(one.start - 1, one.end) for one in hyphens))


def _settled(form: Form, soft: frozenset[int]) -> Change:
    """All joins, until the text that they leave has none: what is joined shows how wide the other lines are."""
    whole = Change(len(form.text))
    for _ in range(ROUNDS):
        layout = layout_of(form)
        edits = [edit for block in _wrapped(form) for edit in _edits(form.text, block, layout, soft)]
        if not edits:
            break
        change = Change.of(len(form.text), edits)
        whole, soft = whole.then(change), frozenset()
        form = form_of(change.apply(form.text), form.format)
    return whole


def _wrapped(form: Form) -> list[Block]:
    return [block for block in form.blocks if block.kind is Kind.WRAPPED]


def _evidence(form: Form) -> dict[str, Any]:
    """How wide the lines are, and how paragraphs are told apart."""
    layout = layout_of(form)
    parted = "parted by blank lines or indents" if layout.parted else "not parted"
    return {"width": layout.width, "paragraphs": parted}


class Layout(NamedTuple):
    """How the hard-wrapped paragraphs of a text are told apart.

    parted  by blank lines or indents: none goes over into another block line by line
    margin  code points before the lines that begin no paragraph
    width   of the widest line, in columns
    """

    parted: bool
    margin: int
    width: int


def layout_of(form: Form) -> Layout:
    """The layout of a text."""
    blocks = _wrapped(form)
    parted = not any(
        one.kind in PARAGRAPHS
        and other.kind in PARAGRAPHS
        and one.last == other.first
        and form.text[other.start] not in GAP
        for one, other in pairwise(form.blocks)
    )
    lines = (line.strip(GAP) for block in blocks for line in form.text[block.start : block.end].split("\n"))
    return Layout(
        parted, min((_margin(form.text, block) for block in blocks), default=0), max(map(columns, lines), default=0)
    )


def _margin(text: str, block: Block) -> int:
    """The smallest indent behind the breaks of a block."""
    return min(_indent(text, one) for one in block.breaks)


def _indent(text: str, one: Break) -> int:
    return one.end - text.rindex("\n", one.start, one.end) - 1


def _soft_hyphens(doc: Document) -> frozenset[int]:
    """Where a soft hyphen stood at the end of a line, before it was taken out as an invisible character."""
    if SOFT_HYPHEN not in doc.raw:
        return frozenset()
    to = doc.change.mapper()
    return frozenset(to(found.start(), found.start())[0] for found in SOFT_HYPHEN_AT_END.finditer(doc.raw))


def _edits(text: str, block: Block, layout: Layout, soft: frozenset[int]) -> Iterator[Edit]:
    """What becomes of the line ends of a block, where that is certain."""
    begins, fresh = block.start, True
    margin = layout.margin if len(block.breaks) == 1 else _margin(text, block)
    for at, one in enumerate(block.breaks):
        line = text[begins : one.start].lstrip(GAP)
        other = text[one.end : block.breaks[at + 1].start if at + 1 < len(block.breaks) else block.end]
        edit = None
        if line[-1] == SOFT_HYPHEN or one.start in soft:
            edit = Edit(one.start - (line[-1] == SOFT_HYPHEN), one.end, "")
        elif _indent(text, one) <= margin and _one_sentence(line, other, one, layout, fresh):
            edit = Edit(one.start, one.end, one.glue)
        if edit:
            yield edit
        begins, fresh = one.end, edit is None


def _one_sentence(line: str, other: str, one: Break, layout: Layout, fresh: bool) -> bool:
    """Whether a line goes on in the next one.

    fresh  a paragraph may begin with the line
    """
    if line[-1] in HYPHENS or _are_rows(line, other):
        return False
    if layout.parted:
        return one.sure or closed(line) or (one.glue == " " and other[0].islower())
    if not (one.sure and _filled(line, other, layout.width)) or line[-1] in INTRODUCE or item_mark(other):
        return False
    return other[0].islower() or leads_on(line) or not (_like_a_title(line, fresh) or begins_anew(other))


def _are_rows(line: str, other: str) -> bool:
    """Lines of figures or signs, a rule under a title, or two that begin with the same mark or a counted word."""
    marks = [NUMBER.sub("#", part.partition(" ")[0]) for part in (line, other)]
    counted = marks[0] == marks[1] and ("#" in marks[0] or len(marks[0]) == 1 < len(line))
    return counted or not (_of_letters(line) and _of_letters(other))


def _of_letters(line: str) -> bool:
    signs = "".join(line.split())
    return len(signs) < SHORT or 2 * sum(map(str.isalpha, signs)) >= len(signs)


def _filled(line: str, other: str, width: int) -> bool:
    """The first word of the other had no room on the line."""
    piece = first_piece(other)
    return columns(line) + (not spaceless(other[0])) + columns(piece) > width - SLACK


def leads_on(line: str) -> bool:
    """It ends in a comma or a little word."""
    before, _, last = line.rpartition(" ")
    return line[-1] == "," or (before != "" and len(last) <= LITTLE and last.isalpha() and last.islower())


def _like_a_title(line: str, fresh: bool) -> bool:
    """It may be a paragraph of its own, though it ends without a mark."""
    return fresh and not any(mark in line for mark in SENTENCE_MARKS)


def begins_anew(other: str) -> bool:
    """It may begin a paragraph: an item, a speaker, a quotation, a capital letter."""
    return other[0].isupper() or other[0] in QUOTES or list_item(other) or SPEAKER.match(other) is not None
