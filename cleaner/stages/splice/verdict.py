"""Is a block foreign, and how surely; which verdicts stand where two meet; and the pieces of the page that go by them.

The model says how likely a block is foreign. A cue raises that, or lets a block go by itself, but only where the block
holds together better than it holds to the main article.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from cleaner.document import Certainty
from cleaner.forms import Kind
from cleaner.stages.splice.page import REPEATED, Cue, Paragraph, Trust, like_label

SHORT = {True: 1, False: 3}  # by script: `min_block` counts CJK characters, others need three times as many
LOUD = {True: -9.0, False: 4.0}  # by script: odds in nats of a single paragraph that goes by its words alone
GAP = 1.0  # nats by which a block with a cue must hold together better than to main
RAISES = {Trust.MEDIUM: 1.0, Trust.STRONG: 2.0, Trust.NEAR_CERTAIN: 3.0}  # nats that a cue adds to the odds
EVEN = 0.5  # probability that a block needs whose only proof is that a stretch of it stands twice
STRETCH = 2  # paragraphs: an extractor goes twice over a block, a manual says one thing twice
DOUBT = 0.8  # from this probability on a block is worth a look
NEVER = frozenset({Kind.FIXED, Kind.MARK})  # code, data, tables and drawings; rules, page numbers and front matter
TRAINED = 0.5  # share of spliced documents in what the model was trained on


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of the stage.

    limit         probability from which on a block is taken out
    prior         share of the documents that are expected to hold foreign pieces: lower is more careful
    min_block     CJK characters (others: three times as many) under which a block needs a strong cue
    share_limit   part of the document that words alone may take; beyond it every block needs a strong cue
    digest_guard  hold back in documents that look like a round-up of many items
    cues          use jump lines, bylines, datelines, labels, captions and repeats
    salvage       a run writes what it took out as documents of their own, see `salvage`
    """

    limit: float = 0.95
    prior: float = 0.5
    min_block: int = 80
    share_limit: float = 0.6
    digest_guard: bool = True
    cues: bool = True
    salvage: bool = False


class Measures(NamedTuple):
    """A block against the main article; links in nats, 0 where the words say nothing.

    link          mean link of its units to those of the main article
    usual         the same for stretches of main of as many units and the rest of main: lowest and mean
    inside        mean link of its units to each other; 0 for one unit
    rare_shared   rare terms it shares with main
    usual_shared  the same for the stretches of main, scaled to the block's length: lowest and mean
    """

    link: float
    usual: tuple[float, float]
    inside: float
    rare_shared: int = 0
    usual_shared: tuple[int, float] = (0, 0.0)


class ForeignBlock(NamedTuple):
    """Units that are one article and not the main one, with what is known about them.

    paragraphs  their places in the text that is judged
    characters  how many they hold
    nats        log-odds of the model that it is foreign
    cjk         whether the text that is judged is in a CJK script
    asides      half of them are list items, tables or quotations, or one is a note of the editors
    stranger    most of them are in another script than the text
    main        how many units the main article has
    """

    paragraphs: tuple[int, ...]
    characters: int
    nats: float
    measures: Measures
    cues: tuple[Cue, ...]
    cjk: bool
    asides: bool
    stranger: bool
    main: int

    @property
    def trust(self) -> int:
        """Of its strongest cue; 0 where it has none."""
        return max((cue.trust for cue in self.cues), default=0)

    @property
    def told(self) -> bool:
        """A line of the page says that it is foreign; that a paragraph stands twice does not: manuals repeat themselves."""
        return any(cue.trust >= Trust.STRONG for cue in self.cues if cue.name != REPEATED)

    @property
    def twice(self) -> int:
        """How many of its paragraphs stand twice."""
        return sum(cue.name == REPEATED for cue in self.cues)

    @property
    def gap(self) -> float:
        """How much better it holds together than to main; one unit: how far it is below all stretches of main."""
        measures = self.measures
        return (measures.inside if len(self.paragraphs) > 1 else measures.usual[0]) - measures.link

    @property
    def cohesive(self) -> bool:
        """It holds together better than to main; one unit, which cannot, must hold to main less than all of main."""
        return self.gap >= (GAP if len(self.paragraphs) > 1 else 0.0)

    def probability(self, prior: float) -> float:
        """That it is foreign, where this share of the documents is spliced."""
        raised = RAISES[Trust(self.trust)] if self.trust and self.cohesive else 0.0
        return _probability(self.nats + raised, prior)


