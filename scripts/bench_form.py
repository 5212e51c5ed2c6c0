"""How well and how fast the form of a text is told, on news of the splice benchmark, and on files of this machine.

    python scripts/bench_form.py FOLDER                       # with zh-dev.jsonl.zst and en-dev.jsonl.zst, and pools/
    python scripts/bench_form.py FOLDER --documents 300

FOLDER   the splice benchmark; its clean documents (level D) and the articles of its pools are taken. Needs `zstandard`
prints   plain news: share of long paragraphs that are not called prose, documents with a wrapped block; wrapped at 40, 60, 72
         and 100 columns: recall of line ends by the program, certain ones that are wrong, paragraph ends that were taken for
         such; speed in MB/s of UTF-8 and CPU time, document by document and in one text
"""

import argparse
import json
import textwrap
import time
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import zstandard

from cleaner.forms import Kind, form_of
from cleaner.forms.line import NOT_FIRST, columns

WIDTHS = (36, 40, 60, 72, 100)
LONG = 60  # columns of a paragraph that counts as long
INDENTS = {"zh": "　　", "en": "    "}
Layout = Callable[[str, int, str], list[str]]


def records(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a compressed file."""
    raw = zstandard.ZstdDecompressor().stream_reader(BytesIO(path.read_bytes())).read()
    yield from map(json.loads, raw.decode("utf-8").split("\n")[:-1])


def articles(folder: Path, language: str, most: int) -> list[list[str]]:
    """Paragraphs of news articles, some of each pool."""
    pools = {"zh": ("zh_xwlb", "zht_hkc", "zh_pfr"), "en": ("en_bbc", "en_reuters")}[language]
    found: list[list[str]] = []
    for pool in pools:
        every = [record["paragraphs"] for record in records(folder / "pools" / f"{pool}.jsonl.zst")]
        found += every[:: max(1, len(every) * len(pools) // most)]
    return found


def chinese(text: str, width: int, indent: str) -> list[str]:
    """Lines of Chinese no wider than so many columns, none of which begins with a sign that may not."""
    lines, own, used = [], indent, columns(indent)
    for letter in text:
        size = columns(letter)
        if used + size > width and letter not in NOT_FIRST:
            lines.append(own)
            own, used = "", 0
        own, used = own + letter, used + size
    return [*lines, own]


def latin(text: str, width: int, indent: str) -> list[str]:
    """Lines of words."""
    return textwrap.wrap(text, width, initial_indent=indent, break_long_words=False, break_on_hyphens=False)


def laid_out(paragraphs: Sequence[str], width: int, layout: Layout, indent: str) -> tuple[str, set[int]]:
    """A wrapped text, and the offsets of the line feeds that are the program's; blank lines where there is no indent."""
    text, breaks = "", set[int]()
    for paragraph in (line.strip() for own in paragraphs for line in own.split("\n") if line.strip()):
        lines = layout(paragraph, width, indent)
        for line in lines[:-1]:
            text += line
            breaks.add(len(text))
            text += "\n"
        text += lines[-1] + ("\n" if indent else "\n\n")
    return text, breaks


def found_breaks(text: str) -> tuple[set[int], set[int]]:
    """Line feeds inside wrapped blocks, and those of them that are certain."""
    every, sure = set[int](), set[int]()
    for block in form_of(text).blocks:
        for one in block.breaks:
            at = text.index("\n", one.start)
            every.add(at)
            sure |= {at} if one.sure else set()
    return every, sure


def wrapping(documents: Sequence[Sequence[str]], language: str) -> Iterator[str]:
    """Recall at every width, and what was joined wrongly."""
    layout = {"zh": chinese, "en": latin}[language]
    for width in WIDTHS:
        for name, indent in (("blank", ""), ("indent", INDENTS[language])):
            right = total = certain = wrong = wrong_sure = ends = 0
            for paragraphs in documents:
                text, breaks = laid_out(paragraphs, width, layout, indent)
                every, sure = found_breaks(text)
                right, total, certain = right + len(every & breaks), total + len(breaks), certain + len(sure & breaks)
                wrong, wrong_sure, ends = (
                    wrong + len(every - breaks),
                    wrong_sure + len(sure - breaks),
                    ends + len(paragraphs),
                )
            yield (
                f"  {language} {width:4} {name:6} recall {right / total:6.1%} (certain {certain / total:6.1%}), "
                f"of {ends:,} paragraph ends {wrong} joined ({wrong_sure} as certain)"
            )


def plain_news(documents: Sequence[Sequence[str]], language: str) -> Iterator[str]:
    """What is not called prose, of paragraphs one a line."""
    other: dict[str, int] = {}
    total = wrapped = 0
    for paragraphs in documents:
        for separator in ("\n\n", "\n"):
            form = form_of(separator.join(paragraphs))
            wrapped += Kind.WRAPPED in form.kinds
            subs = {number: block.sub for block in form.blocks for number in range(block.first, block.last)}
            for number, (kind, line) in enumerate(zip(form.kinds, form.text.split("\n"), strict=True)):
                if kind and columns(line.strip()) >= LONG:
                    total += 1
                    if kind is not Kind.PROSE:
                        name = f"{kind} {subs[number]}"
                        other[name] = other.get(name, 0) + 1
    share = sum(other.values()) / total
    parts = ", ".join(f"{name} {count}" for name, count in sorted(other.items(), key=lambda own: -own[1]))
    yield f"  {language}: {len(documents):,} articles, {total:,} long paragraphs: {share:.2%} not prose ({parts}); {wrapped} texts wrapped"


def speed(documents: Sequence[Sequence[str]], language: str) -> Iterator[str]:
    """MB of UTF-8 a second of CPU time."""
    texts = ["\n\n".join(paragraphs) for paragraphs in documents]
    layout = {"zh": chinese, "en": latin}[language]
    wrapped = [laid_out(paragraphs, 72, layout, "")[0] for paragraphs in documents[:200]]
    long = ["\n\n".join(texts[at : at + 100]) for at in range(0, len(texts), 100)]
    prose_only = [text for text in texts if form_of(text).all_prose]
    for name, own in (
        ("news, one by one", texts),
        ("those that are all prose", prose_only),
        ("news, 100 in one", long),
        ("wrapped at 72", wrapped),
    ):
        yield f"  {language} {name:24} {megabytes_a_second(own):7.1f} MB/s ({len(own):,} texts)"


def megabytes_a_second(texts: Sequence[str]) -> float:
    """The best of three."""
    size = sum(len(text.encode("utf-8")) for text in texts) / 1e6
    seconds = []
    for _ in range(3):
        before = time.process_time()
        for text in texts:
            form_of(text)
        seconds.append(time.process_time() - before)
    return size / max(min(seconds), 1e-9)


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--documents", type=int, default=1000)
    options = parser.parse_args()
    for language in ("zh", "en"):
        documents = articles(options.folder, language, options.documents)
        print(*plain_news(documents, language), sep="\n", flush=True)
        print(*speed(documents, language), sep="\n", flush=True)
        print(*wrapping(documents[:: max(1, len(documents) // 200)], language), sep="\n", flush=True)


if __name__ == "__main__":
    main()
