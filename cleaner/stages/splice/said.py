"""What the lines of a page say of the whole document, gathered once."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cleaner.stages.splice.cues import OWN, jumps
from cleaner.stages.splice.units import Paragraph


@dataclass(frozen=True, slots=True)
class Said:
    """Where other articles begin and this one ends, by numbers of paragraphs.

    jumps    the long paragraph under a jump line (of copies the first) → that line
    bylines  numbers of end bylines
    end      the first line after which the article of the first paragraphs has ended
    """

    jumps: Mapping[int, int]
    bylines: Sequence[int]
    end: int

    @classmethod
    def of(cls, paragraphs: Sequence[Paragraph], lines: Mapping[int, str], copies: Mapping[int, int]) -> "Said":
        if not lines:
            return cls({}, [], len(paragraphs))
        under: dict[int, int] = {}
        long = [at for at, paragraph in enumerate(paragraphs) if paragraph.long]
        for line in jumps(lines):
            for below in long[(at := bisect_right(long, line)) : at + 1]:
                under[copies.get(below, below)] = line
        ends = (at for at, kind in lines.items() if at > OWN and kind in ("byline", "label", "continued"))
        return cls(under, [at for at, kind in lines.items() if kind == "byline"], min(ends, default=len(paragraphs)))
