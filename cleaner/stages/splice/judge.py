"""From paragraphs to verdicts: which of them are another article. Knows no findings and no spans."""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import NamedTuple

import numpy as np

from cleaner.document import Certainty
from cleaner.forms import Kind
from cleaner.stages.splice.model.blocks import Proposal, Proposals, propose, rare_terms
from cleaner.stages.splice.model.columns import BLOCK, UNIT
from cleaner.stages.splice.model.features import Features, features
from cleaner.stages.splice.model.links import LOOSE, STRICT, Similarity, similarity
from cleaner.stages.splice.page import (
    FEWEST,
    OWN,
    REPEATED,
    Boundaries,
    Cue,
    Paragraph,
    Trust,
    cues_before,
    headed,
    heading,
    headline,
    is_prose,
    near_copies,
)
from cleaner.stages.splice.verdict import ForeignBlock, Measures, Settings, Verdict, agreed, quiet, standing, verdict_on
from cleaner.text.furniture import aside, note
from cleaner.text.machine_code import worked

WINDOW = 80  # units judged at once: time grows with its square, and with the text only linearly
STEP = 40
PAGE = 30  # pairs of units: a window takes as long as so many, and .3 ms for each of its own, while nothing is compiled
LEARNED = {True: 0.1, False: 0.2}  # by script: share of common terms; English has .26, 90 other languages .14 at most
CLOSE = 0.9  # two articles this near in size, and no first paragraph to decide: no main article
SECTIONS = 3  # paragraphs of main under headings: a guide or handbook, of which the model has seen none outside CJK
HEADING_SIGNS = frozenset("#=-~^\"'`*+_")  # before a heading, or the line under it
PROSE_SHARE = (
    0.75  # of the long paragraphs: of news articles nearly all are, of references and READMEs often less than half
)
FIGURES = 0.3  # of the characters are digits: a table
DIGEST = 5  # clusters, none over half of the text: a round-up
Seeds = dict[int, tuple[int, list[int]]]  # unit → jump line, units that are of another article
_NO_FIGURES = re.compile("[A-Za-z \u4e00-\u9fef]+")


