"""A text as `splice` reads it: hard-wrapped blocks joined, and of each paragraph what kind of text it is. Judges nothing."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from cleaner.forms import Form, Kind
from cleaner.forms.line import closed
from cleaner.forms.wrapping import OVER, OVER_BY, OWN, WIDEST
from cleaner.stages.splice.page import Paragraph, split_paragraphs
from cleaner.text.change import Change, Mapper
from cleaner.text.paragraphs import BLANK

UNSURE = "unsure"  # lines that may be one sentence, though no width explains their ends
FEW = 0.25  # of the lines of prose: so many are headings over paragraphs; more are a text that nobody can join
LONGEST = WIDEST * OVER + OVER_BY  # code points of a line of a block that is wrapped
ITEMS = "list", "options"  # what looks like this is one list, also where blank lines part its items


class JoinedPage(NamedTuple):
    """A text with its hard-wrapped paragraphs as their author wrote them.

    text        after `change`
    paragraphs  of `text`, each with its kind and its block
    change      from the text as it stands to this one: in most texts none
    """

    text: str
    paragraphs: list[Paragraph]
    change: Change

    @classmethod
    def as_it_stands(cls, text: str) -> "JoinedPage":
        """A text of which every line is a paragraph."""
        return cls(text, split_paragraphs(text), Change(len(text)))

    @classmethod
    def of(cls, form: Form) -> "JoinedPage":
        """The text that has this form."""
        if form.all_prose:
            return cls.as_it_stands(form.text)
        text = form.joined.apply(form.text)
        return cls(text, list(_of_kinds(form, split_paragraphs(text), form.joined.mapper(back=True))), form.joined)


def may_be_wrapped(text: str) -> bool:
    """Whether a form may have hard-wrapped blocks: each needs line ends inside sentences. Most texts have hardly any.

    >>> may_be_wrapped("At noon the last\\nof the boats came\\nback into the old\\nharbour.")
    True
    >>> may_be_wrapped("A headline\\nIts first sentence.\\nIts second sentence.\\n\\nIts third")
    False
    """
    breaks = 0
    for line, below in pairwise(text.split("\n")):
        if below and 0 < len(line) <= LONGEST and not closed(line.rstrip(BLANK)):
            breaks += 1
            if breaks == OWN.breaks:
                return True
    return False


def _of_kinds(form: Form, paragraphs: Sequence[Paragraph], back: Mapper) -> Iterator[Paragraph]:
    """The same paragraphs with what the form says of the lines on which they stand."""
    number, before, few = -1, "", _few_unsure(form)
    for paragraph in paragraphs:
        block = form.block_at(back(paragraph.start, paragraph.end)[0])
        if block is None or block.kind is Kind.PROSE or (block.sub == UNSURE and few):
            before = ""
            yield paragraph
            continue
        number = number if block.sub == before and before in ITEMS else block.first
        before = block.sub
        yield paragraph._replace(kind=block.kind, block=number)


def _few_unsure(form: Form) -> bool:
    """Lines that may be parts of one are paragraphs in a text of paragraphs, of which none is hard-wrapped."""
    unsure = sum(block.last - block.first for block in form.blocks if block.sub == UNSURE)
    return not form.kinds.count(Kind.WRAPPED) and unsure <= FEW * form.kinds.count(Kind.PROSE)
