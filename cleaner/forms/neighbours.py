"""What a block is by what stands around it: a heading has something below it, a running head stands beside page numbers."""

from collections import Counter
from collections.abc import Iterator, Sequence

from cleaner.forms import marks
from cleaner.forms.blocks import Kind, Stretch

OFTEN = 3  # times that a running head is repeated
VERSE = 4  # short lines in a row, with blank lines between them
LONGEST_HEAD = 80  # code points


def settled(lines: Sequence[str], blocks: Sequence[Stretch]) -> list[Stretch]:
    """The blocks of a text, each held against its neighbours; lines in none of them are paragraphs of prose."""
    if all(block.kind is Kind.PROSE for block in blocks):
        return _told(blocks)
    found = list(_with_prose(lines, blocks))
    _pages(lines, found)
    _references(lines, found)
    _lone_headings(found)
    return _told(found)


def _told(blocks: Sequence[Stretch]) -> list[Stretch]:
    """Those that are more than the paragraphs of prose which lines are by themselves."""
    return [block for block in blocks if block.kind is not Kind.PROSE or block.sub]


def _with_prose(lines: Sequence[str], blocks: Sequence[Stretch]) -> Iterator[Stretch]:
    """The same with one stretch of prose for all the paragraphs between two of them."""
    at = 0
    for block in (*blocks, Stretch(len(lines), len(lines), Kind.PROSE)):
        between = [number for number in range(at, block.first) if lines[number] and not lines[number].isspace()]
        yield from (Stretch(number, number + 1, Kind.PROSE) for number in between)
        if block.first < block.end:
            yield block
        at = block.end


def _pages(lines: Sequence[str], found: list[Stretch]) -> None:
    """Numbers of pages in lines of their own, and the short lines beside them that come again and again."""
    numbers = [at for at, block in enumerate(found) if block.sub == "number"]
    if len(numbers) < 2 and not any(len(lines[found[at].first].strip()) > 4 for at in numbers):
        return  # one number alone may be anything
    for at in numbers:
        found[at] = found[at]._replace(kind=Kind.MARK, sub="page number")
    beside = {near for at in numbers for near in (at - 1, at + 1) if 0 <= near < len(found)}
    heads = [
        at for at in beside if found[at].end - found[at].first == 1 and found[at].kind in (Kind.HEADING, Kind.LINES)
    ]
    texts = Counter(lines[found[at].first].strip() for at in heads)
    for at in heads:
        body = lines[found[at].first].strip()
        if texts[body] >= OFTEN and len(body) <= LONGEST_HEAD:
            found[at] = found[at]._replace(kind=Kind.MARK, sub="running head")


def _references(lines: Sequence[str], found: list[Stretch]) -> None:
    """What stands below the heading of a list of references, down to the next heading."""
    below = False
    for at, block in enumerate(found):
        if block.end - block.first == 1 and len(lines[block.first]) < 60 and marks.REFERENCES.match(lines[block.first]):
            below = True
            found[at] = block._replace(kind=Kind.HEADING)
        elif block.kind in (Kind.HEADING, Kind.FIXED):
            below = below and block.kind is Kind.HEADING and block.sub == "short"
        elif below and block.kind in (Kind.LINES, Kind.PROSE, Kind.WRAPPED):
            found[at] = Stretch(block.first, block.end, Kind.QUOTATION, "references")


def _lone_headings(found: list[Stretch]) -> None:
    """Headings by shortness alone: many in a row are lines, and so is one with nothing below it."""
    run: list[int] = []
    for at, block in enumerate([*found, None]):
        if block is not None and block.kind is Kind.HEADING and block.sub in ("short", "number"):
            run.append(at)
            continue
        if len(run) >= VERSE or block is None or (run and block.kind is Kind.MARK and at + 1 == len(found)):
            for own in run:
                found[own] = found[own]._replace(kind=Kind.LINES)
        run = []
