"""Count the honest documents of a directory from which splice takes something: references, manuals, whatever you have.

    python scripts/splice_touched.py docs/ [more/ …]

prints   a line for each document that loses a piece of another article, with its spans; then the counts.

No document should be named. Files that are no UTF-8 are left out.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

from cleaner.document import Certainty, Document
from cleaner.pipeline import Pipeline

RULE = "splice.foreign"


def documents(folders: list[Path]) -> Iterator[Document]:
    """Every text file below these folders."""
    for path in sorted(path for folder in folders for path in folder.rglob("*") if path.is_file()):
        try:
            yield Document.of(path.read_text(encoding="utf-8"), str(path))
        except UnicodeDecodeError:
            continue


def main() -> None:
    """Read the command line, clean, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    pipeline, seen, touched = Pipeline.default(), 0, 0
    for doc in pipeline.map(documents(parser.parse_args().folders)):
        seen += 1
        spans = [(f.start, f.end) for f in doc.findings if f.rule == RULE and f.certainty > Certainty.SUSPECT]
        touched += bool(spans)
        if spans:
            print(doc.id, *spans)
    print(f"{seen:,} documents, {touched:,} touched by {RULE}")


if __name__ == "__main__":
    main()
