"""Bytes in, text and the record of how it was read out; and back to the same bytes. Opens no file.

decode, encode   the two verbs
Decoded          what one decision was, and why
"""

from cleaner.corpus.encoding.damage import Bad
from cleaner.corpus.encoding.decoded import Decoded, How, encode
from cleaner.corpus.encoding.decoding import decode

__all__ = ["Bad", "Decoded", "How", "decode", "encode"]
