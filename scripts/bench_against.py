"""This checkout beside another one, in turns: CPU seconds of whole commands with all their processes, size of provenance.

    python scripts/bench_against.py OTHER_CHECKOUT corpus.jsonl [--rounds 3]

Both run by this Python, so that they use the same libraries. The first round of each makes its machine code and does not count.
"""

import argparse
import ctypes
import os
import resource
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from cleaner.stages.order import ORDER

OWN = Path(__file__).parent.parent
SUBREAPER = 36  # of prctl: orphans of a command are ours to wait for
RUNS = {
    "default": ["run"],
    "without splice": ["run", "--without", "splice", "--without", "rejoin"],
    "minimal": ["run", "--preset", "minimal"],
    "all stages off": ["run", *(option for stage in ORDER for option in ("--without", stage))],
    "clean dedup": ["dedup"],
}
NEWER = {"unwrap", "furniture"}  # stages that a checkout may not know


class Cost(NamedTuple):
    """CPU seconds of a command and of all that it started; MB of provenance."""

    cpu: float
    provenance: float


def cost(checkout: Path, arguments: list[str], corpus: Path, out: Path) -> Cost:
    """One command in a fresh directory."""
    own = arguments if checkout == OWN else _without_newer(arguments)
    quiet = ["-q"] if own[0] == "run" else []
    command = [sys.executable, "-m", "cleaner", own[0], str(corpus), "-o", str(out), *own[1:], *quiet]
    environment = {**os.environ, "PYTHONPATH": str(checkout), "PYTHONSAFEPATH": "1"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=environment, cwd=out.parent, check=True, stdout=subprocess.DEVNULL)
    _wait_for_orphans()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    told = out / "provenance.jsonl"
    size = told.stat().st_size / 1e6 if told.exists() else 0.0
    return Cost(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, size)


def _without_newer(arguments: list[str]) -> list[str]:
    pairs = zip(arguments[1::2], arguments[2::2], strict=False)
    return [arguments[0], *(part for pair in pairs if pair[1] not in NEWER for part in pair)]


def _wait_for_orphans() -> None:
    while True:
        try:
            os.wait()
        except ChildProcessError:
            return


def compared(sides: Mapping[str, Path], arguments: list[str], corpus: Path, rounds: int) -> dict[str, Cost]:
    """The least of each figure, of rounds in which the two take turns."""
    found: dict[str, list[Cost]] = {name: [] for name in sides}
    for turn in range(rounds + 1):
        for name, checkout in list(sides.items())[:: 1 if turn % 2 else -1]:
            with TemporaryDirectory() as folder:
                found[name].append(cost(checkout, arguments, corpus, Path(folder) / "out"))
    return {name: Cost(*map(min, zip(*costs[1:], strict=True))) for name, costs in found.items()}


def main() -> None:
    """Read the command line, print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("other", type=Path)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)
    sides = {"other": options.other.resolve(), "this": OWN}
    print(
        "| command | CPU s, other | CPU s, this | times as fast | provenance MB, other | this |\n|---|---|---|---|---|---|"
    )
    for name, arguments in RUNS.items():
        costs = compared(sides, arguments, options.corpus.resolve(), options.rounds)
        other, this = costs["other"], costs["this"]
        sizes = f"{other.provenance:.1f} | {this.provenance:.1f}" if this.provenance else " | "
        print(f"| {name} | {other.cpu:.2f} | {this.cpu:.2f} | {other.cpu / this.cpu:.2f} | {sizes} |", flush=True)


if __name__ == "__main__":
    main()
