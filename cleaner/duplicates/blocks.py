"""Which stretches of a text are its paragraphs: every one a whole block of prose. Signs nothing.

Lists, verse, turns, headings, quotations, code and tables are none: they repeat honestly, and what is left of them means
something else once a line is gone.
"""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from cleaner.forms import PARAGRAPHS, Block, Form, form_of
from cleaner.text.paragraphs import BLANK, Span, paragraphs

LEADS_ON = (":", "：")  # what ends so speaks of what stands below

Paragraphs: TypeAlias = Sequence[Span] | None  # None: all lines that are not blank, as in most texts


def told_apart(text: str, format: str | None = None) -> Paragraphs:
    """The paragraphs of a text, without their outer spaces; None where they are all its lines that are not blank.

    format  where the name of its file tells it, as for `form_of`

    >>> told_apart("Oats\\n\\n1. Wash them.\\n2. Boil them in salted water.\\n\\nThey are done when all of the water is gone, says the cook.")
    [Span(start=51, end=110)]
    """
    form = form_of(text, format)
    return None if form.plain else list(_blocks_of_prose(form))


def paragraphs_of(text: str, format: str | None = None) -> Sequence[Span]:
    """The same, one by one in every text."""
    found = told_apart(text, format)
    return paragraphs(text) if found is None else found


def _blocks_of_prose(form: Form) -> Iterator[Span]:
    """Where the syntax says that lines in a row are one paragraph, they are; what leads on to something else stays with it."""
    for start, end in _together(form) if form.structured else _alone(form):
        body = form.text[start:end]
        left, right = end - len(body.lstrip(BLANK)), start + len(body.rstrip(BLANK))
        if left < right and not body.rstrip().endswith(LEADS_ON):
            yield Span(left, right)


def _alone(form: Form) -> Iterator[tuple[int, int]]:
    return ((block.start, block.end) for block in form.blocks if block.kind in PARAGRAPHS)


def _together(form: Form) -> Iterator[tuple[int, int]]:
    """Paragraphs of a structured format: from one blank line, or one line of another kind, to the next."""
    run: list[Block] = []
    for block in (*form.blocks, None):
        goes_on = block is not None and block.kind in PARAGRAPHS
        if run and not (goes_on and block is not None and block.first == run[-1].last):
            yield run[0].start, run[-1].end
            run = []
        if block is not None and goes_on:
            run.append(block)
