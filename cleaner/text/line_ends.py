"""The line ends that go with lines that go, so that no blank line too many is left. Says nothing about which lines go."""

from collections.abc import Iterable, Iterator

from cleaner.text.change import Edit
from cleaner.text.paragraphs import Span, bounds


def line_ends(text: str, gone: Iterable[tuple[int, int]]) -> Iterator[Edit]:
    """What goes with these lines: their line ends, and blank lines beyond what stood on one side of them.

    gone  spans without outer blanks, each of one line or of several

    Between two lines that stay, the widest of the gaps stays; at its start and end a text keeps what stands there.

    >>> [*line_ends("一\\n\\n二\\n\\n三", [(3, 4)])]
    [Edit(start=4, end=6, text='')]
    """
    ends = dict(gone)
    if not ends:
        return
    last, group, end = None, list[Span](), 0  # the last line that stays; paragraphs behind it that go, where they end
    for span in map(Span._make, bounds(text)):
        if span.start in ends:
            end = ends[span.start]
            group.append(Span(span.start, end))
        elif span.start >= end:  # no further line of the paragraph that goes
            yield from _closed(text, last, group, span)
            last, group = span, []
    yield from _closed(text, last, group, None)


def _closed(text: str, before: Span | None, group: list[Span], after: Span | None) -> Iterator[Edit]:
    """All around the paragraphs of a group, but for one gap."""
    if not group:
        return
    start = 0 if before is None else before.end
    end = len(text) if after is None else text.rfind("\n", 0, after.start) + 1
    edges = [start, *(edge for span in group for edge in span), end]
    gaps = [Span(*edges[at : at + 2]) for at in range(0, len(edges), 2)]
    kept = _kept(text, gaps, before, after)
    for gap in gaps:
        if gap != kept[0]:
            yield from _edit(*gap)
        else:
            yield from _edit(gap.start, kept[1].start)
            yield from _edit(kept[1].end, gap.end)


def _kept(text: str, gaps: list[Span], before: Span | None, after: Span | None) -> tuple[Span | None, Span]:
    """The gap that stays, and what of it."""
    nothing = Span(0, 0)
    if before is None and after is None:
        return None, nothing
    if before is None:
        first = gaps[0]
        return first, Span(first.start, text.rfind("\n", 0, first.end) + 1)
    if after is None:
        return gaps[-1], gaps[-1]
    widest = max(gaps, key=lambda gap: text.count("\n", *gap))
    return widest, Span(text.index("\n", widest.start), text.rindex("\n", 0, widest.end) + 1)


def _edit(start: int, end: int) -> Iterator[Edit]:
    if start < end:
        yield Edit(start, end)
