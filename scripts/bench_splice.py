"""Measure the stage `splice` on labelled documents: what it takes, what it misses, what it harms, how fast it is.

    python scripts/bench_splice.py DOCUMENTS.jsonl.zst [--touched] [--set limit=15] [--wrap COLUMNS]

One JSON object a line (plain, .gz or .zst): `id`, `level` (A, B, C spliced; D clean), `sub` (kind of a clean one),
`text`, `sep`, `labels` with `role` main or foreign for each paragraph (`text.split(sep)`). Figures are by characters
inside paragraphs; a clean document is touched where anything is applied, suspected where anything is only reported.
`--wrap` breaks the lines of every paragraph at a width first, with blank lines between paragraphs.
"""

import argparse
import gzip
import io
import json
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

from cleaner.document import Certainty, Document, Finding
from cleaner.forms import form_of
from cleaner.pipeline import Pipeline
from cleaner.stages.splice import Splice
from cleaner.text.machine_code import MAKING_ANEW, worked

_OPENING, _CLOSING = "（《〈“‘「『【〔", "，。、；：？！…—）》〉”’」』】〕"  # marks that end, and that begin no line
_UNBROKEN = re.compile(rf" *[{_OPENING}]*(?:[\u2e80-\uffef]|[^\s\u2e80-\uffef{_OPENING}{_CLOSING}]+|)[{_CLOSING}]*")


@dataclass(slots=True)
class Tally:
    """Characters by what they are and what became of them, of some documents."""

    documents: int = 0
    foreign_gone: int = 0
    foreign_kept: int = 0
    main_gone: int = 0
    main_kept: int = 0
    touched: int = 0
    suspected: int = 0
    again: int = 0  # documents in which a second run takes more

    def add(self, other: "Tally") -> None:
        for field in fields(self):
            setattr(self, field.name, getattr(self, field.name) + getattr(other, field.name))

    def figures(self) -> str:
        """P, R, F1 and the share of main that is lost."""
        precision = self.foreign_gone / max(self.foreign_gone + self.main_gone, 1)
        recall = self.foreign_gone / max(self.foreign_gone + self.foreign_kept, 1)
        f1 = 2 * precision * recall / max(precision + recall, 1e-9)
        lost = self.main_gone / max(self.main_gone + self.main_kept, 1)
        return (
            f"{self.documents:6} {precision:6.3f} {recall:6.3f} {f1:6.3f} {lost:9.2%} {self.suspected:9} {self.again:5}"
        )

    def harm(self) -> str:
        """What clean documents suffer."""
        lost = self.main_gone / max(self.main_gone + self.main_kept, 1)
        share = self.touched / max(self.documents, 1)
        return f"{self.documents:6} touched {self.touched:3} = {share:5.1%} lost {lost:6.2%} suspected {self.suspected:3} again {self.again:3}"


@dataclass(slots=True)
class Clock:
    """Time of the processor in the stage; the better of two runs, since a machine has other work too."""

    seconds: float = 0.0
    size: int = 0
    documents: int = 0

    def time(self, stage: Splice, doc: Document) -> None:
        """One more document."""
        took = []
        for _ in range(2):
            form_of.cache_clear()  # what a text is told to be is kept for the next one who asks
            began = time.process_time()
            for _ in stage(doc):
                pass
            took.append(time.process_time() - began)
        self.seconds += min(took)
        self.size += len(doc.text.encode())
        self.documents += 1

    def figures(self) -> str:
        """By document and by size."""
        return (
            f"{1000 * self.seconds / self.documents:.2f} ms a document,"
            f" {self.size / self.seconds / 1e6:.2f} MB/s of UTF-8, one core"
        )


def records(path: Path) -> Iterator[dict[str, Any]]:
    """The documents of a benchmark file."""
    if path.suffix == ".zst":
        import zstandard

        with path.open("rb") as raw, zstandard.ZstdDecompressor().stream_reader(raw) as stream:
            yield from map(json.loads, io.TextIOWrapper(stream, encoding="utf-8", newline="\n"))
    else:
        opener = gzip.open if path.suffix == ".gz" else open
        with opener(path, "rt", encoding="utf-8", newline="\n") as lines:
            yield from map(json.loads, lines)


