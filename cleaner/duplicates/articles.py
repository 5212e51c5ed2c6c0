"""Which paragraphs of which documents may go as copies where care is taken: long closed ones of articles, quoted by nobody.

An article is what news, blogs and encyclopaedias print: closed paragraphs, and little else. Elsewhere paragraphs repeat
honestly: clauses, formulas, questions, refrains, votes.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cleaner.duplicates.blocks import LEADS_ON
from cleaner.duplicates.key import LETTER, codes_of, key_table, running_count
from cleaner.duplicates.settings import REPEATED_FROM, REPEATED_NEAR_FROM, Dedup
from cleaner.duplicates.telling import Telling
from cleaner.duplicates.told import Told
from cleaner.duplicates.units import PARAGRAPH, Ids, Units
from cleaner.duplicates.verify import Removals, UnitTexts
from cleaner.forms import Form, Kind, form_of, marks
from cleaner.forms.line import closed

FEWEST, MOST = 3, 120  # closed paragraphs of an article
MOST_PARTS = 3  # paragraphs that one article may lose
LONGEST_WORD = 16  # code points of a word in a near copy that may be another one
HOLD = 0.8  # share of its letters that they hold
LONGEST = 20_000  # letters of it
LONG = 40, 100  # letters of such a paragraph: of Han and kana, of other scripts
REPEATED = REPEATED_FROM, 120  # the same of one that may go as a copy
REPEATED_NEAR = REPEATED_NEAR_FROM, 300  # and as a near copy
WIDE = 0x2E80  # code point from which on letters are Han, kana, and such that say as much

# A paragraph behind one of these that is open may be part of a quotation.
QUOTES = (("“", "”"), ("「", "」"), ("『", "』"), ("«", "»"), ("„", "“"))
_WHOLLY_QUOTED = re.compile(r"[“「『\"«„][^”」』\"»“]*[”」』\"»“]\W?$")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")


class Article(NamedTuple):
    """The spans of the paragraphs of an article that may go as copies, and of those that may go as near copies."""

    equal: frozenset[tuple[int, int]]
    near: frozenset[tuple[int, int]]


NOTHING = Article(frozenset(), frozenset())


def article_of(text: str, format: str | None = None) -> Article:
    """What may go of a text; nothing of one that is no article.

    format  where the name of its file tells it, as for `form_of`
    """
    said = _Said.of(text)
    if said.letters(0, len(text)) > LONGEST:
        return NOTHING
    form = form_of(text, format)
    long = [span for span in _closed(form) if said.enough(span, LONG)]
    held = sum(said.letters(*span) for span in long)
    if (
        _numbered(text)
        or not FEWEST <= len(long) <= MOST
        or held < HOLD * said.letters(0, len(text))
        or Kind.WRAPPED in form.kinds
    ):
        return NOTHING
    free = [span for span in long if _free(text, *span)]
    return Article(
        *(frozenset(span for span in free if said.enough(span, least)) for least in (REPEATED, REPEATED_NEAR))
    )


class _Said(NamedTuple):
    """How many letters, and how many of Han and kana, stand in front of each offset of a text."""

    every: NDArray[np.int64]
    wide: NDArray[np.int64]

    @classmethod
    def of(cls, text: str) -> "_Said":
        codes = codes_of(text)
        are_letters = key_table()[codes] >= LETTER
        return cls(running_count(are_letters), running_count(are_letters & (codes >= WIDE)))

    def letters(self, start: int, end: int) -> int:
        return int(self.every[end] - self.every[start])

    def enough(self, span: tuple[int, int], least: tuple[int, int]) -> bool:
        """So many letters of Han and kana, or of other scripts, or shares of both."""
        start, end = span
        wide, every = int(self.wide[end] - self.wide[start]), self.letters(start, end)
        return wide / least[0] + (every - wide) / least[1] >= 1


def _closed(form: Form) -> Iterator[tuple[int, int]]:
    """Closed paragraphs in one line each, without outer spaces."""
    for block in form.blocks:
        if block.kind is not Kind.PROSE or (form.structured and _goes_on(form, block.first)):
            continue
        line = form.text[block.start : block.end]
        start = block.start + len(line) - len(line.lstrip())
        end = block.end - len(line) + len(line.rstrip())
        if closed(form.text[start:end]):
            yield start, end


def _numbered(text: str) -> bool:
    """Parts of it are numbered, as those of contracts, statutes, exams: what repeats there belongs to each."""
    numbered = (marks.ARTICLE.match(line) or marks.DIVISION.match(line) for line in map(str.strip, text.split("\n")))
    return sum(found is not None for found in numbered) > 1


def _goes_on(form: Form, number: int) -> bool:
    """Where line ends are syntax: the paragraph has more lines than this one."""
    return any(0 <= beside < len(form.kinds) and form.kinds[beside] is not None for beside in (number - 1, number + 1))


def _free(text: str, start: int, end: int) -> bool:
    """Nobody quotes it, and nothing leads on to it."""
    before = text[:start]
    opened = any(before.count(left) > before.count(right) for left, right in QUOTES)
    return not (opened or before.rstrip().endswith(LEADS_ON) or _WHOLLY_QUOTED.match(text[start:end]))


EQUAL, NEAR = 1, 2  # how a paragraph may go; 0: it stays

Articles: TypeAlias = Callable[[Ids], Sequence[Article]]  # documents, ascending → what may go of each
Free: TypeAlias = Callable[[Ids], Ids]  # paragraphs, ascending → how each may go


def free_of(document: Sequence[int], spans: Sequence[tuple[int, int]], articles: Mapping[int, Article]) -> Ids:
    """How each of these paragraphs may go: EQUAL, NEAR or not at all.

    articles  of the documents that matter; a paragraph of another one stays
    """
    its = (articles.get(one, NOTHING) for one in document)
    return np.array(
        [(span in one.equal) + (span in one.near) for one, span in zip(its, spans, strict=True)], dtype=np.int64
    )


def free_among(units: Units, rows: Ids, articles: Articles, met: Ids | None = None) -> Ids:
    """How each of these paragraphs may go.

    met  rows whose documents are looked at, and no others; by default all
    """
    documents = np.unique(units.document[rows if met is None else met])
    its = dict(zip(documents.tolist(), articles(documents), strict=True))
    document, start, end = (column[rows].tolist() for column in (units.document, units.start, units.end))
    return free_of(document, list(zip(start, end, strict=True)), its)


def at_most_half(gone: Removals, units: Units) -> Removals:
    """What goes of documents of which at least half of the letters stay, and that are not cut in many places: a rewrite stays whole."""
    lines = units.kind == PARAGRAPH
    letters = np.bincount(units.document[lines], units.letters[lines])
    document = units.document[gone.unit]
    went, parts = np.bincount(document, units.letters[gone.unit]), np.bincount(document)
    return gone.where((2 * went[document] <= letters[document]) & (parts[document] <= MOST_PARTS))


def alike_in_words(pairs: Removals, unit_texts: UnitTexts, settings: Dedup) -> NDArray[np.bool_]:
    """Which of these pairs say the same: with the same figures, where these tell paragraphs apart, and but for a word the same words."""
    same = np.ones(len(pairs), dtype=np.bool_)
    for portion, (one, other), texts in unit_texts.pairs(pairs.keeper, pairs.unit):
        both = [(texts[a], texts[b]) for a, b in zip(one.tolist(), other.tolist(), strict=True)]
        same[portion] = [
            (settings.numbers == "same" or same_figures(*pair)) and _same_words(*map(Told.of, pair)) for pair in both
        ]
    return same


def _same_words(kept: Told, gone: Told) -> bool:
    """Nothing is said in the one alone; a word may be another one."""
    telling = Telling.of(kept, gone)
    if telling.own or Telling.of(gone, kept).own:
        return False
    changed = telling.changed
    a_word = len(changed) < 2 and all(len(part) <= LONGEST_WORD for one in changed for part in (one.kept, one.gone))
    return a_word or telling.misprints is not None


def same_figures(one: str, other: str) -> bool:
    """Whether two texts hold the same numbers in the same order.

    >>> same_figures("1.022元", "1.032元"), same_figures("3 days", "for 3 days")
    (False, True)
    """
    return _NUMBER.findall(one) == _NUMBER.findall(other)
