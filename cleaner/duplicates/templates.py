"""Lines that stand at the edge of many documents of one group: furniture of its pages. Keys in, verdicts out; reads no files.

A line is counted by 64 bits of its comparison key, figures and addresses folded. What is counted exactly is only what many edges
share; of a whole text nothing is held. What passes is decided for a line of a group, never for one document alone.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner.duplicates.key import keyed, mix64, short_hashes
from cleaner.duplicates.units import Ids
from cleaner.forms import Form, Kind, form_of, marks
from cleaner.forms.line import closed
from cleaner.text.furniture import formula, site_line
from cleaner.text.paragraphs import bounds

FEWEST = 10  # documents of a group that have a line: in fewer it may repeat by chance
SHARE = 5  # one of so many documents of the group
TIMES = 3, 2  # at most so often in so many documents: a refrain comes again, furniture stands once on a page
MOSTLY = 4, 5  # of the documents that have a line: it stands at the edge, it reads as furniture
OWN = 2  # documents in which a sentence stands that is their own; versions of one text have none, and say nothing of a site
REACH = 8  # lines that an edge is deep
CLOSED = 3  # of these for a whole sentence: furniture before the text is short, behind it there may be a notice or two
LETTERS = 25  # of a sentence, and of a line that goes without a word of furniture, beside one that has it
LONGEST = 1000  # code points of a line that is looked at: a notice; a paragraph that long is nobody's furniture

HELD = frozenset({Kind.FIXED, Kind.QUOTATION, Kind.MARK, Kind.WRAPPED})  # whatever its words are, such a line stays
HELD_LINES = ("list", "options", "turn", "cue")  # the same of loose lines
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s<>\"'）)】」]+")
_ADDRESSES = "//", "www."  # one of them is in every address
_FIGURES = re.compile(r"\d+")
_LETTER = re.compile(r"[^\W\d_]")
_NO_LETTERS = re.compile(r"[\W\d_]+")
_LONG = re.compile(rf"(?:[\W\d_]*[^\W\d_]){{{LETTERS}}}")


class Edges(NamedTuple):
    """The lines at the edges of documents, each once a document; int64, shape (n,) each.

    document  number of the document in the batch
    key       64 bits of the comparison key of the line, folded
    """

    document: Ids
    key: Ids

    def in_rows(self, rows: Ids) -> "Edges":
        """The same where the documents of a batch are these rows."""
        return self._replace(document=rows[self.document])

    @classmethod
    def join(cls, parts: Sequence["Edges"]) -> "Edges":
        """The rows of all parts."""
        none = np.empty(0, dtype=np.int64)
        document, key = ([none, *(part[at] for part in parts)] for at in range(2))
        return cls(np.concatenate(document), np.concatenate(key))


class Seen(NamedTuple):
    """Lines of documents that many edges of their group share, by document and line; shape (n,) each.

    document  number of the document; int64
    at        number of the line among those that are not blank; int64
    key       of the line in its group; int64
    start     where it stands in the text, code points; int64, as `end`
    fits      it stands at the edge and is of a kind that may go; bool
    names     it has a word of furniture; bool
    long      it may go beside such a line: a notice, which is prose and neither speech nor formula; bool
    short     it may go between such lines, or below one at the end: no heading, no sentence, no figures, no formula; bool
    low       it stands in the lower half; bool
    """

    document: Ids
    at: Ids
    key: Ids
    start: Ids
    end: Ids
    fits: NDArray[np.bool_]
    names: NDArray[np.bool_]
    long: NDArray[np.bool_]
    short: NDArray[np.bool_]
    low: NDArray[np.bool_]

    @classmethod
    def of(cls, rows: Sequence[tuple[int, ...]]) -> "Seen":
        """From rows of numbers, in this order of columns."""
        numbers = np.array(rows, dtype=np.int64).reshape(-1, len(cls._fields)).T
        return cls(*numbers[:5], *(column.astype(np.bool_) for column in numbers[5:]))

    @classmethod
    def join(cls, parts: Sequence["Seen"]) -> "Seen":
        """The rows of all parts, in their order."""
        return cls(*(np.concatenate(columns) for columns in zip(cls.of([]), *parts, strict=True)))


class Verdict(NamedTuple):
    """What becomes of the lines that were seen.

    goes       which of them go; bool, shape (n,)
    documents  in how many documents of its group each stands; int64, shape (n,)
    left       different lines that many edges share and that stay
    """

    goes: NDArray[np.bool_]
    documents: Ids
    left: int


def edges_of(texts: Sequence[str]) -> Edges:
    """The lines at the edges of these texts, each once a text; texts are numbered as given.

    >>> edges_of(["首页\\n正文写在这里。", "首页\\n首页"]).document.tolist()
    [0, 0, 1]
    """
    lines, whose = list[str](), list[int]()
    for number, text in enumerate(texts):
        spans = bounds(text)
        above, below = edge(text, spans)
        its = spans if above >= below else [*spans[:above], *spans[below:]]
        lines += [text[start:end] for start, end in its]
        whose += [number] * len(its)
    keys = line_keys(lines)
    document, keys = np.array(whose, dtype=np.int64)[keys != 0], keys[keys != 0]
    order = np.lexsort((keys, document))
    document, keys = document[order], keys[order]
    again = (document[1:] == document[:-1]) & (keys[1:] == keys[:-1])
    once = np.concatenate([[True], ~again])[: len(keys)]
    return Edges(document[once], keys[once])


def edge(text: str, spans: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """How many lines of a text are its upper edge, and with which one its lower edge begins."""
    return _reach(text, spans), len(spans) - _reach(text, spans[::-1])


def _reach(text: str, spans: Sequence[tuple[int, int]]) -> int:
    spent = 0
    for count, (start, end) in enumerate(spans[: REACH + 1]):
        sentence = end - start >= LETTERS and closed(text[start:end]) and _LONG.match(text, start, end)
        spent += CLOSED if sentence else 1
        if spent > REACH:
            return count
    return min(len(spans), REACH + 1)


def letters(text: str) -> int:
    """Letters of a text, without figures."""
    return len(_NO_LETTERS.sub("", text))


def folded(line: str) -> str:
    """A line without what differs from page to page: figures and addresses. One that is nothing else stays as it is.

    >>> folded("第12页 http://port.example/7.html"), folded("www.port.example/7")
    ('第0页 ', 'www.port.example/7')
    """
    bare = _ADDRESS.sub("", line) if any(sign in line for sign in _ADDRESSES) else line
    bare = _FIGURES.sub("0", bare)
    return bare if _LETTER.search(bare) else line


def line_keys(lines: Sequence[str]) -> Ids:
    """64 bits of the comparison key of each line, folded; 0 of one that says nothing or is too long."""
    told = [folded(line) if len(line) <= LONGEST else "" for line in lines]
    keys = keyed(told)
    cuts = keys.at[np.cumsum([0, *map(len, told)], dtype=np.int64)]
    hashes = short_hashes(keys.codes, cuts[:-1], cuts[1:])
    said: Ids = np.where(keys.letters[cuts[1:]] > keys.letters[cuts[:-1]], hashes, 0)
    return said


def grouped(keys: Ids, groups: Ids | int) -> Ids:
    """Keys of lines that are equal only within a group."""
    group = np.asarray(groups, dtype=np.int64).view(np.uint64).reshape(-1)
    out: Ids = mix64(keys.view(np.uint64) ^ mix64(group)).view(np.int64)
    return out


def shared(keys: Ids, sizes: Ids) -> Ids:
    """Of the keys of lines in their groups, one a document that has it, those of many documents; ascending.

    sizes  documents of the group of each
    """
    found, first, counts = np.unique(keys, return_index=True, return_counts=True)
    return found[enough(counts, sizes[first])]


def enough(documents: Ids, sizes: Ids) -> NDArray[np.bool_]:
    """So many documents of a group, and such a share of it."""
    many: NDArray[np.bool_] = (documents >= FEWEST) & (documents * SHARE >= sizes)
    return many


def seen_in(text: str, format: str | None, document: int, group: int, wanted: Ids) -> list[tuple[int, ...]]:
    """The lines of a text that many edges of its group share, as rows of `Seen`.

    format  where the name of its file tells it, as for `form_of`
    wanted  their keys in the group, ascending
    """
    spans = bounds(text)
    keys = grouped(line_keys([text[start:end] for start, end in spans]), group)
    (hits,) = np.nonzero(np.isin(keys, wanted))
    if not len(hits):
        return []
    above, below = edge(text, spans)
    form, every = form_of(text, format), letters(text)
    rows = list[tuple[int, ...]]()
    for at, key in zip(hits.tolist(), keys[hits].tolist(), strict=True):
        start, end = spans[at]
        line, low = text[start:end], at >= below and 2 * at >= len(spans)
        fits = (at < above or at >= below) and 2 * letters(line) <= every and _may_go(form, start, line)
        words = site_line(line), _long(form, start, line), _short(form, start, line, low=low)
        rows.append((document, at, key, start, end, fits, *words, low))
    return rows


def _may_go(form: Form, start: int, line: str) -> bool:
    block = form.block_at(start)
    return not (
        block is None or block.kind in HELD or (block.kind is Kind.LINES and block.sub in HELD_LINES)
    ) and not marks.ITEM.match(line)


def _long(form: Form, start: int, line: str) -> bool:
    """By itself such a line proves nothing: manuals say so of every command, statutes of every law."""
    prose = form.kind_at(start) is Kind.PROSE
    return prose and letters(line) >= LETTERS and not formula(line) and not marks.TURN.match(line)


def _short(form: Form, start: int, line: str, *, low: bool) -> bool:
    heading = form.kind_at(start) is Kind.HEADING and not low  # the body goes on from it
    return not (heading or formula(line) or _FIGURES.search(line) or closed(line))


def decide(seen: Seen, counted: NDArray[np.bool_], sizes: Ids) -> Verdict:
    """Which lines go: by what is said of a line in all documents of its group, and of the lines beside it.

    seen     ordered by document and line
    counted  lines of documents that count: of equal ones one
    sizes    documents of the group of each line
    """
    keys, first, which = np.unique(seen.key, return_index=True, return_inverse=True)
    span = int(seen.document.max(initial=0)) + 1

    def documents(lines: NDArray[np.bool_]) -> Ids:
        """In how many documents these lines stand, by key."""
        its = np.unique(which[lines] * span + seen.document[lines]) // span
        return np.bincount(its, minlength=len(keys)).astype(np.int64)

    every, times = documents(counted), np.bincount(which[counted], minlength=len(keys))

    def mostly(lines: NDArray[np.bool_]) -> NDArray[np.bool_]:
        most: NDArray[np.bool_] = documents(counted & seen.fits & lines) * MOSTLY[1] >= every * MOSTLY[0]
        return most

    often = enough(every, sizes[first]) & (times * TIMES[1] <= every * TIMES[0]) & mostly(seen.fits)
    goes = often & mostly(seen.names)
    while (more := often & ~goes & mostly(_beside(seen, goes[which] & seen.fits))).any():
        goes |= more
    return Verdict(goes[which] & seen.fits, every[which], int(np.count_nonzero(often & ~goes)))


def _beside(seen: Seen, goes: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Notices beside a line that goes; other lines between two of them, or below one at the end of their document."""
    follows = (seen.document[1:] == seen.document[:-1]) & (seen.at[1:] == seen.at[:-1] + 1)
    above, below = np.zeros_like(goes), np.zeros_like(goes)
    above[1:], below[:-1] = follows & goes[:-1], follows & goes[1:]
    beside: NDArray[np.bool_] = (seen.long & (above | below)) | (seen.short & above & (below | seen.low))
    return beside
