"""Is a block foreign, and how surely: probability, limit, cues and the reasons to hold back. Arithmetic only.

The model says how likely a block is foreign. A cue raises that, or lets a block go by itself, but only where the block
holds together better than it holds to the main article.
"""

import math
from functools import cache
from typing import NamedTuple, Protocol

from cleaner.document import Certainty
from cleaner.stages.splice.cues import REPEATED, Cue, Trust
from cleaner.stages.splice.measures import Measures

SHORT = {True: 1, False: 3}  # by script: `min_block` counts CJK characters, others need three times as many
LOUD = {True: -9.0, False: 4.0}  # by script: odds in nats of a single paragraph that goes by its words alone
GAP = 1.0  # nats by which a block with a cue must hold together better than to main
RAISES = {Trust.MEDIUM: 1.0, Trust.STRONG: 2.0, Trust.NEAR_CERTAIN: 3.0}  # nats that a cue adds to the odds
EVEN = 0.5  # probability that a block needs whose only proof is that a stretch of it stands twice
STRETCH = 2  # paragraphs: an extractor goes twice over a block, a manual says one thing twice
DOUBT = 0.8  # from this probability on a block is worth a look
TRAINED = 0.5  # share of spliced documents in what the model was trained on


class Settings(Protocol):
    """The settings that act here; the stage has them as its fields."""

    @property
    def limit(self) -> float: ...
    @property
    def prior(self) -> float: ...
    @property
    def min_block(self) -> int: ...
    @property
    def share_limit(self) -> float: ...
    @property
    def digest_guard(self) -> bool: ...
    @property
    def cues(self) -> bool: ...


class Block(NamedTuple):
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

    block: Block
    probability: float
    certainty: Certainty
    held_back: str = ""

    def held(self, why: str) -> "Verdict":
        """The same, but only suspected; the first reason stays."""
        return self if self.held_back else self._replace(certainty=Certainty.SUSPECT, held_back=why)


def decide(block: Block, settings: Settings) -> Verdict | None:
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


def _doubt(block: Block, settings: Settings) -> str:
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
