"""Measure an index of what was kept: what it costs to build, to join, to ask, and how many bytes a unit takes.

    python scripts/bench_index.py CORPUS.jsonl                  # nine tenths are kept first, one tenth comes later
    python scripts/bench_index.py CORPUS.jsonl --later 0.5

The first part goes through `clean run` with little cleaning and the matching of the defaults (not measured), and an index
is built of it. Then the rest is signed, looked up, and what is left is matched among itself. CPU seconds of one process:
what others do at the same time does not count.

    python scripts/bench_index.py --form 20000                  # texts on one form, six sevenths of which they share

prints   one table: step, CPU seconds, peak MB so far; then one of the files of the index and their bytes a unit; with
         --form the share of 1,000 later copies with eight edits each that are found
"""

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleaner.config import config_of
from cleaner.duplicates.known import MOST, Lookup, Segment, sorted_band, sorted_exact, units_left
from cleaner.duplicates.match import match
from cleaner.duplicates.settings import Dedup
from cleaner.duplicates.units import Units, units_of
from cleaner.index import adding as indexing
from cleaner.index.reading import opened_index
from cleaner.run.run import run

HAN = [chr(code) for code in range(0x4E00, 0x5600)]
PLAIN: dict[str, Any] = {"preset": "minimal", "dedup": {"units": "both", "near": True}}


@contextmanager
def measured(step: str) -> Iterator[None]:
    """Print what a step takes."""
    begun = time.process_time()
    yield
    seconds = time.process_time() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
    print(f"| {step} | {seconds:.2f} | {peak:.0f} |", flush=True)


def fetching(units: Units, texts: list[str]) -> Callable[[NDArray[np.int64]], list[str]]:
    """The texts of units."""

    def fetch(rows: NDArray[np.int64]) -> list[str]:
        spans = (column[rows].tolist() for column in (units.document, units.start, units.end))
        return [texts[document][start:end] for document, start, end in zip(*spans, strict=True)]

    return fetch


def asked(index: Path, texts: list[str]) -> None:
    """Look texts up, and match the rest among itself."""
    settings = Dedup()
    with measured("open it: every array against its sha256"), opened_index(index, settings):
        pass
    with measured(f"sign {len(texts):,} new documents"):
        units = units_of(texts, settings)
    fetch = fetching(units, texts)
    with opened_index(index, settings) as opened:
        with measured(f"look up {len(units):,} new units"):
            known, _ = Lookup(units, units.bands, fetch, opened.segments, opened.fetch, settings).known()
        with measured("match what is left among itself"):
            edges = match(units_left(units, known), fetch, settings).gone
    print(f"\n{len(known):,} units go for old ones, {len(edges):,} for new ones")


def joined(folder: Path, index: Path) -> None:
    """Two segments into one."""
    header = indexing.check(index)
    from cleaner.index.segments import join_segments

    one = header["segments"][0]
    with measured("join the segment with itself"):
        join_segments(index, folder / "00009", one, one)


def sizes(index: Path, header: dict[str, Any]) -> None:
    """Bytes a unit, file by file."""
    told = indexing.as_json(index, header)
    print(f"\n{told['documents']:,} documents, {told['units']:,} units, {told['bytes'] / 1e6:.1f} MB")
    print("\n| file | bytes a unit |\n|---|---|")
    for name, file in header["segments"][0]["files"].items():
        print(f"| {name} | {file['bytes'] / told['units']:.1f} |")
    print(f"| all | {told['bytes'] / told['units']:.1f} |")


def crowded(count: int) -> None:
    """The share of near copies that are found where all texts share buckets."""
    random = Random(5)
    form = "".join(random.choices(HAN, k=360))
    kept = [form + "".join(random.choices(HAN, k=random.randint(50, 70))) for _ in range(count)]
    later = []
    for text in random.sample(kept, 1000):
        letters = list(text)
        for at in random.sample(range(len(letters)), 8):
            letters[at] = random.choice(HAN)
        later.append("".join(letters))
    how = Dedup(units="document")
    old, units = units_of(kept, how), units_of(later, how)
    columns = np.array([old.document, old.kind, old.start, old.end], dtype=np.uint32)
    rows = np.arange(count, dtype=np.uint32)
    sorted_ones = [sorted_band(old.bands[:, band], rows) for band in range(old.bands.shape[1])]
    keys, its = (np.array(part) for part in zip(*sorted_ones, strict=True))
    segment = Segment(columns, *sorted_exact(old.exact, rows), keys, its)
    search = Lookup(units, units.bands, fetching(units, later), [segment], fetching(old, kept), how)
    begun = time.process_time()
    known, _ = search.known()
    seconds = time.process_time() - begun
    print(f"{MOST} of each bucket: {len(known) / len(later):.3f} of the copies found, {seconds:.2f} CPU s")


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, nargs="?", help="JSON lines with a text")
    parser.add_argument("--form", type=int, metavar="TEXTS", help="so many texts on one form, in memory")
    parser.add_argument("--later", type=float, default=0.1, help="share of the documents that come later; default: 0.1")
    args = parser.parse_args()
    if args.form:
        crowded(args.form)
    if not args.corpus:
        return
    lines = args.corpus.read_bytes().splitlines(keepends=True)
    cut = round(len(lines) * (1 - args.later))
    later = [json.loads(line)["text"] for line in lines[cut:]]
    units_of(["一" * (1 << 20)], Dedup())  # compiles
    with TemporaryDirectory(dir=args.corpus.parent) as name:
        folder = Path(name)
        (folder / "first.jsonl").write_bytes(b"".join(lines[:cut]))
        del lines
        run([str(folder / "first.jsonl")], folder / "out", config_of(PLAIN), workers=2)
        print("| step | CPU s | peak MB so far |\n|---|---|---|")
        with measured(f"build an index of what was kept of {cut:,} documents"):
            header = indexing.build(folder / "out", folder / "index")
        joined(folder, folder / "index")
        asked(folder / "index", later)
        sizes(folder / "index", header)


if __name__ == "__main__":
    main()