def judge(
    paragraphs: Sequence[Paragraph],
    lines: Mapping[int, str],
    copies: Mapping[int, int],
    settings: Settings,
    known: "PageCache",
) -> list[Verdict]:
    """The verdicts on the blocks of these paragraphs, in order; none where all is one article.

    lines   what each paragraph is that is no plain text, see `page.kinds_of_lines`
    copies  later exact copies → their first copy, see `page.originals`
    known   what an earlier round has read of these paragraphs
    """
    units = [at for at, paragraph in enumerate(paragraphs) if paragraph.unit and at not in copies]
    if len(units) < FEWEST:
        return []
    cuts = [units[start : start + WINDOW] for start in range(0, max(len(units) - WINDOW + STEP, 1), STEP)]
    worked(sum(PAGE + len(cut) ** 2 // 2 for cut in cuts))
    boundaries = Boundaries.of(paragraphs, lines, copies)
    windows = [_Window(paragraphs, lines, copies, boundaries, known, cut, settings) for cut in cuts]
    if len(windows) == 1:
        return windows[0].verdicts()
    return agreed([(frozenset(window.units), window.verdicts()) for window in windows])


@dataclass(slots=True)
class PageCache:
    """What is read of the units that are judged at once, round after round: of what is left nothing is read again.

    known  their features and similarity
    place  number of each of their paragraphs → its unit
    told   their script and headline, which must be the same for a part of them
    prose  number of each paragraph that was asked for → whether it is prose
    """

    known: tuple[Features, Similarity] | None = None
    place: dict[int, int] = field(default_factory=dict)
    told: tuple[bool, str] = (False, "")
    prose: dict[int, bool] = field(default_factory=dict)

    def is_prose(self, paragraph: Paragraph) -> bool:
        """Whether a paragraph is prose; asked once in all rounds."""
        if paragraph.number not in self.prose:
            self.prose[paragraph.number] = is_prose(paragraph.text, paragraph.cjk)
        return self.prose[paragraph.number]

    def features(
        self, own: Sequence[Paragraph], *, cjk: bool, headed: Sequence[bool], headline: str
    ) -> tuple[Features, Similarity]:
        """What the model reads of these paragraphs as units."""
        places = [self.place.get(paragraph.number, -1) for paragraph in own]
        if self.known and self.told == (cjk, headline) and min(places) >= 0:
            page, similar = self.known
            self.known = page.of(np.array(places), headed), similar.of(np.array(places))
        else:
            texts, closed = [paragraph.text for paragraph in own], [paragraph.closed for paragraph in own]
            page = features(texts, closed, cjk=cjk, headed=headed, headline=headline)
            self.known, self.told = (page, similarity(page)), (cjk, headline)
        self.place = {paragraph.number: unit for unit, paragraph in enumerate(own)}
        return self.known


class _Window(NamedTuple):
    """What is judged at once: up to WINDOW units, with everything known about the lines between them."""

    paragraphs: Sequence[Paragraph]
    lines: Mapping[int, str]
    copies: Mapping[int, int]
    boundaries: Boundaries
    known: PageCache
    units: list[int]
    settings: Settings

    def verdicts(self) -> list[Verdict]:
        """The verdicts on these units, in order."""
        own = [self.paragraphs[number] for number in self.units]
        sizes = [len(paragraph.text) for paragraph in own]
        cjk = 2 * sum([size for size, paragraph in zip(sizes, own, strict=True) if paragraph.cjk]) >= sum(sizes)
        under = [headed(self.paragraphs, number) for number in self.units]
        page, similar = self.known.features(own, cjk=cjk, headed=under, headline=headline(self.paragraphs))
        seeds = self._seeds()
        apart = [(head, seed) for seed, (_, heads) in seeds.items() for head in heads]
        apart += self._across_byline() if seeds else []
        proposed = propose(page, similar, cjk, apart, seeds)
        if not proposed.blocks:
            return []
        before = cues_before(self.paragraphs, self.lines, self.units) if self.lines else [[] for _ in self.units]
        doubles = self._doubles(proposed) if self.settings.cues else set()
        found: dict[tuple[int, ...], tuple[Verdict, Proposal]] = {}
        for proposal in proposed.blocks:
            cues = self._cues(proposal, seeds, before, doubles) if self.settings.cues else ()
            if not cues and quiet(proposal.nats, self.settings):
                continue
            block = self._block(proposal, cues, cjk)
            if verdict := verdict_on(block, self.settings):
                if verdict.certainty > Certainty.SUSPECT and (why := self._foreign_to_model(block, page, proposal)):
                    verdict = verdict.held(why)
                found[block.paragraphs] = self._guarded(verdict, proposed, proposal, sizes), proposal
        stand = standing([verdict for verdict, _ in found.values()])
        return [_with_rare_terms(verdict, page, found[verdict.block.paragraphs][1]) for verdict in stand]

    def _foreign_to_model(self, block: ForeignBlock, page: Features, proposal: Proposal) -> str:
        """Why this is a kind of document that the model has not learned."""
        if page.common < LEARNED[block.cjk]:
            return "its language is not among those that the model has learned"
        if not any(self.paragraphs[number].prose for number in block.paragraphs):
            return "it is a list, verse or talk alone, which shares few words with its own article"
        if self._little_prose():
            return "much of the document is no prose, whose lines repeat and share few words"
        sections = not block.cjk and sum(page.traits[:, UNIT.headed].take(proposal.main).tolist()) >= SECTIONS
        if (sections or self._marked_headings() >= SECTIONS) and not block.told:
            return "the article is in sections under headings, which share few words"
        return ""

    def _marked_headings(self) -> int:
        """Headings that are marked as such, as no newspaper does in any script."""
        return sum(own.kind is Kind.HEADING and own.text[0] in HEADING_SIGNS for own in self.paragraphs)

    def _little_prose(self) -> bool:
        """Much of what is long here is no prose, by its form or by its words."""
        window = range(self.units[0], self.units[-1] + 1)
        long = [self.paragraphs[at] for at in window if self.paragraphs[at].long and at not in self.copies]
        return sum(own.kind is not Kind.FIXED and self.known.is_prose(own) for own in long) < PROSE_SHARE * len(long)

    def _prose(self, unit: int) -> bool:
        return self.known.is_prose(self.paragraphs[self.units[unit]])

    def _block(self, proposal: Proposal, cues: tuple[Cue, ...], cjk: bool) -> ForeignBlock:
        """What is known of a proposal; words in common are counted later, see `_with_rare_terms`."""
        numbers, row = [self.units[unit] for unit in proposal.block], proposal.row.tolist()
        own = [self.paragraphs[number] for number in numbers]
        texts = [paragraph.text for paragraph in own]
        return ForeignBlock(
            paragraphs=tuple(numbers),
            characters=sum(map(len, texts)),
            nats=proposal.nats,
            measures=Measures(row[BLOCK.between], (row[BLOCK.usual_lowest], row[BLOCK.usual]), row[BLOCK.inside]),
            cues=cues,
            cjk=cjk,
            asides=any(map(note, texts)) or 2 * sum(map(_apart, own)) >= len(own),
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

    def _guarded(self, verdict: Verdict, proposed: Proposals, proposal: Proposal, sizes: Sequence[int]) -> Verdict:
        """Held back for what the document as a whole looks like."""
        if verdict.held_back:
            return verdict
        size: dict[int, int] = {}  # of each cluster
        for name, own in zip(proposed.labels[proposal.stop].tolist(), sizes, strict=True):
            size[name] = size.get(name, 0) + own
        main = proposal.main[0]
        rivals = [size[name] for name in size if name not in (main, *proposal.block)] + [verdict.block.characters]
        if main and max(rivals) >= CLOSE * size[main]:
            return verdict.held("another article is nearly as long, either may be the main one")
        round_up = len(set(proposed.labels[LOOSE].tolist())) >= DIGEST and 2 * max(size.values()) <= sum(sizes)
        if round_up and self.settings.digest_guard and verdict.block.trust < Trust.STRONG:
            return verdict.held("the document looks like a round-up of many items")
        return verdict

    def _seeds(self) -> Seeds:
        """Units right under a jump line: the number of that line, and the units that cannot be of its article.

        Those are the first units of the document, up to its end byline or whatever else ends them.
        """
        seeds: Seeds = {}
        if not self.boundaries.jumps:
            return seeds
        for seed, number in enumerate(self.units):
            if (line := self.boundaries.jumps.get(number)) is not None:
                top = min(heading(self.paragraphs, self.lines, line), self.boundaries.end)
                seeds[seed] = line, [unit for unit, own in enumerate(self.units) if own < top and unit != seed]
        return seeds

    def _across_byline(self) -> list[tuple[int, int]]:
        """Pairs of units with the end byline between them: on a page of several articles it ends the first one."""
        lines = (number for number, kind in self.lines.items() if kind == "byline" and number > OWN)
        line = next(lines, len(self.paragraphs))
        above, below = bisect_left(self.units, line), bisect_right(self.units, line)
        return list(product(range(above), range(below, len(self.units))))

    def _doubles(self, proposed: Proposals) -> set[int]:
        """Units of prose that stand twice, not one right behind the other, but with another article between.

        What stands three times is a formula: an extractor goes over a block twice.
        """
        near = near_copies(self.paragraphs, self.units)
        if not near and not self.copies:
            return set()
        owner = proposed.labels[STRICT].tolist()
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
        bylines = self.boundaries.bylines
        at = bisect_right(bylines, last)
        if at == len(bylines) or bylines[at] >= first:
            return []
        return [Cue("after the end byline", self.paragraphs[bylines[at]].text)]


def _with_rare_terms(verdict: Verdict, page: Features, proposal: Proposal) -> Verdict:
    """The same, with the words that block and main share counted: only what is told of needs them."""
    rare, usual = rare_terms(page, proposal)
    told = verdict.block.measures._replace(rare_shared=rare, usual_shared=usual)
    return verdict._replace(block=verdict.block._replace(measures=told))


def _apart(paragraph: Paragraph) -> bool:
    """It shares few words with its own article by what it is."""
    return not paragraph.prose or aside(paragraph.text) or tabular(paragraph.text)


def tabular(text: str) -> bool:
    """Figures rather than sentences.

    >>> tabular("1986 1985 1986 1985 CHILE 22 8 109 76"), tabular("In 1986 it earned 521.1 mln dlrs.")
    (True, False)
    """
    least = FIGURES * len(text)
    others = len(text) - sum(map(len, _NO_FIGURES.findall(text)))  # soon counted, and most often too few
    return others >= least and sum(map(str.isdecimal, text)) >= least
