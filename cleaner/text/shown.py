"""Text as it may be printed: nothing in it acts on a terminal. Cuts nothing, measures nothing."""

from collections.abc import Mapping


def shown(text: object, marks: Mapping[str, str] | None = None) -> str:
    """A path or a quoted text with control characters and lone surrogates as escapes, `marks` for others.

    >>> shown("a\\x1b[31mb\\udcff　")
    'a\\\\x1b[31mb\\\\udcff　'
    """
    drawn = ((marks or {}).get(c, c) for c in str(text))
    return "".join(c if c.isprintable() or c == "　" else c.encode("unicode_escape").decode() for c in drawn)
