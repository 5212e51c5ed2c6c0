"""A run from inputs to manifest: list → clean → match → write → files in place → manifest, last."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from cleaner import __version__, disk
from cleaner.config import Config
from cleaner.duplicates.verify import Removals
from cleaner.formats.documents import Reading
from cleaner.formats.listing import Listing, Passed, listing
from cleaner.formats.members import members_listed
from cleaner.formats.shards import Cut
from cleaner.index.reading import Index, opened_index
from cleaner.pipeline import Pipeline
from cleaner.provenance import manifest
from cleaner.provenance.alarms import alarms_of
from cleaner.provenance.layout import STAGED, WORK
from cleaner.provenance.tally import Tally
from cleaner.run.cleaning import Cleaned, Cleaning
from cleaner.run.directory import begin, claimed, clear_staged, clear_work, forget, put_in_place, refuse_overlap
from cleaner.run.engine import Engine, engine_for
from cleaner.run.matching import Corpus, Matched, matched
from cleaner.run.shelf import Shelves, claim
from cleaner.run.staging import Shards
from cleaner.run.templates import without_templates
from cleaner.run.writing import Part, Writing, Written
from cleaner.text.errors import ConfigError

R = TypeVar("R")
Progress = Callable[[str, int, int], None]  # phase, bytes done, bytes in all


def silent(phase: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


def run(
    inputs: Sequence[str],
    out: Path,
    config: Config,
    *,
    workers: int | None = 1,
    engine: Engine | None = None,
    force: bool = False,
    against: Path | None = None,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Clean these files and directories into the run directory `out`; the manifest of the run.

    against  an index of what earlier runs kept: what it holds goes
    workers  processes; None is one a core where the input is worth it. A program that asks for more than one must guard
             its own start with `if __name__ == "__main__":`
    engine   where to work, instead of processes of our own

    ConfigError, WriteError, LockedError where it cannot begin or go on; inputs that cannot be read are listed in the
    manifest and never stop it.
    """
    refuse_overlap(out, [*inputs, *([] if against is None else [str(against)])])
    found = listing(inputs, out)
    _refuse_several(found, config)
    with _opened(against, config) as index, claimed(out, force=force), engine or engine_for(inputs, workers) as own:
        return _Run(out, config, own, progress, index).run(found)


