"""Structured texts of this machine: what Python, its packages and the system bring. Finds and reads, copies nothing into the project.

Each function gives `Text`s in an order that depends on names alone: first one file of every folder, then the second of every
folder, and so on, so that the first few hundred are not all of one package.
"""

import csv
import gettext
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import textwrap
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from email import message_from_string
from functools import lru_cache
from hashlib import sha256
from itertools import chain, islice, zip_longest
from pathlib import Path
from typing import NamedTuple

import yaml

LONGEST = 120_000  # code points of one text: parsers in Python are slow, and one giant would be the whole of a row
SHORTEST = 20  # a text below this says nothing about form
PATIENCE = 20  # seconds for a page of the manual
STRANGE = {"test", "tests", "idle_test", "data_tests", "__pycache__"}  # folders of modules that are odd on purpose
POEMS = re.compile(r"poem|poesie|sonnet|hymn|psalm|verse[sn]|gedicht|shakespeare|tang300|song100|shijing|chuci", re.I)
TERMINAL = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class Text(NamedTuple):
    """A text and where on this machine it was found, for people."""

    name: str
    text: str


Roots = tuple[str, ...]


def roots(more: Iterable[str] = (), *, system: bool = True) -> Roots:
    """Folders to look through: the standard library, packages of this Python and of the one it was made from, the system's.

    more    folders that the user names
    system  without it only the standard library and this environment's packages, which every machine has
    """
    base = {"base": sys.base_prefix, "platbase": sys.base_prefix}
    places = [sysconfig.get_path("stdlib"), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    if system:
        places += [
            sysconfig.get_path("purelib", vars=base),
            "/usr/lib",
            "/usr/local/lib",
            "/usr/share",
            "/usr/local/share",
        ]
    return tuple(dict.fromkeys(str(Path(place).resolve()) for place in (*places, *more) if Path(place).is_dir()))


@lru_cache(maxsize=4)
def _every_file(places: Roots) -> dict[str, tuple[Path, ...]]:
    """All files below these folders, by suffix in small letters; a file without one stands under its whole name.

    A Python's `site-packages` is no part of its standard library: it is found only where it is a place of its own.
    """
    found: dict[str, dict[Path, None]] = defaultdict(dict)
    for place in places:
        for folder, folders, names in os.walk(place):
            folders[:] = [one for one in folders if one not in {"__pycache__", "site-packages"}]
            for name in names:
                path = Path(folder, name)
                found[path.suffix.lower() or name][path] = None
    return {suffix: tuple(paths) for suffix, paths in found.items()}


def named(places: Roots, *suffixes: str) -> Iterator[Path]:
    """Files with one of these suffixes (or names, where they have none), one of each folder at a time."""
    every = _every_file(places)
    folders: dict[Path, list[Path]] = defaultdict(list)
    for path in chain.from_iterable(every.get(suffix, ()) for suffix in suffixes):
        folders[path.parent].append(path)
    turns = zip_longest(*(sorted(paths, key=_shuffled) for _, paths in sorted(folders.items(), key=_by_name)))
    return (path for turn in turns for path in turn if path is not None and path.is_file())


def _by_name(folder: tuple[Path, list[Path]]) -> bytes:
    return _shuffled(folder[0])


def _shuffled(path: Path) -> bytes:
    """An order that is the same on every machine with the same files, and says nothing about them."""
    return sha256(os.fsencode(path)).digest()


def read(paths: Iterable[Path]) -> Iterator[Text]:
    """Those files that are UTF-8 text of a sensible length."""
    for path in paths:
        try:
            if path.stat().st_size <= 4 * LONGEST:
                yield Text(str(path), path.read_bytes().decode("utf-8"))
        except (OSError, UnicodeDecodeError):
            continue


def modules(_: Roots) -> Iterator[Text]:
    """Modules of the standard library, but for its tests."""
    library = (str(Path(sysconfig.get_path("stdlib")).resolve()),)
    return read(path for path in named(library, ".py") if not STRANGE & set(path.parts))


def yaml_files(places: Roots) -> Iterator[Text]:
    """YAML files; where there are few, JSON files as PyYAML writes them."""
    return chain(read(named(places, ".yaml", ".yml")), _json_as_yaml(places))


def _json_as_yaml(places: Roots) -> Iterator[Text]:
    for found in json_files(places):
        try:
            value = json.loads(found.text)
        except ValueError:
            continue
        yield Text(f"{found.name} as YAML", yaml.safe_dump(value, allow_unicode=True, sort_keys=False))


def toml_files(places: Roots) -> Iterator[Text]:
    """TOML files; where there are few, objects of JSON files as TOML."""
    return chain(read(named(places, ".toml")), _json_as_toml(places))


def _json_as_toml(places: Roots) -> Iterator[Text]:
    for found in json_files(places):
        try:
            value = json.loads(found.text)
        except ValueError:
            continue
        if isinstance(value, dict):
            yield Text(f"{found.name} as TOML", "\n".join(_toml_lines(value, ())) + "\n")


def _toml_lines(table: dict[str, object], path: tuple[str, ...]) -> Iterator[str]:
    """Keys with their values first, then a section for each table in it; what TOML has not, null, makes it unreadable."""
    yield from (f"{_toml_key(key)} = {_toml_value(one)}" for key, one in table.items() if not isinstance(one, dict))
    for key, one in table.items():
        if isinstance(one, dict):
            yield from ("", f"[{'.'.join(map(_toml_key, (*path, key)))}]", *_toml_lines(one, (*path, key)))


def _toml_key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else json.dumps(key, ensure_ascii=False)


def _toml_value(value: object) -> str:
    if isinstance(value, list):
        return (
            f"[{', '.join(map(_toml_value, value))}]"
            if len(value) < 3
            else "[\n" + "".join(f"    {_toml_value(one)},\n" for one in value) + "]"
        )
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_toml_key(key)} = {_toml_value(one)}' for key, one in value.items())}}}"
    return json.dumps(value, ensure_ascii=False)


