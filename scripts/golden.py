"""Clean seeds/ into fixtures/golden/: the clean texts, and for each document what `clean audit … show` says of it.

Run it after a change that is meant to change results (`make golden`), and read the diff like code.
"""

import argparse
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from cleaner.config import config_of
from cleaner.report import lookup, show
from cleaner.run.run import run

ROOT = Path(__file__).parent.parent


def golden(target: Path) -> None:
    """Write the golden run below `target`, anew."""
    shutil.rmtree(target, ignore_errors=True)
    with TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        run(["seeds"], out, config_of({}))
        shutil.copytree(out / "corpus", target / "corpus")
        (target / "audit").mkdir()
        for past in lookup.past_documents(out):
            lines = show.show(past, show.selected(past.doc, None, None))
            (target / "audit" / past.doc.id).write_text("\n".join(lines) + "\n", encoding="utf-8", newline="")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--out", type=Path, default=ROOT / "fixtures" / "golden")
    golden(parser.parse_args().out)
