"""Where salvaged articles are written: names, line numbers, copies that are written once. Decides nothing about texts."""

import os
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from cleaner.disk import writing
from cleaner.formats.carrier import Carrier
from cleaner.formats.members import nested
from cleaner.provenance import manifest
from cleaner.provenance.layout import PLAN, SALVAGED, WORK
from cleaner.provenance.record import dumped
from cleaner.run.cleaning import Salvaged
from cleaner.text.errors import ConfigError

_FILE = Carrier()


@dataclass(frozen=True, slots=True)
class Shelf:
    """A shard's share of what is salvaged.

    copies  id of an article → id of one with the very same text, which stands before it: only that one is written
    lines   name of a JSON lines input → number of its next salvaged line, from 1
    """

    copies: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shelves:
    """All that a run salvages: the articles of every shard, and every shard's share."""

    briefs: Sequence[Sequence[Salvaged]]
    shares: Sequence[Shelf]

    @classmethod
    def of(cls, shards: Sequence[Sequence[Salvaged]]) -> "Shelves":
        """The shares of these shards, in order."""
        first: dict[str, str] = {}
        lines: Counter[str] = Counter()
        shares = []
        for own in shards:
            before = {one.name: lines[one.name] + 1 for one in own}
            copies = {one.id: first[one.sha256] for one in own if first.setdefault(one.sha256, one.id) != one.id}
            lines.update(one.name for one in own if one.id not in copies)
            shares.append(Shelf(copies, before))
        return cls(shards, shares)

    @property
    def written(self) -> list[Salvaged]:
        """Every article but the copies."""
        both = zip(self.briefs, self.shares, strict=True)
        return [one for own, share in both for one in own if one.id not in share.copies]

    def report(self) -> dict[str, int]:
        """What was salvaged, for the manifest."""
        copies = sum(len(share.copies) for share in self.shares)
        return {"documents": len(self.written), "chars": sum(one.chars for one in self.written), "copies": copies}

    def announce(self, out: Path, containers: Collection[str]) -> None:
        """Add the files to the plan: should the run stop, the next one knows them. `containers` are JSON lines inputs."""
        names = {place(one.name, one.article, container=one.name in containers) for one in self.written}
        if names:
            names |= manifest.listed_outputs(out / WORK / PLAN)
            with writing(out / WORK / PLAN) as file:
                file.write(manifest.sealed({"schema": manifest.SCHEMA, "outputs": sorted(names)}))


def place(name: str, article: int, *, container: bool) -> str:
    """A folder for each text file, with its articles by number; one file for each file of JSON lines.

    >>> place("news/a.txt", 2, container=False), place("b.jsonl", 2, container=True)
    ('salvaged/news/a.txt/2.txt', 'salvaged/b.jsonl')
    """
    return f"{SALVAGED}/{name}" if container else f"{SALVAGED}/{name}/{article}{PurePosixPath(name).suffix}"


def shelve(
    record: Mapping[str, Any], name: str, shelf: Shelf, text_field: str, lines: Iterator[int] | None
) -> Iterator[tuple[str, bytes]]:
    """Place and content of each salvaged article of a record; its entries are told where they stand.

    name   of its input
    lines  the numbers of the next lines, where the input is a file of JSON lines
    """
    for entry in record.get("salvaged", ()):
        text = entry.pop("text")
        if entry["id"] in shelf.copies:
            entry["same_as"] = shelf.copies[entry["id"]]
            continue
        entry["path"] = place(name, entry["article"], container=lines is not None)
        if lines is not None:
            entry["record"] = next(lines)
            told = {"from": record["id"], "article": entry["article"], "missing": list(entry["missing"])}
            yield entry["path"], dumped({"id": entry["id"], "salvaged": told, **nested(text_field, text)}) + b"\n"
        else:
            yield entry["path"], _FILE.clean_bytes(text)


def claim(out: Path, earlier: set[str]) -> None:
    """ConfigError where a file that no earlier run of ours wrote lies among the salvaged ones."""
    shelf = out / SALVAGED
    for path in (shelf, *shelf.rglob("*")):
        name = path.relative_to(out).as_posix()
        if os.path.lexists(path) and (path.is_symlink() or not path.is_dir()) and name not in earlier:
            raise ConfigError(f"{path}: stands where an output must go and is not this tool's; move it away")
