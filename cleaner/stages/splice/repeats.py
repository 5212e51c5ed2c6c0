"""Paragraphs that stand twice in one document. Says which; who goes is decided elsewhere."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from cleaner.stages.splice.units import Paragraph

SHORTEST = 50  # code points of a near copy: below it stock phrases look like copies
RUN = 0.8  # of the shorter paragraph: measured .83 for a true near copy, at most .51 for two write-ups of one interview


def originals(paragraphs: Sequence[Paragraph]) -> dict[int, int]:
    """Later exact copies: the number of a long paragraph → the number of its first copy."""
    first: dict[str, int] = {}
    copies = {}
    for number, paragraph in enumerate(paragraphs):
        if paragraph.long and first.setdefault(paragraph.text, number) != number:
            copies[number] = first[paragraph.text]
    return copies


def near_copies(paragraphs: Sequence[Paragraph], units: Sequence[int]) -> list[tuple[int, int]]:
    """Pairs of units (by place in `units`) of which one holds most of the other word for word.

    A common run of RUN of a paragraph covers its middle: so look for the middle, then see how far it reaches.
    """
    texts = [paragraphs[number].text for number in units]
    page, starts = "\n".join(texts), list(accumulate((len(text) + 1 for text in texts), initial=0))
    found = set()
    for place, text in enumerate(texts):
        if len(text) < SHORTEST:
            continue
        core = text[round(len(text) * (1 - RUN)) : round(len(text) * RUN)]
        at = page.find(core) if page.count(core) > 1 else -1
        while at >= 0:
            other = bisect_right(starts, at) - 1
            longer = texts[other]
            if other != place and len(longer) >= len(text) and common_run(text, longer, core) >= RUN:
                found.add((min(place, other), max(place, other)))
            at = page.find(core, starts[other + 1])
    return sorted(found)


def common_run(short: str, long: str, core: str) -> float:
    """How much of `short` the common run around `core` covers."""
    at_short, at_long = short.index(core), long.index(core)
    left = 0
    while left < min(at_short, at_long) and short[at_short - left - 1] == long[at_long - left - 1]:
        left += 1
    right = len(core)
    while at_short + right < len(short) and at_long + right < len(long):
        if short[at_short + right] != long[at_long + right]:
            break
        right += 1
    return (left + right) / len(short)
