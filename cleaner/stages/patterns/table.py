"""A user's pattern as a table of settings, and back: the keys it may have, and what is said of those it may not."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cleaner.document import Certainty
from cleaner.stages.patterns.pattern import HOW, Pattern
from cleaner.text.errors import ConfigError

LIST = {"remove": ("name", *HOW, "paths", "certainty"), "keep": ("name", *HOW, "paths")}
CERTAINTIES = {certainty.name.lower(): certainty for certainty in Certainty}
EXAMPLE = 'name = "ads" and line = "点击关注我们"'


def patterns_of(list: str, tables: Sequence[Any], where: str) -> tuple[Pattern, ...]:
    """The patterns of one list, "remove" or "keep". ConfigError with the number and the name of the one that is wrong.

    >>> patterns_of("keep", [{"name": "credits", "regex": "^责任编辑：.*"}], "clean.toml")[0].rule
    'patterns.credits'
    """
    found: dict[str, Pattern] = {}
    for number, table in enumerate(tables, start=1):
        if isinstance(table, Pattern):
            pattern = table
        elif isinstance(table, Mapping):
            named = f" ({table['name']})" if "name" in table else ""
            pattern = _pattern(list, table, f"{where}: {list} {number}{named}")
        else:
            raise ConfigError(f"{where}: {list} {number} is {table!r}; a pattern is a table with {EXAMPLE}")
        if pattern.name in found:
            raise ConfigError(f"{where}: {list} {number} ({pattern.name}): there is a pattern of this name already")
        found[pattern.name] = pattern
    return tuple(found.values())


def table_of(pattern: Pattern, *, certain: bool) -> dict[str, Any]:
    """The table that makes this pattern again; `certain`: with its certainty."""
    table: dict[str, Any] = {"name": pattern.name, pattern.how: pattern.what}
    if pattern.paths:
        table["paths"] = pattern.paths
    return table | ({"certainty": pattern.certainty.name.lower()} if certain else {})


def _pattern(list: str, table: Mapping[str, Any], where: str) -> Pattern:
    for key in table:
        if key not in LIST[list]:
            raise ConfigError(f"{where} has no setting {key!r}; known are {', '.join(LIST[list])}")
    how = [key for key in HOW if key in table]
    if len(how) != 1:
        raise ConfigError(f"{where} has {' and '.join(how) or 'nothing that fits'}; it wants one of {', '.join(HOW)}")
    name = _string(table.get("name", ""), f"{where}: name")
    what = _string(table[how[0]], f"{where}: {how[0]}")
    certainty = table.get("certainty", "likely")
    if certainty not in CERTAINTIES:
        raise ConfigError(f"{where}: certainty is {certainty!r}; it is one of {', '.join(map(repr, CERTAINTIES))}")
    paths = tuple(_paths(table.get("paths", ()), f"{where}: paths"))
    try:
        return Pattern(name, how[0], what, paths, CERTAINTIES[certainty])  # type: ignore[arg-type]  # it is one of HOW
    except ConfigError as error:
        raise ConfigError(f"{where}: {error}") from None


def _paths(given: Any, where: str) -> Iterator[str]:
    if isinstance(given, str) or not isinstance(given, Sequence) or not all(given):
        raise ConfigError(f'{where} is {given!r}; it is a list of globs, as ["web/*.txt"]')
    yield from (_string(path, where) for path in given)


def _string(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise ConfigError(f"{where} is {value!r}; it wants str")
    try:
        value.encode()
    except UnicodeEncodeError:  # half of a pair is what Python makes of bytes in an argument that are no UTF-8
        raise ConfigError(f"{where} is {value!r}, which is not UTF-8; write it as UTF-8") from None
    return value
