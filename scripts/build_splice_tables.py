"""Build the background table of the stage `splice`: how many paragraphs hold each term, on a log scale.

    python scripts/build_splice_tables.py POOL.jsonl.zst … -o cleaner/stages/splice/model/background.bin

A pool holds one JSON object a line with a list `paragraphs`; plain, .gz or .zst. Only counts of hashed terms leave it,
never text. The same pools give the same bytes, whatever their order.
"""

import argparse
import gzip
import io
import json
import math
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

import numpy as np
import opencc
from numpy.typing import NDArray

from cleaner.stages.splice.model.background import MAGIC, STEPS, Background, Section
from cleaner.stages.splice.model.terms import buckets, terms
from cleaner.stages.splice.page import CJK_RANGES, CJK_SHARE, cjk_share

BITS = {"cjk": 18, "spaced": 16}  # 262,144 and 65,536 rows: together 328 KB
RAREST = 2  # a term of fewer paragraphs counts as not seen, or one-off terms would crowd out the rest
CHUNK = 20_000  # paragraphs counted at once: bounds memory


def lines(path: Path) -> Iterator[str]:
    """The lines of a pool."""
    if path.suffix == ".zst":
        import zstandard

        with path.open("rb") as raw, zstandard.ZstdDecompressor().stream_reader(raw) as stream:
            yield from io.TextIOWrapper(stream, encoding="utf-8", newline="\n")
    else:
        opener = gzip.open if path.suffix == ".gz" else open
        with opener(path, "rt", encoding="utf-8", newline="\n") as stream:
            yield from stream


def paragraphs(paths: list[Path]) -> Iterator[str]:
    """All paragraphs of all pools, each text once: agency copy must not make its words common."""
    seen: set[bytes] = set()
    for path in paths:
        for line in lines(path):
            for text in json.loads(line)["paragraphs"]:
                if (key := blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()) not in seen:
                    seen.add(key)
                    yield text


def folding() -> NDArray[np.uint16]:
    """Pairs (traditional, simplified) of the basic plane, to a fixed point: one round of t2s can leave work behind."""
    convert = opencc.OpenCC("t2s").convert
    pairs = []
    for first, last in CJK_RANGES:
        for code in range(first, last + 1):
            old = new = chr(code)
            while (further := convert(new)) != new:
                new = further
            if new != old and len(new) == 1 and ord(new) < 0x10000:
                pairs.append((code, ord(new)))
    return np.array(pairs, np.uint16)


def counted(texts: list[str], fold: NDArray[np.uint32]) -> tuple[NDArray[np.uint64], NDArray[np.int64], int]:
    """Each term of these paragraphs, the number of paragraphs that hold it, and how many terms there are in all."""
    total = 0
    found: list[tuple[NDArray[np.uint64], NDArray[np.int64]]] = []
    for start in range(0, len(texts), CHUNK):
        keys, units = terms(texts[start : start + CHUNK], fold)
        total += len(keys)
        order = np.lexsort((units, keys))
        keys, units = keys[order], units[order]
        first = np.concatenate(([True], (keys[1:] != keys[:-1]) | (units[1:] != units[:-1])))
        found.append(np.unique(keys[first], return_counts=True))
    keys = np.concatenate([part[0] for part in found])
    counts = np.concatenate([part[1] for part in found])
    distinct, where = np.unique(keys, return_inverse=True)
    return distinct, np.bincount(where, counts).astype(np.int64), total


def section(texts: list[str], bits: int, fold: NDArray[np.uint32]) -> Section:
    """The table of these paragraphs. Where terms share a row the most frequent speaks: a sum would make all common."""
    keys, counts, total = counted(texts, fold)
    seen = counts >= RAREST
    levels = np.zeros(1 << bits, np.uint8)
    scale = [0] + [min(255, 1 + round(STEPS * math.log2(count))) for count in range(1, int(counts.max()) + 1)]
    np.maximum.at(levels, buckets(keys[seen], bits), np.array(scale, np.uint8)[counts[seen]])
    return Section(levels, len(texts), total)


def packed(table: Background, pairs: NDArray[np.uint16]) -> bytes:
    """The table as bytes: magic, one line of JSON, the levels of both sections, pairs of characters to fold."""
    head = {
        name: {"bits": len(part.levels).bit_length() - 1, "paragraphs": part.paragraphs, "total": part.total}
        for name, part in (("cjk", table.cjk), ("spaced", table.spaced))
    }
    line = json.dumps(head, sort_keys=True).encode() + b"\n"
    return MAGIC + line + table.cjk.levels.tobytes() + table.spaced.levels.tobytes() + pairs.astype("<u2").tobytes()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pools", nargs="+", type=Path)
    parser.add_argument("-o", "--output", required=True, type=Path)
    options = parser.parse_args()
    pairs = folding()
    fold = np.arange(0x10000, dtype=np.uint32)
    fold[pairs[:, 0]] = pairs[:, 1]
    texts: dict[bool, list[str]] = {True: [], False: []}
    for text in paragraphs(options.pools):
        texts[cjk_share(text) >= CJK_SHARE].append(text)
    table = Background(section(texts[True], BITS["cjk"], fold), section(texts[False], BITS["spaced"], fold), fold)
    data = packed(table, pairs)
    options.output.write_bytes(data)
    for name, part in (("cjk", table.cjk), ("spaced", table.spaced)):
        print(f"{name}: {part.paragraphs} paragraphs, {np.count_nonzero(part.levels)} of {len(part.levels)} rows used")
    print(f"{len(pairs)} characters to fold, {len(data)} bytes in {options.output}")


if __name__ == "__main__":
    main()
