"""Measure `clean run` as a whole process, and every stage of it alone.

    python scripts/bench_pipeline.py corpus.jsonl                  # all stages; without splice; duplicates alone
    python scripts/bench_pipeline.py corpus.jsonl --rounds 5 --workers 2
    python scripts/bench_pipeline.py corpus.jsonl --alone          # every stage off, beside `clean dedup`

prints   a Markdown table of runs: median wall and CPU seconds, MB of input a second of wall, seconds of each phase;
         then one of stages: CPU seconds and MB a CPU-second in one process, on texts that earlier stages have cleaned.

Runs take turns, so that all meet the same load; the first round only warms caches.
"""

import argparse
import json
import os
import statistics
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from cleaner.document import Document, Finding
from cleaner.pipeline import Pipeline
from cleaner.stages.order import ORDER
from cleaner.stages.stage import Stage

OFF = [option for stage in ORDER for option in ("--without", stage)]
RUNS = {
    "all stages": ["run"],
    "without splice": ["run", "--without", "splice", "--without", "rejoin"],
    "duplicates alone": ["run", *OFF],
}
ALONE = {
    f"clean {verb}, {unit}": [verb, "--unit", unit, *(OFF if verb == "run" else [])]
    for unit in ("document", "paragraph", "document,paragraph")
    for verb in ("run", "dedup")
}


class Cost(NamedTuple):
    """One run: seconds, seconds, seconds by phase."""

    wall: float
    cpu: float
    phases: Mapping[str, float]


@dataclass(frozen=True)
class Timed:
    """A stage that adds up its own CPU time."""

    stage: Stage
    seconds: "Counter[str]"

    @property
    def name(self) -> str:
        return self.stage.name

    @property
    def rules(self) -> Mapping[str, str]:
        return self.stage.rules

    def __call__(self, doc: Document) -> Sequence[Finding]:
        begun = time.process_time()
        found = list(self.stage(doc))
        self.seconds[self.name] += time.process_time() - begun
        return found


def run(corpus: Path, command: Sequence[str], workers: int) -> Cost:
    """A verb of `clean` with its options, in a process of its own, with its children."""
    verb, *options = command
    processes = {"run": "--workers", "dedup": "--threads"}[verb], str(workers)
    whole = [sys.executable, "-m", "cleaner", verb, str(corpus), *processes, "--quiet", *options]
    with TemporaryDirectory(dir=corpus.parent) as folder:
        out = Path(folder) / "out"
        begun, before = time.perf_counter(), os.times()
        status = os.waitstatus_to_exitcode(
            os.waitpid(os.posix_spawn(whole[0], [*whole, "-o", str(out)], os.environ), 0)[1]
        )
        wall, after = time.perf_counter() - begun, os.times()
        if status:
            sys.exit(f"{' '.join(whole)}: exit {status}")
        phases = json.loads((out / "manifest.json").read_bytes())["timing"]["seconds"] if verb == "run" else {}
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Cost(wall, cpu, phases)


def compare(corpus: Path, runs: Mapping[str, Sequence[str]], rounds: int, workers: int) -> None:
    """All runs in turn; print the table."""
    costs: dict[str, list[Cost]] = {name: [] for name in runs}
    for turn in range(rounds + 1):
        for name, command in runs.items():
            costs[name] += [run(corpus, command, workers)] * (turn > 0)
    megabytes = corpus.stat().st_size / 1e6
    print("| run | wall s (least–most) | CPU s | MB/s | phases s |\n|---|---|---|---|---|")
    for name, its in costs.items():
        wall, cpu = (statistics.median(getattr(one, field) for one in its) for field in ("wall", "cpu"))
        phases = {phase: statistics.median(one.phases[phase] for one in its) for phase in its[0].phases}
        spread = f"{min(one.wall for one in its):.2f}–{max(one.wall for one in its):.2f}"
        told = ", ".join(f"{phase} {seconds:.1f}" for phase, seconds in phases.items())
        print(f"| {name} | {wall:.2f} ({spread}) | {cpu:.2f} | {megabytes / wall:.1f} | {told} |")


def stages(corpus: Path, member: str) -> None:
    """Every stage over the documents of the corpus, in one process; print the table."""
    seconds: Counter[str] = Counter()
    pipeline = Pipeline.default()
    timed = replace(pipeline, stages=tuple(Timed(stage, seconds) for stage in pipeline.stages))
    texts = [json.loads(line)[member] for line in corpus.open(encoding="utf-8")]
    megabytes = sum(len(text.encode()) for text in texts) / 1e6
    pipeline(texts[0])  # imports, tables, compiled code
    begun = time.process_time()
    for text in texts:
        timed(text)
    total = time.process_time() - begun
    print("\n| stage | CPU s | MB/s |\n|---|---|---|")
    for name, spent in seconds.items():
        print(f"| {name} | {spent:.2f} | {megabytes / max(spent, 1e-6):,.0f} |")
    print(f"| all, with changes and findings | {total:.2f} | {megabytes / total:,.1f} |")


def main() -> None:
    """Read the command line, measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, help="JSON lines with a text")
    parser.add_argument("--text-field", default="text")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--alone", action="store_true", help="duplicates alone, with provenance and without; no stages")
    args = parser.parse_args()
    compare(args.corpus, ALONE if args.alone else RUNS, args.rounds, args.workers)
    if not args.alone:
        stages(args.corpus, args.text_field)


if __name__ == "__main__":
    main()
