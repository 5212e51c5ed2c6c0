"""Made-up texts with known duplicates, and the shortest way through the room: texts in, edges out."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner.duplicates.key import comparison_key
from cleaner.duplicates.match import match
from cleaner.duplicates.meeting import Crowds, InMemory, Shuffle, shuffle
from cleaner.duplicates.settings import Dedup
from cleaner.duplicates.units import Units, units_of
from cleaner.duplicates.verify import Fetch, Removals

HAN = [chr(code) for code in range(0x4E00, 0x5600)]
SIGNS = "，。；！？：、"


def sentence(random: Random) -> str:
    """Random characters as long as a sentence."""
    return "".join(random.choices(HAN, k=random.randint(6, 30))) + random.choice(SIGNS)


def paragraph(random: Random, sentences: int = 4) -> str:
    """Some sentences in one line."""
    return "".join(sentence(random) for _ in range(sentences))


def edited(random: Random, text: str, edits: int) -> str:
    """The text with so many characters changed, taken out or put in."""
    letters = list(text)
    for at in random.sample(range(len(letters)), min(edits, len(letters))):
        new = random.choice(HAN)
        letters[at] = random.choice([new, "", letters[at] + new])
    return "".join(letters)


def paragraphs_with_copies(count: int, seed: int) -> list[str]:
    """Paragraphs of which some come again: exact, laid out anew, with one to eight edits, or edited edits."""
    random = Random(seed)
    texts: list[str] = []
    while len(texts) < count:
        text = paragraph(random, random.randint(1, 5))
        texts.append(text)
        while random.random() < 0.4:
            text = random.choice([text, f"　　{text} ", edited(random, text, random.randint(1, 8))])
            texts.append(text)
    random.shuffle(texts)
    return texts[:count]


def fetching(units: Units, texts: Sequence[str]) -> Fetch:
    """A `fetch` for texts in memory; insists on ascending rows, each asked for once."""

    def fetch(rows: NDArray[np.int64]) -> list[str]:
        assert np.all(np.diff(rows) > 0)
        return [texts[units.document[row]][units.start[row] : units.end[row]] for row in rows]

    return fetch


class Edge(NamedTuple):
    """One removal."""

    unit: int
    keeper: int
    common: int
    union: int
    estimate: float
    exact: bool


def goes(units: Units, fetch: Fetch, settings: Dedup, **how: Any) -> Removals:
    """What goes of these units."""
    return match(units, fetch, settings, **how).gone


def edges_of(removals: Removals, settings: Dedup) -> list[Edge]:
    """Removals one by one."""
    columns = removals.unit, removals.keeper, removals.common, removals.union
    promised = [settings.bands.promised(met) for met in range(settings.bands.b + 1)]
    shown = np.array([*promised, -1.0])[removals.met], removals.exact  # an exact copy says -1
    return [Edge(*row) for row in zip(*(column.tolist() for column in (*columns, *shown)), strict=True)]


def matched(
    texts: Sequence[str], settings: Dedup, shuffle: Shuffle = shuffle, parts: int = 1
) -> tuple[Units, list[Edge]]:
    """The units of these documents, and what goes."""
    units = units_of(texts, settings)
    return units, edges_of(
        goes(units, fetching(units, texts), settings, meeting=InMemory(units, settings, shuffle=shuffle, parts=parts)),
        settings,
    )


def met(bands: NDArray[np.int64], parts: int = 1) -> tuple[list[tuple[int, int]], Crowds]:
    """The pairs that share a key in some band, and the crowds among them; bands: int64, shape (n, b)."""
    units = replace(Units.join([]), document=np.zeros(len(bands), dtype=np.int64))
    meeting = InMemory(units, Dedup(paragraphs="all"), bands, parts=parts)
    first, second = meeting.near(np.arange(len(bands)))
    return list(zip(first.tolist(), second.tolist(), strict=True)), meeting.crowds


def gone(texts: Sequence[str], settings: Dedup) -> dict[str, str]:
    """Unit that goes → its keeper, both as texts: for corpora in which every unit's text is another."""
    units, edges = matched(texts, settings)
    every = fetching(units, texts)(np.arange(len(units)))
    return {every[edge.unit]: every[edge.keeper] for edge in edges}


def key_of(text: str) -> str:
    """The comparison key as a string."""
    return "".join(map(chr, comparison_key(text)))


def shingles_of(text: str) -> set[str]:
    """The plain definition of shingles."""
    folded = key_of(text)
    return {folded[at : at + 5] for at in range(max(len(folded) - 4, min(len(folded), 1)))}
