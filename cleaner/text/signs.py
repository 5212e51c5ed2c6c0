"""Signs: a few characters in a row by which a text is worth a closer look. One compiled pass looks for all of them at once.

Knows no rule: who declares a sign says what its absence proves. After Baeza-Yates and Gonnet 1992, A new approach to text
searching: every class of every sign is a bit, and the bits set after a character say which signs may go on behind it.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from cleaner.text.machine_code import compiled

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Classes of characters in a row, each written as the inside of a regex class in which all but the "-" of a range stand for
# themselves: a plain string is a sign of that string.
Sign: TypeAlias = Sequence[str]

ROOM = 62  # bits of a signed word, without its lowest
_SPAN = re.compile("(.)(?:-(.))?", re.DOTALL)


class Signs(NamedTuple):
    """What one party looks for: any of these. With none at all, nothing.

    anywhere     in a text
    first, last  at its start, at its end
    """

    anywhere: tuple[Sign, ...] = ()
    first: tuple[Sign, ...] = ()
    last: tuple[Sign, ...] = ()


class Lookout:
    """One pass over a text for the signs of several parties.

    Whoever does not say what it looks for (None), and whose signs find no room in one word, is told of every text.

    >>> watch = Lookout({"slip": Signs(("的的", ("0-9", "年月"))), "ends": Signs(first=(" ",), last=("\\n\\n",))}.items())
    >>> [sorted(watch.told(text)) for text in ("一月", "1月", " 一\\n", "的的\\n\\n")]
    [[], ['slip'], ['ends'], ['ends', 'slip']]
    """

    def __init__(self, parties: Iterable[tuple[str, Signs | None]]) -> None:
        always: set[str] = set()
        self._masks: list[tuple[str, int]] = []  # the bits at which the signs of a party are complete
        # The bits of all classes of each sign of a party, and what it spells if that is one string.
        self._sets: list[tuple[str, list[tuple[int, str]]]] = []
        classes: list[str] = []
        begins = at_start = complete = at_end = 0
        for name, signs in parties:
            if signs is None or len(classes) + sum(len(sign) for kind in signs for sign in kind) > ROOM:
                always.add(name)
                continue
            mask, sets = 0, list[tuple[int, str]]()
            for kind, of_kind in zip(("anywhere", "first", "last"), signs, strict=True):
                for sign in of_kind:
                    start, end = 2 << len(classes), 1 << len(classes) + len(sign)
                    begins, at_start = (begins, at_start | start) if kind == "first" else (begins | start, at_start)
                    complete, at_end = (complete, at_end | end) if kind == "last" else (complete | end, at_end)
                    mask |= end
                    sets.append((2 * end - start, sign if isinstance(sign, str) else ""))
                    classes += sign
            self._masks.append((name, mask))
            self._sets.append((name, sets))
        self._always = frozenset(always)
        self._spans = [
            (bit, ord(hit[1]), ord(hit[2] or hit[1]) + 1)
            for bit, inside in enumerate(classes, start=1)
            for hit in _SPAN.finditer(inside)
        ]
        self._places = begins, at_start, complete, at_end
        self._classes: dict[str, int] = {}  # of characters that were met

    def hinted(self, text: str) -> frozenset[str]:
        """Those and some more, at a glance: whose signs the characters of a text could make, in whatever order they stand.

        Signs that are one string stand in the text somewhere.
        """
        held, classes = 0, self._classes
        for char in set(text):
            bits = classes.get(char)
            if bits is None:
                bits = classes[char] = self._classes_of(char)
            held |= bits
        return self._always.union(
            name for name, sets in self._sets if any(one & held == one and word in text for one, word in sets)
        )

    def _classes_of(self, char: str) -> int:
        """The bits of the classes that hold a character."""
        code, bits = ord(char), 0
        for bit, start, end in self._spans:
            if start <= code < end:
                bits |= 1 << bit
        return bits

    @cached_property
    def _table(self) -> "Table":
        return _table(self._spans, self._places)

    def told(self, text: str) -> frozenset[str]:
        """The names of those whose signs the text shows."""
        import numpy as np

        points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
        shown = int(compiled(_shown)(points, *self._table))
        return self._always.union(name for name, mask in self._masks if shown & mask) if shown else self._always


Table: TypeAlias = "tuple[NDArray[np.uint8 | np.uint16], NDArray[np.int64], NDArray[np.int64]]"


def _table(spans: Sequence[tuple[int, int, int]], places: tuple[int, int, int, int]) -> Table:
    """What `_shown` reads; of each span of a class its bit, first code point and end.

    returns  code point → its row, shape (0x110000,)
             row → bits of the classes that hold such a character
             where signs begin, where they do at the start of a text, where they are complete, where at the end
    """
    import numpy as np

    cuts = sorted({0, 0x110000}.union(*(span[1:] for span in spans)))
    at = {cut: number for number, cut in enumerate(cuts)}
    held = np.zeros(len(cuts), np.int64)  # bits of the classes that hold what lies between a cut and the next
    for bit, start, end in spans:
        held[at[start] : at[end]] |= 1 << bit
    rows, row = np.unique(held[:-1], return_inverse=True)
    kinds = np.repeat(row, np.diff(cuts)).astype(np.min_scalar_type(len(rows)))
    return kinds, rows, np.array(places, np.int64)


def _shown(
    points: "NDArray[np.uint32]",
    kinds: "NDArray[np.uint8 | np.uint16]",
    rows: "NDArray[np.int64]",
    places: "NDArray[np.int64]",
) -> int:
    """The last bits of all signs that stand in a text; its code points, and what `_table` gives."""
    begins, at_start, complete, at_end = places[0], places[1], places[2], places[3]
    state = at_start >> 1  # as if what must stand in front of a first sign had just been seen
    found = state ^ state
    for point in points:
        state = ((state << 1) | begins) & rows[kinds[point]]
        found |= state
    return (found & complete) | (state & at_end)  # type: ignore[no-any-return]
