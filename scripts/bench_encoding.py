"""How often the encoding of a snippet is found, by encoding and length, and what it costs.

    python scripts/bench_encoding.py gb18030=news.txt big5=news.txt cp932=ja.txt koi8-r=ru.txt …

input    ENCODING=FILE, the file being UTF-8 text of your own; for big5, simplified text becomes traditional first (OpenCC)
output   one row an input: % of snippets whose text comes back right, a column a length in characters; then ms a snippet
         "wrong" are texts read wrongly without the flag encoding-guess or encoding-short
"""

import argparse
import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from opencc import OpenCC

from cleaner.encoding import decode
from cleaner.text.errors import InputError

LENGTHS = (5, 10, 20, 50, 200, 1000)


def snippets(text: str, length: int, encoding: str, count: int) -> Iterator[str]:
    """Random cuts that hold a character beyond ASCII and fit the encoding; the same ones on every run."""
    rng = random.Random(f"{encoding} {length}")
    for _ in range(count):
        start = rng.randrange(max(1, len(text) - length))
        snippet = text[start : start + length].encode(encoding, "ignore").decode(encoding)
        if not snippet.isascii():
            yield snippet


def verdict(snippet: str, encoding: str) -> str:
    """What became of it: right, flagged (wrong, and said to be a guess), wrong, or refused."""
    try:
        decoded = decode(snippet.encode(encoding))
    except InputError:
        return "refused"
    if decoded.text == snippet:
        return "right"
    return "flagged" if {"encoding-guess", "encoding-short"} & set(decoded.flags) else "wrong"


def row(text: str, encoding: str, count: int) -> Iterator[str]:
    for length in LENGTHS:
        chosen = list(snippets(text, length, encoding, count))
        began = time.perf_counter()
        seen = Counter(verdict(snippet, encoding) for snippet in chosen)
        spent = (time.perf_counter() - began) / max(len(chosen), 1) * 1000
        total = max(seen.total(), 1)
        yield f"{100 * seen['right'] / total:5.1f} ({100 * seen['wrong'] / total:3.1f}) {spent:4.1f} ms"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("texts", nargs="+", metavar="ENCODING=FILE")
    parser.add_argument("--snippets", type=int, default=300, help="how many a cell (default 300)")
    arguments = parser.parse_args()
    print(f"{'% right (% wrong and not flagged)':40}", *(f"{length:>18}" for length in LENGTHS))
    for given in arguments.texts:
        encoding, _, path = given.partition("=")
        text = Path(path).read_bytes().decode()
        if encoding.startswith("big5"):
            text = OpenCC("s2t").convert(text[:1_000_000])
        print(
            f"{encoding + ' ' + Path(path).name:40}",
            *(f"{cell:>18}" for cell in row(text, encoding, arguments.snippets)),
        )


if __name__ == "__main__":
    main()