def json_files(places: Roots) -> Iterator[Text]:
    """JSON files."""
    return read(named(places, ".json"))


def ini_files(places: Roots) -> Iterator[Text]:
    """INI files and what has their form: entry points of packages, desktop entries in many languages, units of systemd."""
    entry_points = (path for path in named(places, ".txt") if path.name == "entry_points.txt")
    return read(chain(named(places, ".ini", ".cfg"), entry_points, named(places, ".desktop", ".service", ".timer")))


def markdown_files(places: Roots) -> Iterator[Text]:
    """Markdown files, and descriptions of packages written in it."""
    return chain(_descriptions(places, "text/markdown"), read(named(places, ".md", ".markdown")))


def rst_files(places: Roots) -> Iterator[Text]:
    """reStructuredText files, and descriptions of packages written in it."""
    return chain(_descriptions(places, "text/x-rst"), read(named(places, ".rst")))


def _descriptions(places: Roots, kind: str) -> Iterator[Text]:
    for found in read(named(places, "METADATA")):
        message = message_from_string(found.text)
        body = message.get_payload()
        if message.get("Description-Content-Type", "").startswith(kind) and isinstance(body, str):
            yield Text(found.name, body)


def table_files(places: Roots) -> Iterator[Text]:
    """Files of comma- or tab-separated values; then translations as such tables."""
    return chain(read(named(places, ".csv", ".tsv", ".tab")), _glossaries(places))


def _glossaries(places: Roots) -> Iterator[Text]:
    """A catalogue of translations as a table: the English message, the translated one, a number of our own."""
    for number, (name, messages) in enumerate(_catalogues(places)):
        out = io.StringIO()
        writer = csv.writer(out, delimiter="\t" if number % 2 else ",", lineterminator="\n")
        writer.writerow(["no", "message", "translation"])
        rows = [(key, value) for key, value in messages.items() if not re.search(r"[\t\n\r\x00]", key + value)]
        writer.writerows((count, *row) for count, row in enumerate(rows[:60], 1))
        yield Text(f"{name} as a table", out.getvalue())


def subtitle_files(places: Roots) -> Iterator[Text]:
    """Subtitles, .srt and .vtt; then translated sentences as the captions of a film."""
    return chain(read(named(places, ".srt", ".vtt")), _captions(places))


def _captions(places: Roots) -> Iterator[Text]:
    for number, (name, messages) in enumerate(_catalogues(places)):
        lines = [textwrap.fill(" ".join(value.split()), 38) for value in messages.values() if 8 <= len(value) <= 120]
        cues = [_cue(count, line, web=bool(number % 2)) for count, line in enumerate(lines[:80], 1)]
        if len(cues) > 5:
            yield Text(f"{name} as captions", ("WEBVTT\n\n" if number % 2 else "") + "\n\n".join(cues) + "\n")


def _cue(count: int, line: str, *, web: bool) -> str:
    """One caption of 2.4 seconds, three seconds behind the one before."""
    start, end = count * 3_000, count * 3_000 + 2_400
    point = "." if web else ","
    times = " --> ".join(
        f"{at // 3_600_000:02}:{at // 60_000 % 60:02}:{at // 1000 % 60:02}{point}{at % 1000:03}" for at in (start, end)
    )
    return f"{times}\n{line}" if web else f"{count}\n{times}\n{line}"


