"""A run from inputs to manifest: list → first pass → match → second pass → files in place → manifest, last."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from itertools import accumulate
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TypeVar

from cleaner.config import Config
from cleaner.corpus import manifest
from cleaner.corpus.content import content_of, inputs_of
from cleaner.corpus.engine import Engine, Local
from cleaner.corpus.first_pass import Cleaned, FirstPass
from cleaner.corpus.matching import Matched, match_documents
from cleaner.corpus.place import begin, forget, put_in_place
from cleaner.corpus.reader import Reading
from cleaner.corpus.salvaged import wanted
from cleaner.corpus.second_pass import Part, SecondPass, Written
from cleaner.corpus.shards import Cut, Shard
from cleaner.corpus.shelf import Shelves, claim
from cleaner.corpus.source import Listing, Passed, listing
from cleaner.corpus.staged import clear_staged, places
from cleaner.corpus.workdir import WORK, claimed, clear_work, refuse_overlap
from cleaner.corpus.workers import engine_for
from cleaner.dedup.threads import beside
from cleaner.pipeline import Pipeline
from cleaner.text.errors import ConfigError

if TYPE_CHECKING:
    from cleaner.corpus.index import Index
    from cleaner.corpus.rows import Rows
    from cleaner.dedup.units import Laid, Units

R = TypeVar("R")
Progress = Callable[[str, int, int], None]  # phase, bytes done, bytes in all


def silent(phase: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True, slots=True)
class _Job:
    out: Path
    config: Config
    engine: Engine
    progress: Progress
    index: "Index | None" = None

    @property
    def pipeline(self) -> Pipeline:
        return Pipeline.of(self.config)


@dataclass(slots=True)
class _Clock:
    """Wall seconds by phase, for the one part of the manifest that may differ between runs."""

    phases: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def __call__(self, phase: str) -> Any:
        begun = time.perf_counter()
        yield
        self.phases[phase] = round(time.perf_counter() - begun, 3)


def run(
    inputs: Sequence[str],
    out: Path,
    config: Config,
    *,
    workers: int | None = 1,
    engine: Local | None = None,
    force: bool = False,
    against: Path | None = None,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Clean these files and directories into the run directory `out`; the manifest of the run.

    against  an index of what earlier runs kept: what it holds goes
    workers  processes; None is one a core where the input is worth it. Processes are spawned: a program that asks for
             more than one must guard its own start with `if __name__ == "__main__":`
    engine   processes that run already, instead of `workers`

    ConfigError, WriteError, LockedError where it cannot begin or go on; inputs that cannot be read are listed in the
    manifest and never stop it.
    """
    refuse_overlap(out, [*inputs, *([] if against is None else [str(against)])])
    found = listing(inputs, out)
    with (
        _opened(against, config) as index,
        claimed(out, force=force),
        engine or engine_for(inputs, workers) as engine,
    ):
        return _run(_Job(out, config, engine, progress, index), found)


