"""What is told of a block that is called foreign: its links, and the rare words that it shares, against what is usual."""

from dataclasses import dataclass
from itertools import accumulate

from cleaner.stages.splice.reading import Proposal
from cleaner.stages.splice.sheet import Sheet


@dataclass(frozen=True, slots=True)
class Measures:
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


def measures(proposal: Proposal) -> Measures:
    """The links of one proposal; the words are counted later."""
    from cleaner.stages.splice import blocks

    row = proposal.measures
    return Measures(
        link=float(row[blocks.BETWEEN]),
        usual=(float(row[blocks.LOWEST]), float(row[blocks.USUAL])),
        inside=float(row[blocks.INSIDE]),
    )


def shared_words(page: Sheet, proposal: Proposal) -> tuple[int, tuple[int, float]]:
    """Rare terms that block and main share; the same for the stretches of main: lowest and mean."""
    import numpy as np

    from cleaner.stages.splice import blocks, overlap

    block, main = np.array(proposal.block), np.array(proposal.main)
    length = blocks.stretch(len(block), len(main))
    own, counts = overlap.shared(
        page.term, page.unit, page.level, page.weights.rare, block, main, length, len(page.places)
    )
    size = int(page.sizes[block].sum())
    before = list(accumulate(page.sizes[main].tolist(), initial=0))
    shared = [round(both * size / max(before[at + length] - before[at], 1)) for at, both in enumerate(counts.tolist())]
    return int(own), (min(shared), sum(shared) / len(shared))
