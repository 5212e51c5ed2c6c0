"""A change of one text as a value: apply it, undo it, compose it, carry spans through it.

Knows code points and nothing else: no rules, no documents, no bytes. A change is canonical: its edits are sorted and a
character that stays stands between any two of them, so a change is exactly (which characters stay, what stands in each
gap). That is why `then` is associative as a value and equal changes are equal objects. After CodeMirror's ChangeSet.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from re import Pattern
from typing import NamedTuple

from cleaner.text.errors import ChangeError


class Edit(NamedTuple):
    """The span [start, end) of a text, in code points, becomes `text`.

    A tuple and no dataclass: rules make hundreds of thousands of them.
    """

    start: int
    end: int
    text: str = ""


def places(pattern: Pattern[str], text: str, shift: int = 0) -> list[Edit]:
    """Every place where the pattern fits, as edits that take it out; `shift` is where `text` begins in the whole one."""
    return [Edit(shift + hit.start(), shift + hit.end()) for hit in pattern.finditer(text)]


def common_start(one: str, other: str) -> int:
    """How many characters two texts begin with alike.

    >>> common_start("池塘边", "池塘里")
    2
    """
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


@dataclass(frozen=True)  # no slots: where the edits stand afterwards is worked out once and kept
class Change:
    """All edits of one text of `length` code points. Make it with `Change.of`, which checks and sorts.

    >>> change = Change.of(5, [Edit(0, 2), Edit(4, 5, "!")])
    >>> change.apply("　　你好。")
    '你好!'
    >>> change.invert("　　你好。").apply("你好!")
    '　　你好。'
    """

    length: int
    edits: tuple[Edit, ...] = ()

    @classmethod
    def of(cls, length: int, edits: Iterable[Edit] = ()) -> "Change":
        """The canonical change of these edits, in any order.

        Removals may overlap. ChangeError where an edit lies outside the text, or where two edits overlap and one of them
        puts text in.
        """
        ordered = sorted(edits)
        return cls(length, tuple(ordered if _is_canonical(length, ordered) else _canonical(length, ordered)))

    @property
    def new_length(self) -> int:
        """Length of the text after the change, in code points."""
        return self.length + (self._after[1][-1] - self.edits[-1][1] if self.edits else 0)

    @cached_property
    def _after(self) -> tuple[list[int], list[int]]:
        """Starts and ends of the new texts in the text after the change."""
        starts, ends, shift = [], [], 0
        for start, end, text in self.edits:
            at = start + shift
            until = at + len(text)
            starts.append(at)
            ends.append(until)
            shift = until - end
        return starts, ends

    def apply(self, text: str) -> str:
        """The text after the change. ChangeError where the text has another length than the change was made for."""
        self._check(text)
        if not self.edits:
            return text
        parts: list[str] = []
        at = 0
        for start, end, new in self.edits:
            parts += (text[at:start], new)
            at = end
        parts.append(text[at:])
        return "".join(parts)

    def invert(self, text: str) -> "Change":
        """The change that leads back to `text`: `c.invert(t).apply(c.apply(t)) == t`."""
        self._check(text)
        spans = zip(self.edits, *self._after, strict=True)
        return Change(self.new_length, tuple(Edit(at, until, text[start:end]) for (start, end, _), at, until in spans))

    def then(self, after: "Change") -> "Change":
        """This change and then another as one: `a.then(b).apply(t) == b.apply(a.apply(t))`, in one linear merge."""
        if self.new_length != after.length:
            raise ChangeError(
                f"a change that leaves {self.new_length} code points is followed by one for {after.length}"
            )
        if not self.edits or not after.edits:
            return Change(self.length, self.edits or after.edits)
        return Change(self.length, tuple(_edits_of_both(self.edits, *self._after, after.edits)))

    def mapper(self, *, back: bool = False) -> "Mapper":
        """Carry spans from the old text to the new one, or with `back` from the new text to the old one."""
        if not self.edits:
            return NOWHERE
        old = [edit.start for edit in self.edits], [edit.end for edit in self.edits]
        return Mapper(*self._after, *old) if back else Mapper(*old, *self._after)

    def _check(self, text: str) -> None:
        if len(text) != self.length:
            raise ChangeError(
                f"this change fits {self.length} code points, the text has {len(text)}; "
                "was the text edited after the change was made?"
            )


@dataclass(frozen=True, slots=True)
class Mapper:
    """Span → span through a change, by bisection: the tightest span that holds every character that stays.

    An offset inside replaced text opens to the whole of what stood there. A span of removed characters alone becomes the
    empty span where they stood.
    """

    starts: list[int]
    ends: list[int]
    to_starts: list[int]
    to_ends: list[int]

    def __call__(self, start: int, end: int) -> tuple[int, int]:
        if not self.starts:
            return start, end
        left, right = self._left(start), self._right(end)
        return (left, right) if left <= right else (right, right)

    def pieces(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The span in pieces, without what was removed inside it: for a removal, which must not claim it a second time."""
        left, right = self(start, end)
        inner = range(bisect_right(self.starts, start), bisect_left(self.starts, end))
        for removed in (edit for edit in inner if self.starts[edit] == self.ends[edit]):
            yield left, self.to_starts[removed]
            left = self.to_ends[removed]
        yield left, right

    def _left(self, at: int) -> int:
        edit = bisect_right(self.starts, at) - 1
        if edit < 0:
            return at
        past = at - self.ends[edit]
        return self.to_starts[edit] if past < 0 else self.to_ends[edit] + past

    def _right(self, at: int) -> int:
        edit = bisect_left(self.starts, at) - 1
        return at if edit < 0 else self.to_ends[edit] + max(at - self.ends[edit], 0)


