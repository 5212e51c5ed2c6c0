"""The pages of a document, round after round: what is left of the page before is cut out of it, not read again."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from cleaner.stages.splice.prose import prose
from cleaner.stages.splice.reading import Pairs, pairs
from cleaner.stages.splice.sheet import Sheet, sheet
from cleaner.stages.splice.units import Paragraph

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

Number = TypeVar("Number", np.int64, np.float64)


@dataclass(slots=True)
class Pages:
    """Reads pages, and keeps the last one.

    known     its sheet and pairs
    place     number of each of its paragraphs → its unit
    told      its script and its headline, which must be the same for a part of it
    sentences number of each paragraph that was asked for → whether it is prose
    """

    known: tuple[Sheet, Pairs] | None = None
    place: dict[int, int] = field(default_factory=dict)
    told: tuple[bool, str] = (False, "")
    sentences: dict[int, bool] = field(default_factory=dict)

    def prose(self, paragraph: Paragraph) -> bool:
        """Whether it is prose; asked once in all rounds."""
        known = self.sentences.get(paragraph.number)
        if known is None:
            known = self.sentences[paragraph.number] = prose(paragraph.text, paragraph.cjk)
        return known

    def read(
        self, own: Sequence[Paragraph], *, cjk: bool, headed: Sequence[bool], headline: str
    ) -> tuple[Sheet, Pairs]:
        """The sheet of these paragraphs, and its pairs."""
        kept = [self.place.get(paragraph.number, -1) for paragraph in own]
        if self.known and self.told == (cjk, headline) and min(kept) >= 0:
            self.known = _part(self.known, np.array(kept), headed)
        else:
            texts, closed = [paragraph.text for paragraph in own], [paragraph.closed for paragraph in own]
            page = sheet(texts, closed, cjk=cjk, headed=headed, headline=headline)
            self.known, self.told = (page, pairs(page)), (cjk, headline)
        self.place = {paragraph.number: unit for unit, paragraph in enumerate(own)}
        return self.known


def _part(known: tuple[Sheet, Pairs], kept: "Ints", headed: Sequence[bool]) -> tuple[Sheet, Pairs]:
    """The same of some of the units. What is above them may have changed."""
    page, (found, near, headline) = known
    part = page._replace(
        origin=page.origin.take(kept),
        sizes=page.sizes.take(kept),
        characters=page.characters.take(kept),
        places=page.places.take(kept, axis=0),
        marks=page.marks.take(kept, axis=0),
        closed=page.closed.take(kept),
        headed=np.array(headed, np.int64),
        edges=page.edges.take(kept, axis=0),
        usual=page.usual.take(kept, axis=1),
    )
    return part, Pairs(_among(found, kept), _among(near, kept), headline.take(kept, axis=0))


def _among(matrices: "NDArray[Number]", kept: "Ints") -> "NDArray[Number]":
    return matrices.take(kept, axis=1).take(kept, axis=2)
