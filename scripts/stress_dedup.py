"""Measure what hostile and huge corpora cost the matching, each at n and 2n: linear is a ratio of about 2.

    python scripts/stress_dedup.py                    # every case at a tenth of its size
    python scripts/stress_dedup.py --size 1 crowd     # 100,000 equal and 100,000 nearly equal paragraphs, and twice that
    python scripts/stress_dedup.py --memory           # a million and two million paragraphs through whole processes
    python scripts/stress_dedup.py --write 2000000 paragraphs.jsonl   # this corpus alone

cases    crowd: equal and nearly equal paragraphs; form: documents that share 3/4 of their text; long: one document of
         paragraphs; repeated: texts of one shingle; short: texts of 0 to 5 letters
prints   one JSON object a case: units, removals and CPU seconds at n and at 2n, and the ratio of the seconds

--memory runs `clean dedup`, and `clean run` with every stage off, on paragraphs of which a twentieth is equal and a
twentieth nearly equal, ten a document, and prints CPU seconds and the peak memory of the process and of all its workers.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from cleaner.duplicates.match import match
from cleaner.duplicates.settings import Dedup
from cleaner.duplicates.units import units_of
from cleaner.stages.order import ORDER

HAN = [chr(code) for code in range(0x4E00, 0x5600)]


def crowd(count: int) -> list[str]:
    """count equal texts, and count with one character changed."""
    random = Random(1)
    text = "".join(random.choices(HAN, k=200))
    places = (random.randrange(200) for _ in range(count))
    return [text] * count + [text[:at] + random.choice(HAN) + text[at + 1 :] for at in places]


def form(count: int) -> list[str]:
    """Texts on one template, of which a quarter is their own."""
    random = Random(2)
    parts = ["".join(random.choices(HAN, k=75)) for _ in range(4)]
    return [
        "".join(part + "".join(random.choices(HAN, k=random.randint(1, 9))) for part in parts) for _ in range(count)
    ]


def long(count: int) -> list[str]:
    """One document of so many paragraphs, a tenth of them twice."""
    random = Random(3)
    lines = ["".join(random.choices(HAN, k=30)) for _ in range(count * 9 // 10)]
    return ["\n".join(lines + lines[: count - len(lines)])]


def repeated(count: int) -> list[str]:
    """Texts that say one thing over and over."""
    return [HAN[at % 700] * (100 + at // 700 % 50) for at in range(count)]


def short(count: int) -> list[str]:
    """Texts of 0 to 5 letters."""
    random = Random(4)
    return ["".join(random.choices(HAN[:40], k=random.randint(0, 5))) for _ in range(count)]


CASES: dict[str, tuple[Callable[[int], list[str]], int]] = {
    "crowd": (crowd, 100_000),
    "form": (form, 20_000),
    "long": (long, 1_000_000),
    "repeated": (repeated, 100_000),
    "short": (short, 500_000),
}


def write_paragraphs(count: int, path: Path) -> None:
    """JSON lines with so many paragraphs, ten a document."""
    random = Random(5)
    text = "".join(random.choices(HAN, k=60))

    def paragraph(number: int) -> str:
        if number % 20 == 7:
            return text
        at = random.randrange(60)
        if number % 20 == 13:
            return text[:at] + random.choice(HAN) + text[at + 1 :]
        return "".join(random.choices(HAN, k=random.randint(30, 50)))

    with path.open("w", encoding="utf-8") as file:
        for first in range(0, count, 10):
            lines = [paragraph(number) for number in range(first, min(first + 10, count))]
            file.write(json.dumps({"id": first // 10, "text": "\n".join(lines)}, ensure_ascii=False) + "\n")


def peaks(command: list[str]) -> dict[str, float]:
    """CPU seconds of a command with all its processes, the peak memory of the first and of all together, in MB."""
    before = os.times()
    most = of_all = 0.0
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            family = [_resident(pid) for pid in _family(process.pid)]
            most, of_all = max(most, *family[:1], 0), max(of_all, sum(family))
            time.sleep(0.02)
    after = os.times()
    if process.returncode:
        sys.exit(f"{' '.join(command)}: exit {process.returncode}")
    seconds = after.children_user + after.children_system - before.children_user - before.children_system
    return {"cpu_s": round(seconds, 1), "peak_mb": round(most), "all_mb": round(of_all)}


def _family(pid: int) -> list[int]:
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
        children = [int(one) for thread in threads for one in (thread / "children").read_text().split()]
    except OSError:  # gone meanwhile
        return [pid]
    return [pid, *(one for child in children for one in _family(child))]


def _resident(pid: int) -> float:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    except OSError:
        return 0


def memory(size: float) -> None:
    """Both ways at n and 2n paragraphs, and the ratio of their seconds."""
    clean = str(Path(sys.executable).parent / "clean")
    stages = [option for stage in ORDER for option in ("--without", stage)]
    with TemporaryDirectory(dir=".") as folder:
        counts = [round(size * 1_000_000), round(size * 2_000_000)]
        paths = [Path(folder) / f"{count}.jsonl" for count in counts]
        for count, path in zip(counts, paths, strict=True):
            write_paragraphs(count, path)
        for verb, options in {"dedup": [], "run": stages}.items():
            out = ["-q", "--force", *options, "-o", f"{folder}/{verb}"]
            rows = [peaks([clean, verb, str(path), *out]) for path in paths]
            ratio = round(rows[1]["cpu_s"] / rows[0]["cpu_s"], 2)
            print(json.dumps({"verb": verb, "paragraphs": counts, "runs": rows, "ratio": ratio}), flush=True)


def measured(texts: list[str]) -> tuple[int, int, float]:
    """Units, removals, CPU seconds: those of other processes do not count."""
    begun = time.process_time()
    units = units_of(texts, Dedup(paragraphs="all"))

    def fetch(rows: NDArray[np.int64]) -> list[str]:
        spans = (column[rows].tolist() for column in (units.document, units.start, units.end))
        return [texts[document][start:end] for document, start, end in zip(*spans, strict=True)]

    edges = match(units, fetch, Dedup(paragraphs="all")).gone
    return len(units), len(edges), time.process_time() - begun


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"of {', '.join(CASES)}; default: all")
    parser.add_argument("--size", type=float, default=0.1, help="1 is the full size; default: 0.1")
    parser.add_argument("--memory", action="store_true", help="whole processes, and their memory; Linux")
    parser.add_argument("--write", nargs=2, metavar=("COUNT", "PATH"), help="write so many paragraphs, and end")
    args = parser.parse_args()
    if args.write:
        write_paragraphs(int(args.write[0]), Path(args.write[1]))
    elif args.memory:
        memory(args.size)
    else:
        compare(args.cases or list(CASES), args.size)


def best_of_two(texts: list[str]) -> tuple[int, int, float]:
    """The same work twice: what a neighbour takes from the caches is no matter of ours."""
    return min(measured(texts), measured(texts))


def compare(names: list[str], size: float) -> None:
    """Each case at n and at 2n."""
    measured(long(100_000))  # compiles
    for name in names:
        texts, count = CASES[name]
        figures = [best_of_two(texts(round(factor * size * count))) for factor in (1, 2)]
        (units, removed, seconds), (units_2, removed_2, seconds_2) = figures
        row = {"case": name, "units": [units, units_2], "removed": [removed, removed_2]}
        print(json.dumps(row | {"s": [round(seconds, 2), round(seconds_2, 2)], "ratio": round(seconds_2 / seconds, 2)}))


if __name__ == "__main__":
    main()
