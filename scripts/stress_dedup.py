"""Measure what hostile and huge corpora cost the matching, each at n and 2n: linear is a ratio of about 2.

    python scripts/stress_dedup.py                    # every case at a tenth of its size
    python scripts/stress_dedup.py --size 1 crowd     # 100,000 equal and 100,000 nearly equal paragraphs, and twice that

cases    crowd: equal and nearly equal paragraphs; form: documents that share 3/4 of their text; long: one document of
         paragraphs; repeated: texts of one shingle; short: texts of 0 to 5 letters
prints   one JSON object a case: units, removals and CPU seconds at n and at 2n, and the ratio of the seconds
"""

import argparse
import json
import time
from collections.abc import Callable
from random import Random

import numpy as np
from numpy.typing import NDArray

from cleaner.dedup.match import match
from cleaner.dedup.settings import Dedup
from cleaner.dedup.units import units_of

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


def measured(texts: list[str]) -> tuple[int, int, float]:
    """Units, removals, CPU seconds: those of other processes do not count."""
    begun = time.process_time()
    units = units_of(texts, Dedup())

    def fetch(rows: NDArray[np.int64]) -> list[str]:
        spans = (column[rows].tolist() for column in (units.document, units.start, units.end))
        return [texts[document][start:end] for document, start, end in zip(*spans, strict=True)]

    edges = match(units, fetch, Dedup())
    return len(units), len(edges), time.process_time() - begun


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"of {', '.join(CASES)}; default: all")
    parser.add_argument("--size", type=float, default=0.1, help="1 is the full size; default: 0.1")
    args = parser.parse_args()
    measured(long(100_000))  # compiles
    for name in args.cases or CASES:
        texts, count = CASES[name]
        figures = [measured(texts(round(factor * args.size * count))) for factor in (1, 2)]
        (units, removed, seconds), (units_2, removed_2, seconds_2) = figures
        row = {"case": name, "units": [units, units_2], "removed": [removed, removed_2]}
        print(json.dumps(row | {"s": [round(seconds, 2), round(seconds_2, 2)], "ratio": round(seconds_2 / seconds, 2)}))


if __name__ == "__main__":
    main()