NOWHERE = Mapper([], [], [], [])  # through a change without edits


def _is_canonical(length: int, edits: list[Edit]) -> bool:
    """Sorted edits with something between any two: what a careful rule makes, at a third of the price of merging."""
    at = -1
    for start, end, text in edits:
        if start <= at or start > end or (start == end and not text):
            return False
        at = end
    return at <= length


def _canonical(length: int, edits: Iterable[Edit]) -> Iterator[Edit]:
    """Merge what touches; refuse what lies outside or overlaps with different meanings."""
    start = end = -1  # the edit in hand; `parts` is its text, joined once since a hundred thousand may touch
    parts: list[str] = []
    for edit in edits:
        if not 0 <= edit[0] <= edit[1] <= length:
            raise ChangeError(f"edit [{edit[0]}, {edit[1]}) lies outside a text of {length} code points")
        if edit[0] == edit[1] and not edit[2]:
            continue
        if edit[0] > end:
            if end >= 0:
                yield Edit(start, end, "".join(parts))
            start, end, parts = edit[0], edit[1], [edit[2]] if edit[2] else []
        elif edit[0] < end and (edit[2] or parts):
            raise ChangeError(f"edits [{start}, {end}) and [{edit[0]}, {edit[1]}) overlap and one of them puts text in")
        else:
            end = max(end, edit[1])
            parts += [edit[2]] if edit[2] else []
    if end >= 0:
        yield Edit(start, end, "".join(parts))


def _edits_of_both(
    first: tuple[Edit, ...], starts: list[int], ends: list[int], second: tuple[Edit, ...]
) -> Iterator[Edit]:
    """Edits of the old text that do what `first` and then `second` do; both sorted, in one pass.

    starts, ends  where the texts of `first` stand after it

    Edits that touch in the text between the two make a group, and a group becomes one edit. `shift` is the offset in
    the middle text minus the offset in the old one, for characters that stay in front of the next edit of `first`.
    """
    i, j, shift = 0, 0, 0
    while i < len(first) or j < len(second):
        start_i = starts[i] if i < len(first) else _NEVER
        start_j = second[j][0] if j < len(second) else _NEVER
        if start_i < start_j and ends[i] < start_j:  # an edit of `first` alone
            yield first[i]
            shift = ends[i] - first[i][1]
            i += 1
        elif start_j < start_i and second[j][1] < start_i:  # an edit of `second` alone
            start, end, text = second[j]
            yield Edit(start - shift, end - shift, text)
            j += 1
        else:
            low = high = min(start_i, start_j)
            from_i, from_j = i, j
            while True:
                if i < len(first) and starts[i] <= high:
                    high = max(high, ends[i])
                    i += 1
                elif j < len(second) and second[j][0] <= high:
                    high = max(high, second[j][1])
                    j += 1
                else:
                    break
            text = _text_of_group(first[from_i:i], starts[from_i:i], second[from_j:j], low, high)
            old_low, shift = low - shift, ends[i - 1] - first[i - 1][1]
            if old_low < high - shift or text:
                yield Edit(old_low, high - shift, text)


_NEVER = 1 << 62  # beyond any text


def _text_of_group(first: tuple[Edit, ...], starts: list[int], second: tuple[Edit, ...], low: int, high: int) -> str:
    """What stands in [low, high) of the middle text after `second`.

    Whatever `second` leaves of that stretch was put in by `first`, or a character that stays would have cut the group.
    """
    if len(first) == len(second) == 1:
        (start, end, new), old = second[0], first[0][2]
        return old[: max(start - starts[0], 0)] + new + old[max(end - starts[0], 0) :]
    parts, at, i = [], low, 0
    for start, end, text in (*second, Edit(high, high)):
        if at < start:
            while starts[i] + len(first[i][2]) <= at:
                i += 1
            parts.append(first[i][2][at - starts[i] : start - starts[i]])
        parts.append(text)
        at = end
    return "".join(parts)
