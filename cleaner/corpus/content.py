"""What a manifest says of a run: settings, counts, inputs, failures. Writes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from cleaner import __version__
from cleaner.config import Config
from cleaner.corpus import manifest
from cleaner.corpus.first_pass import Cleaned
from cleaner.corpus.matching import Matched
from cleaner.corpus.second_pass import Written
from cleaner.corpus.source import Listing
from cleaner.corpus.tally import Tally


def content_of(
    config: Config, found: Listing, cleaned: Sequence[Cleaned], matched: Matched, written: Sequence[Written]
) -> dict[str, Any]:
    """All of it but inputs, what was skipped, outputs and timing."""
    tally = Tally()
    for counts in (*(one.tally for one in cleaned), *(one.tally for one in written)):
        tally.merge(counts)
    return {
        "schema": manifest.SCHEMA,
        "tool": {"name": "cleaner", "version": __version__},
        "config": config.toml(),
        "config_sha256": config.digest(),
        "versions": manifest.versions(),
        "failed": [asdict(one) for done in cleaned for one in done.failed],
        "ignored": [asdict(one) for one in found.ignored],
        "counts": tally.as_json(),
        "dedup": matched.report,
    }


def inputs_of(cleaned: Sequence[Cleaned], digests: Mapping[str, str]) -> list[dict[str, Any]]:
    """Every input that was read, with bytes and sha256; the pieces of one file put together."""
    out: dict[str, dict[str, Any]] = {}
    for one in (one for done in cleaned for one in done.read):
        entry = out.setdefault(one.name, asdict(one) | {"bytes": 0, "documents": 0})
        entry["bytes"] += one.bytes
        entry["documents"] += one.documents
    for entry in out.values():
        entry["sha256"] = entry["sha256"] or digests[entry["name"]]
    return list(out.values())


def failures(content: Mapping[str, Any]) -> int:
    """How many inputs or documents were skipped or failed."""
    return len(content["skipped"]) + len(content["failed"])
