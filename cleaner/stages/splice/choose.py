"""Verdicts that meet on a paragraph: which of them stand. Judges nothing."""

from collections.abc import Iterable, Sequence

from cleaner.document import Certainty
from cleaner.stages.splice.cues import Trust
from cleaner.stages.splice.decide import Verdict


def best(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Of two on one paragraph the surer speaks, before both a block that a line of the page proves, the largest first.

    One that the model thinks unlikely waits for its turn: it may hold a proved piece and a stretch of main.

    In order of the text.
    """

    def rank(own: Verdict) -> tuple[int, float, tuple[int, ...]]:
        proved = own.block.trust >= Trust.NEAR_CERTAIN and own.certainty > Certainty.SUSPECT and own.block.nats >= 0
        return -len(own.block.paragraphs) * proved, -own.probability, own.block.paragraphs

    found: list[Verdict] = []
    taken: set[int] = set()
    if len(verdicts) < 2:
        return list(verdicts)
    ranked = sorted(verdicts, key=rank)
    for verdict in ranked:
        if not taken & set(verdict.block.paragraphs):
            found.append(verdict)
            taken |= set(verdict.block.paragraphs)
    return sorted(_whole(found, ranked), key=lambda own: own.block.paragraphs)


def _whole(found: list[Verdict], verdicts: Sequence[Verdict]) -> list[Verdict]:
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
    found: list[Verdict] = []
    taken: set[int] = set()
    verdicts = [verdict for _, own in pages for verdict in own]
    saw: dict[int, list[int]] = {}
    for at, (seen, _) in enumerate(pages):
        for number in seen:
            saw.setdefault(number, []).append(at)
    for verdict in sorted(verdicts, key=lambda own: (-len(own.block.paragraphs), own.block.paragraphs)):
        block = set(verdict.block.paragraphs)
        near = [pages[at] for at in {at for number in block for at in saw[number]}]
        if not block & taken and all(block & seen <= _at_least(verdict.certainty, own) for seen, own in near):
            found.append(verdict)
            taken |= block
    return sorted(found, key=lambda own: own.block.paragraphs)


def _at_least(certainty: Certainty, verdicts: Iterable[Verdict]) -> set[int]:
    return {number for own in verdicts if own.certainty >= certainty for number in own.block.paragraphs}
