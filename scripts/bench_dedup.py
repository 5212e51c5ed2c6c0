"""Measure `clean dedup` end to end: JSON lines in, kept JSON lines and removed ids out, whole processes.

    python scripts/bench_dedup.py corpus.jsonl                       # documents, paragraphs, both
    python scripts/bench_dedup.py corpus.jsonl --units document --recall thorough --rounds 5
    python scripts/bench_dedup.py corpus.jsonl --peers               # gaoya and datasketch beside it, where installed

prints   a Markdown table: median wall and CPU seconds, MB of input a second of wall, peak memory, units removed.
         The start and the end of the process count; configurations run in turn, so that all meet the same load.

Peers get the same shingles: five code points of a text without white space; they verify by estimate or not at all,
and take the transitive closure of what they find.
"""

import argparse
import json
import os
import re
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

WHITE = re.compile(r"\s+")
CLEAN = Path(sys.executable).parent / "clean"
CHUNK = 5000  # documents a parallel query


class Cost(NamedTuple):
    """One process: seconds, seconds, MB."""

    wall: float
    cpu: float
    peak: float


def with_gaoya(texts: list[str], threads: int) -> list[tuple[int, int]]:
    """Pairs that gaoya finds with its default bands, on all cores."""
    from gaoya.minhash import MinHashStringIndex

    index = MinHashStringIndex(
        hash_size=32, jaccard_threshold=0.8, num_bands=20, band_size=5, analyzer="char", ngram_range=(5, 5)
    )
    index.par_bulk_insert_docs(list(range(len(texts))), texts)
    chunks = (range(at, min(at + CHUNK, len(texts))) for at in range(0, len(texts), CHUNK))
    return [
        (unit, other)
        for chunk in chunks
        for unit, found in zip(chunk, index.par_bulk_query(texts[chunk.start : chunk.stop]), strict=True)
        for other in found
    ]


def with_datasketch(texts: list[str], threads: int) -> list[tuple[int, int]]:
    """Pairs that datasketch's index finds with its default bands; signing in so many processes."""
    from multiprocessing import Pool

    from datasketch import MinHash, MinHashLSH

    with Pool(threads) as pool:
        rows = pool.map(_datasketch_row, texts, 500)
    drawn = MinHash(num_perm=128, scheme="affine32").permutations
    sketches = [MinHash(hashvalues=row, permutations=drawn, num_perm=128, scheme="affine32") for row in rows]
    index = MinHashLSH(threshold=0.8, num_perm=128)
    for unit, sketch in enumerate(sketches):
        index.insert(unit, sketch, check_duplication=False)
    return [(unit, other) for unit, sketch in enumerate(sketches) for other in index.query(sketch)]


def _datasketch_row(text: str) -> object:
    from datasketch import MinHash

    sketch = MinHash(num_perm=128, scheme="affine32")
    sketch.update_batch({text[at : at + 5].encode() for at in range(max(len(text) - 4, 1))})
    return sketch.hashvalues


PEERS: dict[str, Callable[[list[str], int], list[tuple[int, int]]]] = {
    "gaoya": with_gaoya,
    "datasketch": with_datasketch,
}


def peer(args: argparse.Namespace) -> None:
    """One run of a peer: the first document of each of its components stays."""
    records = [json.loads(line) for line in args.corpus.open(encoding="utf-8")]
    pairs = PEERS[args.peer]([WHITE.sub("", record["text"]) for record in records], args.threads)
    first = list(range(len(records)))

    def root(unit: int) -> int:
        while first[unit] != unit:
            first[unit] = unit = first[first[unit]]
        return unit

    for one, other in pairs:
        low, high = sorted((root(one), root(other)))
        first[high] = low
    kept, removed = (path.open("w", encoding="utf-8") for path in args.out)
    with kept, removed:
        for unit, record in enumerate(records):
            if root(unit) == unit:
                kept.write(json.dumps(record, ensure_ascii=False) + "\n")
            else:
                removed.write(json.dumps({"id": record["id"]}) + "\n")


def cost_of(command: Sequence[str]) -> Cost:
    """Run this as a process of its own and wait for it."""
    begun = time.perf_counter()
    pid = os.posix_spawn(command[0], command, os.environ, file_actions=_SILENT)
    _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - begun
    if status:
        sys.exit(f"{' '.join(command)}: exit {os.waitstatus_to_exitcode(status)}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3))


_SILENT = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]


def compare(args: argparse.Namespace) -> None:
    """Every configuration in turn, several times; print the table."""
    with TemporaryDirectory(dir=args.corpus.parent) as folder:
        kept, removed = (str(Path(folder) / name) for name in ("kept.jsonl", "removed.jsonl"))
        own = ["--threshold", str(args.threshold), "--shortest", str(args.shortest), "--keep", args.keep]
        own += ["--recall", args.recall, "--threads", str(args.threads), "--force", "-q"]
        verb = [str(CLEAN), "dedup", str(args.corpus), "-o", kept, "--removed", removed, *own]
        runs = {f"clean dedup, {units}, {args.recall}": [*verb, "--units", units] for units in args.units}
        if args.peers:
            peer_of = [
                sys.executable,
                __file__,
                str(args.corpus),
                "--threads",
                str(args.threads),
                "--out",
                kept,
                removed,
            ]
            runs |= {f"{name}, document": [*peer_of, "--peer", name] for name in PEERS if find_spec(name)}
        _print_table(runs, Path(removed), args)


def _print_table(runs: Mapping[str, Sequence[str]], removed_to: Path, args: argparse.Namespace) -> None:
    costs: dict[str, list[Cost]] = {name: [] for name in runs}
    removed: dict[str, int] = {}
    for round_ in range(args.rounds + 1):  # the first compiles, and fills the page cache
        for name, command in runs.items():
            cost = cost_of(command)
            costs[name] += [cost] * (round_ > 0)
            removed[name] = removed_to.read_bytes().count(b"\n")
    megabytes = args.corpus.stat().st_size / 1e6
    print("| run | wall s (least–most) | CPU s | MB/s | peak MB | removed |\n|---|---|---|---|---|---|")
    for name, its in costs.items():
        wall, cpu, peak = (statistics.median(values) for values in zip(*its, strict=True))
        spread = f"{min(one.wall for one in its):.2f}–{max(one.wall for one in its):.2f}"
        print(
            f"| {name} | {wall:.2f} ({spread}) | {cpu:.2f} | {megabytes / wall:.1f} | {peak:.0f} | {removed[name]:,} |"
        )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, help="JSON lines with id and text")
    parser.add_argument(
        "--units", nargs="+", choices=["document", "paragraph", "both"], default=["document", "paragraph", "both"]
    )
    parser.add_argument("--recall", choices=["normal", "thorough"], default="normal")
    parser.add_argument("--threshold", type=float, default=0.8)
    parser.add_argument("--shortest", type=int, default=25, help="letters")
    parser.add_argument("--keep", default="first")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", action="store_true", help=f"run {' and '.join(PEERS)} as well, where installed")
    parser.add_argument("--peer", choices=PEERS, help="one run of this peer alone; needs --out")
    parser.add_argument("--out", nargs=2, type=Path, metavar=("KEPT", "REMOVED"), help="the files of --peer")
    return parser.parse_args()


def main() -> None:
    """Read the command line, run once or compare."""
    args = _arguments()
    if args.peer:
        peer(args)
    else:
        compare(args)


if __name__ == "__main__":
    main()
