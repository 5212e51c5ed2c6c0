"""Rebuild cleaner/encoding/frequent_han.txt: the most frequent Han, simplified on line 1, traditional on line 2.

    pip install jieba==0.42.1 opencc==1.4.2
    python scripts/build_frequent_han.py cleaner/encoding/frequent_han.txt

source   the word list of jieba 0.42.1, dict.txt: 349,046 words with their frequencies (MIT licence)
         the traditional line counts the same words after OpenCC s2t (Apache-2.0): 皇后 stays, 然后 becomes 然後
output   1,500 characters a line, the most frequent first, ties in order of code points; the same bytes on every run
"""

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator
from importlib.resources import files
from pathlib import Path

from opencc import OpenCC

HAN = range(0x4E00, 0xA000)
KEPT = 1500


def words() -> Iterator[tuple[str, int]]:
    """Every word of jieba's list with its frequency."""
    for row in files("jieba").joinpath("dict.txt").read_text(encoding="utf-8").split("\n"):
        if row:
            word, frequency, _ = row.split(" ")
            yield word, int(frequency)


def frequent(counted: Iterable[tuple[str, int]]) -> str:
    """The characters that stand in most words, each word as often as its frequency says."""
    counts: Counter[str] = Counter()
    for word, frequency in counted:
        for char in word:
            if ord(char) in HAN:
                counts[char] += frequency
    return "".join(sorted(counts, key=lambda char: (-counts[char], char))[:KEPT])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", type=Path)
    output = parser.parse_args().output
    simplified = list(words())
    convert = OpenCC("s2t").convert
    lines = [frequent(simplified), frequent((convert(word), frequency) for word, frequency in simplified)]
    output.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
