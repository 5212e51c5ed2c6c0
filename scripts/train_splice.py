"""Train the stage `splice`: background table, vectors and edges of terms, trees for links and blocks, the limit.

    python scripts/train_splice.py BENCH -o cleaner/stages/splice/model

BENCH is the folder of the splice benchmark, with `make_bench.py` and `pools/`. The articles of its dev sets stay out.

The others fall into folds. Every part of the model is trained once on all folds, which is what is shipped, and once
for each fold on the other ones, so that each reads what the part before it says of articles that it has not seen:

    tables, vectors, edges   from the articles
    links, two rounds        from pairs of paragraphs of all folds, read with the tables of the other folds
    blocks                   from the proposals in all folds, read with the tables and links of the other folds
    limit                    from every clean article, judged by the whole stage as the other folds made it

Only numbers leave the articles, never text. Needs LightGBM. The same folder gives the same bytes.
"""

import argparse
import io
import json
import math
import os
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from unittest.mock import patch

os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # sums of several threads differ in their last bits

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parent))
from bench_splice import Tally, judged
from build_splice_tables import BITS, folding, packed, section
from splice_documents import FOLDS, Fold, by_level, folds
from splice_edges import edges
from splice_pages import Page, pages, same
from splice_trees import BLOCKS, LINKS, Arrays, fit
from splice_vectors import vectors

from cleaner.document import Certainty, Document
from cleaner.stages.splice import Splice
from cleaner.stages.splice.model import blocks, columns, features, links, trees
from cleaner.stages.splice.model.background import Background, Section
from cleaner.stages.splice.model.trees import NAT, SCRIPTS
from cleaner.stages.splice.page import CJK_SHARE, cjk_share
from cleaner.text.machine_code import MAKING_ANEW, worked

Floats = NDArray[np.float32]
T = TypeVar("T")
SEED = 0
PAIRS = {True: 60, False: 200}  # of a document at most, if it is clean: long ones must not outvote the rest
PURE = 0.95  # of a block's characters are foreign: it counts as foreign
TOUCHED = {True: 0.0065, False: 0.0015}  # share of the clean documents, by script, that may be touched
MIX: dict[bool, dict[str, float]] = {  # by script: share of each kind among them; plain ones by corpus
    True: {"xwlb": 0.26, "hkc": 0.2, "pfr": 0.02, "hetero": 0.2, "list": 0.16, "qa": 0.16},
    False: {"bbc": 0.4, "reut": 0.5, "ose": 0.08, "hetero": 0.02},
}
TOLD = 3  # every so many spliced documents are judged by the whole stage, to tell how well it does


@dataclass(slots=True)
class Part:
    """What is trained on some of the folds."""

    table: Background
    arrays: Arrays

    def named(self, script: str, name: str, arrays: Arrays) -> None:
        self.arrays |= {f"{script}.{name}.{key}": value for key, value in arrays.items()}

    @contextmanager
    def read(self) -> Iterator[None]:
        """The stage reads this part instead of the shipped files."""
        with (
            patch.object(features, "background", lambda: self.table),
            patch.object(trees, "_arrays", lambda: self.arrays),
        ):
            _forget()
            yield
        _forget()


def _forget() -> None:
    """The stage reads each array once a process."""
    trees.shipped_vectors.cache_clear()
    trees.shipped_trees.cache_clear()


@dataclass(slots=True)
class Pairs:
    """The pairs of paragraphs of a document: the rows of both rounds, and which are of one article."""

    level: str
    traits: NDArray[np.int64]
    same: NDArray[np.bool_]
    first: Floats
    second: Floats = field(default_factory=lambda: np.zeros((0, 0), np.float32))


def told(*words: object) -> None:
    print(f"{time.process_time():6.0f} s ", *words, flush=True)


