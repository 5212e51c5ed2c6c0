"""The rows of the comparison key's table as they are written, without arrays: for those who ask for few characters."""

import re
from bisect import bisect_right
from functools import cache
from importlib import resources
from typing import NamedTuple

Range = tuple[int, int]  # code points, end exclusive


class KeyRows(NamedTuple):
    """The three parts of the file.

    letters  ranges of characters that are letters or digits of a key
    nothing  ranges of those that leave no trace in it
    folded   a character → the one that stands for it
    """

    letters: list[Range]
    nothing: list[Range]
    folded: dict[int, int]

    def key(self, char: str) -> int:
        """What stands for a character that leaves a trace."""
        return self.folded.get(ord(char), ord(char))

    def is_letter(self, char: str) -> bool:
        """Whether a character counts as a letter or digit of the key."""
        code = self.key(char)
        at = bisect_right(self.letters, (code, 0x110000))
        return at > 0 and code < self.letters[at - 1][1]

    @property
    def traceless(self) -> re.Pattern[str]:
        """Matches a character that leaves no trace."""
        ranges = (f"{re.escape(chr(start))}-{re.escape(chr(end - 1))}" for start, end in self.nothing)
        return re.compile(f"[{''.join(ranges)}]")


@cache
def key_rows() -> KeyRows:
    """All of them."""
    letters, nothing, folded = (part.splitlines()[1:] for part in source().split("#")[2:])
    pairs = (row.split() for row in folded)
    return KeyRows(
        [_range(row) for row in letters],
        [_range(row) for row in nothing],
        {int(code, 16): int(key, 16) for code, key in pairs},
    )


def source() -> str:
    """The file: a line with # opens each part, and the first one is the title."""
    return resources.files("cleaner.dedup").joinpath("key_table.txt").read_text(encoding="ascii")


def _range(row: str) -> Range:
    start, _, last = row.partition("-")
    return int(start, 16), int(last or start, 16) + 1