def dry_run(
    inputs: Sequence[str],
    out: Path,
    config: Config,
    *,
    workers: int | None = 1,
    engine: Local | None = None,
    against: Path | None = None,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Do all the work of `run` beside the output directory, keep nothing but the manifest."""
    refuse_overlap(out, inputs)
    found = listing(inputs, out)
    with (
        _opened(against, config) as index,
        TemporaryDirectory(prefix="clean-") as folder,
        claimed(Path(folder), force=True),
        engine or engine_for(inputs, workers) as engine,
    ):
        return _run(_Job(Path(folder), config, engine, progress, index), found)


@contextmanager
def _opened(against: Path | None, config: Config) -> Iterator["Index | None"]:
    """The index, if there is one, checked before any work is done."""
    if against is None:
        yield None
        return
    if config.dedup is None:
        raise ConfigError(f"{against}: nothing is compared with an index where dedup is off")
    if config.dedup.scope == "document":
        raise ConfigError(
            f"{against}: nothing is compared with an index where dedup.scope is 'document'; "
            "leave --against away, or set scope to 'corpus'"
        )
    from cleaner.corpus.index import opened_index

    with opened_index(against, config.dedup) as index:
        yield index


def _run(job: _Job, found: Listing) -> dict[str, Any]:
    clock = _Clock()
    before = begin(job.out, found.sources)
    salvage = wanted(job.pipeline)
    if salvage:
        claim(job.out, before)
    parts = Cut(found.sources)
    with ExitStack() as stack:
        with clock("clean"):
            fn = _cleaning(job)
            begun = job.engine.map_shards(fn, parts)  # before anything is loaded that only matching needs
            rows = stack.enter_context(_rows(job))
            cleaned, skipped = _first_pass(job, fn, parts, begun, rows)
        with clock("match"):
            matched = match_documents(job.out, cleaned, rows, job.config.dedup, job.pipeline, job.engine, job.index)
    shelves = Shelves.of([one.salvaged for one in cleaned])
    with clock("write"):
        written = _second_pass(job, parts, cleaned, matched, shelves)
        shelves.announce(job.out, _containers(cleaned))
        with beside(job.engine.end, lambda: clear_staged(job.out)):
            outputs = put_in_place(job.out, cleaned, written)
    content = content_of(job.config, found, cleaned, matched, written)
    if salvage:
        content["salvaged"] = shelves.report()
    content["inputs"] = inputs_of(cleaned, parts.digests)
    content["skipped"] = [asdict(one) for one in (*found.skipped, *skipped)]
    content["outputs"] = outputs
    content["timing"] = {"seconds": clock.phases, "workers": getattr(job.engine, "workers", None)}
    forget(job.out, before - {one["path"] for one in content["outputs"]})
    manifest.write(job.out, content)
    clear_work(job.out)
    return content


@contextmanager
def _rows(job: _Job) -> Iterator["Rows | None"]:
    """Where the rows for matching go; nowhere without matching."""
    if job.config.dedup is None:
        yield None
        return
    from cleaner.corpus.rows import Rows

    with Rows(job.out / WORK, job.config.dedup.held_bytes) as rows:
        yield rows


def _cleaning(job: _Job) -> FirstPass:
    settings = job.config.dedup
    reading = Reading(job.config.text_field, job.config.encoding)
    return FirstPass(job.out, job.pipeline, reading, settings.field if settings else None)


def _first_pass(
    job: _Job, fn: FirstPass, parts: Cut, begun: Iterable[Cleaned], rows: "Rows | None"
) -> tuple[list[Cleaned], list[Passed]]:
    """Every shard cleaned, and the inputs that could not be read, each once.

    A file of which one piece cannot be read is skipped whole: shards that hold other pieces of it are done again.
    """
    done = _signed(job, rows, parts.size, _watched(job, "clean", parts, begun))
    skipped: dict[str, Passed] = {}
    while lost := {name: one for shard in done for name, one in shard.skipped.items() if name not in skipped}:
        skipped |= lost
        halves = [
            parts.shards[one.shard].without(lost) for one in done if any(entry.name in lost for entry in one.read)
        ]
        for again in _signed(job, rows, parts.size, job.engine.map_shards(fn, halves)):
            done[again.shard] = again
    return done, list(skipped.values())


def _signed(job: _Job, rows: "Rows | None", size: int, cleaned: Iterable[Cleaned]) -> list[Cleaned]:
    """All shards; a shard is signed while the next ones are cleaned."""
    settings = job.config.dedup
    if rows is None or settings is None:
        return list(cleaned)
    from cleaner.corpus.signing import prepare, signed
    from cleaner.dedup.threads import in_threads

    def sign(one: Cleaned) -> "tuple[Cleaned, Units, list[Laid]]":
        texts: list[Laid] = []
        units = signed(places(job.out, one.shard).texts, one.text_at, one.chars, settings, texts.append)
        return one, units, texts

    prepare(size)
    done = []
    for one, units, texts in in_threads(sign, cleaned, getattr(job.engine, "workers", 1)):
        rows.put(one.shard, len(one.kept), units)
        rows.texts.put(one.shard, texts)
        done.append(one)
    return done


def _second_pass(job: _Job, cut: Cut, cleaned: list[Cleaned], matched: Matched, shelves: Shelves) -> list[Written]:
    """Every shard written. Where more or fewer documents were emptied than foretold, later lines have other numbers:
    what holds them is written again.
    """
    fn = SecondPass(job.out, job.pipeline, job.config.dedup, job.config.text_field)
    parts = _parts(cleaned, matched, shelves)
    written = list(_watched(job, "write", cut, job.engine.map_shards(fn, parts)))
    matched.emptied = [one.emptied for one in written]
    moved = [
        new for old, new in zip(parts, _parts(cleaned, matched, shelves), strict=True) if new.records != old.records
    ]
    for again in job.engine.map_shards(fn, moved):
        written[again.shard].discard()
        written[again.shard] = again
    return written


def _watched(job: _Job, phase: str, parts: Cut, results: Iterable[R]) -> Iterator[R]:
    """Results of shards in order, and how far that is."""
    done = 0
    job.progress(phase, 0, parts.size)
    for number, result in enumerate(results):
        done += _size(parts.shards[number])
        job.progress(phase, done, parts.size)
        yield result


def _size(shard: Shard) -> int:
    return sum(piece.end - piece.start for piece in shard.pieces)


def _parts(cleaned: list[Cleaned], matched: Matched, shelves: Shelves) -> list[Part]:
    """What each shard needs for the second pass: its duplicates, and the number of its first clean line of each file."""
    lines: dict[str, int] = {}
    parts = []
    for one, share in zip(cleaned, shelves.shares, strict=True):
        first = {entry.name: lines.setdefault(entry.name, 1) for entry in one.read if entry.format == "jsonl"}
        stays = bytearray(one.kept)
        for index in matched.emptied[one.shard]:
            stays[index] = False
        ends = accumulate(entry.documents for entry in one.read)
        for entry, end in zip(one.read, ends, strict=True):
            if entry.name in first:
                lines[entry.name] += sum(stays[end - entry.documents : end])
        names = tuple(entry.name for entry in one.read)
        parts.append(Part(one.shard, names, matched.removals[one.shard], matched.counts[one.shard], first, share))
    return parts


def _containers(cleaned: list[Cleaned]) -> frozenset[str]:
    """Names of the JSON lines inputs."""
    return frozenset(entry.name for one in cleaned for entry in one.read if entry.format == "jsonl")
