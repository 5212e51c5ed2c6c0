"""Furniture of sites out of staged files, before their documents are compared: pages must not be alike by it, nor apart.

Holds some 40 bytes a document while it looks, and for groups that share lines 80 bytes a line that is shared; keys are counted
in as many parts as the memory allowed asks for. Where no group shares any, that is one look at the tables.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner.document import Document, Finding, content_digest
from cleaner.duplicates.settings import Dedup
from cleaner.duplicates.templates import FEWEST, OWN, Seen, Verdict, decide, grouped, seen_in, shared
from cleaner.duplicates.units import DOCUMENT, Ids
from cleaner.formats.carrier import Carrier
from cleaner.formats.groups import group_of
from cleaner.formats.rank import Rank
from cleaner.forms import format_named
from cleaner.pipeline import Pipeline
from cleaner.provenance.layout import STAGED, WORK
from cleaner.provenance.record import (
    back_part,
    clean_part,
    findings_of,
    findings_out,
    findings_part,
    shell_of,
    shell_part,
)
from cleaner.provenance.tally import Tally, source_of
from cleaner.run.cleaning import Cleaned
from cleaner.run.engine import Engine
from cleaner.run.removing import document_of
from cleaner.run.staging import NO_GROUP, NONE, Numbers, Row, Shards, Staged, Stager, staged
from cleaner.text.line_ends import line_ends

RULE = "template.line"
Flags = NDArray[np.bool_]


class Line(NamedTuple):
    """A line that goes, [start, end) of its text; `documents` of its group have it, which has `size`."""

    key: int
    start: int
    end: int
    documents: int
    size: int


@dataclass(slots=True)
class Template:
    """A line that went: one of its copies, the least of them, and from how many documents of its group."""

    example: str
    group: str
    documents: int = 0

    def add(self, other: "Template") -> None:
        """The same line of other documents."""
        self.example = min(self.example, other.example)
        self.documents += other.documents


@dataclass(slots=True)
class Told:
    """What went, by line and group; `left`: lines that many documents share and keep."""

    templates: dict[int, Template] = field(default_factory=dict)
    left: int = 0

    def add(self, templates: dict[int, Template]) -> None:
        """What went of a shard."""
        for key, one in templates.items():
            if key in self.templates:
                self.templates[key].add(one)
            else:
                self.templates[key] = one

    def as_json(self) -> dict[str, Any]:
        """For the manifest, what went most often first."""
        every = sorted(self.templates.values(), key=lambda one: (-one.documents, one.group, one.example))
        lines = [{"example": one.example, "group": one.group, "documents": one.documents} for one in every]
        return {"lines": lines, "left": self.left}


class Look(NamedTuple):
    """Documents of a shard that are looked at; int64, shape (n,). `wanted`: keys of their lines in their groups."""

    shard: int
    first: int
    rows: Ids
    wanted: Ids


@dataclass(frozen=True, slots=True)
class Looking:
    """Finds in texts the lines that many edges share."""

    folder: Path

    def __call__(self, look: Look) -> Seen:
        """Of a shard, in order."""
        found = list[tuple[int, ...]]()
        with closing(Staged(Shards(self.folder).place(look.shard))) as file:
            groups = file.table("group")
            for row in look.rows.tolist():
                text, format = file.text(file.row(row)), format_named(file.id(row))
                found += seen_in(text, format, look.first + row, int(groups[row]), look.wanted)
        return Seen.of(found)


class Loss(NamedTuple):
    """What goes of a shard, by row; `names` of its inputs, those of JSON lines in `in_lines`; `again`: it was told before."""

    shard: int
    names: Sequence[str]
    in_lines: frozenset[str]
    lines: dict[int, list[Line]]
    again: bool


class Lost(NamedTuple):
    """What a shard lost; `units` it has now, `changed`: whether anything did go."""

    units: int
    tally: Tally
    templates: dict[int, Template]
    changed: bool


@dataclass(frozen=True, slots=True)
class Losing:
    """Stages shards again without these lines."""

    folder: Path
    pipeline: Pipeline
    dedup: Dedup

    def __call__(self, loss: Loss) -> Lost:
        """Stage a shard again: in the same place, in the same order."""
        path = Shards(self.folder).place(loss.shard)
        with closing(Staged(path)) as before, staged(path, loss.shard, self.dedup) as after:
            job = _Again(self.pipeline, loss, before, after)
            changed = sum(map(job.put, range(len(before))))
            after.head = before.head
            units = after.units
        return Lost(units, job.tally, job.templates, bool(changed))


@dataclass(slots=True)
class _Again:
    """A shard on its way into another staged file."""

    pipeline: Pipeline
    loss: Loss
    before: Staged
    after: Stager
    tally: Tally = field(default_factory=Tally)
    templates: dict[int, Template] = field(default_factory=dict)

    def put(self, row: int) -> bool:
        """The next row; whether it lost anything."""
        numbers, file = self.before.row(row), self.before
        parts, line = file.parts(numbers), file.line(numbers)
        as_it_is = Row(numbers.input, bool(numbers.kept), numbers.chars, parts, line, numbers.start, numbers.end)
        if numbers.chars == NONE:
            self.after.put(as_it_is)
            return False
        text, told = file.text(numbers), as_it_is
        if row in self.loss.lines and (doc := self._without(row, numbers, text)) is not None:
            told, text = self._told(as_it_is, numbers, doc), doc.text
        rank = Rank(int(file.table("priority")[row]), float(file.table("value")[row]))
        self.after.put(told, text, rank, format_named(file.id(row)), int(file.table("group")[row]))
        return len(text) < numbers.chars

    def _without(self, row: int, numbers: Numbers, text: str) -> Document | None:
        """The document after these lines went; None where nothing new is to be told of it."""
        doc, lines = document_of(self.before.parts(numbers), text), self.loss.lines[row]
        level, keep = self.pipeline.level, self.pipeline.keep
        doc, group = self.pipeline.guard(doc, again=True), self._group(row, numbers)
        found = [
            Finding(one.start, one.end, RULE, evidence={"documents": one.documents, "of": one.size, "group": group})
            for one in lines
        ]
        goes = [doc.applies(finding, level, keep) for finding in found]
        if self.loss.again and not any(goes):
            return None
        for one in (line for line, applied in zip(lines, goes, strict=True) if applied):
            self._count(one, text, group)
        spans = [(finding.start, finding.end) for finding, applied in zip(found, goes, strict=True) if applied]
        closed = Finding.bulk("spacing.blank", line_ends(text, spans))
        noted = [finding for finding, applied in zip(found, goes, strict=True) if applied or not self.loss.again]
        doc = self.pipeline.settle(doc.revise([*noted, *closed], level, keep), again=True)
        name = self.loss.names[numbers.input]
        self.tally.revised(len(text), doc, source_of(name, lines=name in self.loss.in_lines))
        return doc

    def _count(self, line: Line, text: str, group: str) -> None:
        one = Template(text[line.start : line.end], group, 1)
        if line.key in self.templates:
            self.templates[line.key].add(one)
        else:
            self.templates[line.key] = one

    def _group(self, row: int, numbers: Numbers) -> str:
        """The name of its group."""
        name = self.loss.names[numbers.input]
        return group_of(name, self.before.around(numbers) if name in self.loss.in_lines else None)

    def _told(self, row: Row, numbers: Numbers, doc: Document) -> Row:
        """A row as it is staged now."""
        parts, carrier = row.parts, Carrier()
        if numbers.start:
            carrier = Carrier(shell=shell_of(parts, *self.before.around(numbers)))
        clean = clean_part(len(doc.text), content_digest(doc.text), kept=doc.kept)
        findings = findings_part(findings_of(parts), findings_out(doc))
        shell = shell_part(carrier, kept=doc.kept)
        parts = parts._replace(clean=clean, findings=findings, back=back_part(doc.change.invert(doc.raw)), shell=shell)
        line = carrier.staged_bytes(doc.text)
        return Row(row.input, doc.kept, len(doc.text), parts, line, *carrier.place(line))


@dataclass(frozen=True, slots=True)
class _Pages:
    """All documents by row, numbered through the shards.

    first     number of the first row of each shard, and of all rows
    group     of each, NO_GROUP of what is none; int64
    counts    whether it counts: of equal documents of a group one does; bool
    size      documents that count of the group of each; int64
    """

    shards: Shards
    first: Ids
    group: Ids
    counts: Flags
    size: Ids

    @classmethod
    def of(cls, shards: Shards, count: int) -> "_Pages":
        """The documents of these many staged files."""
        none, groups, said = np.empty(0, dtype=np.int64), list[Ids](), list[Ids]()
        for file in map(shards.__getitem__, range(count)):
            groups.append(file.table("group"))
            said.append(_said(file))
        first = np.cumsum([0, *map(len, groups)], dtype=np.int64)
        group, sign = np.concatenate([none, *groups]), np.concatenate([none, *said])
        counts, size = np.zeros(len(group), dtype=np.bool_), np.zeros(len(group), dtype=np.int64)
        counts[np.unique(grouped(sign, group), return_index=True)[1]] = True
        counts &= group != NO_GROUP
        _, which = np.unique(group, return_inverse=True)
        size = np.bincount(which, counts).astype(np.int64)[which]
        return cls(shards, first, group, counts, size)

    def columns(self, read: Callable[[Staged], Sequence[Ids]]) -> Iterator[list[Ids]]:
        """The columns that this reads of each shard, of which the first are rows: these numbered through."""
        for shard in range(len(self.first) - 1):
            row, *rest = read(self.shards[shard])
            yield [row + self.first[shard], *rest]

    def rows_of(self, shard: int, flags: Flags) -> Ids:
        """The rows of a shard for which these hold."""
        rows: Ids = np.nonzero(flags[self.first[shard] : self.first[shard + 1]])[0]
        return rows


def _said(file: Staged) -> Ids:
    """What tells documents apart, and how their lines lie at their edges: copies in another layout count, too."""
    out = np.zeros(len(file), dtype=np.int64)
    row, kind = file.table("unit")[:, :2].T
    whole = kind == DOCUMENT
    out[row[whole]] = file.table("hash")[whole]
    document, key = file.edges()
    np.add.at(out, document, key)
    return out


def _part(keys: Ids, part: int, parts: int) -> Flags:
    chosen: Flags = keys.view(np.uint64) % np.uint64(parts) == np.uint64(part)
    return chosen


def _candidates(pages: _Pages, settings: Dedup) -> Ids:
    """Keys of the lines in their groups that many edges share, ascending."""
    may = pages.counts & (pages.size >= FEWEST)
    if not may.any():
        return np.empty(0, dtype=np.int64)
    edges = sum(len(row) for row, _ in pages.columns(lambda file: file.edges()))
    parts, found = settings.parts(edges), list[Ids]()
    for part in range(parts):
        keys, sizes = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
        for row, key in pages.columns(lambda file: file.edges()):
            row, key = row[may[row]], key[may[row]]
            here = grouped(key, pages.group[row])
            its = _part(here, part, parts)
            keys.append(here[its])
            sizes.append(pages.size[row[its]])
        found.append(shared(np.concatenate(keys), np.concatenate(sizes)))
    return np.sort(np.concatenate(found))


def _sharing(pages: _Pages, wanted: Ids) -> Flags:
    """Documents of groups that share lines."""
    groups = [np.empty(0, dtype=np.int64)]
    for row, key in pages.columns(lambda file: file.edges()):
        group = pages.group[row]
        groups.append(np.unique(group[np.isin(grouped(key, group), wanted)]))
    sharing: Flags = np.isin(pages.group, np.unique(np.concatenate(groups)))
    return sharing


def _own(pages: _Pages, among: Flags, settings: Dedup) -> Flags:
    """Which of these documents say mostly what stands in hardly another one of their group: pages, and no versions of a text."""
    count = len(pages.group)
    own, every = np.zeros(count), np.zeros(count)
    sentences = sum(int(among[row].sum()) for row, *_ in pages.columns(lambda file: file.sentences()))
    parts = settings.parts(sentences)
    for part in range(parts):
        taken: list[list[Ids]] = [[np.empty(0, dtype=np.int64)] * 3]
        for row, key, letters in pages.columns(lambda file: file.sentences()):
            here = grouped(key, pages.group[row])
            its = among[row] & _part(here, part, parts)
            taken.append([row[its], here[its], letters[its]])
        row, key, letters = (np.concatenate(columns) for columns in zip(*taken, strict=True))
        _, which = np.unique(key, return_inverse=True)
        counted = pages.counts[row]
        once = np.unique(which[counted] * count + row[counted]) // max(count, 1)
        documents = np.bincount(once, minlength=int(which.max(initial=-1)) + 1)
        every += np.bincount(row, letters, minlength=count)
        own += np.bincount(row, letters * (documents[which] <= OWN), minlength=count)
    mostly: Flags = among & (every > 0) & (2 * own >= every)
    return mostly


def without_templates(
    out: Path, cleaned: Sequence[Cleaned], pipeline: Pipeline, settings: Dedup, engine: Engine
) -> dict[str, Any]:
    """Take the furniture of sites out of all staged files, until nothing more is found; what went, for the manifest.

    `cleaned` is told what its shards have now.
    """
    told, again = Told(), False
    while losses := _losses(out, cleaned, settings, engine, told, again=again):
        losing, changed = Losing(out / WORK / STAGED, pipeline, settings), False
        for loss, lost in zip(losses, engine.map_shards(losing, losses), strict=True):
            done = cleaned[loss.shard]
            done.units = lost.units
            done.tally.merge(lost.tally)
            told.add(lost.templates)
            changed |= lost.changed
        if not changed:
            break
        again = True
    return told.as_json()


def _losses(
    out: Path, cleaned: Sequence[Cleaned], settings: Dedup, engine: Engine, told: Told, *, again: bool
) -> list[Loss]:
    """What goes of each shard that loses anything."""
    folder = out / WORK / STAGED
    with Shards(folder) as shards:
        pages = _Pages.of(shards, len(cleaned))
        wanted = _candidates(pages, settings)
        told.left = 0
        if not len(wanted):
            return []
        own = _own(pages, _sharing(pages, wanted), settings)
        looks = [
            Look(shard, int(pages.first[shard]), rows, wanted)
            for shard in range(len(cleaned))
            if len(rows := pages.rows_of(shard, own))
        ]
        seen = Seen.join(list(engine.map_shards(Looking(folder), looks)))
    sizes = pages.size[seen.document]
    verdict = decide(seen, pages.counts[seen.document], sizes)
    told.left = verdict.left
    return _by_shard(pages, seen, verdict, sizes, cleaned, again=again)


def _by_shard(
    pages: _Pages, seen: Seen, verdict: Verdict, sizes: Ids, cleaned: Sequence[Cleaned], *, again: bool
) -> list[Loss]:
    in_lines = frozenset(entry.name for one in cleaned for entry in one.read if entry.format == "jsonl")
    gone: dict[int, dict[int, list[Line]]] = {}
    (rows,) = np.nonzero(verdict.goes)
    shards = pages.first.searchsorted(seen.document[rows], "right") - 1
    local = seen.document[rows] - pages.first[shards]
    columns = (seen.key, seen.start, seen.end, verdict.documents, sizes)
    lines = zip(*(column[rows].tolist() for column in columns), strict=True)
    for shard, row, line in zip(shards.tolist(), local.tolist(), lines, strict=True):
        gone.setdefault(shard, {}).setdefault(row, []).append(Line(*line))
    names = {shard: [entry.name for entry in cleaned[shard].read] for shard in gone}
    return [Loss(shard, names[shard], in_lines, its, again) for shard, its in gone.items()]
