"""What is told of a block that is called foreign: its links, and the rare words that it shares, against what is usual."""

from collections.abc import Sequence
from dataclasses import dataclass

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

    from cleaner.stages.splice import blocks

    present = np.zeros((len(page.sizes), len(page.level)), np.int64)
    present[page.unit, page.term] = 1
    present = present[:, page.weights.rare[page.level] > 0]
    whole = present[list(proposal.main)].sum(axis=0)
    size = int(page.sizes[list(proposal.block)].sum())
    shared = []
    for window in windows(proposal.main, blocks.stretch(len(proposal.block), len(proposal.main))):
        inside = present[list(window)].sum(axis=0)
        both = int(((inside > 0) & (whole > inside)).sum())
        shared.append(round(both * size / max(int(page.sizes[list(window)].sum()), 1)))
    own = int(((present[list(proposal.block)].sum(axis=0) > 0) & (whole > 0)).sum())
    return own, (min(shared), sum(shared) / len(shared))


def windows(main: Sequence[int], length: int) -> list[Sequence[int]]:
    """Stretches of main of this many units.

    >>> windows([0, 1, 2, 5], 2)
    [[0, 1], [1, 2], [2, 5]]
    """
    return [main[start : start + length] for start in range(len(main) - length + 1)]
