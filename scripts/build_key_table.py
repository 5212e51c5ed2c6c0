"""Rebuild cleaner/duplicates/key_table.txt: which characters count as the same when texts are compared.

    pip install opencc==1.4.2
    python scripts/build_key_table.py cleaner/duplicates/key_table.txt

source   the Unicode data of the running Python, and the character dictionaries of OpenCC (Apache-2.0)
output   rows of code points, sorted: the same bytes on every run with the same versions, which the first line names
"""

import argparse
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import version
from itertools import chain
from pathlib import Path

from opencc import OpenCC

Fold = Callable[[str], str]

NOTHING = {
    "Cc",
    "Cf",
    "Zs",
    "Zl",
    "Zp",
}  # controls, formats (zero width, BOM, bidi), white space; NOT unassigned, see decision 030
VARIATION_SELECTORS = [range(0x180B, 0x1810), range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0)]
FILLERS = [0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0]  # category Mn or Lo, and nothing to be seen
BLANK_BRAILLE = 0x2800

WIDTH_AND_PRESENTATION = {
    "<wide>", "<narrow>", "<small>", "<vertical>", "<initial>", "<medial>", "<final>", "<isolated>", "<noBreak>",
}  # fmt: skip
RADICALS = range(0x2E80, 0x2FE0)  # ⼀ is 一: <compat>, like much that must stay

PUNCTUATION = {
    ".": "。．｡…‥⋯",
    ",": "、，､",
    ":": "：",
    ";": "；",
    "?": "？",
    "!": "！",
    "(": "([{（［｛｟⦅〔【〖〘〚⟦⟨⟪",
    ")": ")]}）］｝｠⦆〕】〗〙〛⟧⟩⟫",
    '"': "“”„‟«»《》「」〝〞〟❝❞",
    "'": "‘’‚‛‹›〈〉『』❛❜",  # NOT ′ and ″: minutes and seconds
    "-": "‐‑‒–—―⸺⸻−─",  # NOT ー and 一, which are letters
    "~": "〜～∼",
    "·": "・･•‧∙⋅",  # 约翰·史密斯 is spelled with any of them
}
CLASS_OF = {sign: folded for folded, signs in PUNCTUATION.items() for sign in signs}
SIMPLIFIERS = [OpenCC(name) for name in ("tw2s", "hk2s", "t2s")]  # in turn: each knows variants the others miss


def is_nothing(char: str) -> bool:
    """Whether the character leaves no trace in the key."""
    code = ord(char)
    selector = any(code in selectors for selectors in VARIATION_SELECTORS)
    return unicodedata.category(char) in NOTHING or selector or code in FILLERS or code == BLANK_BRAILLE


def width(char: str) -> str:
    """Full-width, half-width, positional and compatibility forms as the character they are a form of."""
    tag = unicodedata.decomposition(char).split(" ")[0]
    of_form = tag in WIDTH_AND_PRESENTATION or (tag == "<compat>" and ord(char) in RADICALS)
    canonical = bool(tag) and not tag.startswith("<")  # compatibility ideographs, the Kelvin and Angstrom signs
    return one(unicodedata.normalize("NFKC", char), char) if of_form or canonical else char


def case(char: str) -> str:
    """Small letters."""
    return one(char.casefold(), char)


def punctuation(char: str) -> str:
    """One sign for all of its class."""
    return CLASS_OF.get(char, char)


def script(char: str) -> str:
    """Traditional characters, of Taiwan and Hong Kong as well, as simplified ones."""
    if "CJK" not in unicodedata.name(char, ""):
        return char
    for simplifier in SIMPLIFIERS:
        char = one(simplifier.convert(char), char)
    return char


def one(folded: str, char: str) -> str:
    """What a fold gave, where it is one character; else the character as it was."""
    return folded if len(folded) == 1 else char


FOLDS: tuple[Fold, ...] = (width, case, punctuation, script)


def key_of(char: str) -> str:
    """The character in the key, "" for none: all folds, again and again until nothing changes."""
    seen = [char]
    while not is_nothing(char):
        for fold in FOLDS:
            char = fold(char)
        if char == seen[-1]:
            return char
        if char in seen:
            raise SystemExit(f"U+{ord(seen[0]):04X} folds in a circle: {seen}")
        seen.append(char)
    return ""


def runs(codes: Iterable[int]) -> Iterator[str]:
    """Sorted code points as ranges, `0030-0039` or `00AA`."""
    start = last = None
    for code in chain(codes, [sys.maxunicode + 2]):
        if last is not None and code == last + 1:
            last = code
            continue
        if start is not None:
            yield f"{start:04X}-{last:04X}" if start != last else f"{start:04X}"
        start = last = code


def table() -> Iterator[str]:
    """The lines of the file."""
    chars = [chr(code) for code in range(sys.maxunicode + 1)]
    keys = {char: key_of(char) for char in chars}
    yield f"# Comparison keys. Unicode {unicodedata.unidata_version}, OpenCC {version('opencc')}. Made by scripts/build_key_table.py."
    yield "# letters and digits: counted where they stand in a key"
    yield from runs(ord(char) for char in chars if char.isalnum())
    yield "# nothing: leaves no trace in the key"
    yield from runs(ord(char) for char in chars if not keys[char])
    yield "# folded: a character, and what stands for it"
    yield from (f"{ord(char):04X} {ord(key):04X}" for char, key in keys.items() if key and key != char)


def main() -> None:
    """Read the command line, write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, help="where to write it: cleaner/duplicates/key_table.txt")
    out = parser.parse_args().out
    lines = list(table())
    out.write_text("\n".join(lines) + "\n", encoding="ascii", newline="\n")
    print(f"{len(lines)} lines, {sum(len(line.split()) == 2 for line in lines)} folded characters")


if __name__ == "__main__":
    main()
