"""Rebuild cleaner/stages/script_table.txt: characters that only one script of Chinese, or only Japanese, writes.

    pip install opencc==1.4.2
    python scripts/build_script_table.py cleaner/stages/script_table.txt

source   the dictionaries TSCharacters and STCharacters inside the opencc wheel (Apache-2.0), and Python's own code pages
output   three lines: only traditional, only simplified, only Japanese; in order of code points, the same on every run
"""

import argparse
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import opencc

Dictionary = dict[str, list[str]]
LEVEL_1 = range(0xB0, 0xD0)  # rows of the frequent kanji in EUC-JP


def dictionary(name: str) -> Dictionary:
    """Character → its readings in the other script, the usual one first, as the wheel ships them."""
    wheel = Path(opencc.__file__).parent / "clib"
    with TemporaryDirectory() as folder:
        text = Path(folder) / "dictionary.txt"
        source = wheel / "share" / "opencc" / f"{name}.ocd2"
        command: list[str | Path] = [
            wheel / "bin" / "opencc_dict",
            "-i",
            source,
            "-o",
            text,
            "-f",
            "ocd2",
            "-t",
            "text",
        ]
        subprocess.run(command, check=True, capture_output=True)
        rows = (line.split("\t") for line in text.read_text(encoding="utf-8").split("\n") if line)
        return {row[0]: row[1].split(" ") for row in rows}


def one_sided(mapped: Dictionary, back: Dictionary) -> set[str]:
    """Characters that are always mapped away and never mapped to; 后, 干 and 里 are words of both scripts and go."""
    targets = {target for row in mapped.values() for target in row}
    return {char for char, row in mapped.items() if char not in row} - targets - set(back)


def japanese(known: set[str]) -> Iterator[str]:
    """Frequent kanji that no code page of Chinese holds: forms of Japan, 図 or 込."""
    for char in map(chr, range(0x4E00, 0xA000)):
        euc = char.encode("euc_jp", "ignore")
        chinese = char.encode("gb2312", "ignore") or char.encode("big5", "ignore")
        if len(euc) == 2 and euc[0] in LEVEL_1 and not chinese and char not in known:
            yield char


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", type=Path)
    output = parser.parse_args().output
    to_simplified, to_traditional = dictionary("TSCharacters"), dictionary("STCharacters")
    traditional = one_sided(to_simplified, to_traditional)
    simplified = one_sided(to_traditional, to_simplified)
    lines = [traditional, simplified, set(japanese(traditional | simplified))]
    output.write_text("".join("".join(sorted(line)) + "\n" for line in lines), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
