"""What is told of a block that is called foreign: its links, and the rare words that it shares, against what is usual."""

from typing import NamedTuple


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
