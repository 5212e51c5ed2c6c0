"""Make damaged documents and odd strings by the thousand, and hold the promises against each.

    python scripts/fuzz.py --examples 10000 --seed 1

strings    over all planes: a second cleaning changes nothing, and the change leads back to the source
documents  in random encodings with random damage: one run over all of them, then `restore` gives back every byte

Prints what was tried and what failed; exits 1 if anything did. The seed makes every failure repeatable.
"""

import argparse
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from cleaner.config import config_of
from cleaner.pipeline import Pipeline
from cleaner.provenance.restore import restore
from cleaner.provenance.verify import verify
from cleaner.run.run import run

CODECS = [
    "utf-8",
    "utf-8-sig",
    "gb18030",
    "gbk",
    "big5",
    "big5hkscs",
    "utf-16",
    "utf-16-be",
    "utf-32",
    "cp932",
    "euc_jp",
]
CODECS += ["cp949", "cp1252", "cp1251", "koi8-r", "iso8859-15"]
PLANES = [(0x20, 0x7F), (0, 0x250), (0x300, 0x370), (0x600, 0x700), (0x900, 0xE80), (0x2000, 0x2100), (0x2E80, 0xA000)]
PLANES += [
    (0xAC00, 0xD7B0),
    (0xF900, 0x10000),
    (0x1F300, 0x1F700),
    (0x20000, 0x2FA20),
    (0xE0000, 0xE01F0),
    (0, 0x110000),
]
PIECES = [
    "　　",
    "\r\n",
    "\n",
    " ",
    "\t",
    "今年",
    "，",
    "。",
    "２０２４",
    "Ａ",
    "é",
    "ä½\xa0å¥½",
    "\u200b",
    "\ufeff",
    "&amp;",
    "\x1b[1m",
]


def string(chance: random.Random, longest: int) -> str:
    """Pieces that rules look for between characters of any plane."""
    parts = []
    for _ in range(chance.randint(0, longest)):
        low, high = chance.choice(PLANES)
        parts.append(chance.choice([chance.choice(PIECES), chr(chance.randrange(low, high))]))
    return "".join(parts)


def damaged(chance: random.Random) -> bytes:
    """A text in a random encoding with bytes put in, taken out and changed."""
    text = (
        string(chance, 60) if chance.random() < 0.5 else "工业经济稳定恢复，呈现回升向好态势。\n" * chance.randint(0, 9)
    )
    data = bytearray(text.encode(chance.choice(CODECS), "ignore"))
    for _ in range(chance.choice([0, 0, 1, 1, 3, 20])):
        at = chance.randint(0, len(data))
        data[at : at + chance.randint(0, 2)] = chance.randbytes(chance.randint(0, 2))
    return bytes(data)


def strings_that_fail(chance: random.Random, examples: int) -> Iterator[str]:
    pipeline = Pipeline.default()
    for _ in range(examples):
        raw = string(chance, 30)
        once = pipeline(raw)
        if pipeline(once.text).text != once.text or once.change.invert(raw).apply(once.text) != raw:
            yield ascii(raw)


def documents_that_fail(chance: random.Random, examples: int, folder: Path) -> Iterator[str]:
    (folder / "in").mkdir()
    for number in range(examples):
        (folder / "in" / f"{number:06}.txt").write_bytes(damaged(chance))
    content = run([str(folder / "in")], folder / "out", config_of({}))
    skipped = {Path(one["path"]).name for one in content["skipped"]}
    print(f"  {len(skipped):,} are binary or of no encoding and were skipped")
    yield from verify(folder / "out").damaged
    restore(folder / "out", folder / "back")
    for path in sorted((folder / "in").iterdir()):
        back = folder / "back" / path.name
        if path.name not in skipped and (not back.exists() or back.read_bytes() != path.read_bytes()):
            yield f"{path.name}: {path.read_bytes().hex()}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--examples", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    failed = []
    print(f"{given.examples:,} strings, seed {given.seed}")
    failed += strings_that_fail(random.Random(given.seed), given.examples)
    print(f"{given.examples:,} documents, seed {given.seed}")
    with TemporaryDirectory() as folder:
        failed += documents_that_fail(random.Random(given.seed), given.examples, Path(folder))
    print("\n".join(failed) or "all promises held")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
