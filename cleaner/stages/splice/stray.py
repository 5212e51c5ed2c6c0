"""A label of a page layout glued to a heading: 前言中小企业如何稳？ Strips the label, where two proofs hold."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cleaner.stages.splice.units import Paragraph
from cleaner.text.furniture import part_label

SHORTEST = 4  # code points of a heading
ENDING = 2  # code points that sibling headings end on alike: 如何稳？


class Stray(NamedTuple):
    """The heading's paragraph, how long the label in front of it is, and its sibling headings."""

    paragraph: Paragraph
    length: int
    siblings: tuple[Paragraph, ...]


def strays(paragraphs: Sequence[Paragraph]) -> Iterator[Stray]:
    """Headings with a stray label.

    Proof one: the lead quotes the heading word for word, without the label, as a sentence or clause of its own. Proof
    two: it quotes at least one sibling (a short paragraph that ends alike) too, and no sibling carries a label.
    """
    if not paragraphs or not paragraphs[0].long:
        return
    lead = paragraphs[0].text
    headings = [paragraph for paragraph in paragraphs[1:] if not paragraph.long]
    for heading in headings:
        length = part_label(heading.text)
        bare = heading.text[length:].lstrip(" ：:")
        if not length or len(bare) < SHORTEST or heading.text in lead or not _quoted(bare, lead):
            continue
        alike = tuple(other for other in headings if other != heading and other.text.endswith(bare[-ENDING:]))
        if alike and all(_quoted(other.text, lead) for other in alike):
            yield Stray(heading, len(heading.text) - len(bare), alike)


def _quoted(heading: str, lead: str) -> bool:
    """It stands in the lead word for word, between marks or ends."""
    at = lead.find(heading)
    end = at + len(heading)
    return (
        at >= 0
        and (at == 0 or not lead[at - 1].isalnum())
        and (end == len(lead) or not lead[end - 1].isalnum() or not lead[end].isalnum())
    )
