"""From paragraphs to verdicts: which of them are another article. Knows no findings and no spans."""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cleaner.document import Certainty
from cleaner.stages.splice.choose import agreed, best
from cleaner.stages.splice.cues import OWN, REPEATED, Cue, Trust, headed, heading, headline, named
from cleaner.stages.splice.decide import Block, Settings, Verdict, decide, quiet
from cleaner.stages.splice.overlap import measures, shared_words
from cleaner.stages.splice.pages import Pages
from cleaner.stages.splice.reading import Proposal, Reading, read
from cleaner.stages.splice.repeats import near_copies
from cleaner.stages.splice.said import Said
from cleaner.stages.splice.sheet import Sheet
from cleaner.stages.splice.units import FEWEST, Paragraph
from cleaner.text.furniture import aside, note

WINDOW = 80  # units judged at once: time grows with its square, and with the text only linearly
STEP = 40
LEARNED = {
    True: 0.1,
    False: 0.2,
}  # by script: share of common terms; English has .26 and more, 90 other languages .14 at most
CLOSE = 0.9  # two articles this near in size, and no first paragraph to decide: no main article
LOOSE = 3  # the partition whose mean links are above 0: place in `partitions.STOPS`
SECTIONS = 3  # paragraphs of main under headings: a guide or handbook, of which the model has seen none outside CJK
PROSE_SHARE = 0.75  # of the units: of news articles nearly all are, of references and READMEs often less than half
FIGURES = 0.3  # of the characters are digits: a table
STRICT = 1  # the partition whose mean links are above 1.6
DIGEST = 5  # clusters, none over half of the text: a round-up
Seeds = dict[int, tuple[int, list[int]]]  # unit → jump line, units that are of another article
_NO_FIGURES = re.compile("[A-Za-z \u4e00-\u9fef]+")


def judge(
    paragraphs: Sequence[Paragraph],
    lines: Mapping[int, str],
    copies: Mapping[int, int],
    settings: Settings,
    known: Pages | None = None,
) -> list[Verdict]:
    """The verdicts on the blocks of these paragraphs, in order; none where all is one article.

    lines   what each paragraph is that is no plain text, see `cues.kinds`
    copies  later exact copies → their first copy, see `repeats.originals`
    known   what an earlier round has read of these paragraphs
    """
    units = [at for at, paragraph in enumerate(paragraphs) if paragraph.long and at not in copies]
    if len(units) < FEWEST:
        return []
    said, known = Said.of(paragraphs, lines, copies), known or Pages()
    if len(units) <= WINDOW:
        return _Page(paragraphs, lines, copies, said, known, units, settings).verdicts()
    pages = [
        _Page(paragraphs, lines, copies, said, known, units[start : start + WINDOW], settings)
        for start in range(0, len(units) - WINDOW + STEP, STEP)
    ]
    return agreed([(frozenset(page.units), page.verdicts()) for page in pages])


