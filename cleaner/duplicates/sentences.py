"""Sentences of texts, which tell what two documents share: where they end, and a hash of each. Compares nothing.

The sentences of a batch are hashed in two ways that give the same bits: by numpy, the definition, or by compiled code.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner.duplicates.key import codes_of, exact_hashes, key_table, keyed
from cleaner.text.machine_code import pays

LETTERS = 12  # of a sentence that is evidence: shorter ones stand in texts that have nothing to do with each other
ENDS = "。！？!?；…｡．\n"  # a sentence ends behind them
BLANKS, LINE_FEED = " \n", "\n"  # before which a full stop ends one, too: 3.5 is a number
END = re.compile(rf"[{ENDS}]|\.(?=[{BLANKS}]|\Z)")

Ids = NDArray[np.int64]


class Sentences(NamedTuple):
    """n sentences of LETTERS letters and more as columns, in order; where lines are parts of one, these and the sentence as well.

    document  number of the document in the batch; int64, shape (n,)
    key       64 bits of the hash of its comparison key; int64, shape (n,)
    letters   of it; int64, shape (n,)
    """

    document: Ids
    key: Ids
    letters: Ids

    def in_rows(self, rows: Ids) -> "Sentences":
        """The same where the documents of a batch are these rows."""
        return self._replace(document=rows[self.document])

    @classmethod
    def join(cls, parts: Sequence["Sentences"]) -> "Sentences":
        """The rows of all parts."""
        none = np.empty(0, dtype=np.int64)
        return (
            cls(*(np.concatenate([none, *columns]) for columns in zip(*parts, strict=True)))
            if parts
            else cls(*[none] * 3)
        )


def sentences_of(texts: Sequence[str]) -> Sentences:
    """The sentences of many texts; documents are numbered as given.

    >>> found = sentences_of(["停航三天之后，港口昨天早晨恢复通航。好！", "Not long enough."])
    >>> found.document.tolist(), found.letters.tolist()
    ([0, 1], [16, 13])
    """
    return (hash_by_compiler if pays(sum(map(len, texts))) else hash_by_numpy)(texts)


def hash_by_numpy(texts: Sequence[str]) -> Sentences:
    """The definition."""
    keys = keyed(texts)
    base = np.cumsum([0, *map(len, texts)], dtype=np.int64)
    before = keys.letters[keys.at]
    spans = [
        (number, start, end)
        for number, text in enumerate(texts)
        for start, end in _spans(text, before[base[number] : base[number + 1] + 1].tolist())
    ]
    document, start, end = np.array(spans, dtype=np.int64).reshape(-1, 3).T
    first, last = (keys.at[place + base[document]] for place in (start, end))
    letters = keys.letters[last] - keys.letters[first]
    (long,) = np.nonzero(letters >= LETTERS)
    return Sentences(document[long], exact_hashes(keys.codes, first[long], last[long])[:, 0], letters[long])


def _spans(text: str, before: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The sentences of a text, and behind the last line of one that has several the whole of it: copies break it elsewhere.

    before  letters in front of each offset
    """
    begun = lines = 0
    for start, end in bounds(text):
        yield start, end
        says = before[end] > before[start]
        if says and text[end - 1] == LINE_FEED and end < len(text):
            lines += 1
            continue
        if says and lines:
            yield begun, end
        begun, lines = end, 0


def hash_by_compiler(texts: Sequence[str]) -> Sentences:
    """The same, many times as fast."""
    from cleaner.duplicates import kernel

    ends = np.cumsum(list(map(len, texts)), dtype=np.int64)
    points = codes_of("".join(texts))
    out = np.empty((3, 2 * (len(points) // LETTERS) + 1), dtype=np.int64)
    signs = codes_of(ENDS), codes_of(BLANKS)
    count = kernel.hash_sentences(points, ends, key_table(), *signs, LETTERS, out)
    return Sentences(*out[:, :count].copy())


def bounds(text: str) -> list[tuple[int, int]]:
    """Where the sentences of a text begin and end, ends exclusive; what stands behind the last end is one, too.

    >>> bounds("好。Pi is 3.14. So")
    [(0, 2), (2, 13), (13, 16)]
    """
    ends = [found.end() for found in END.finditer(text)]
    if not ends or ends[-1] < len(text):
        ends.append(len(text))
    return list(zip([0, *ends[:-1]], ends, strict=True))
