"""The order in which encodings are tried, from what is certain to what is a guess. Each step is a file of its own.

the user's word  →  valid UTF-8  →  magic bytes  →  byte order mark  →  damaged UTF-8  →  UTF-32, UTF-16 without a mark
→  UTF-8 with NUL, or binary  →  GB18030, Big5, Shift_JIS, EUC-JP, EUC-KR  →  UTF-8 in shreds  →  single-byte pages
→  UTF-8 if the text is mostly ASCII  →  EncodingError
"""

from collections.abc import Callable

from cleaner.corpus.encoding import legacy, magic, single_byte, universal
from cleaner.corpus.encoding.decoded import Decoded
from cleaner.text.errors import EncodingError

STEPS: tuple[Callable[[bytes], Decoded | None], ...] = (
    universal.marked,
    universal.damaged_utf8,
    universal.wide,
    universal.with_nul,
    legacy.legacy,
    universal.shredded_utf8,
    single_byte.single_byte,
    universal.mostly_ascii,
)


def found(data: bytes) -> Decoded:
    """The first reading that fits, of bytes that are not valid UTF-8; raises as `decode` does."""
    magic.refuse(data)
    for step in STEPS:
        if (decoded := step(data)) is not None:
            return decoded
    ranked = legacy.readings(legacy.window(data))
    nearest = f"{ranked[0].page} with {ranked[0].score:.2f} of {legacy.PLAUSIBLE:.2f} points" if ranked else "none"
    raise EncodingError(f"no encoding fits, the nearest is {nearest}; pass --encoding NAME")
