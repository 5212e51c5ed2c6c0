"""What one text says twice: a body that was extracted again, and a sentence that goes round and round. Knows no other text."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cleaner.duplicates.told import Sentence, Told
from cleaner.forms import PARAGRAPHS, Form, Kind, form_of

REPEAT, LOOP = "dedup.repeat", "dedup.loop"

AGAIN = 60  # letters of a body that stands there again
SHARE = 0.4  # of the letters of its document; a clause or a refrain is less
GAP = 3  # sentences from one that is repeated to the next, in both places
HALF = 2  # of the share of a body, lines that come again word for word hold at least one in so many

UNIT, LONGEST_UNIT = 6, 200  # letters, and code points, of what goes round
LOOPS, MAY_LOOP = 8, 4  # times in a row that one is a loop, and may be one
STEP, SEEN = 24, 12  # code points: how far apart a line is probed, and by how much
SHORTEST_LOOP = UNIT * MAY_LOOP


class Repeat(NamedTuple):
    """A stretch that stands in the text before.

    start, end  code points of what may go; `kept`: of what it says again
    sure        it goes; else it is told, and stays
    times       what goes round stands there, the first time and all; 0 of what does not
    """

    start: int
    end: int
    kept: tuple[int, int]
    rule: str
    sure: bool = True
    times: int = 0


def repeats(text: str, format: str | None = None) -> list[Repeat]:
    """The stretches of a text that say again what it has said, in order.

    format  where the name of its file tells it, as for `form_of`

    >>> repeats("The bells are ringing. " * 9)[0][:3]
    (23, 207, (0, 23))
    """
    lines = text.split("\n")
    found = list(_loops(lines)) if any(map(_may_loop, lines)) else []
    twice = _come_twice(lines) * HALF > len(text) * SHARE
    if not found and not twice:
        return []
    form = form_of(text, format)
    loops = [one for one in found if form.kind_at(one.start) is Kind.PROSE]
    bodies = _bodies(Told.of(text), form) if twice else []
    return loops + [
        one for one in bodies if not any(other.start < one.end and one.start < other.end for other in loops)
    ]


def _come_twice(lines: Sequence[str]) -> int:
    """Code points of lines that stand there before."""
    if len(set(lines)) == len(lines):
        return 0
    seen, again = set[str](), 0
    for line in lines:
        again += len(line) * (line in seen)
        seen.add(line)
    return again


def _bodies(told: Told, form: Form) -> Iterator[Repeat]:
    """Whole lines of a run of sentences that stands there before, in order."""
    for run in _runs(told.sentences):
        own = [told.sentences[at] for _, at in run]
        prose = sum(one.letters for one in own if form.kind_at(one.start) in PARAGRAPHS)
        if prose >= AGAIN and prose >= SHARE * told.letters and run[-1][0] < run[0][1]:
            sources = {at: told.sentences[before] for before, at in run}
            yield from _lines_of(told, sources)


def _runs(sentences: Sequence[Sentence]) -> Iterator[list[tuple[int, int]]]:
    """Sentences that come again, each as (the earlier one, this one), where both go on in step."""
    places: dict[str, list[int]] = {}
    run: list[tuple[int, int]] = []
    for at, sentence in enumerate(sentences):
        before = places.setdefault(sentence.key, [])
        last, end = run[-1] if run else (-1, at)
        step = _next(before, last) if run and at - end <= GAP else None
        if step is None and before and (not run or at - end > GAP):
            if run:
                yield run
            run, step = [], before[0]
        if step is not None:
            run.append((step, at))
        before.append(at)
    if run:
        yield run


def _next(places: Sequence[int], last: int) -> int | None:
    """The first of these, which ascend, that goes on from there."""
    found = bisect_right(places, last)
    return places[found] if found < len(places) and places[found] <= last + GAP else None


def _lines_of(told: Told, sources: dict[int, Sentence]) -> Iterator[Repeat]:
    """The lines of which every sentence is one of these."""
    text = told.text
    start = 0
    of_line: list[int] = []
    for at, sentence in [*enumerate(told.sentences), (-1, None)]:
        if sentence is None or text.find("\n", start, sentence.start + _blank(text, sentence)) >= 0:
            if of_line and all(number in sources for number in of_line):
                first, last = told.sentences[of_line[0]], told.sentences[of_line[-1]]
                kept = sources[of_line[0]].start, sources[of_line[-1]].end
                yield Repeat(*_bare(text, first.start, last.end), _bare(text, *kept), REPEAT)
            of_line = []
        if sentence is not None:
            of_line.append(at)
            start = sentence.end - 1 if text[sentence.end - 1] == "\n" else sentence.end


def _blank(text: str, sentence: Sentence) -> int:
    own = text[sentence.start : sentence.end]
    return len(own) - len(own.lstrip())


def _bare(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without its outer spaces."""
    own = text[start:end]
    return start + len(own) - len(own.lstrip()), end - len(own) + len(own.rstrip())


def _may_loop(line: str) -> bool:
    """Somewhere in it the same few characters stand twice, near to each other."""
    if len(line) < SHORTEST_LOOP:
        return False
    probes = range(0, len(line) - SEEN, STEP)
    return any(line.find(line[at : at + SEEN], at + UNIT, at + SEEN + LONGEST_UNIT) >= 0 for at in probes)


def _loops(lines: Sequence[str]) -> Iterator[Repeat]:
    """Units that go round in one line."""
    base = 0
    for line in lines:
        if len(line) >= SHORTEST_LOOP:
            yield from (_moved(one, base) for one in _loops_in(line))
        base += len(line) + 1


def _loops_in(line: str) -> Iterator[Repeat]:
    """The same of one line, each stretch looked at once."""
    at = done = 0
    while at < len(line) - SEEN:
        found = _loop(line, at, done)
        if found is None:
            at += STEP
            continue
        start, end, unit = found
        times, last = (end - start) // unit, end - (end - start) % unit
        own = line[start : start + unit]
        if line[last:end] == own.rstrip():  # the last one has no space behind it
            times, unit, last = times + 1, len(own.rstrip()), end
        if times >= MAY_LOOP and sum(map(str.isalnum, own)) >= UNIT:
            yield Repeat(start + unit, last, (start, start + unit), LOOP, times >= LOOPS, times)
            done = last
        at = max(end - SEEN, at) + STEP


def _moved(one: Repeat, base: int) -> Repeat:
    """The same in a text in which the line begins there."""
    kept = one.kept[0] + base, one.kept[1] + base
    return one._replace(start=one.start + base, end=one.end + base, kept=kept)


def _loop(line: str, at: int, done: int) -> tuple[int, int, int] | None:
    """Where what stands here goes round: start, not before `done`, end and unit."""
    again = line.find(line[at : at + SEEN], at + 1, at + SEEN + LONGEST_UNIT)
    if again < 0:
        return None
    unit = again - at
    start, end = at, again
    while start > done and line[start - 1] == line[start - 1 + unit]:
        start -= 1
    while end < len(line) and line[end] == line[end - unit]:
        end += 1
    return start, end, unit