class Verdict(NamedTuple):
    """A block, its probability, how sure we are that it is foreign, and why it is only suspected (empty where it is not)."""

    block: ForeignBlock
    probability: float
    certainty: Certainty
    held_back: str = ""

    def held(self, why: str) -> "Verdict":
        """The same, but only suspected; the first reason stays."""
        return self if self.held_back else self._replace(certainty=Certainty.SUSPECT, held_back=why)


def verdict_on(block: ForeignBlock, settings: Settings) -> Verdict | None:
    """The verdict on one block; None where nothing speaks against it."""
    probability = block.probability(settings.prior)
    enough = block.told or (block.twice >= STRETCH and probability >= EVEN)
    if block.trust >= Trust.NEAR_CERTAIN and block.cohesive and enough:
        return Verdict(block, probability, Certainty.LIKELY)
    if probability >= settings.limit:
        verdict = Verdict(block, probability, Certainty.LIKELY)
        return verdict.held(why) if (why := _doubt(block, settings)) else verdict
    if block.trust >= Trust.STRONG:
        what = "a line of the page speaks for it" if block.told else "a paragraph of it stands twice"
        return Verdict(block, probability, Certainty.SUSPECT, f"{what}, its words do not say enough")
    if probability >= DOUBT:
        return Verdict(block, probability, Certainty.SUSPECT, "it is likely, but under the limit")
    return None


def quiet(nats: float, settings: Settings) -> bool:
    """Nothing is said of a block with these odds, unless a line of the page speaks for it."""
    return _probability(nats, settings.prior) < min(settings.limit, DOUBT)


def _probability(nats: float, prior: float) -> float:
    nats = nats + _odds(prior) - _odds(TRAINED)
    return 1 / (1 + math.exp(-nats)) if nats > -700 else 0.0


@cache
def _odds(share: float) -> float:
    return math.log(share / (1 - share))


def _doubt(block: ForeignBlock, settings: Settings) -> str:
    """Why a block that is over the limit is held back all the same."""
    if block.trust >= Trust.STRONG:
        return ""
    if len(block.paragraphs) == 1 and block.nats < LOUD[block.cjk]:
        return "a single paragraph without a line of the page that speaks for it"
    if block.characters < settings.min_block * SHORT[block.cjk]:
        return f"only {block.characters} characters without a line of the page that speaks for them"
    if block.asides:
        return "it holds list items, tables, quotations or notes, which share few words with their own article"
    if block.stranger:
        return "it is in another script than the main article, which makes words no evidence"
    return ""


