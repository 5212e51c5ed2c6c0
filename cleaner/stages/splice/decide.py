"""Is a block foreign, and how surely: limits, cues and the reasons to hold back. Arithmetic only.

A block goes by its words alone where it holds to the main article clearly less than any stretch of that article does,
and to no single paragraph of it. A cue lowers what is asked, never to nothing: it counts only where the block holds
together better than it holds to main.
"""

from dataclasses import dataclass, replace
from typing import Protocol

from cleaner.document import Certainty
from cleaner.stages.splice.blocks import Measures
from cleaner.stages.splice.cues import Cue, Trust

CLOSEST = {True: 0.5, False: 3.0}  # by script: the strongest link a block may have to any one unit of main
SHORT = {True: 1, False: 2}  # by script: `min_block` counts CJK characters, others need twice as many
GAP = 1.0  # nats by which a block with a cue must hold together better than to main
EASED = {Trust.STRONG: 0.25, Trust.MEDIUM: 0.75}  # what is left of the limit where a cue speaks too
DOUBT = 0.5  # of the limit: from here on a block is worth a look


class Settings(Protocol):
    """The settings that act here; the stage has them as its fields."""

    @property
    def limit(self) -> float: ...
    @property
    def min_block(self) -> int: ...
    @property
    def share_limit(self) -> float: ...
    @property
    def digest_guard(self) -> bool: ...
    @property
    def cues(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Block:
    """Units that are one article and not the main one, with what is known about them.

    paragraphs  their places in the text that is judged
    characters  how many they hold
    cjk         whether the text that is judged is in a CJK script
    asides      half of them are list items or quotations, or one is a note of the editors
    stranger    most of them are in another script than the text
    main        how many units the main article has
    """

    paragraphs: tuple[int, ...]
    characters: int
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
    def cohesive(self) -> bool:
        """It holds together better than to main; one unit, which cannot, must hold to main less than all of main."""
        return self.measures.gap >= GAP if len(self.paragraphs) > 1 else self.under(0.0, EASED[Trust.STRONG])

    def under(self, limit: float, ease: float = 1.0) -> bool:
        """Its words alone say foreign; `ease` under 1 asks for less."""
        return self.measures.score <= -limit * ease and self.measures.closest <= CLOSEST[self.cjk] / ease


@dataclass(frozen=True, slots=True)
class Verdict:
    """A block, how sure we are that it is foreign, and why it is only suspected (empty where it is not)."""

    block: Block
    certainty: Certainty
    held_back: str = ""

    def held(self, why: str) -> "Verdict":
        """The same, but only suspected; the first reason stays."""
        return self if self.held_back else replace(self, certainty=Certainty.SUSPECT, held_back=why)


def decide(block: Block, settings: Settings) -> Verdict | None:
    """The verdict on one block; None where nothing speaks against it."""
    if block.trust >= Trust.NEAR_CERTAIN and block.cohesive:
        return Verdict(block, Certainty.LIKELY)
    ease = EASED.get(Trust(block.trust), 1.0) if block.trust and block.cohesive else 1.0
    if block.under(settings.limit, ease):
        verdict = Verdict(block, Certainty.LIKELY)
        return verdict.held(why) if (why := _doubt(block, settings)) else verdict
    if block.trust >= Trust.STRONG:
        return Verdict(block, Certainty.SUSPECT, "a line of the page speaks for it, its words do not")
    if block.under(settings.limit, DOUBT):
        return Verdict(block, Certainty.SUSPECT, "it is under half the limit only")
    return None


def _loud(block: Block, settings: Settings) -> bool:
    """A single paragraph that is long and far from the article: an aside is short, or near."""
    return block.characters >= 2 * settings.min_block * SHORT[block.cjk] and block.under(2 * settings.limit)


def _doubt(block: Block, settings: Settings) -> str:
    """Why a block that is under the limit is held back all the same."""
    if block.trust >= Trust.STRONG:
        return ""
    if len(block.paragraphs) == 1 and not _loud(block, settings):
        return "a single paragraph without a line of the page that speaks for it"
    if block.characters < settings.min_block * SHORT[block.cjk]:
        return f"only {block.characters} characters without a line of the page that speaks for them"
    if block.asides:
        return "it holds list items, quotations or notes, which share few words with their own article"
    if block.stranger:
        return "it is in another script than the main article, which makes words no evidence"
    return ""
