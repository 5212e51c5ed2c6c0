"""From paragraphs to verdicts: which of them are another article. Knows no findings and no spans."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cleaner.document import Certainty
from cleaner.stages.splice.blocks import main_article, measure
from cleaner.stages.splice.clusters import clusters, members
from cleaner.stages.splice.cues import OWN, Cue, Trust, heading, jumps, named
from cleaner.stages.splice.decide import Block, Settings, Verdict, decide
from cleaner.stages.splice.evidence import Bag, bag
from cleaner.stages.splice.repeats import near_copies
from cleaner.stages.splice.units import Paragraph
from cleaner.text.furniture import aside, note

FEWEST = 5  # units of a document that is judged at all
WINDOW = 80  # units judged at once: time grows with its square, and with the text only linearly
STEP = 40
LARGEST = 0.7  # a block over this share of the document is never called foreign
DIGEST = 5  # clusters, none over half of the text: a round-up


def judge(
    paragraphs: Sequence[Paragraph], lines: Mapping[int, str], copies: Mapping[int, int], settings: Settings
) -> list[Verdict]:
    """The verdicts on the blocks of these paragraphs, in order; none where all is one article.

    lines   what each paragraph is that is no plain text, see `cues.kinds`
    copies  later exact copies → their first copy, see `repeats.originals`
    """
    units = [at for at, paragraph in enumerate(paragraphs) if paragraph.long and at not in copies]
    if len(units) < FEWEST:
        return []
    if len(units) <= WINDOW:
        return _Page(paragraphs, lines, copies, units, settings).verdicts()
    pages = [
        _Page(paragraphs, lines, copies, units[start : start + WINDOW], settings)
        for start in range(0, len(units) - WINDOW + STEP, STEP)
    ]
    return _agreed([(frozenset(page.units), page.verdicts()) for page in pages])


@dataclass(frozen=True, slots=True)
class _Page:
    """What is judged at once: up to WINDOW units, with everything known about the lines between them."""

    paragraphs: Sequence[Paragraph]
    lines: Mapping[int, str]
    copies: Mapping[int, int]
    units: list[int]
    settings: Settings

    def verdicts(self) -> list[Verdict]:
        texts = [self.paragraphs[number].text for number in self.units]
        sizes = [len(text) for text in texts]
        cjk = 2 * sum(len(text) for text, at in zip(texts, self.units, strict=True) if self.paragraphs[at].cjk) >= sum(
            sizes
        )
        words = bag(texts, cjk=cjk)
        seeds = self._seeds()
        groups = members(clusters(words, [(head, seed) for seed, (_, heads) in seeds.items() for head in heads]))
        main, sure = main_article(groups, sizes, frozenset(seeds))
        if main is None or len(groups) == 1 or len(groups[main]) < 2:
            return []
        found = []
        for block in self._blocks(words, groups, main, seeds, cjk):
            if verdict := decide(block, self.settings):
                found.append(self._guarded(verdict, groups, sizes, sure))
        return sorted(found, key=lambda verdict: verdict.block.paragraphs)

    def _blocks(
        self, words: Bag, groups: Mapping[int, list[int]], main: int, seeds: "Seeds", cjk: bool
    ) -> Iterable[Block]:
        """Every cluster but the main one, measured."""
        before = named(self.paragraphs, self.lines, self.units) if self.lines else [[] for _ in self.units]
        doubles = self._doubles(groups)
        for label, group in groups.items():
            if label == main:
                continue
            own = [self.paragraphs[self.units[unit]] for unit in group]
            cues = [Cue("jump line", self.paragraphs[seeds[unit][0]].text) for unit in group if unit in seeds]
            cues += [Cue("repeated paragraph", own[group.index(unit)].text[:40]) for unit in group if unit in doubles]
            cues += self._after_byline(group, groups[main])
            cues += [cue for unit in group if unit - 1 not in group for cue in before[unit]]
            yield Block(
                paragraphs=tuple(self.units[unit] for unit in group),
                characters=sum(len(paragraph.text) for paragraph in own),
                measures=measure(words, group, groups[main]),
                cues=tuple(dict.fromkeys(cues)) if self.settings.cues else (),
                cjk=cjk,
                asides=any(note(paragraph.text) for paragraph in own)
                or 2 * sum(aside(p.text) for p in own) >= len(own),
                stranger=2 * sum(paragraph.cjk != cjk for paragraph in own) > len(own),
                main=len(groups[main]),
            )

    def _guarded(self, verdict: Verdict, groups: Mapping[int, list[int]], sizes: Sequence[int], sure: bool) -> Verdict:
        """Held back for what the document as a whole looks like."""
        largest = max(sum(sizes[unit] for unit in group) for group in groups.values())
        if verdict.block.characters > LARGEST * sum(sizes):
            return verdict.held("it is most of the document")
        if not sure:
            return verdict.held("another article is nearly as long, either may be the main one")
        round_up = len(groups) >= DIGEST and 2 * largest <= sum(sizes)
        if round_up and self.settings.digest_guard and verdict.block.trust < Trust.STRONG:
            return verdict.held("the document looks like a round-up of many items")
        return verdict

    def _seeds(self) -> "Seeds":
        """Units right under a jump line: the number of that line, and the units that cannot be of its article.

        Those are the first units of the document, up to its end byline or whatever else ends them.
        """
        place = {number: unit for unit, number in enumerate(self.units)}
        ends = [
            number for number, kind in self.lines.items() if number > OWN and kind in ("byline", "label", "continued")
        ]
        seeds: Seeds = {}
        for line in jumps(self.paragraphs, self.lines):
            below = next((at for at in range(line + 1, len(self.paragraphs)) if self.paragraphs[at].long), None)
            seed = place.get(self.copies.get(below, below)) if below is not None else None
            top = min([heading(self.paragraphs, self.lines, line), *ends])
            if seed is not None:
                seeds[seed] = line, [unit for unit, number in enumerate(self.units) if number < top and unit != seed]
        return seeds

    def _doubles(self, groups: Mapping[int, list[int]]) -> set[int]:
        """Units with a copy elsewhere: not right behind it, but with another article between."""
        owner = {unit: label for label, units in groups.items() for unit in units}
        place = {number: unit for unit, number in enumerate(self.units)}
        pairs = near_copies(self.paragraphs, self.units)
        pairs = [(one, other) for one, other in pairs if any(owner[u] != owner[one] for u in range(one, other))]
        found = {unit for pair in pairs for unit in pair}
        for copy, first in self.copies.items():
            unit = place.get(first)
            between = [place[number] for number in range(first, copy) if number in place]
            if unit is not None and any(owner[other] != owner[unit] for other in between):
                found.add(unit)
        return found

    def _after_byline(self, group: Sequence[int], main: Sequence[int]) -> list[Cue]:
        """The byline that ended the main article before this block began."""
        first, last = self.units[group[0]], self.units[main[-1]]
        return [
            Cue("after the end byline", self.paragraphs[number].text)
            for number, kind in self.lines.items()
            if kind == "byline" and last < number < first
        ][:1]


Seeds = dict[int, tuple[int, list[int]]]  # unit → jump line, units that are of another article


def _agreed(pages: Sequence[tuple[frozenset[int], list[Verdict]]]) -> list[Verdict]:
    """Where pages overlap: a verdict stands where every page that saw its paragraphs is at least as sure of them.

    Of two verdicts on one paragraph the larger block speaks: the other page saw only a part of it.
    """
    found: list[Verdict] = []
    taken: set[int] = set()
    verdicts = [verdict for _, own in pages for verdict in own]
    for verdict in sorted(verdicts, key=lambda own: (-len(own.block.paragraphs), own.block.paragraphs)):
        block = set(verdict.block.paragraphs)
        if not block & taken and all(block & seen <= _at_least(verdict.certainty, own) for seen, own in pages):
            found.append(verdict)
            taken |= block
    return sorted(found, key=lambda own: own.block.paragraphs)


def _at_least(certainty: Certainty, verdicts: Iterable[Verdict]) -> set[int]:
    return {number for own in verdicts if own.certainty >= certainty for number in own.block.paragraphs}