def standing(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Of two on one paragraph the surer speaks, before both a block that a line of the page proves, the largest first.

    One that the model thinks unlikely waits for its turn: it may hold a proved piece and a stretch of main.

    In order of the text.
    """

    def rank(own: Verdict) -> tuple[int, float, tuple[int, ...]]:
        proved = own.block.trust >= Trust.NEAR_CERTAIN and own.certainty > Certainty.SUSPECT and own.block.nats >= 0
        return -len(own.block.paragraphs) * proved, -own.probability, own.block.paragraphs

    if len(verdicts) < 2:
        return list(verdicts)
    ranked = sorted(verdicts, key=rank)
    return sorted(_joined_blocks(_disjoint(ranked), ranked), key=lambda own: own.block.paragraphs)


def _disjoint(ranked: Iterable[Verdict]) -> list[Verdict]:
    """Those of whose paragraphs none is of one before."""
    found: list[Verdict] = []
    taken: set[int] = set()
    for verdict in ranked:
        if taken.isdisjoint(verdict.block.paragraphs):
            found.append(verdict)
            taken.update(verdict.block.paragraphs)
    return found


def _joined_blocks(found: list[Verdict], verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Blocks that together are one, of which the model is as sure as is asked for, are that one: it is one article."""
    for verdict in sorted(verdicts, key=lambda own: -len(own.block.paragraphs)):
        block = set(verdict.block.paragraphs)
        parts = [own for own in found if block.issuperset(own.block.paragraphs)]
        covered = sum(len(own.block.paragraphs) for own in parts) == len(block)
        if len(parts) > 1 and covered and all(own.certainty == verdict.certainty for own in parts):
            found = [own for own in found if own not in parts] + [verdict]
    return found


def agreed(pages: Sequence[tuple[frozenset[int], list[Verdict]]]) -> list[Verdict]:
    """Where pages overlap: a verdict stands where every page that saw its paragraphs is at least as sure of them.

    Of two verdicts on one paragraph the larger block speaks: the other page saw only a part of it.
    """
    saw: dict[int, list[int]] = {}
    for at, (seen, _) in enumerate(pages):
        for number in seen:
            saw.setdefault(number, []).append(at)

    def sure(verdict: Verdict) -> bool:
        block = set(verdict.block.paragraphs)
        near = [pages[at] for at in {at for number in block for at in saw[number]}]
        return all(block & seen <= _at_least(verdict.certainty, own) for seen, own in near)

    verdicts = filter(sure, (verdict for _, own in pages for verdict in own))
    largest_first = sorted(verdicts, key=lambda own: (-len(own.block.paragraphs), own.block.paragraphs))
    return sorted(_disjoint(largest_first), key=lambda own: own.block.paragraphs)


def _at_least(certainty: Certainty, verdicts: Iterable[Verdict]) -> set[int]:
    return {number for own in verdicts if own.certainty >= certainty for number in own.block.paragraphs}


class Fragment(NamedTuple):
    """A contiguous stretch of one foreign article, or one line that falls with it.

    rule      foreign, repeat, label or caption
    copy      of a repeat: the paragraph it repeats
    """

    rule: str
    paragraphs: tuple[Paragraph, ...]
    verdict: Verdict
    certainty: Certainty
    copy: Paragraph | None = None

    @property
    def characters(self) -> int:
        """How many it holds."""
        return sum(len(paragraph.text) for paragraph in self.paragraphs)


class _Owned(dict[int, tuple[Verdict, str, Certainty]]):
    """Number of a paragraph → whose it is, by which rule it goes, how surely."""

    def give(self, number: int, to: int, rule: str) -> None:
        verdict, _, certainty = self[to]
        self[number] = verdict, rule, certainty


def fallen(
    paragraphs: Sequence[Paragraph], lines: Mapping[int, str], copies: Mapping[int, int], verdicts: Sequence[Verdict]
) -> Iterator[Fragment]:
    """All pieces, in page order."""
    if not verdicts:
        return
    owned = _Owned()
    for verdict in verdicts:
        for number in verdict.block.paragraphs:
            owned[number] = verdict, "foreign", verdict.certainty
    for copy, first in copies.items():
        if first in owned:
            owned.give(copy, first, "repeat")
    _attach(paragraphs, lines, owned)
    yield from _contiguous(paragraphs, copies, owned)


def _attach(paragraphs: Sequence[Paragraph], lines: Mapping[int, str], owned: _Owned) -> None:
    """What is no unit goes by the units around it."""
    end = len(paragraphs)
    edges = [-1, *(at for at, paragraph in enumerate(paragraphs) if paragraph.unit), end]
    for left, right in pairwise(edges):
        between = range(left + 1, right)
        if left in owned and (right in owned or right == end):
            _attach_between(paragraphs, lines, owned, between)
        elif right in owned:
            _attach_before(paragraphs, lines, owned, between)
        elif left in owned:
            _attach_behind(lines, owned, between)
    _keep_together(paragraphs, lines, owned)


def _attach_between(paragraphs: Sequence[Paragraph], lines: Mapping[int, str], owned: _Owned, between: range) -> None:
    """All around goes, so these go: the headline of what follows with it, the rest with what was before."""
    left, right = between.start - 1, between.stop
    last = right == len(paragraphs)
    if _outweighs(paragraphs, between):
        return
    same = last or owned[left][0] is owned[right][0]
    heads = True
    for number in reversed(between):
        kind = lines.get(number, "")
        heads = heads and not same and (kind == "continued" or paragraphs[number].like_headline) and kind != "label"
        owner = right if heads or (kind == "caption" and not last) else left
        rule = "label" if kind == "label" or (last and like_label(paragraphs[number])) else "foreign"
        owned.give(number, owner, "caption" if kind == "caption" else rule)
        verdict, rule, _ = owned[number]
        if not last:
            owned[number] = verdict, rule, min(owned[left][2], owned[right][2])


def _outweighs(paragraphs: Sequence[Paragraph], between: range) -> bool:
    """Long lists, verses and quotations follow nothing that is shorter, and nothing where the text ends with them."""
    follow = sum(len(paragraphs[at].text) for at in between if paragraphs[at].long and paragraphs[at].kind not in NEVER)
    lead = [paragraphs[at].text for at in (between.start - 1, between.stop) if at < len(paragraphs)]
    return follow > (sum(map(len, lead)) if len(lead) > 1 else 0)


def _attach_before(paragraphs: Sequence[Paragraph], lines: Mapping[int, str], owned: _Owned, between: range) -> None:
    """What stood before is kept: only one headline goes, with the lines of the page around it. Never the first line."""
    right, headline = between.stop, False
    for number in reversed(between):
        kind = lines.get(number, "")
        if kind in ("continued", "label"):
            owned.give(number, right, "label" if kind == "label" else "foreign")
        elif number and not headline and kind != "byline" and paragraphs[number].like_headline:
            owned.give(number, right, "caption" if kind == "caption" else "foreign")
            headline = kind != "caption"
        else:
            break


def _attach_behind(lines: Mapping[int, str], owned: _Owned, between: range) -> None:
    """What follows is kept: only lines of the page go."""
    for number in between:
        if lines.get(number) not in ("label", "continues", "continued"):
            break
        owned.give(number, between.start - 1, "label")


def _keep_together(paragraphs: Sequence[Paragraph], lines: Mapping[int, str], owned: _Owned) -> None:
    """A heading goes as a whole, a list or verse as a whole or not at all, code and marks never; lines of the page do."""
    blocks: dict[int, list[int]] = {}
    for number, paragraph in enumerate(paragraphs):
        if paragraph.block >= 0 and not paragraph.unit and number not in lines:
            blocks.setdefault(paragraph.block, []).append(number)
    for block in blocks.values():
        its = [number for number in block if number in owned]
        kind = paragraphs[block[0]].kind
        if its and kind is Kind.HEADING:
            owned.update(dict.fromkeys(block, owned[its[0]]))
        elif len(its) < len(block) or kind in NEVER:
            for number in its:
                del owned[number]


def _contiguous(paragraphs: Sequence[Paragraph], copies: Mapping[int, int], owned: _Owned) -> Iterator[Fragment]:
    """Neighbours of one article are one piece; labels, captions and copies stand alone."""
    numbers = sorted(owned)
    start = 0
    for at, number in enumerate(numbers):
        verdict, rule, certainty = owned[number]
        after = numbers[at + 1] if at + 1 < len(numbers) else -1
        same = rule == "foreign" and owned.get(after) == owned[number]
        if not same or paragraphs[after].number != paragraphs[number].number + 1:
            stretch = tuple(paragraphs[own] for own in numbers[start : at + 1])
            copy = paragraphs[copies[number]] if rule == "repeat" else None
            yield Fragment(rule, stretch, verdict, certainty, copy)
            start = at + 1
