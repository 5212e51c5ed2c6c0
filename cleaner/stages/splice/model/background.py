"""How common a term is in general: a table of document frequencies of hashed terms, counts only, no text.

`scripts/build_splice_tables.py` makes it. Two sections, since "2020" in a Chinese text and in an English one are
different news: `cjk` for texts in CJK scripts, `spaced` for the others.
"""

import json
import math
from functools import cache
from importlib import resources
from typing import NamedTuple

import numpy as np

from cleaner.stages.splice.model import Bytes, Codes

MAGIC = b"cleaner.splice.background.1\n"
STEPS = 12  # levels for each doubling of a frequency: level = 1 + round(STEPS * log2(frequency))


class Section(NamedTuple):
    """One half of the table.

    levels      uint8, shape (2**bits,): 0 = not seen, else 1 + round(STEPS * log2(paragraphs with the term))
    paragraphs  how many paragraphs were counted
    total       occurrences of all terms in them
    """

    levels: Bytes
    paragraphs: int
    total: int


class Background(NamedTuple):
    """Both sections, and the table that folds traditional characters to simplified ones."""

    cjk: Section
    spaced: Section
    fold: Codes


def level_over(paragraphs: float) -> int:
    """The first level of terms that stand in more paragraphs than these."""
    return 1 + math.ceil(STEPS * math.log2(max(paragraphs, 1)))


def frequency(level: int) -> float:
    """Paragraphs with a term of this level."""
    return 2.0 ** ((level - 1) / STEPS) if level else 0.0


@cache
def background() -> Background:
    """The table that is shipped, read once a process."""
    return unpacked((resources.files("cleaner.stages.splice.model") / "background.bin").read_bytes())


def unpacked(data: bytes) -> Background:
    """The table from its bytes: magic, one line of JSON, the levels of both sections, pairs of characters to fold."""
    if not data.startswith(MAGIC):
        raise ValueError("this is no background table of splice: its first line is another one")
    body = data.index(b"\n", len(MAGIC)) + 1
    head = json.loads(data[len(MAGIC) : body])
    parts = []
    for name in ("cjk", "spaced"):
        size = 1 << head[name]["bits"]
        levels = np.frombuffer(data, np.uint8, size, body)
        parts.append(Section(levels, head[name]["paragraphs"], head[name]["total"]))
        body += size
    pairs = np.frombuffer(data, "<u2", offset=body).reshape(-1, 2)
    fold = np.arange(0x10000, dtype=np.uint32)
    fold[pairs[:, 0]] = pairs[:, 1]
    return Background(parts[0], parts[1], fold)
