"""Hold a run to what was planted: which copies were found, for the right survivor, and what honest text went.

    python scripts/bench_copies.py                                    # some 2,000 documents, less than a minute
    python scripts/bench_copies.py --size 5 --set dedup.threshold=.9  # a fifth of it; what is unknown here goes to `clean run`
    python scripts/bench_copies.py --folder planted                   # leave the corpus, its truth and the run there

The corpus is that of scripts/plant_copies.py; every stage is off, so that duplicates are all that changes a text.

prints   a row a kind and language: `planted`, what must go (documents, or spans of documents); `found`; `recall`; `precision`,
         of what went; `named`, how many of these name a survivor that holds the copy; `stay`, documents that must stay; of these
         `gone` whole and `cut`, those that lost letters which they should not; `pieces`, documents that must go whole and lost a
         part; `suspect`, findings that were reported and not applied. Then a row a rule: what it took, rightly or wrongly
exit     0 whatever it prints; bars are for who reads it
"""

import argparse
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cleaner.provenance.restore import records
from cleaner.stages.order import ORDER

sys.path.insert(0, str(Path(__file__).parent.parent))  # run as a file, a script does not see the folder it stands in
from scripts.plant_copies import COPIES, HONEST, USUAL, Truth, plant

CLEAN = Path(sys.executable).parent / "clean"
OFF = [option for stage in ORDER for option in ("--without", stage)]
ENOUGH = 0.9  # share of a span's letters that have to go for it to be found
LAYOUT = "spacing."  # line breaks that go with what goes
COLUMNS = ("planted", "found", "recall", "precision", "named", "stay", "gone", "cut", "pieces", "suspect")


