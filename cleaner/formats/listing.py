"""Which files a run reads: a tree, or single files; each with the name it has in the output."""

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import compress, pairwise
from operator import not_
from pathlib import Path, PurePosixPath

from cleaner.text.errors import ConfigError

TEXTS = ".txt", ".md", ".markdown", ".mdx", ".rst", ".srt", ".vtt"
FORMATS = {**dict.fromkeys(TEXTS, "text"), ".jsonl": "jsonl", ".ndjson": "jsonl"}  # what a tree is searched for
READ = f"{', '.join(list(FORMATS)[:-1])} or {list(FORMATS)[-1]}"


@dataclass(frozen=True, slots=True)
class Source:
    """One input file as it was listed.

    path     as it was given
    name     its place in the tree: "news/a.txt"
    size     bytes
    changed  time of its last change, in nanoseconds
    """

    path: str
    name: str
    format: str
    size: int
    changed: int


@dataclass(frozen=True, slots=True)
class Passed:
    """An input that the run does not read, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Listing:
    """sources in the order of the command line, below one input in that of their names as bytes; `skipped` were meant and cannot be read; `ignored` were never meant."""

    sources: tuple[Source, ...]
    skipped: tuple[Passed, ...]
    ignored: tuple[Passed, ...]


def listing(inputs: Sequence[str], out: Path | None) -> Listing:
    """Everything below these files and directories, without what lies in `out`.

    ConfigError where an input does not exist or two inputs would write one file.
    """
    roots = [Path(given) for given in inputs if given]
    if len(roots) < len(list(inputs)):
        raise ConfigError("an empty name is no input; pass . for this directory")
    for root in roots:
        if not root.exists():
            raise ConfigError(f"{root}: no such file or directory")
    sources: list[Source] = []
    passed: list[Passed] = []
    for root in roots:
        name = Path(os.path.realpath(root)).name or "root"  # also where it was given as `..`
        found = list(_below(root, out, prefix=f"{name}/" if len(roots) > 1 else ""))
        passed += (one for one in found if isinstance(one, Passed))
        sources += sorted((one for one in found if isinstance(one, Source)), key=_by_name)
    _no_twins(sorted(sources, key=_by_name))
    passed.sort(key=lambda one: os.fsencode(one.path))
    meant = [not one.reason.startswith("left out") for one in passed]
    return Listing(tuple(sources), tuple(compress(passed, meant)), tuple(compress(passed, map(not_, meant))))


def _below(root: Path, out: Path | None, prefix: str) -> Iterator[Source | Passed]:
    if not root.is_dir():
        # the user named this file: whatever its suffix, it is meant
        yield _one(root, root.name, FORMATS.get(root.suffix.lower(), "text"), root.stat())
        return
    inside = None if out is None else os.path.realpath(out)
    folders = [(str(root), prefix)]
    while folders:
        folder, above = folders.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: os.fsencode(entry.name))
        except OSError as failure:
            yield Passed(folder, f"cannot be listed: {failure.strerror}")
            continue
        for entry in entries:
            name = above + entry.name
            if entry.is_symlink():
                yield Passed(entry.path, "left out: a symbolic link")
            elif entry.is_dir():
                if inside is not None and os.path.realpath(entry.path) == inside:
                    yield Passed(entry.path, "left out: the output directory")
                else:
                    folders.append((entry.path, f"{name}/"))
            else:
                yield _entry(entry, name)


def _entry(entry: "os.DirEntry[str]", name: str) -> Source | Passed:
    format = FORMATS.get(Path(entry.name).suffix.lower())
    if format is None:
        return Passed(entry.path, f"left out: not {READ}")
    try:
        return _one(Path(entry.path), name, format, entry.stat(follow_symlinks=False))
    except OSError as failure:
        return Passed(entry.path, f"cannot be read: {failure.strerror}")


def _one(path: Path, name: str, format: str, status: os.stat_result) -> Source | Passed:
    if not stat.S_ISREG(status.st_mode):
        return Passed(str(path), "not a regular file")
    return Source(str(path), name, format, status.st_size, status.st_mtime_ns)


def _by_name(one: Source) -> bytes:
    return os.fsencode(one.name)


def _no_twins(sources: list[Source]) -> None:
    for one, other in pairwise(sources):
        if one.name == other.name:
            raise ConfigError(f"{one.path} and {other.path} would both be written to {one.name}")
    names = {one.name: one for one in sources}
    for one in sources:
        for folder in PurePosixPath(one.name).parents:
            if other_one := names.get(str(folder)):
                raise ConfigError(f"{other_one.path} would be written to a file, {one.path} to a folder {folder}")
