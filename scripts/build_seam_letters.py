"""Rebuild cleaner/text/seams.json: which Han end a sentence, which begin one, and which do neither.

    pip install zstandard
    python scripts/build_seam_letters.py FOLDER cleaner/text/seams.json

FOLDER   the splice benchmark; the Chinese articles of its pools are counted, four of five. The fifth is held out
output   for ends and for begins: a score in nats → the characters that have it. Above 0 a character is rarer at the end
         (the start) of a sentence than elsewhere, so that a break behind (before) it cuts one; the same bytes on every run
prints   for some limits the share of cuts at a place drawn by lot, and of whole paragraphs whose end mark was taken, that
         are called cut; both from articles that were held out
"""

import argparse
import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from itertools import pairwise
from math import log
from pathlib import Path

import zstandard

from cleaner.text import halves

POOLS = "zh_xwlb", "zh_xwlb_roundup", "zht_hkc", "zh_pfr"
HAN = re.compile("[\u3400-\u9fff]")
END = re.compile("([\u3400-\u9fff])[。！？]")
BEGIN = re.compile("(?:^|[。！？”])([\u3400-\u9fff])")
SHORTEST = 60  # code points of a paragraph that is counted
FEWEST = 30  # times that a character must stand in them
SOFT, MOST, STEP = 20, 4.0, 0.5  # added to counts; the largest score; steps of scores


def paragraphs(folder: Path, *, held_out: bool) -> Iterator[list[str]]:
    """The paragraphs of every article, or of those that are held out."""
    for pool in POOLS:
        raw = (folder / "pools" / f"{pool}.jsonl.zst").read_bytes()
        rows = zstandard.ZstdDecompressor().stream_reader(BytesIO(raw)).read().decode().split("\n")
        for number, row in enumerate(filter(None, rows)):
            if (number % 5 == 0) == held_out:
                yield [text.strip() for text in json.loads(row)["paragraphs"]]


def scores(at: Counter[str], everywhere: Counter[str]) -> dict[str, str]:
    """Score → characters: how much rarer they are at this place than everywhere."""
    kinds, found = len(everywhere), dict[float, list[str]]()
    for char in sorted(char for char, times in everywhere.items() if times >= FEWEST):
        here = (at[char] + 3) / (at.total() + 3 * kinds)
        all_over = (everywhere[char] + SOFT) / (everywhere.total() + SOFT * kinds)
        score = round(max(-MOST, min(MOST, log(all_over / here))) / STEP) * STEP
        if score:
            found.setdefault(score, []).append(char)
    return {str(score): "".join(found[score]) for score in sorted(found)}


def tables(folder: Path) -> dict[str, dict[str, str]]:
    """What is written."""
    everywhere, ends, begins = Counter[str](), Counter[str](), Counter[str]()
    for article in paragraphs(folder, held_out=False):
        for text in article:
            if len(text) >= SHORTEST:
                everywhere.update(HAN.findall(text))
                ends.update(END.findall(text))
                begins.update(BEGIN.findall(text))
    return {"ends": scores(ends, everywhere), "begins": scores(begins, everywhere)}


def measured(folder: Path) -> Iterator[tuple[float, bool]]:
    """Scores of seams: of paragraphs cut by lot, and of two of them whose end mark was taken."""
    draw = random.Random(5)
    for article in paragraphs(folder, held_out=True):
        whole = "\n".join(article)
        for one, other in pairwise(article):
            at = draw.randrange(SHORTEST, len(one) - SHORTEST) if len(one) > 2 * SHORTEST else 0
            if at and HAN.match(one[at - 1]) and HAN.match(one[at]):
                yield halves.cut_score(one[:at], one[at:], whole.replace(one[at - 1 : at + 1], "", 1)), True
            if min(len(one), len(other)) > SHORTEST and one[-1] in "。！？" and HAN.match(one[-2]) and HAN.match(other):
                yield halves.cut_score(one[:-1], other, whole), False


def main() -> None:
    """Write the table, then measure it."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path)
    options.add_argument("output", type=Path)
    given = options.parse_args()
    text = json.dumps(tables(given.folder), ensure_ascii=False, indent=1)
    given.output.write_text(f"{text}\n", encoding="utf-8")
    found = list(measured(given.folder))
    for limit in (-2.0, -1.5, -1.0, 0.0, 0.5, 1.0, 1.5, 2.0):
        shares = [
            sum(score >= limit for score, cut in found if cut is kind) / sum(cut is kind for _, cut in found)
            for kind in (True, False)
        ]
        print(f"limit {limit:4.1f}  cut {shares[0]:.3f}  whole {shares[1]:.3f}")


if __name__ == "__main__":
    main()
