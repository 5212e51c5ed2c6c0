"""Measure duplicate matching over a JSONL corpus, and write what it would remove.

    python scripts/bench_dedup.py corpus.jsonl removed.jsonl
    python scripts/bench_dedup.py corpus.jsonl removed.jsonl --units paragraph --recall thorough

input    one object a line, with `id` and `text`
output   one object a removed unit: `id`, `kept` (the copy that stays), `jaccard`, `exact`; a paragraph's id is
         DOCUMENT:LINE, lines counted from 0
prints   one JSON object: seconds and MB/s of the steps and of all, peak memory of the process, units, removals

One process, this very interpreter; reading and writing the files included in `wall`, its start and imports not.
"""

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleaner.dedup.match import Edge, match
from cleaner.dedup.settings import Dedup
from cleaner.dedup.units import DOCUMENT, Units, units_of


def main() -> None:
    """Read the command line, match, write the removals, print the figures."""
    args = _arguments()
    settings = Dedup(
        units=args.units,
        threshold=args.threshold,
        shortest=args.shortest,
        recall=args.recall,
        keep=args.keep,
        seed=args.seed,
    )
    units_of(["datasketch and the key table are loaded by the first text"], settings)
    started = time.perf_counter()
    records = [json.loads(line) for line in args.corpus.open(encoding="utf-8")]
    texts = [record["text"] for record in records]
    loaded = time.perf_counter()
    units = units_of(texts, settings)
    signed = time.perf_counter()
    edges = match(units, fetching(units, texts), settings, parts=args.parts)
    matched = time.perf_counter()
    with args.removed.open("w", encoding="utf-8", newline="\n") as out:
        for row in rows(edges, units, texts, [str(record["id"]) for record in records]):
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
    ended = time.perf_counter()
    megabytes = args.corpus.stat().st_size / 1e6
    figures = {
        "units": len(units),
        "removed": len(edges),
        "exact": sum(edge.exact for edge in edges),
        "load_s": round(loaded - started, 3),
        "sign_s": round(signed - loaded, 3),
        "match_s": round(matched - signed, 3),
        "write_s": round(ended - matched, 3),
        "wall_s": round(ended - started, 3),
        "sign_MB_per_s": round(megabytes / (signed - loaded), 1),
        "MB_per_s": round(megabytes / (ended - started), 1),
        "peak_MB": round(_peak_megabytes()),
    }
    print(json.dumps(figures))


def fetching(units: Units, texts: Sequence[str]) -> Callable[[NDArray[np.int64]], list[str]]:
    """A `fetch` for texts in memory."""

    def fetch(rows: NDArray[np.int64]) -> list[str]:
        spans = (column[rows].tolist() for column in (units.document, units.start, units.end))
        return [texts[document][start:end] for document, start, end in zip(*spans, strict=True)]

    return fetch


def rows(edges: Sequence[Edge], units: Units, texts: Sequence[str], ids: Sequence[str]) -> Iterator[dict[str, Any]]:
    """One row a removal."""

    def name(unit: int) -> str:
        document = int(units.document[unit])
        if units.kind[unit] == DOCUMENT:
            return ids[document]
        return f"{ids[document]}:{texts[document].count(chr(10), 0, int(units.start[unit]))}"

    for edge in edges:
        jaccard = round(edge.common / edge.union, 6)
        yield {"id": name(edge.unit), "kept": name(edge.keeper), "jaccard": jaccard, "exact": edge.exact}


def _peak_megabytes() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1e3)


def _arguments() -> argparse.Namespace:
    default = Dedup()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, help="JSONL with id and text")
    parser.add_argument("removed", type=Path, help="where the removals go")
    parser.add_argument(
        "--units", choices=["document", "paragraph", "both"], default="document", help="default: document"
    )
    parser.add_argument("--threshold", type=float, default=default.threshold)
    parser.add_argument("--shortest", type=int, default=default.shortest, help="letters")
    parser.add_argument("--recall", choices=["normal", "thorough"], default=default.recall)
    parser.add_argument("--keep", choices=["first", "last", "longest"], default=default.keep)
    parser.add_argument("--seed", type=int, default=default.seed)
    parser.add_argument("--parts", type=int, default=1, help="of the shuffle; changes no result")
    return parser.parse_args()


if __name__ == "__main__":
    main()
