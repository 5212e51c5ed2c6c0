"""Records as a program has them, one by one: texts, mappings, the rows of a table. Judges no text.

A table is known by what it offers, never by its type: nothing of anybody's is imported here.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from reprlib import repr as short
from typing import Any

from cleaner.formats.members import Members, Text, dotted, names
from cleaner.text.errors import InputError

ROWS = 1024  # of an Arrow table, or a data set, that become Python values at a time


def rows(given: Any, verb: str, members: Members | None = None, also: Sequence[str] = ()) -> Iterator[Any]:
    """What is given, item by item; of a table its rows as mappings.

    verb     that they are for, in messages
    members  that are read, of a table: only their columns are taken from it; by default all
    also     further columns, where the table has them

    TypeError where this is one text, one record or nothing of many; InputError where a table lacks a column.
    """
    if isinstance(given, str | bytes | bytearray | Mapping):
        way_out = (
            "put a record in a list, give the values of many" if isinstance(given, Mapping) else "put it in a list"
        )
        raise TypeError(f"{verb} wants many records, not one {type(given).__name__}; {way_out}")
    if not isinstance(given, Iterable) and not hasattr(given, "to_pylist"):
        raise TypeError(f"{verb} wants many records, not {type(given).__name__}: {short(given)}")
    for offered, its_rows in _KINDS:
        if all(hasattr(given, name) for name in offered):
            there = getattr(given, offered[-1])
            return its_rows(given, None if there is None else _chosen(list(there), members, also))
    return _values(given) if hasattr(given, "to_pylist") and hasattr(given, "slice") else iter(given)


def texts_at(record: Mapping[str, Any], members: Members, at: int) -> list[Text]:
    """The texts of the record at this position. InputError where a member is missing, TypeError where one is no text."""
    try:
        return members.texts(record)
    except InputError as failure:
        raise InputError(f"the record at position {at} {failure}") from None
    except TypeError as failure:
        raise TypeError(f"the record at position {at}: {failure}") from None


def _chosen(columns: list[Any], members: Members | None, also: Sequence[str]) -> list[Any]:
    """The columns that are read."""
    if members is None:
        chosen = columns
    else:
        for one in members.pointers:
            if one.parts[0] not in columns:
                raise InputError(
                    f"the table has no column {one.parts[0]!r}; {names(columns)}{dotted(dict.fromkeys(columns), one)}"
                )
        chosen = list(dict.fromkeys([*members.top, *(name for name in also if name in columns)]))
    if twice := [name for name in chosen if columns.count(name) > 1]:
        raise InputError(f"the table has two columns {twice[0]!r}; give one of them another name")
    return chosen


def _of_polars(table: Any, columns: list[Any] | None) -> Iterator[Any]:
    return iter((table if columns is None else table.select(columns)).iter_rows(named=True))


def _of_pandas(table: Any, columns: list[Any] | None) -> Iterator[Any]:
    columns = list(table.columns) if columns is None else columns
    return (dict(zip(columns, row, strict=True)) for row in zip(*(table[name] for name in columns), strict=True))


def _of_arrow(table: Any, columns: list[Any] | None) -> Iterator[Any]:
    return _values(table if columns is None else table.select(columns))


def _of_data_set(table: Any, columns: list[Any] | None) -> Iterator[Any]:
    """A data set of HuggingFace, streamed or not; where it does not know its columns, rows hold all of them."""
    plain = (table if columns is None else table.select_columns(columns)).with_format(None)
    for batch in plain.iter(ROWS):
        for row in zip(*batch.values(), strict=True):
            yield dict(zip(batch, row, strict=True))


def _values(array: Any) -> Iterator[Any]:
    """Arrow's values as Python's."""
    for at in range(0, len(array), ROWS):
        yield from array.slice(at, ROWS).to_pylist()


_KINDS = (  # what a table offers, the names of its columns last
    (("iter_rows", "select", "columns"), _of_polars),
    (("itertuples", "columns"), _of_pandas),
    (("to_pylist", "slice", "select", "column_names"), _of_arrow),
    (("select_columns", "with_format", "iter", "column_names"), _of_data_set),
)