@dataclass(frozen=True, slots=True)
class Removed:
    """What a rule took out of a document, and the documents that it named as keeping it."""

    rule: str
    start: int
    end: int
    kept: tuple[str, ...]

    def within(self, spans: Iterable[Sequence[int]], text: str) -> bool:
        """Whether it took no letter outside of these spans."""
        own = set().union(*(range(start, end) for start, end in spans))
        return not any(text[at].isalnum() for at in range(self.start, self.end) if at not in own)


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a document."""

    gone: bool
    removed: tuple[Removed, ...]
    suspect: int

    def took(self, start: int, end: int, text: str) -> list[Removed]:
        """What took this span, if nearly all of its letters went."""
        its = [one for one in self.removed if one.start < end and start < one.end]
        letters = {at for at in range(start, end) if text[at].isalnum()}
        lost = letters.intersection(*[set().union(*(range(one.start, one.end) for one in its))])
        return its if len(lost) >= ENOUGH * len(letters) else []


@dataclass(slots=True)
class Row:
    """Counts of one kind."""

    counts: Counter[str] = field(default_factory=Counter)

    def add(self, truth: Truth, fate: Fate, text: str) -> None:
        """Count a document."""
        planted = _planted(truth, text)
        found = [its for start, end in planted if (its := fate.took(start, end, text))]
        self.counts["planted"] += len(planted)
        self.counts["found"] += len(found)
        self.counts["named"] += sum(_named(its, truth) for its in found)
        self.counts["suspect"] += fate.suspect
        cut = not all(one.within(planted, text) for one in fate.removed)
        self.counts["stay"] += truth.outcome != "goes"
        self.counts["gone"] += truth.outcome != "goes" and fate.gone
        self.counts["cut"] += truth.outcome != "goes" and not fate.gone and cut
        self.counts["pieces"] += truth.outcome == "goes" and not fate.gone and bool(fate.removed)

    def cells(self) -> list[str]:
        """As they stand in the table."""
        counts = self.counts
        taken = counts["found"] + counts["gone"] + counts["cut"]
        shares = {
            "recall": _share(counts["found"], counts["planted"]),
            "precision": _share(counts["found"], taken if counts["planted"] else 0),
        }
        return [shares.get(name, str(counts[name])) for name in COLUMNS]


def _share(part: int, of: int) -> str:
    return f"{part / of:.3f}" if of else ""


def _planted(truth: Truth, text: str) -> list[tuple[int, int]]:
    """The spans that must go."""
    if truth.outcome == "goes":
        return [(0, len(text))]
    return [(start, end) for start, end in truth.spans]


def _named(removed: Iterable[Removed], truth: Truth) -> bool:
    """Whether every removal names a survivor that holds the copy; where all copies go there is none to name."""
    return all({*one.kept} & {*truth.survivors} for one in removed) or not truth.survivors


def truth_of(path: Path) -> list[Truth]:
    """Rows of truth.jsonl."""
    return [Truth(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def texts_of(corpus: Path, truths: Iterable[Truth]) -> dict[str, str]:
    """Texts by id."""
    files = {name: (corpus / name).read_text(encoding="utf-8").splitlines() for name in {one.file for one in truths}}
    return {one.id: json.loads(files[one.file][one.line - 1])["text"] for one in truths}


def fates_of(out: Path, ids: Mapping[str, str]) -> Iterator[tuple[str, Fate]]:
    """Id and fate of each document of a run; `ids` by the names that the run has for them."""
    for record in records(out):
        found = [finding for finding in record["findings"] if not finding["rule"].startswith(LAYOUT)]
        removed = tuple(one for finding in found if finding["applied"] for one in _removed(finding, ids))
        suspect = sum(not finding["applied"] for finding in found)
        yield ids[record["id"]], Fate(not record["clean"]["kept"], removed, suspect)


def _removed(finding: Mapping[str, Any], ids: Mapping[str, str]) -> Iterator[Removed]:
    kept = finding.get("evidence", {}).get("kept")
    names = (ids[kept["id"]],) if kept else ()
    for start, end in finding.get("spans") or [finding["span"]]:
        yield Removed(finding["rule"], start, end, names)


def run(corpus: Path, out: Path, options: Sequence[str]) -> float:
    """Seconds of a run; what it complains about goes to the terminal."""
    start = time.perf_counter()
    subprocess.run([CLEAN, "run", corpus, "-o", out, "--force", "-q", *OFF, *options], check=True)
    return time.perf_counter() - start


def compare(folder: Path, out: Path) -> tuple[dict[str, Row], dict[str, Row], Counter[tuple[str, bool]]]:
    """Rows by kind, rows by language, and what each rule took, rightly or not."""
    truths = truth_of(folder / "truth.jsonl")
    texts = texts_of(folder / "corpus", truths)
    fates = dict(fates_of(out, {f"{one.file}:{one.line}": one.id for one in truths}))
    kinds: dict[str, Row] = {}
    languages: dict[str, Row] = {}
    rules: Counter[tuple[str, bool]] = Counter()
    for one in truths:
        fate, text = fates[one.id], texts[one.id]
        for rows, name in ((kinds, one.kind), (languages, f"all of {one.language}")):
            rows.setdefault(name, Row()).add(one, fate, text)
        rules.update((removed.rule, removed.within(_planted(one, text), text)) for removed in fate.removed)
    return kinds, languages, rules


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Lines of a table that reads well on a terminal and in Markdown."""
    every = [list(head), *map(list, rows)]
    widths = [max(len(row[at]) for row in every) for at in range(len(head))]
    for number, row in enumerate(every):
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        yield f"| {' | '.join(cells)} |"
        if not number:
            yield f"|{'|'.join('-' * (width + 1) + ':' * (at > 0) + '-' * (at == 0) for at, width in enumerate(widths))}|"


def bench(folder: Path, options: argparse.Namespace, passed: Sequence[str]) -> None:
    """Plant, run, print."""
    corpus = plant(options.size, options.seed)
    corpus.write(folder)
    seconds = run(folder / "corpus", folder / "run", passed)
    kinds, languages, rules = compare(folder, folder / "run")
    print(f"{len(corpus.truth)} documents, {seconds:.1f} s of clean run {' '.join(passed)}\n")
    order = [*COPIES, *sorted(kinds.keys() - {*COPIES, *HONEST}), *HONEST]
    rows = {name: kinds[name] for name in order} | languages
    print(*table(["kind", *COLUMNS], ([name, *row.cells()] for name, row in rows.items())), "", sep="\n")
    names = sorted({rule for rule, _ in rules})
    cells = ([name, str(rules[name, True]), str(rules[name, False])] for name in names)
    print(*table(["rule", "right", "wrong"], cells), sep="\n")


def main() -> None:
    """Read the command line; what is not known here is for `clean run`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=USUAL, help="families of each kind and language")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where to leave everything; default: nowhere")
    options, passed = parser.parse_known_args()
    with TemporaryDirectory() as temporary:
        bench(options.folder or Path(temporary), options, passed)


if __name__ == "__main__":
    main()