def columns(text: str) -> int:
    """How wide a text is drawn: Chinese characters and their marks take two."""
    return sum(2 if east_asian_width(sign) in "WFA" else 1 for sign in text)


def wrapped(text: str, width: int) -> str:
    """One paragraph in lines of at most so many columns, words and Chinese marks kept whole."""
    lines, used = [""], 0
    for piece in _UNBROKEN.findall(text):
        if lines[-1] and used + columns(piece) > width:
            lines.append("")
            used, piece = 0, piece.lstrip(" ")
        lines[-1] += piece
        used += columns(piece)
    return "\n".join(line for line in lines if line)


def in_lines(record: dict[str, Any], width: int) -> dict[str, Any]:
    """The same document with the lines of its paragraphs broken at a width."""
    paragraphs = record["text"].split(record["sep"])
    return record | {"text": "\n\n".join(wrapped(own, width) for own in paragraphs), "sep": "\n\n"}


def judged(record: dict[str, Any], found: Iterable[Finding]) -> Tally:
    """One document against its labels."""
    tally, at = Tally(documents=1), 0
    gone = sorted((finding.start, finding.end) for finding in found if finding.certainty > Certainty.SUSPECT)
    for text, label in zip(record["text"].split(record["sep"]), record["labels"], strict=True):
        end = at + len(text)
        lost = sum(max(0, min(end, stop) - max(at, start)) for start, stop in gone)
        kind = "foreign" if label["role"] == "foreign" else "main"
        setattr(tally, f"{kind}_gone", getattr(tally, f"{kind}_gone") + lost)
        setattr(tally, f"{kind}_kept", getattr(tally, f"{kind}_kept") + len(text) - lost)
        at = end + len(record["sep"])
    tally.touched = int(bool(gone))
    tally.suspected = int(any(finding.certainty is Certainty.SUSPECT for finding in found))
    return tally


def setting(text: str) -> tuple[str, Any]:
    """name=value, the value in JSON."""
    name, _, value = text.partition("=")
    return name, json.loads(value)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("documents", type=Path)
    parser.add_argument("--touched", action="store_true", help="print what was taken from clean documents, and why")
    parser.add_argument("--set", dest="settings", type=setting, action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--wrap", type=int, metavar="COLUMNS", help="break the lines of paragraphs at this width first")
    options = parser.parse_args()
    stage = Splice(**dict(options.settings))
    once = Pipeline((stage,))
    worked(MAKING_ANEW)  # what is measured is a process that is warm
    tallies: dict[str, Tally] = {}
    clock: dict[str, Clock] = {}
    for given in records(options.documents):
        record = in_lines(given, options.wrap) if options.wrap else given
        doc = Document.of(record["text"], record["id"])
        found = list(stage(doc))
        clean = record["level"] == "D"
        clock.setdefault("clean" if clean else "spliced", Clock()).time(stage, doc)
        tally = judged(record, found)
        tally.again = int(any(finding.applied for finding in once(Document.of(doc.revise(found).text)).findings))
        for name in (record["level"], f"D {record['sub']}" if clean else "spliced"):
            tallies.setdefault(name, Tally()).add(tally)
        if options.touched and clean and tally.touched:
            for finding in found:
                taken = record["text"][finding.start : finding.end]
                print(record["id"], record["sub"], finding.certainty.name, finding.evidence, f"<<{taken}>>", sep="\n  ")
    print("level     docs      P      R     F1 main lost suspected again")
    for name in sorted(tallies):
        print(f"{name:9}", tallies[name].harm() if name.startswith("D") else tallies[name].figures())
    clock["all"] = Clock(*(sum(getattr(own, field.name) for own in clock.values()) for field in fields(Clock)))
    for name, own in clock.items():
        print(f"{name:9} {own.figures()}")


if __name__ == "__main__":
    main()
