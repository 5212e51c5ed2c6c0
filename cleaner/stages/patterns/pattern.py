"""One pattern of a user: what it is called, what fits it, in which documents. Says where it fits; removes nothing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Literal, get_args

from cleaner.document import Certainty
from cleaner.stages.patterns.linear import engine, fits, readable
from cleaner.text.chars import BREAKS, spelled
from cleaner.text.errors import ConfigError
from cleaner.text.paragraphs import BLANK, Span, bounds

How = Literal["line", "glob", "text", "regex"]
HOW: tuple[str, ...] = get_args(How)
# A pattern that fits between their characters, or on none, fits everywhere.
NOTHING = ("", " ", "a", "中", "a 中。", "1\t　")
OTHER_BREAKS = spelled(BREAKS)
RECORD = re.compile(":[0-9]+$")  # behind the name of a JSON lines file


class Page:
    """A text as patterns see it: whatever breaks a line is a line feed. Offsets are those of the text."""

    def __init__(self, text: str) -> None:
        for sign in OTHER_BREAKS:
            text = text.replace(sign, "\n")
        self.text = text

    @cached_property
    def data(self) -> bytes:
        """The same for regular expressions."""
        return readable(self.text)

    @cached_property
    def bodies(self) -> list[Span]:
        """The lines without their outer blanks; those that are blank are left out."""
        return list(map(Span._make, bounds(self.text)))

    @cached_property
    def by_body(self) -> dict[str, list[Span]]:
        """The same by what stands in them."""
        found: dict[str, list[Span]] = {}
        for span in self.bodies:
            found.setdefault(self.text[span.start : span.end], []).append(span)
        return found


@dataclass(frozen=True, slots=True)
class Pattern:
    """What fits, and how it is meant.

    how        line: a whole line; glob: a whole line, * any characters, ? one; text: wherever it stands; regex: the same
    what       the line, the glob, the text, the regular expression
    paths      globs of the names of documents; none is every document
    certainty  of what is removed

    ConfigError where it has no name, is empty, does not compile, or fits everywhere.
    """

    name: str
    how: How
    what: str
    paths: tuple[str, ...] = ()
    certainty: Certainty = Certainty.LIKELY

    def __post_init__(self) -> None:
        if not self.name.replace("-", "").replace("_", "").isalnum():
            given = f"name is {self.name!r}" if self.name else "it has no name"
            raise ConfigError(f"{given}; a name is made of letters, digits, - and _, and is that of a rule")
        if self.how != "regex":
            object.__setattr__(self, "what", self.what.strip(BLANK) if self.how != "text" else self.what)
            if any(sign in self.what for sign in "\n" + OTHER_BREAKS):
                raise ConfigError(f"{self.how} is {self.what!r}; a pattern never goes beyond a line, write one a line")
        if not self.what.strip(BLANK):
            raise ConfigError(f"{self.how} is empty")
        if self.how == "glob" and not self.what.strip("*?"):
            raise ConfigError(f"glob is {self.what!r}, which every line fits")
        if self.how == "regex" and self._fits_nothing():
            raise ConfigError(f"regex is {self.what!r}, which fits on nothing: it would fit everywhere")

    def _fits_nothing(self) -> bool:
        pattern = engine(self.what)
        return any(hit.start() == hit.end() for text in NOTHING for hit in pattern.finditer(text))

    @property
    def rule(self) -> str:
        """The id of its rule."""
        return f"patterns.{self.name}"

    def concerns(self, id: str) -> bool:
        """Whether it is meant for a document of this name."""
        names = {id, RECORD.sub("", id)}
        return not self.paths or any(fnmatchcase(name, path) for path in self.paths for name in names)

    def spans(self, page: Page) -> Iterator[Span]:
        """Where it fits, in order, none of which meets another; of a whole line its body.

        >>> page = Page("　　本站首发：江边\\n正文。本站首发\\n")
        >>> [[*Pattern("a", how, what).spans(page)] for how, what in (("glob", "本站首发*"), ("text", "本站首发"))]
        [[Span(start=2, end=9)], [Span(start=2, end=6), Span(start=13, end=17)]]
        """
        if self.how == "line":
            yield from page.by_body.get(self.what, ())
        elif self.how == "text":
            yield from _occurrences(self.what, page.text)
        elif self.how == "glob":
            for start, end in fits(_as_regex(self.what), page.data):
                line = page.text[start:end]
                yield Span(end - len(line.lstrip(BLANK)), start + len(line.rstrip(BLANK)))
        else:
            yield from fits(self.what, page.data)

    @property
    def sign(self) -> str:
        """Two characters in a row without which it fits nowhere; "" where none are known."""
        if self.how == "regex":
            return ""
        pieces = re.split("[*?]+", self.what) if self.how == "glob" else [self.what]
        return next((piece[:2] for piece in pieces if len(piece) > 1), "")


def _occurrences(what: str, text: str) -> Iterator[Span]:
    at = text.find(what)
    while at >= 0:
        yield Span(at, at + len(what))
        at = text.find(what, at + len(what))


def _as_regex(glob: str) -> str:
    """A glob as a regular expression for whole lines."""
    signs = {"*": ".*", "?": "."}
    body = "".join(signs.get(char) or (char if char.isalnum() else rf"\x{{{ord(char):x}}}") for char in glob)
    return f"^[{BLANK}]*{body}[{BLANK}]*$"