def part(own: Iterable[Fold], cjk: bool) -> Part:
    """Tables, vectors and edges of these folds."""
    articles = [article for fold in own for article in fold.articles]
    pools = [(article.date or article.section, list(article.paragraphs)) for article in articles]
    pairs = folding()
    fold = np.arange(0x10000, dtype=np.uint32)
    fold[pairs[:, 0]] = pairs[:, 1]
    texts = list(dict.fromkeys(text for _, own in pools for text in own))
    mine = section([text for text in texts if (cjk_share(text) >= CJK_SHARE) == cjk], BITS[SCRIPTS[cjk]], fold)
    none = Section(np.zeros(2, np.uint8), 1, 1)
    table = Background(mine if cjk else none, none if cjk else mine, fold)
    rows, lowest = vectors(pools, cjk, table)
    name = SCRIPTS[cjk]
    return Part(
        table,
        {
            f"{name}.vectors": rows,
            f"{name}.lowest": np.array([lowest]),
            f"{name}.edges": edges(pools, cjk, table),
        },
    )


def pairs_of(page: Page) -> Pairs:
    rows = links.first_round(links.similarity(page.features), page.features.traits).astype(np.float32)
    return Pairs(page.record["level"], page.features.traits, same(page), rows)


def linked(own: Sequence[Pairs], name: str) -> Arrays:
    """A round of the link model; its log-odds are about 0 where it knows nothing."""
    rng = np.random.default_rng(SEED)
    chosen = [rng.permutation(len(pairs.same))[: PAIRS[pairs.level == "D"]] for pairs in own]
    rows = np.concatenate([getattr(pairs, name)[pick] for pairs, pick in zip(own, chosen, strict=True)])
    right = np.concatenate([pairs.same[pick] for pairs, pick in zip(own, chosen, strict=True)])
    return fit(rows, right, LINKS, -math.log(right.mean() / (1 - right.mean())))


def block_rows(page: Page, cjk: bool) -> tuple[Floats, NDArray[np.bool_]]:
    """Every proposal of a page, and whether it is foreign."""
    known = links.similarity(page.features)
    _, proposed, rows = blocks.proposed_rows(page.features, known, links.links(page.features, known, cjk))
    inside = (proposed[:, : len(page.source)] == blocks.IN) * page.features.traits[:, columns.UNIT.characters]
    return rows.astype(np.float32), (inside * page.foreign).sum(axis=1) >= PURE * inside.sum(axis=1)


def others(of: Sequence[list[T]], fold: int) -> list[T]:
    """Everything that is not of this fold; of all folds where the number is none of theirs."""
    return [one for at, own in enumerate(of) if at != fold for one in own]


def trained(own: list[Fold], cjk: bool) -> list[Part]:
    """For each fold the model of the other ones, and at the end the model of all."""
    script = SCRIPTS[cjk]
    parts = []
    for at in range(FOLDS + 1):
        parts.append(part(others([[fold] for fold in own], at), cjk))
        told(script, "tables, vectors and edges", at)
    pairs: list[list[Pairs]] = []
    for fold, own_part in zip(own, parts, strict=False):
        with own_part.read():
            pairs.append([pairs_of(page) for page in pages(fold.documents, cjk)])
    told(script, "pairs of", sum(map(len, pairs)), "documents")
    for name in ("first", "second"):
        for at, one in enumerate(parts):
            one.named(script, name, linked(others(pairs, at), name))
            told(script, name, "round of links", at)
        for at, mine in enumerate(pairs if name == "first" else []):
            with parts[at].read():
                own_trees = trees.shipped_trees(name, cjk)
                for page in mine:
                    first = page.first.astype(np.float64)
                    page.second = links.second_round(own_trees.nats(first), first, page.traits).astype(np.float32)
    del pairs
    proposals: list[list[tuple[Floats, NDArray[np.bool_]]]] = []
    for fold, own_part in zip(own, parts, strict=False):
        with own_part.read():
            proposals.append([found for page in pages(fold.documents, cjk) if len((found := block_rows(page, cjk))[1])])
    told(script, "proposals of", sum(map(len, proposals)), "documents")
    for at, one in enumerate(parts):
        mine = others(proposals, at)
        one.named(
            script, "block", fit(np.concatenate([m[0] for m in mine]), np.concatenate([m[1] for m in mine]), BLOCKS)
        )
        told(script, "blocks", at)
    return parts


@dataclass(slots=True)
class Seen:
    """A clean document: its share of all of them, and the log-odds of what goes first as the limit falls."""

    kind: str
    odds: float
    share: float = 0.0


