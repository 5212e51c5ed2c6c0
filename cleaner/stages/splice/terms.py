"""The terms of a text as 64-bit keys, for all its units at once: bigrams of CJK runs, words and numbers elsewhere.

Knows letters, not languages. Python's own `hash` differs from run to run, so the keys are made here: the two code
points of a bigram side by side, up to six letters of a word folded by a multiplication.
"""

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:  # numpy takes 0.1 s to load: `clean --help` must not pay for it
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.int64]
    Keys = NDArray[np.uint64]

LONGEST = 2_000  # code points read of one unit: what a paragraph is about shows in them, and time stays bounded
CUT = 6  # letters of a word that count: a stemmer for everybody
OTHER, LETTER, DIGIT, CJK = range(4)

CJK_RANGES = (  # scripts without spaces between words whose bigrams carry meaning; Hangul takes the same path
    (0x3005, 0x3007),  # 々〆〇
    (0x3041, 0x30FF),  # kana
    (0x3400, 0x4DBF),  # Han, extension A
    (0x4E00, 0x9FFF),  # Han
    (0xAC00, 0xD7A3),  # Hangul syllables
    (0xF900, 0xFAFF),  # Han, compatibility
)
LETTER_RANGES = (  # alphabets written with spaces; NOT here: Thai, Lao, Khmer, Burmese, which have none
    (0x0041, 0x005A),
    (0x0061, 0x007A),
    (0x00C0, 0x02AF),  # Latin; the two signs × ÷ inside do no harm
    (0x0370, 0x058F),  # Greek, Cyrillic, Armenian
    (0x05D0, 0x05EA),  # Hebrew
    (0x0620, 0x06D3),  # Arabic
    (0x10A0, 0x10FF),  # Georgian
    (0x1E00, 0x1FFF),  # Latin and Greek with accents
)
DIGIT_RANGES = ((0x0030, 0x0039),)
WORD = 1 << 63  # sets words apart from bigrams
MIX = 0x9E3779B97F4A7C15  # 2^64 divided by the golden ratio, odd: Fibonacci hashing


class Terms(NamedTuple):
    """All terms of some units, in order of appearance: the key of each and the number of its unit."""

    keys: "Keys"
    units: "Array"


def terms(texts: list[str], fold: "NDArray[np.uint32] | None" = None) -> Terms:
    """The terms of these texts.

    fold  for each code point of the basic plane the one that stands for it (traditional → simplified)

    >>> found = terms(["深圳会展", "Meetings in Shenzhen"])
    >>> found.units.tolist()
    [0, 0, 0, 1, 1]
    """
    import numpy as np

    lowered = [text[:LONGEST].lower() for text in texts]
    codes = code_points("\n".join([*lowered, "\n"]))
    if fold is not None:
        codes = np.where(codes < len(fold), fold[np.minimum(codes, len(fold) - 1)], codes)
    kind = kinds()[np.minimum(codes, 0xFFFF)]
    kind[codes >= 0x20000] = CJK
    ends = np.cumsum([len(text) + 1 for text in lowered])
    at_bigram, bigrams = _bigrams(codes, kind)
    at_word, words = _words(codes, kind)
    keys, at = np.concatenate((bigrams, words)), np.concatenate((at_bigram, at_word))
    units = np.searchsorted(ends, at, side="right")
    order = np.argsort(at, kind="stable")
    return Terms(keys[order], units[order])


def buckets(keys: "Keys", bits: int) -> "Array":
    """The row of each key in a table of 2**bits rows."""
    import numpy as np

    return (hashes(keys) >> np.uint64(64 - bits)).astype(np.int64)


def hashes(keys: "Keys") -> "Keys":
    """Keys mixed so that their first bits tell them apart."""
    import numpy as np

    return (keys ^ (keys >> np.uint64(29))) * np.uint64(MIX)


def _bigrams(codes: "NDArray[np.uint32]", kind: "NDArray[np.uint8]") -> "tuple[Array, Keys]":
    import numpy as np

    at = np.flatnonzero((kind[:-1] == CJK) & (kind[1:] == CJK))
    return at, (codes[at].astype(np.uint64) << np.uint64(21)) | codes[at + 1].astype(np.uint64)


def _words(codes: "NDArray[np.uint32]", kind: "NDArray[np.uint8]") -> "tuple[Array, Keys]":
    """Runs of letters and digits: three or more, or two with a digit in them (5G, 37)."""
    import numpy as np

    inside = np.zeros(len(kind) + 1, np.int8)
    inside[:-1] = (kind == LETTER) | (kind == DIGIT)
    steps = np.diff(inside, prepend=np.int8(0))
    starts, ends = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)
    digits = np.concatenate(([0], np.cumsum(kind == DIGIT)))
    kept = (ends - starts >= 3) | ((ends - starts == 2) & (digits[ends] > digits[starts]))
    starts, ends = starts[kept], ends[kept]
    keys = np.zeros(len(starts), np.uint64)
    for letter in range(CUT):
        at = starts + letter
        here = np.where(at < ends, codes[np.minimum(at, len(codes) - 1)], 0).astype(np.uint64)
        keys = (keys ^ here) * np.uint64(MIX)
        keys ^= keys >> np.uint64(32)
    return starts, keys | np.uint64(WORD)


def code_points(text: str) -> "NDArray[np.uint32]":
    """The text as numbers."""
    import numpy as np

    units = text.encode("utf-16-le", "surrogatepass")  # twice as fast as UTF-32
    if len(units) == 2 * len(text):
        return np.frombuffer(units, np.uint16).astype(np.uint32)
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).copy()


@cache
def kinds() -> "NDArray[np.uint8]":
    """What each code point of the basic plane is."""
    import numpy as np

    found = np.zeros(0x10000, np.uint8)
    for kind, ranges in ((LETTER, LETTER_RANGES), (DIGIT, DIGIT_RANGES), (CJK, CJK_RANGES)):
        for first, last in ranges:
            found[first : last + 1] = kind
    return found