@dataclass(frozen=True, slots=True)
class _Page:
    """What is judged at once: up to WINDOW units, with everything known about the lines between them."""

    paragraphs: Sequence[Paragraph]
    lines: Mapping[int, str]
    copies: Mapping[int, int]
    said: Said
    known: Pages
    units: list[int]
    settings: Settings

    def verdicts(self) -> list[Verdict]:
        own = [self.paragraphs[number] for number in self.units]
        sizes = [len(paragraph.text) for paragraph in own]
        cjk = 2 * sum([size for size, paragraph in zip(sizes, own, strict=True) if paragraph.cjk]) >= sum(sizes)
        under = [not self.paragraphs[number - 1].long and headed(self.paragraphs, number) for number in self.units]
        page, pairs = self.known.read(own, cjk=cjk, headed=under, headline=headline(self.paragraphs))
        seeds = self._seeds()
        apart = [(head, seed) for seed, (_, heads) in seeds.items() for head in heads]
        apart += self._across_byline() if seeds else []
        reading = read(page, pairs, cjk, apart, frozenset(seeds))
        if not reading.proposals:
            return []
        before = named(self.paragraphs, self.lines, self.units) if self.lines else [[] for _ in self.units]
        doubles = self._doubles(reading) if self.settings.cues else set()
        found: dict[tuple[int, ...], tuple[Verdict, Proposal]] = {}
        for proposal in reading.proposals:
            cues = self._cues(proposal, seeds, before, doubles) if self.settings.cues else ()
            if not cues and quiet(proposal.nats, self.settings):
                continue
            block = self._block(proposal, cues, cjk)
            if verdict := decide(block, self.settings):
                if verdict.certainty > Certainty.SUSPECT and (why := self._foreign_to_model(block, page, proposal)):
                    verdict = verdict.held(why)
                found[block.paragraphs] = self._guarded(verdict, reading, proposal, sizes), proposal
        standing = best([verdict for verdict, _ in found.values()])
        return [_told(verdict, page, found[verdict.block.paragraphs][1]) for verdict in standing]

    def _foreign_to_model(self, block: Block, page: Sheet, proposal: Proposal) -> str:
        """Why this is a kind of document that the model has not learned."""
        if page.common < LEARNED[block.cjk]:
            return "its language is not among those that the model has learned"
        if sum(map(self._prose, range(len(self.units)))) < PROSE_SHARE * len(self.units):
            return "much of the document is no prose, whose lines repeat and share few words"
        headed = page.headed[list(proposal.main)].sum() >= SECTIONS
        if headed and not block.cjk and not block.told:
            return "the article is in sections under headings, which share few words"
        return ""

    def _prose(self, unit: int) -> bool:
        return self.known.prose(self.paragraphs[self.units[unit]])

    def _block(self, proposal: Proposal, cues: tuple[Cue, ...], cjk: bool) -> Block:
        """What is known of a proposal."""
        numbers = [self.units[unit] for unit in proposal.block]
        own = [self.paragraphs[number] for number in numbers]
        texts = [paragraph.text for paragraph in own]
        return Block(
            paragraphs=tuple(numbers),
            characters=sum(map(len, texts)),
            nats=proposal.nats,
            measures=measures(proposal),
            cues=cues,
            cjk=cjk,
            asides=any(map(note, texts)) or 2 * sum([aside(text) or tabular(text) for text in texts]) >= len(own),
            stranger=2 * sum(paragraph.cjk != cjk for paragraph in own) > len(own),
            main=len(proposal.main),
        )

    def _cues(
        self, proposal: Proposal, seeds: Seeds, before: Sequence[Sequence[Cue]], doubles: set[int]
    ) -> tuple[Cue, ...]:
        if not self.lines and not doubles:
            return ()
        block = proposal.block
        cues = [Cue("jump line", self.paragraphs[seeds[unit][0]].text) for unit in block if unit in seeds]
        cues += [Cue(REPEATED, self.paragraphs[self.units[unit]].text[:40]) for unit in block if unit in doubles]
        cues += self._after_byline(block, proposal.main)
        cues += [cue for unit in block if unit - 1 not in block for cue in before[unit]]
        return tuple(dict.fromkeys(cues))

    def _guarded(self, verdict: Verdict, reading: Reading, proposal: Proposal, sizes: Sequence[int]) -> Verdict:
        """Held back for what the document as a whole looks like."""
        if verdict.held_back:
            return verdict
        groups = members(reading.labels[proposal.stop].tolist())
        size = {units[0]: sum(sizes[unit] for unit in units) for units in groups.values()}
        main = proposal.main[0]
        rivals = [size[name] for name in size if name not in (main, *proposal.block)] + [verdict.block.characters]
        if main and max(rivals) >= CLOSE * size[main]:
            return verdict.held("another article is nearly as long, either may be the main one")
        round_up = len(members(reading.labels[LOOSE].tolist())) >= DIGEST and 2 * max(size.values()) <= sum(sizes)
        if round_up and self.settings.digest_guard and verdict.block.trust < Trust.STRONG:
            return verdict.held("the document looks like a round-up of many items")
        return verdict

    def _seeds(self) -> Seeds:
        """Units right under a jump line: the number of that line, and the units that cannot be of its article.

        Those are the first units of the document, up to its end byline or whatever else ends them.
        """
        seeds: Seeds = {}
        if not self.said.jumps:
            return seeds
        for seed, number in enumerate(self.units):
            if (line := self.said.jumps.get(number)) is not None:
                top = min(heading(self.paragraphs, self.lines, line), self.said.end)
                seeds[seed] = line, [unit for unit, own in enumerate(self.units) if own < top and unit != seed]
        return seeds

    def _across_byline(self) -> list[tuple[int, int]]:
        """Pairs of units with the end byline between them: on a page of several articles it ends the first one."""
        lines = [number for number, kind in self.lines.items() if kind == "byline" and number > OWN][:1]
        return [
            (one, other)
            for line in lines
            for one, above in enumerate(self.units)
            for other, below in enumerate(self.units)
            if above < line < below
        ]

    def _doubles(self, reading: Reading) -> set[int]:
        """Units of prose that stand twice, not one right behind the other, but with another article between.

        What stands three times is a formula: an extractor goes over a block twice.
        """
        near = near_copies(self.paragraphs, self.units)
        if not near and not self.copies:
            return set()
        owner = reading.labels[STRICT].tolist()
        place = {number: unit for unit, number in enumerate(self.units)}
        behind = ((place[first], copy) for copy, first in self.copies.items() if first in place)
        exact = [(unit, bisect_left(self.units, copy)) for unit, copy in behind]
        like, same = Counter(unit for pair in near for unit in pair), Counter(unit for unit, _ in exact)

        def apart(pair: tuple[int, int]) -> bool:
            return any(owner[unit] != owner[pair[0]] for unit in range(*pair))

        found = {unit for pair in filter(apart, near) for unit in pair} | {unit for unit, _ in filter(apart, exact)}
        return {unit for unit in found if like[unit] < 2 and same[unit] < 2 and self._prose(unit)}

    def _after_byline(self, group: Sequence[int], main: Sequence[int]) -> list[Cue]:
        """The byline that ended the main article before this block began."""
        first, last = self.units[group[0]], self.units[main[-1]]
        bylines = self.said.bylines
        at = bisect_right(bylines, last)
        if at == len(bylines) or bylines[at] >= first:
            return []
        return [Cue("after the end byline", self.paragraphs[bylines[at]].text)]


def _told(verdict: Verdict, page: Sheet, proposal: Proposal) -> Verdict:
    """The same, with the words that block and main share counted: only what is told of needs them."""
    rare, usual = shared_words(page, proposal)
    told = verdict.block.measures._replace(rare_shared=rare, usual_shared=usual)
    return verdict._replace(block=verdict.block._replace(measures=told))


def tabular(text: str) -> bool:
    """Figures rather than sentences.

    >>> tabular("1986 1985 1986 1985 CHILE 22 8 109 76"), tabular("In 1986 it earned 521.1 mln dlrs.")
    (True, False)
    """
    least = FIGURES * len(text)
    others = len(text) - sum(map(len, _NO_FIGURES.findall(text)))  # soon counted, and most often too few
    return others >= least and sum(map(str.isdecimal, text)) >= least


def members(labels: Sequence[int]) -> dict[int, list[int]]:
    """Cluster → its units, both in order."""
    found: dict[int, list[int]] = {}
    for unit, label in enumerate(labels):
        found.setdefault(label, []).append(unit)
    return found
