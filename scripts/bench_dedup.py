"""Measure `clean dedup` end to end: JSON lines in, kept JSON lines and removed ids out, whole processes.

    python scripts/bench_dedup.py corpus.jsonl                       # documents, paragraphs, both
    python scripts/bench_dedup.py corpus.jsonl --unit document --recall thorough --rounds 5
    python scripts/bench_dedup.py corpus.jsonl --unit document --peers                # other tools too, where installed
    python scripts/bench_dedup.py corpus.jsonl --unit document --peers datatrove --peer-python datatrove=/its/bin/python

prints   a Markdown table: median wall and CPU seconds, MB of input a second of wall, peak memory, units removed.
         The start and the end of the process count; configurations run in turn, so that all meet the same load.

Peers run in processes of their own, too, by `dedup_peers.py`, which says how each is set.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from dedup_peers import PEERS

CLEAN = Path(sys.executable).parent / "clean"
RUNNER = str(Path(__file__).with_name("dedup_peers.py"))
UNITS = ["document", "paragraph", "document,paragraph"]


class Cost(NamedTuple):
    """One process and those it started: seconds, seconds, MB of the largest of them."""

    wall: float
    cpu: float
    peak: float


def cost_of(command: Sequence[str], log: Path) -> Cost:
    """Run this as a process of its own and wait for it; what it says goes to `log`."""
    silent = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    silent.append((os.POSIX_SPAWN_OPEN, 2, str(log), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    begun = time.perf_counter()
    pid = os.posix_spawnp(command[0], command, os.environ, file_actions=silent)
    _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - begun
    if status:
        said = log.read_text(encoding="utf-8", errors="replace")[-2000:]
        sys.exit(f"{said}\n{' '.join(command)}: exit {os.waitstatus_to_exitcode(status)}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3))


def peers(args: argparse.Namespace, kept: str, removed: str) -> Iterator[tuple[str, list[str]]]:
    """For each peer that is installed the name of its row and its command; of the others it is said that they are not."""
    pythons = dict(args.peer_python)
    for name in args.peers or PEERS:
        runner = [pythons.get(name, sys.executable), RUNNER, name]
        version = subprocess.run(
            [*runner, "--installed"], stdout=subprocess.PIPE, text=True, check=False
        ).stdout.strip()
        if version:
            row = f"{PEERS[name].distribution} {version}, document, {PEERS[name].bands}"
            yield row, [*runner, str(args.corpus), kept, removed, "--threads", str(args.threads)]
        else:
            print(f"{name}: is not installed in {runner[0]}; name another by --peer-python {name}=…", file=sys.stderr)


def compare(args: argparse.Namespace) -> None:
    """Every configuration in turn, several times; print the table."""
    with TemporaryDirectory(dir=args.corpus.parent) as folder:
        kept, removed = (str(Path(folder) / name) for name in ("kept.jsonl", "removed.jsonl"))
        own = ["--threshold", str(args.threshold), "--shortest", str(args.shortest), "--keep", args.keep]
        own += ["--recall", args.recall, "--threads", str(args.threads), "--force", "-q"]
        verb = [str(CLEAN), "dedup", str(args.corpus), "-o", kept, "--removed", removed, *own]
        runs = {f"cleaner, {unit}, {args.recall}": [*verb, "--unit", unit] for unit in args.unit}
        if args.peers is not None:
            runs |= peers(args, kept, removed)
        _print_table(runs, Path(removed), Path(folder) / "log", args)


def _print_table(runs: Mapping[str, Sequence[str]], removed_to: Path, log: Path, args: argparse.Namespace) -> None:
    costs: dict[str, list[Cost]] = {name: [] for name in runs}
    removed: dict[str, int] = {}
    for round_ in range(args.rounds + 1):  # the first compiles, and fills the page cache
        for name, command in runs.items():
            cost = cost_of(command, log)
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


def _peer_python(given: str) -> tuple[str, str]:
    name, _, python = given.partition("=")
    if name not in PEERS or shutil.which(python) is None:
        raise argparse.ArgumentTypeError(f"{given}: write NAME=PYTHON, a peer ({', '.join(PEERS)}) and its interpreter")
    return name, python


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, help="JSON lines with id and text")
    parser.add_argument("--unit", nargs="+", choices=UNITS, default=UNITS)
    parser.add_argument("--recall", choices=["normal", "thorough"], default="normal")
    parser.add_argument("--threshold", type=float, default=0.8)
    parser.add_argument("--shortest", type=int, default=25, help="letters")
    parser.add_argument("--keep", default="first")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", nargs="*", choices=PEERS, help="run these tools as well; without names, all")
    parser.add_argument(
        "--peer-python",
        type=_peer_python,
        action="append",
        default=[],
        metavar="NAME=PYTHON",
        help="the interpreter that has this peer; default: this one. May be given again",
    )
    return parser.parse_args()


if __name__ == "__main__":
    compare(_arguments())
