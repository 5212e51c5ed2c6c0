"""Where the texts of a record stand: names, paths into what is nested, several of them. Reads no files, judges nothing.

text                  the member of this name
doc.text, /doc/text   the member of a member; the second is a JSON pointer, which reaches names with a dot in them
turns.0.said          an item of a list, from 0
messages[].content    that of every item of a list: several texts, as many as there are; an item may have none
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from reprlib import repr as short
from typing import Any, NamedTuple, TypeAlias

from cleaner.text.errors import ConfigError, InputError

Part: TypeAlias = str | None  # a name, or the number of an item; None: every item of a list
Place: TypeAlias = tuple[str | int, ...]  # of a text in one record
EVERY = "[]"
SHOWN = 12  # names of members that a message lists


class Pointer(NamedTuple):
    """One path, as it is written and by its parts."""

    written: str
    parts: tuple[Part, ...]

    @property
    def several(self) -> bool:
        """Whether it may lead to several texts."""
        return None in self.parts


class Text(NamedTuple):
    """A text of a record, and where it stands."""

    place: Place
    text: str


@dataclass(frozen=True, slots=True)
class Members:
    """All members of a record that hold text.

    >>> Members.of(["ask", "turns[].said"]).texts({"ask": "a", "turns": [{"said": "b"}, {"said": None}, {"said": "c"}]})
    [Text(place=('ask',), text='a'), Text(place=('turns', 0, 'said'), text='b'), Text(place=('turns', 2, 'said'), text='c')]
    """

    pointers: tuple[Pointer, ...]

    @classmethod
    def of(cls, written: str | Sequence[str]) -> "Members":
        """One path, or many. ConfigError where one cannot be read, or is there twice."""
        if not isinstance(written, Iterable):
            raise ConfigError(f"members are named by a string or a list of strings, not by {short(written)}")
        paths = [written] if isinstance(written, str) else list(written)
        if twice := [path for path in paths if paths.count(path) > 1]:
            raise ConfigError(f"{twice[0]!r} is named twice; name each member once")
        if not paths:
            raise ConfigError("no member is named; name those that hold the text")
        return cls(tuple(pointer(path) for path in paths))

    @property
    def several(self) -> bool:
        """Whether a record may have several texts: then it stays or goes whole."""
        return len(self.pointers) > 1 or self.pointers[0].several

    @property
    def name(self) -> str | None:
        """The name where one member of the record itself is all there is."""
        first, *rest = self.pointers[0].parts
        return None if rest or len(self.pointers) > 1 else first

    @property
    def top(self) -> list[str]:
        """The names of the members of the record itself that are read."""
        return list(dict.fromkeys(str(one.parts[0]) for one in self.pointers))

    def texts(self, record: Mapping[str, Any]) -> list[Text]:
        """The texts of a record. InputError where a member is missing, TypeError where one is no text."""
        return [text for one in self.pointers for text in _texts(record, one)]


@cache
def pointer(written: str) -> Pointer:
    """A path by its parts. ConfigError where it is no string, or has a part without a name.

    >>> pointer("messages[].content").parts, pointer("/a.b/c~1d").parts
    (('messages', None, 'content'), ('a.b', 'c/d'))
    """
    if not isinstance(written, str):
        raise ConfigError(f"a member is named by a string, not {type(written).__name__}: {short(written)}")
    if written.startswith("/"):
        return Pointer(written, tuple(part.replace("~1", "/").replace("~0", "~") for part in written[1:].split("/")))
    parts: list[Part] = []
    for part in written.split("."):
        name = part.removesuffix(EVERY)
        if not name:
            raise ConfigError(f"{written!r} has a part without a name; write text, doc.text or messages[].content")
        parts += [name] if name == part else [name, None]
    return Pointer(written, tuple(parts))


@cache
def members_listed(written: str) -> Members:
    """The members of a list with commas: `instruction,input`. ConfigError as for `Members.of`.

    >>> [one.written for one in members_listed("instruction, input").pointers]
    ['instruction', 'input']
    """
    return Members.of([part.strip(" ") for part in written.split(",")])


def value_at(record: Any, parts: Sequence[Part]) -> Any:
    """What stands there. LookupError where nothing does."""
    for part in parts:
        record = _inside(record, part)
    return record


def replaced(record: Mapping[str, Any], texts: Iterable[Text]) -> dict[str, Any]:
    """A record with these texts in their places; what it shares with the one given is not changed.

    >>> replaced({"a": [{"b": "x", "c": 1}]}, [Text(("a", 0, "b"), "y")])
    {'a': [{'b': 'y', 'c': 1}]}
    """
    out = dict(record)
    for place, text in texts:
        out = _with(out, place, text)
    return out


def nested(written: str, text: str) -> dict[str, Any]:
    """A record that has nothing but this text.

    >>> nested("doc.text", "a")
    {'doc': {'text': 'a'}}
    """
    out: Any = text
    for part in reversed(pointer(written).parts):
        out = {str(part): out}
    record: dict[str, Any] = out
    return record


def dotted(record: object, one: Pointer) -> str:
    """What to do where a record has a member of just this name, with its dots; nothing where it has none."""
    if len(one.parts) < 2 or not isinstance(record, Mapping) or one.written not in record:
        return ""
    return f"; a name with a dot in it is written {'/' + one.written.replace('~', '~0').replace('/', '~1')!r}"


def _texts(record: Mapping[str, Any], one: Pointer) -> list[Text]:
    """The texts that a path leads to. A message without content says nothing; if none of them has any, the path is wrong."""
    reached: list[tuple[Place, Any]] = [((), record)]
    for at, part in enumerate(one.parts):
        before, reached = reached, []
        for place, value in before:
            reached += _steps(place, value, part, optional=None in one.parts[:at])
        if before and not reached and part is not None:
            raise InputError(_missing(record, one, part, before[0][1]))
    optional = one.several
    return [Text(place, _text(value, one)) for place, value in reached if not (optional and value is None)]


def _steps(place: Place, value: Any, part: Part, *, optional: bool) -> Iterable[tuple[Place, Any]]:
    """One step on. `optional`: what is not there is passed over, since others of its list may have it."""
    if part is None:
        if not _is_list(value):
            if optional and value is None:
                return []
            raise TypeError(f"{'.'.join(map(str, place))!r} is {type(value).__name__}, not a list: {short(value)}")
        return [((*place, number), item) for number, item in enumerate(value)]
    try:
        inner = _inside(value, part)
    except LookupError:
        return []
    return [((*place, part if isinstance(value, Mapping) else int(part)), inner)]


def _inside(value: Any, part: Part) -> Any:
    if isinstance(value, Mapping):
        return value[part]
    if part is not None and part.isascii() and part.isdecimal() and _is_list(value) and hasattr(value, "__getitem__"):
        return value[int(part)]
    raise LookupError(part)


def _is_list(value: Any) -> bool:
    """Whether it holds items: a list, or an array, which is what some tables hold in a cell."""
    return isinstance(value, Iterable) and not isinstance(value, Mapping | str | bytes | bytearray)


def _text(value: Any, one: Pointer) -> str:
    if isinstance(value, str):
        return value
    hint = "; decode it first" if isinstance(value, bytes | bytearray) else ""
    if _is_list(value) and not one.written.startswith("/"):
        hint = f"; its items are reached by {one.written + EVERY!r}"
    raise TypeError(f"{one.written!r} is {type(value).__name__}, not a text (str): {short(value)}{hint}")


def _missing(record: Mapping[str, Any], one: Pointer, part: str, inside: Any) -> str:
    if not isinstance(inside, Mapping):
        return f"has no member {one.written!r}: {part!r} is looked for in {type(inside).__name__}{dotted(record, one)}"
    return f"has no member {one.written!r}; {names(inside)}{dotted(record, one)}"


def names(members: Iterable[Any]) -> str:
    """The members that there are, for a message."""
    every = [repr(name) for name in members]
    more = f" and {len(every) - SHOWN} more" if len(every) > SHOWN else ""
    return f"there are {', '.join(every[:SHOWN])}{more}" if every else "there are none"


def _with(value: Any, place: Place, text: str) -> Any:
    if not place:
        return text
    out: Any = dict(value) if isinstance(value, Mapping) else list(value)
    out[place[0]] = _with(out[place[0]], place[1:], text)
    return out
