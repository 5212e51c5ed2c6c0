"""Between which lines of text the lines of a page stand, and whether they cut a sentence there. Decides nothing about them."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from cleaner.document import Document
from cleaner.forms import Form, Kind, form_of
from cleaner.stages.furniture.lines import Line
from cleaner.text.halves import halves
from cleaner.text.paragraphs import careless, is_open, is_rest

WORDS = 0.65  # share of letters in a line of text, blanks left out


class Gap(NamedTuple):
    """Lines in a row that are blank or may be of a page: numbers of the line of text above and of the one below."""

    above: int
    below: int

    def inside(self, count: int) -> bool:
        """There is text on both sides."""
        return self.above >= 0 and self.below < count


def gaps_of(lines: Sequence[Line], candidates: Collection[int]) -> dict[int, Gap]:
    """For each of these lines the gap in which it stands."""
    found, above, own = dict[int, Gap](), -1, list[int]()
    for number, line in enumerate(lines):
        if number in candidates:
            own.append(number)
        elif line.body:
            found.update(dict.fromkeys(own, Gap(above, number)))
            above, own = number, []
    return found | dict.fromkeys(own, Gap(above, len(lines)))


def form_feeds(doc: Document, lines: Sequence[Line], gaps: Mapping[int, Gap]) -> set[Gap]:
    """Gaps in which a page ended: a form feed stands there, or stood before the stage `lines` made it a line feed."""
    to = doc.change.mapper()
    feeds = [edit for finding in doc.findings if finding.rule == "lines.page-break" for edit in finding.where]
    at = {to(edit.start, edit.end)[0] for edit in feeds}
    at |= {place for place, char in enumerate(doc.text) if char == "\f"} if "\f" in doc.text else set()
    return {gap for gap in set(gaps.values()) if any(_start(gap, lines) <= place <= _end(gap, lines) for place in at)}


def _start(gap: Gap, lines: Sequence[Line]) -> int:
    return lines[gap.above].end - 1 if gap.above >= 0 else 0


def _end(gap: Gap, lines: Sequence[Line]) -> int:
    return lines[gap.below].start if gap.below < len(lines) else lines[-1].end


def words(body: str) -> bool:
    """A line of text, and not of figures and signs."""
    signs = "".join(body.split())
    return sum(map(str.isalpha, signs)) >= WORDS * len(signs)


def cuts(form: Form, lines: Sequence[Line], gaps: Mapping[int, Gap]) -> set[Gap]:
    """Gaps that cut a sentence: without them the lines around are hard-wrapped lines of one, or the halves of a paragraph."""
    inner = sorted(gap for gap in set(gaps.values()) if gap.inside(len(lines)))
    inner = [gap for gap in inner if words(lines[gap.above].body) and words(lines[gap.below].body)]
    sure = _sure_without(form, lines, inner)
    rest = [gap for gap in inner if gap not in sure and form.kinds[gap.above] is form.kinds[gap.below] is Kind.PROSE]
    if rest and not _careless(form, lines, {gap.above for gap in rest}):
        sure |= {gap for gap in rest if _are_halves(form.text, lines[gap.above].body, lines[gap.below].body)}
    return sure


def _sure_without(form: Form, lines: Sequence[Line], inner: Sequence[Gap]) -> set[Gap]:
    """Gaps that are certain breaks of a hard-wrapped paragraph in the text without all of them."""
    kept, ends, at, size = list[str](), dict[int, Gap](), 0, 0
    for gap in inner:
        part = form.text[at : lines[gap.above].end]
        kept.append(part)
        size, at = size + len(part), lines[gap.below].start
        ends[size - 1] = gap
    rest = form_of("".join([*kept, form.text[at:]]), form.format)
    return {
        ends[place]
        for block in rest.blocks
        for one in block.breaks
        if one.sure and (place := rest.text.index("\n", one.start)) in ends
    }


def _careless(form: Form, lines: Sequence[Line], above: Collection[int]) -> bool:
    """Paragraphs that nothing cuts end without a mark too: verse, posts."""
    return careless(
        line.body
        for number, (line, kind) in enumerate(zip(lines, form.kinds, strict=True))
        if kind is Kind.PROSE and number not in above
    )


def _are_halves(text: str, above: str, below: str) -> bool:
    return is_open(above) and is_rest(below) and halves(above, below, text, page=True).joined