def pages(places: Roots, *, struck: bool) -> Iterator[Text]:
    """Manual pages as `man` shows them, 80 columns wide, in every language that is there; none without `man` and `col`.

    struck  bold and underlined by overstriking, as a pager gets them
    """
    if not (shutil.which("man") and shutil.which("col")):
        return
    setting = {**os.environ, "MANWIDTH": "80", "LC_ALL": "C.UTF-8", "GROFF_NO_SGR": "1"}
    setting |= {"MAN_KEEP_FORMATTING": "1"} if struck else {}
    folders = tuple(place for place in places if (Path(place) / "man").is_dir())
    for path in named(tuple(f"{place}/man" for place in folders), ".gz"):
        if (text := _page(path, setting)) is not None:
            yield Text(str(path), text)


def _page(path: Path, setting: dict[str, str]) -> str | None:
    """A page as `man` formats it; none where that fails or does not end, as on pages with macros that it does not know."""
    command = ["man", "-l", str(path)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=setting, start_new_session=True
    ) as formatter:
        try:
            text = formatter.communicate(timeout=PATIENCE)[0].decode("utf-8", errors="replace")
        except subprocess.TimeoutExpired:
            os.killpg(formatter.pid, signal.SIGKILL)  # the formatters that it started too
            return None
    return text if formatter.returncode == 0 and "\ufffd" not in text else None


def poems(places: Roots) -> Iterator[Text]:
    """Verse: fortune files of poems (Debian: fortunes, fortunes-zh), taken apart at their `%` lines, and files named after poems."""
    collections = read(path for path in _fortunes(places) if POEMS.search(path.name))
    books = (list(_book(found)) for found in collections)
    single = read(path for path in named(places, ".txt") if POEMS.search(path.name))
    return chain((poem for turn in zip_longest(*books) for poem in turn if poem is not None), single)


def _book(found: Text) -> Iterator[Text]:
    """The first half of a collection poem by poem, the second twenty poems a text."""
    entries = [entry.strip("\n") for entry in TERMINAL.sub("", found.text).split("\n%\n")]
    half = len(entries) // 2
    for start, end in [*((at, at + 1) for at in range(half)), *((at, at + 20) for at in range(half, len(entries), 20))]:
        yield Text(f"{found.name} ({start + 1}–{end})", "\n\n".join(entries[start:end]) + "\n")


def _fortunes(places: Roots) -> Iterator[Path]:
    """Files that have an index `.dat` beside them."""
    return (path.with_suffix("") for path in named(places, ".dat") if path.with_suffix("").is_file())


def wrapped_catalogues(places: Roots) -> Iterator[Text]:
    """Translated messages, each a paragraph hard-wrapped at 72 columns, twenty a text.

    A message that is half made of what was said before is left out: that a paragraph goes as a near copy of another is not
    what is asked here.
    """
    heard: set[str] = set()
    for name, messages in _catalogues(places):
        fresh = [" ".join(value.split()) for value in messages.values() if _is_new(value, heard)]
        for start in range(0, len(fresh), 20):
            yield Text(f"{name} [{start}]", "\n\n".join(map(_wrapped, fresh[start : start + 20])) + "\n")


def _is_new(message: str, heard: set[str]) -> bool:
    shingles = {message[at : at + 5] for at in range(max(len(message) - 4, 1))}
    new = len(shingles - heard) * 2 > len(shingles)
    heard |= shingles
    return new and bool(message.strip())


def _wrapped(message: str) -> str:
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in message)
    return textwrap.fill(message, 36 if wide * 2 > len(message) else 72)


def _catalogues(places: Roots) -> Iterator[tuple[str, dict[str, str]]]:
    """Compiled catalogues of translations: where they stand, and their messages but for those with terminal escapes."""
    for path in named(places, ".mo"):
        try:
            with path.open("rb") as file:
                catalogue = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]  # the one way to all texts
        except (OSError, ValueError, LookupError):  # gettext trips over plural forms that it cannot read
            continue
        yield (
            str(path),
            {key: value for key, value in catalogue.items() if isinstance(key, str) and key and "\x1b" not in value},
        )


def sample(texts: Iterable[Text], limit: int) -> list[Text]:
    """The first `limit` different texts; 0 takes all."""
    different: dict[bytes, Text] = {}
    fresh = (one for one in texts if different.setdefault(sha256(one.text.encode()).digest(), one) is one)
    return list(islice(fresh, limit or None))