def strongest(record: dict[str, Any], stage: Splice) -> float:
    taken = [f for f in stage(Document.of(record["text"])) if f.certainty > Certainty.SUSPECT]
    if not taken:
        return -math.inf
    top = max((f.evidence["p"] for f in taken if f.rule == "splice.foreign"), default=1.0)
    if top < stage.limit:
        return math.inf  # a line of the page takes it, whatever the limit
    return math.log(top / max(1 - top, 1e-6))


def clean_ones(own: list[Fold], parts: list[Part], cjk: bool) -> list[Seen]:
    """Every clean document, judged by the stage that has not seen it, the strongest first."""
    found, stage = [], Splice(limit=0.5)
    for fold, own_part in zip(own, parts, strict=False):
        with own_part.read():
            for record in fold.documents:
                if record["level"] == "D":
                    kind = record["corpus"] if record["sub"] == "plain" else record["sub"]
                    found.append(Seen(kind, strongest(record, stage)))
    kinds: dict[str, int] = defaultdict(int)
    for one in found:
        kinds[one.kind] += 1
    for one in found:
        one.share = MIX[cjk].get(one.kind, 0.0) / kinds[one.kind]
    return sorted(found, key=lambda one: -one.odds)


def shift(clean: list[Seen], cjk: bool) -> float:
    """What to add to the odds of blocks so that the limit that is the default touches TOUCHED of the clean documents."""
    whole, gone = sum(one.share for one in clean), 0.0
    for one in clean:
        gone += one.share
        if gone > TOUCHED[cjk] * whole or one.odds <= 0:
            return math.log(Splice().limit / (1 - Splice().limit)) - max(one.odds, 0.0) - 1e-3
    return 0.0


def shifted(parts: list[Part], script: str, nats: float) -> None:
    for one in parts:
        name = f"{script}.block.bias"
        one.arrays[name] = one.arrays[name] + round(nats * NAT)


def report(own: list[Fold], parts: list[Part]) -> None:
    """What the whole stage does to documents of articles that it has not seen."""
    tallies: dict[str, Tally] = defaultdict(Tally)
    stage = Splice()
    for fold, own_part in zip(own, parts, strict=False):
        with own_part.read():
            for at, record in enumerate(fold.documents):
                if record["level"] == "D" or at % TOLD == 0:
                    tally = judged(record, list(stage(Document.of(record["text"]))))
                    clean = record["level"] == "D"
                    kind = record["corpus"] if record["sub"] == "plain" else record["sub"]
                    for name in (record["level"], f"D {kind}" if clean else "spliced"):
                        tallies[name].add(tally)
    for name in sorted(tallies):
        print(f"{name:9}", tallies[name].harm() if name.startswith("D") else tallies[name].figures())


def written(parts: dict[bool, Part], output: Path) -> None:
    """The files of the model."""
    pairs = folding()
    table = Background(parts[True].table.cjk, parts[False].table.spaced, parts[True].table.fold)
    data = packed(table, pairs)
    (output / "background.bin").write_bytes(data)
    arrays = io.BytesIO()
    np.savez_compressed(arrays, **parts[True].arrays, **parts[False].arrays)
    (output / "model.npz").write_bytes(arrays.getvalue())
    print(f"{len(arrays.getvalue())} bytes of model, {len(data)} of background table")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench", type=Path, help="folder of the splice benchmark")
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder of the model")
    parser.add_argument("--report", action="store_true", help="judge all folds once more, at the limit that was found")
    options = parser.parse_args()
    worked(MAKING_ANEW)  # there is enough to do
    whole: dict[bool, Part] = {}
    for cjk, script in SCRIPTS.items():
        own = list(folds(options.bench, cjk))
        for at, fold in enumerate(own):
            told(script, "fold", at, len(fold.articles), "articles", json.dumps(by_level(fold.documents)))
        parts = trained(own, cjk)
        for _ in range(2):  # a shift changes what is held back: so once more
            clean = clean_ones(own, parts, cjk)
            by = shift(clean, cjk)
            shifted(parts, script, by)
            told(script, f"limit from {len(clean)} clean documents, odds shifted by {by:.2f} nats")
        if options.report:
            report(own, parts)
            told(script, "reported")
        whole[cjk] = parts[-1]
    written(whole, options.output)


if __name__ == "__main__":
    main()
