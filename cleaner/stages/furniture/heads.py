"""Running heads and page numbers: lines that come again from page to page. Takes out those that are proved, reports the others.

Lines are one group where they differ in their numbers alone. That a group stands between pages, and not between chapters,
articles or items, is proved by the sentences that it cuts, or by form feeds.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, median, pstdev
from typing import Any, NamedTuple

from cleaner.document import Certainty, Document, Finding
from cleaner.forms import Form
from cleaner.forms.marks import ARTICLE, DIVISION, LETTER, PAGE, item_mark
from cleaner.stages.furniture.gaps import Gap, cuts, form_feeds, gaps_of
from cleaner.stages.furniture.lines import Line, closed_to
from cleaner.text.change import Edit
from cleaner.text.furniture import closed

LONGEST = 80  # code points of a running head
OFTEN = 3  # times that it has to come again; twice where it says that it is a page
HALF, MOST = 0.5, 0.8  # shares of the places of a group
STEPS, REGULAR = (1, 2), 0.7  # from page to page, or from left page to left page, in this share of the cases
CUTS, SOME = 2, 1 / 3  # sentences that a group has to cut, and the share of its places that do
EVEN = 0.35  # deviation of the distances between its places, in parts of their mean
LEAVES = 0.1  # the same where pages have as many lines: nothing else is so even
NEAR = 400  # code points from one bare number to the next: those of verses stand closer
FAR = 500  # and from one head without a number to the next

NUMBER = re.compile("[0-9]+")
FOLDED = "\0"  # for a number, where lines are compared but for these: no sign of a line itself
PAGED = re.compile(  # it says that it is a page
    "(?:^|[^a-zà-ÿ0-9])(?:[Pp]age|PAGE|[Pp]p?[.]|[Ss]eite|[Pp]ágina|[Pp]ág[.]|[Pp]agina|[Ss]trona|[Ss]ida|[Сс]тр[.]|[Сс]траница) ?[0-9]"
    "|第 ?[0-9]+ ?[页頁]|[0-9] ?[页頁]$|[0-9] ?(?:페이지|쪽)$|[0-9] ?ページ$|صفحة ?[0-9]"
)
COUNTS = re.compile("[^0-9 .:：]{1,20}[ .:：]{0,2}[0-9]+(?:[.][0-9]+)*$|第 ?[0-9]+ ?[^0-9 ]{1,2}$")  # Example 3, 第3题
BEGINS = 1  # what is counted is counted from here, and few texts begin with their first page
AROUND = "-–—·•|~*#[]()（）【】《》. 　\t"
INTRODUCE = ":：;；,，"


@dataclass(frozen=True, slots=True)
class Seen:
    """What was measured of a group.

    rising    first and last of the numbers that rise from place to place, None where none do
    fixed     its lines are all the same
    paged     it says that it is a page
    bare      it is a number and nothing else
    cuts      how many of its places cut a sentence
    feeds     how many stand where a form feed was
    inside    how many have text on both sides
    distance  code points from one place to the next
    uneven    deviation of these, in parts of their mean
    """

    times: int
    rising: tuple[int, int] | None
    fixed: bool
    paged: bool
    bare: bool
    cuts: int
    feeds: int
    inside: int
    distance: int
    uneven: float

    @property
    def certain(self) -> bool:
        """It stands between pages."""
        if not (self.rising or self.fixed):
            return False
        if self.rising and self.paged and self.cuts:
            return True
        if self.times < OFTEN + self.fixed:
            return False
        if self.feeds >= MOST * self.inside and self.cuts >= (1 if self.rising else CUTS):
            return True
        return self._numbered if self.rising else self._all_the_same

    @property
    def _numbered(self) -> bool:
        """Its numbers rise, and it cuts sentences."""
        if self.bare and self.distance < NEAR:
            return False
        if self.cuts and self.times > OFTEN and self.uneven <= LEAVES and self.distance >= NEAR:
            return True
        if self.cuts < CUTS or self.cuts < SOME * self.inside:
            return False
        return not self.bare or self.uneven <= EVEN or (self.cuts >= OFTEN and self.cuts >= MOST * self.inside)

    @property
    def _all_the_same(self) -> bool:
        """It comes again at even distances, and cuts sentences."""
        if self.distance < FAR or self.uneven > EVEN or self.cuts < OFTEN:
            return False
        return self.cuts >= (SOME if self.uneven <= LEAVES else HALF) * self.inside

    @property
    def suspected(self) -> bool:
        """It says that it is a page and rises, or cuts some sentences."""
        if self.times < OFTEN or not (self.rising or self.fixed):
            return False
        if self.rising and self.paged:
            return True
        return self.cuts >= CUTS and self.distance >= NEAR and (self.rising is not None or self.uneven <= EVEN)

    @property
    def evidence(self) -> dict[str, Any]:
        """For the record."""
        return {
            "times": self.times,
            **({"numbers": "–".join(map(str, self.rising))} if self.rising else {}),
            "cut_sentences": self.cuts,
            "form_feeds": self.feeds,
            "distance": self.distance,
            "uneven": round(self.uneven, 2),
        }


class Group(NamedTuple):
    """Lines that are the same but for their numbers, in order.

    places  numbers of lines
    gaps    in which they stand
    shown   for each whether a sentence is cut or a page ends there
    """

    places: tuple[int, ...]
    gaps: tuple[Gap, ...]
    shown: tuple[bool, ...]
    seen: Seen


def heads(doc: Document, lines: Sequence[Line]) -> Iterator[Finding]:
    """Those that are proved with those beside them, and those that only look so."""
    candidates = groups_of(lines)
    if not candidates:
        return
    groups = list(_groups(doc, lines, _free(doc.form, candidates)))
    proved = [group for group in groups if group.seen.certain]
    pages = {gap for group in proved for gap in group.gaps}
    for group in groups:
        if group in proved or _beside(group, pages):
            others = {gap for other in proved if other is not group for gap in other.gaps}
            yield from _finding(lines, group, _to_go(group, others, lines), Certainty.LIKELY)
        elif group.seen.suspected:
            yield from _finding(lines, group, group.places, Certainty.SUSPECT)


def _finding(lines: Sequence[Line], group: Group, places: Iterable[int], certainty: Certainty) -> Iterator[Finding]:
    body = lines[group.places[0]].body
    rule = "furniture.page" if PAGE.match(body) else "furniture.head"
    edits = [Edit(lines[number].start, lines[number].end) for number in places]
    return Finding.bulk(rule, edits, certainty, evidence={"line": body, **group.seen.evidence})


def _beside(group: Group, pages: Collection[Gap]) -> bool:
    """A second line of the same heads."""
    if not (group.seen.fixed or group.seen.rising):
        return False
    return sum(gap in pages for gap in group.gaps) >= MOST * len(group.gaps)


def _to_go(group: Group, others: Collection[Gap], lines: Sequence[Line]) -> Iterator[int]:
    """All that are numbered. Of lines that are all the same some may be titles: those off the rhythm, and one above all text."""
    steps = [other - one for one, other in pairwise(lines[number].start for number in group.places)]
    even = [abs(step - group.seen.distance) <= EVEN * group.seen.distance for step in steps]
    for at, (number, gap) in enumerate(zip(group.places, group.gaps, strict=True)):
        in_step = gap.above >= 0 and any(even[max(at - 1, 0) : at + 1])
        if not group.seen.fixed or group.shown[at] or gap in others or in_step:
            yield number


def _free(form: Form, candidates: Mapping[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
    """Those that stand in no code, table or front matter, and do not themselves go on in the next line of their paragraph."""
    shut = closed_to(form)
    running = {block.first + at for block in form.blocks for at, one in enumerate(block.breaks) if one.sure}
    return {
        key: places
        for key, places in candidates.items()
        if shut.isdisjoint(places) and len(running.intersection(places)) < HALF * len(places)
    }


def groups_of(lines: Sequence[Line]) -> dict[str, tuple[int, ...]]:
    """Short lines that come again, by their text without its numbers and its gaps."""
    found = defaultdict[str, list[int]](list)
    for number, line in enumerate(lines):
        if 0 < len(line.body) <= LONGEST:
            found[NUMBER.sub(FOLDED, " ".join(line.body.split()))].append(number)
    return {
        key: tuple(places)
        for key, places in found.items()
        if len(places) > 1 and may_be_head(lines[places[0]].body, key)
    }


def may_be_head(body: str, key: str) -> bool:
    """It ends no sentence, and is neither item, article, chapter nor one of things that are counted."""
    if FOLDED in key and (PAGED.search(body) or PAGE.match(body)):
        return True
    if closed(body) or body[-1] in INTRODUCE or body[0].islower() or not any(char.isalnum() for char in body):
        return False
    if FOLDED in key and COUNTS.match(body.strip(AROUND)) and int(NUMBER.findall(body)[-1]) <= BEGINS:
        return False
    return not (item_mark(body) or ARTICLE.match(body) or LETTER.match(body) or _division_alone(body))


def _division_alone(body: str) -> bool:
    """The heading of a chapter, without a number of a page behind it."""
    return DIVISION.match(body) is not None and NUMBER.match(body[-1]) is None


def _groups(doc: Document, lines: Sequence[Line], candidates: Mapping[str, tuple[int, ...]]) -> Iterator[Group]:
    """What was measured of each that has other text above each of its places: rows of a table follow each other, and a
    paragraph is repeated with its last line."""
    gaps = gaps_of(lines, {number for places in candidates.values() for number in places})
    cut, fed = cuts(doc.form, lines, gaps), form_feeds(doc, lines, gaps)
    for key, places in candidates.items():
        own = tuple(gaps[number] for number in places)
        if len({lines[gap.above].body for gap in own}) >= MOST * len(places):
            shown = tuple(gap in cut or gap in fed for gap in own)
            yield Group(places, own, shown, _seen(key, lines, places, own, cut, fed))


def _seen(
    key: str,
    lines: Sequence[Line],
    places: Sequence[int],
    gaps: Sequence[Gap],
    cut: Collection[Gap],
    fed: Collection[Gap],
) -> Seen:
    steps = [other - one for one, other in pairwise(lines[number].start for number in places)]
    bodies = [lines[number].body for number in places]
    return Seen(
        times=len(places),
        rising=rising(bodies),
        fixed=FOLDED not in key or len(set(bodies)) == 1,
        paged=PAGED.search(bodies[0]) is not None,
        bare=not any(char.isalpha() for char in bodies[0]),
        cuts=sum(gap in cut for gap in gaps),
        feeds=sum(gap in fed for gap in gaps),
        inside=sum(gap.inside(len(lines)) for gap in gaps),
        distance=int(median(steps)),
        uneven=pstdev(steps) / fmean(steps),
    )


def rising(bodies: Sequence[str]) -> tuple[int, int] | None:
    """First and last of those numbers in lines of one group that rise as pages do.

    >>> rising(["Report 14, page 3", "Report 14, page 4", "Report 14, page 6"]), rising(["9", "4", "5"])
    ((3, 6), None)
    """
    for numbers in zip(*(map(int, NUMBER.findall(body)) for body in bodies), strict=True):
        steps = [other - one for one, other in pairwise(numbers)]
        if min(steps) > 0 and sum(step in STEPS for step in steps) >= REGULAR * len(steps):
            return numbers[0], numbers[-1]
    return None