def dry_run(
    inputs: Sequence[str],
    out: Path,
    config: Config,
    *,
    workers: int | None = 1,
    engine: Engine | None = None,
    against: Path | None = None,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Do all the work of `run` beside the output directory, keep nothing but the manifest."""
    refuse_overlap(out, inputs)
    found = listing(inputs, out)
    _refuse_several(found, config)
    with (
        _opened(against, config) as index,
        TemporaryDirectory(prefix="clean-") as folder,
        claimed(Path(folder), force=True),
        engine or engine_for(inputs, workers) as own,
    ):
        return _Run(Path(folder), config, own, progress, index).run(found)


def _refuse_several(found: Listing, config: Config) -> None:
    """A run writes one text a record; ConfigError where several members are named and there are records."""
    if members_listed(config.text_field).several and any(source.format == "jsonl" for source in found.sources):
        raise ConfigError(
            f"text-field is {config.text_field!r}, and clean run cleans one text of a record; name one member, "
            "or take out duplicates alone with clean dedup"
        )


@contextmanager
def _opened(against: Path | None, config: Config) -> Iterator[Index | None]:
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
    with opened_index(against, config.dedup) as index:
        yield index


@dataclass(slots=True)
class _Run:
    """One run; `seconds` of wall time by phase is the one thing in its manifest that may differ between runs."""

    out: Path
    config: Config
    engine: Engine
    progress: Progress
    index: Index | None = None
    seconds: dict[str, float] = field(default_factory=dict)

    def run(self, found: Listing) -> dict[str, Any]:
        """All phases; the manifest."""
        pipeline = Pipeline.of(self.config)
        before = begin(self.out, found.sources)
        if salvage := pipeline.salvages:
            claim(self.out, before)
        cut = Cut(found.sources, disk.opened_input)
        with self._clock("clean"):
            cleaned, skipped = self._clean(cut, pipeline)
        with self._clock("templates"):
            templates = self._templates(cleaned, pipeline)
        with self._clock("match"):
            gone = self._match(cleaned)
        shelves = Shelves.of([one.salvaged for one in cleaned]) if salvage else None
        with self._clock("write"):
            written = self._write(cut, cleaned, gone, shelves, pipeline)
            clear_staged(self.out)
            if shelves:
                shelves.announce(self.out, _in_lines(cleaned))
            outputs = put_in_place(self.out, cleaned, written)
        content = self._content(found, cleaned, gone, written)
        if templates:
            content["dedup"] = {**content["dedup"], "templates": templates}
        if shelves:
            content["salvaged"] = shelves.report()
        content["inputs"] = _inputs(cleaned, cut.digests)
        content["skipped"] = [asdict(one) for one in (*found.skipped, *skipped)]
        content["outputs"] = outputs
        content["timing"] = {"seconds": self.seconds, "workers": getattr(self.engine, "workers", None)}
        forget(self.out, before - {one["path"] for one in outputs})
        manifest.write(self.out, content)
        clear_work(self.out)
        return content

    @contextmanager
    def _clock(self, phase: str) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        self.seconds[phase] = round(time.perf_counter() - begun, 3)

    def _clean(self, cut: Cut, pipeline: Pipeline) -> tuple[list[Cleaned], list[Passed]]:
        """Every shard cleaned, and the inputs that could not be read, each once.

        A file of which one piece cannot be read is skipped whole: shards that hold other pieces of it are done again.
        """
        reading = Reading(self.config.text_field, self.config.encoding)
        fn = Cleaning(self.out, pipeline, reading, self.config.dedup, self.config.digest(), cut.size)
        done = list(self._watched("clean", cut, self.engine.map_shards(fn, cut)))
        skipped: dict[str, Passed] = {}
        while lost := {name: one for shard in done for name, one in shard.skipped.items() if name not in skipped}:
            skipped |= lost
            halves = [
                cut.shards[one.shard].without(lost) for one in done if any(entry.name in lost for entry in one.read)
            ]
            for again in self.engine.map_shards(fn, halves):
                done[again.shard] = again
        return done, list(skipped.values())

    def _templates(self, cleaned: Sequence[Cleaned], pipeline: Pipeline) -> dict[str, Any] | None:
        """Furniture of sites, which goes before documents are compared; None where nobody asks for it."""
        settings = self.config.dedup
        if settings is None or not settings.of_templates:
            return None
        return without_templates(self.out, cleaned, pipeline, settings, self.engine)

    def _match(self, cleaned: Sequence[Cleaned]) -> Matched | None:
        """What goes; nothing without matching."""
        if self.config.dedup is None:
            return None
        folder = self.out / WORK / STAGED
        with Shards(folder) as shards:
            counts = ([one.rows for one in cleaned], [one.units for one in cleaned])
            corpus = Corpus.of(shards, [shards.place(one.shard) for one in cleaned], *counts)
            return matched(corpus, self.config.dedup, self.engine, folder, self.index)

    def _write(
        self, cut: Cut, cleaned: Sequence[Cleaned], gone: Matched | None, shelves: Shelves | None, pipeline: Pipeline
    ) -> list[Written]:
        fn = Writing(self.out, pipeline, self.config.dedup, self.config.text_field)
        in_lines = _in_lines(cleaned)
        parts = []
        for at, one in enumerate(cleaned):
            part = Part(one.shard, [entry.name for entry in one.read], in_lines)
            part = replace(part, shelf=shelves.shares[at]) if shelves else part
            parts.append(part if gone is None else _losing(part, gone))
        return list(self._watched("write", cut, self.engine.map_shards(fn, parts)))

    def _watched(self, phase: str, cut: Cut, results: Iterable[R]) -> Iterator[R]:
        """Results of shards in order, and how far that is."""
        done = 0
        self.progress(phase, 0, cut.size)
        for number, result in enumerate(results):
            done += cut.shards[number].size
            self.progress(phase, done, cut.size)
            yield result

    def _content(
        self, found: Listing, cleaned: Sequence[Cleaned], gone: Matched | None, written: Sequence[Written]
    ) -> dict[str, Any]:
        """What the manifest says of a run: settings, counts, failures."""
        tally = Tally()
        for counts in (*(one.tally for one in cleaned), *(one.tally for one in written)):
            tally.merge(counts)
        return {
            "schema": manifest.SCHEMA,
            "tool": {"name": "cleaner", "version": __version__},
            "config": self.config.toml(),
            "config_sha256": self.config.digest(),
            "versions": manifest.versions(),
            "failed": [asdict(one) for done in cleaned for one in done.failed],
            "ignored": [asdict(one) for one in found.ignored],
            "counts": tally.as_json(),
            "alarms": alarms_of(tally),
            "dedup": {} if gone is None else gone.report,
        }


def _losing(part: Part, gone: Matched) -> Part:
    """A shard's share, with what goes of it and what is told."""
    removals, keepers = gone.of_shard(part.shard)
    return part.losing(Removals.join([removals, gone.versions_of(part.shard)]).by_unit(), keepers, gone.first)


def _inputs(cleaned: Sequence[Cleaned], digests: Mapping[str, str]) -> list[dict[str, Any]]:
    """Every input that was read, with bytes and sha256; the pieces of one file put together."""
    out: dict[str, dict[str, Any]] = {}
    for one in (one for done in cleaned for one in done.read):
        entry = out.setdefault(one.name, asdict(one) | {"bytes": 0, "documents": 0})
        entry["bytes"] += one.bytes
        entry["documents"] += one.documents
    for entry in out.values():
        entry["sha256"] = entry["sha256"] or digests[entry["name"]]
    return list(out.values())


def _in_lines(cleaned: Sequence[Cleaned]) -> frozenset[str]:
    """Names of the JSON lines inputs."""
    return frozenset(entry.name for one in cleaned for entry in one.read if entry.format == "jsonl")
