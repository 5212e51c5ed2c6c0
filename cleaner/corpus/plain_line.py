"""The text of a plain JSON line and the shell around it, without a walk over its members. Knows when to leave it to one."""

from collections.abc import Callable
from functools import cache
from json.encoder import encode_basestring_ascii

import msgspec

from cleaner.corpus.jsonl import Shell

LONGEST = 4096  # bytes of a shell: a longer one may hold an integer that Python refuses to read
DEEPEST = 256  # brackets of a shell: the walk refuses what is nested some thousand deep
_BACKSLASH = ord("\\")
_DECODE, _ENCODE = msgspec.json.Decoder().decode, msgspec.json.Encoder().encode

Split = Callable[[bytes], tuple[str, Shell] | None]


@cache
def splitter(field: str) -> Split:
    """What `jsonl.split` gives for a line in UTF-8, or None where only that can tell.

    >>> splitter("text")(b'{"id": 1, "text": "a"}')
    ('a', Shell(before='{"id": 1, "text": ', after='}', ascii=False, literal=None))
    >>> splitter("text")(b'{"id": {"of": 1}, "text": "a"}')

    msgspec says that the line is JSON and what its text is; what remains is to find where that text stands. A name in
    quotes that no backslash precedes and a colon follows is the name of a member; behind one brace alone it is one of
    the outer object; and it is the only one of this name if that stands nowhere else, spelt with escapes or without.
    """
    name = _quoted(field)

    def split(line: bytes) -> tuple[str, Shell] | None:
        at = line.find(name)
        if at < 1 or line[at - 1] == _BACKSLASH or line.count(b"{", 0, at) != 1:
            return None
        try:
            text = _DECODE(line)[field]
            start = at + len(name)
            start += 2 if line.startswith(b": ", start) else 1
            end, ascii = _end(line, start, text) if type(text) is str else (0, False)
            before, after = line[:start], line[end:]
            if end and line[start - 2 : start] in (b'":', b": ") and _plain(before, after, name):
                return text, Shell(before.decode(), after.decode(), ascii)
        except (msgspec.MsgspecError, ValueError, RecursionError, LookupError, TypeError):
            pass
        return None

    return split


def _quoted(field: str) -> bytes:
    """The name of a member as JSON writes it; a stray surrogate, which no such name can hold, is found nowhere."""
    return b'"%b"' % _ENCODE(field.encode("utf-8", "replace").decode())[1:-1]


def _end(line: bytes, start: int, text: str) -> tuple[int, bool]:
    """Where the literal of this text ends if it begins at `start`, else 0; and whether it is all ASCII by escapes."""
    literal = _ENCODE(text)
    if line.startswith(literal, start):
        return start + len(literal), False
    literal = encode_basestring_ascii(text).encode()
    return (start + len(literal) if line.startswith(literal, start) else 0), True


def _plain(before: bytes, after: bytes, name: bytes) -> bool:
    """Nothing in this shell that the walk over members might refuse, and the name no second time."""
    size = len(before) + len(after)
    if size > LONGEST or name in after or (size > DEEPEST and _brackets(before) + _brackets(after) > DEEPEST):
        return False
    return not (_respells(before) or _respells(after))


def _brackets(part: bytes) -> int:
    return part.count(b"[") + part.count(b"{")


def _respells(part: bytes) -> bool:
    """Holds an escape that may stand for a letter of the name."""
    return b"\\" in part and (b"\\u" in part or b"\\/" in part)
