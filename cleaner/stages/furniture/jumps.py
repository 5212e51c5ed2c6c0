"""Jump lines of newspapers: where an article goes on, and where it comes from. Takes out those inside a sentence, flags the others."""

from collections.abc import Iterator, Mapping, Sequence

from cleaner.document import Certainty, Document, Finding
from cleaner.stages.furniture.gaps import Gap, gaps_of
from cleaner.stages.furniture.lines import Line
from cleaner.text.furniture import line_kinds
from cleaner.text.halves import halves
from cleaner.text.paragraphs import SHORTEST, is_open, is_rest

TO, FROM = "continues", "continued"
LONGEST = 60  # code points


def jumps(doc: Document, lines: Sequence[Line]) -> Iterator[Finding]:
    """`splice` reads jump lines as the ends of articles: one goes only where both sides of it are certainly one sentence."""
    short = [(number, line.body) for number, line in enumerate(lines) if 0 < len(line.body) <= LONGEST]
    kinds = line_kinds(body for _, body in short)
    found = {short[at][0]: kind for at, kind in kinds.items() if kind in (TO, FROM)}
    gaps = gaps_of(lines, found)
    for number, kind in found.items():
        line, gap = lines[number], gaps[number]
        inside = gap.inside(len(lines)) and _one_sentence(doc.text, lines, gap, pair=_pair(found, gaps, gap))
        evidence = {"line": line.body, "why": "inside a sentence" if inside else "between two paragraphs", "kind": kind}
        certainty = Certainty.LIKELY if inside else Certainty.SUSPECT
        yield Finding(line.start, line.end, "furniture.jump", "" if inside else None, certainty, evidence)


def _pair(found: Mapping[int, str], gaps: Mapping[int, Gap], gap: Gap) -> bool:
    """The article goes on at once: a line that says where to, and one that says where from."""
    return [found[number] for number in found if gaps[number] == gap] == [TO, FROM]


def _one_sentence(text: str, lines: Sequence[Line], gap: Gap, *, pair: bool) -> bool:
    above, below = lines[gap.above].body, lines[gap.below].body
    if not (is_open(above, SHORTEST) and is_rest(below, SHORTEST)):
        return False
    return (pair or below[0].islower()) and halves(above, below, text, page=True).joined
