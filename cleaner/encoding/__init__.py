"""Bytes in, text and the record of how it was read out; and back to the same bytes. Opens no file.

decode, encode   the two verbs
Decoded          what one decision was, and why
"""

from cleaner.encoding.decoded import Bad, Decoded, How, encode
from cleaner.encoding.decoding import decode

__all__ = ["Bad", "Decoded", "How", "decode", "encode"]
