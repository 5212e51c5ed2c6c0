"""Small corpora through a run with no stage on, and what became of each document."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cleaner.config import config_of
from cleaner.provenance.restore import records
from cleaner.run.run import run
from cleaner.stages.order import ORDER
from tests.conftest import plant

OFF = dict.fromkeys(ORDER, False)
LAYOUT = "spacing."  # line breaks that go with what goes
AGAIN = "dedup.repeat", "dedup.loop"
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Removal:
    """What went, by which rule, and where the copy stands that is named as kept: number of the document, span."""

    rule: str
    span: Span
    kept: tuple[int, Span] | None


@dataclass(frozen=True, slots=True)
class Fate:
    """What is left of a document, "" where nothing is, and why; suspects are rules of what was only reported."""

    left: str
    gone: bool
    removals: tuple[Removal, ...]
    suspects: tuple[str, ...]


def fates(home: Path, texts: Sequence[str], suffix: str = "txt", **settings: Any) -> list[Fate]:
    """A run over these texts, a file each, in this order."""
    names = [f"{number:03}.{suffix}" for number in range(len(texts))]
    run(
        [str(plant(home / "in", dict(zip(names, texts, strict=True))))],
        home / "out",
        config_of({**OFF, "dedup": settings}),
    )
    return [_fate(record, home / "out") for record in records(home / "out")]


def _fate(record: Mapping[str, Any], out: Path) -> Fate:
    findings = [finding for finding in record["findings"] if not finding["rule"].startswith(LAYOUT)]
    removals = tuple(one for finding in findings if finding["applied"] for one in _removals(finding))
    suspects = tuple(finding["rule"] for finding in findings if not finding["applied"])
    if not record["clean"]["kept"]:
        return Fate("", True, removals, suspects)
    return Fate((out / "corpus" / record["id"]).read_text(encoding="utf-8"), False, removals, suspects)


def _removals(finding: Mapping[str, Any]) -> Iterator[Removal]:
    kept = finding.get("evidence", {}).get("kept")
    named = (int(kept["id"].partition(".")[0]), (kept["span"][0], kept["span"][1])) if kept else None
    for start, end in finding.get("spans") or [finding["span"]]:
        yield Removal(finding["rule"], (start, end), named)


def stands(removal: Removal, every: Sequence[Fate]) -> bool:
    """Whether the copy that a removal names stays; a document that is named may have lost what stands elsewhere.

    What a text says again names what it has said before, which may go itself for a copy that stays.
    """
    if removal.kept is None:
        return False
    number, (start, end) = removal.kept
    lost = [one for one in every[number].removals if one.span[0] < end and start < one.span[1]]
    if removal.rule.startswith("dedup.document."):
        return not every[number].gone and all(stands(one, every) for one in lost)
    return all(stands(one, every) for one in lost) if removal.rule in AGAIN else not lost
