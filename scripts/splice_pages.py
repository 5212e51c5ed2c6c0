"""Documents as the splice model sees them while it learns: features, and what is known about their units."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleaner.stages.splice.model.features import Features, features
from cleaner.stages.splice.page import headed, headline, originals, split_paragraphs


@dataclass(slots=True)
class Page:
    """A document as the model sees it, and what is known about its units."""

    record: dict[str, Any]
    features: Features
    source: NDArray[np.int64]
    foreign: NDArray[np.bool_]


def pages(records: Iterable[dict[str, Any]], cjk: bool) -> Iterator[Page]:
    """The documents of this script that the stage would judge at once."""
    for record in records:
        paragraphs = split_paragraphs(record["text"])
        copies = originals(paragraphs)
        units = [at for at, paragraph in enumerate(paragraphs) if paragraph.long and at not in copies]
        if not 5 <= len(units) <= 80 or len(paragraphs) != len(record["labels"]):
            continue
        texts = [paragraphs[at].text for at in units]
        if (2 * sum(len(paragraphs[at].text) for at in units if paragraphs[at].cjk) >= sum(map(len, texts))) != cjk:
            continue
        names: dict[str, int] = {}
        yield Page(
            record,
            features(
                texts,
                [paragraphs[at].closed for at in units],
                cjk=cjk,
                headed=[headed(paragraphs, at) for at in units],
                headline=headline(paragraphs),
            ),
            np.array([names.setdefault(record["labels"][at]["src"], len(names)) for at in units]),
            np.array([record["labels"][at]["role"] == "foreign" for at in units]),
        )


def same(page: Page) -> NDArray[np.bool_]:
    """For each pair of units whether they are of one article."""
    one, other = np.triu_indices(len(page.source), 1)
    return np.asarray(page.source[one] == page.source[other])
