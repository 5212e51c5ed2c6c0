"""Train the stage `splice`: the background table, the vectors of terms, the trees for links and blocks, the limit.

    python scripts/train_splice.py --pools POOL.jsonl.zst … --links DOCUMENTS … --blocks DOCUMENTS … --limits DOCUMENTS …
        --avoid DOCUMENTS … -o cleaner/stages/splice

Pools hold one article a line (`id`, `date` or `section`, `paragraphs`), documents are those of `bench_splice.py` with
`labels[].src`, the article of each paragraph. Four kinds of articles that must not meet:

    tables and vectors   articles of the pools that are in no document
    --links              the two rounds of the link model; half of the documents each
    --blocks             the block model
    --limits             clean documents decide how odds become the probability that the limit is held against

An article in two kinds is an error. Only numbers leave the articles, never text. Needs scikit-learn.
"""

import argparse
import io
import json
import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score

sys.path.insert(0, str(Path(__file__).parent))
from bench_splice import records
from build_splice_tables import BITS, folding, lines, section

from cleaner.document import Certainty, Document
from cleaner.stages.splice import Splice, background, links, model, reading, sheet
from cleaner.stages.splice.model import NAT, SCRIPTS, SIZES
from cleaner.stages.splice.repeats import originals
from cleaner.stages.splice.terms import buckets, terms
from cleaner.stages.splice.units import CJK_SHARE, cjk_share, split

Floats = NDArray[np.float64]
SEED = 0
DIMENSIONS = 16
VECTOR_BITS = {True: 16, False: 14}
SEEN = 6  # paragraphs that hold a term before it gets a place
STEPS = {True: 3_000, False: 1_500}
BATCH, NEIGHBOURS, TEMPERATURE, RATE = 384, 48, 0.1, 0.01
PAIRS = 300  # of one document at most: long ones must not outvote the rest
PURE = 0.95  # of a block's characters are foreign: it counts as foreign
TOUCHED = {
    True: 0.008,
    False: 0.0,
}  # of the clean documents, by script, may be touched at the limit that is the default
MARGIN = {True: 0.0, False: 1.25}  # nats beyond that: the clean documents in spaced scripts are few, and much alike
LINKS = {"max_iter": 80, "max_leaf_nodes": 16, "learning_rate": 0.12, "min_samples_leaf": 100, "l2_regularization": 5.0}
BLOCKS = {**LINKS, "max_iter": 250, "max_leaf_nodes": 10, "learning_rate": 0.06, "min_samples_leaf": 40, "max_features": 0.3}  # fmt: skip


@dataclass(slots=True)
class Page:
    """A document as the model sees it, and what is known about its units."""

    level: str
    cjk: bool
    sheet: sheet.Sheet
    source: NDArray[np.int64]
    foreign: NDArray[np.bool_]


def articles(paths: Iterable[Path]) -> set[str]:
    """Every article that these documents took text from."""
    found: set[str] = set()
    for path in paths:
        for record in records(path):
            found |= {record["main_id"], *(label["src"] for label in record["labels"])}
    return found - {"label"}


def pages(paths: Iterable[Path]) -> Iterator[Page]:
    """The documents that the stage would judge."""
    for path in paths:
        for record in records(path):
            paragraphs = split(record["text"])
            copies = originals(paragraphs)
            units = [at for at, paragraph in enumerate(paragraphs) if paragraph.long and at not in copies]
            if not 5 <= len(units) <= 80 or len(paragraphs) != len(record["labels"]):
                continue
            texts = [paragraphs[at].text for at in units]
            cjk = 2 * sum(len(paragraphs[at].text) for at in units if paragraphs[at].cjk) >= sum(map(len, texts))
            names: dict[str, int] = {}
            yield Page(
                record["level"],
                cjk,
                sheet.sheet(texts, [paragraphs[at].closed for at in units], cjk=cjk),
                np.array([names.setdefault(record["labels"][at]["src"], len(names)) for at in units]),
                np.array([record["labels"][at]["role"] == "foreign" for at in units]),
            )


def tables(pools: Sequence[tuple[str, list[str]]]) -> bytes:
    """The background table of these articles, each paragraph once."""
    pairs = folding()
    fold = np.arange(0x10000, dtype=np.uint32)
    fold[pairs[:, 0]] = pairs[:, 1]
    texts: dict[bool, dict[str, None]] = {True: {}, False: {}}
    for _, own in pools:
        for text in own:
            texts[cjk_share(text) >= CJK_SHARE][text] = None
    parts = [section(list(texts[cjk]), BITS[name], fold) for cjk, name in SCRIPTS.items()]
    return background.packed(background.Background(parts[0], parts[1], fold), pairs)


def weighted(texts: Sequence[str], cjk: bool) -> tuple[sparse.csr_matrix, int]:
    """Paragraphs × buckets of the terms that are frequent enough, rows of length 1; and the lowest level of these."""
    table = background.background()
    part = table.cjk if cjk else table.spaced
    lowest = 1 + round(background.STEPS * math.log2(SEEN))
    idf = np.array(sheet.idf(part))
    rows, columns, values = [], [], []
    for start in range(0, len(texts), 20_000):
        found = terms(list(texts[start : start + 20_000]), table.fold)
        order = np.lexsort((found.keys, found.units))
        keys, units = found.keys[order], found.units[order]
        first = np.flatnonzero(np.concatenate(([True], (keys[1:] != keys[:-1]) | (units[1:] != units[:-1]))))
        times = np.diff(np.concatenate((first, [len(keys)])))
        levels = part.level(keys[first])
        kept = levels >= lowest
        rows.append(units[first][kept] + start)
        columns.append(buckets(keys[first][kept], VECTOR_BITS[cjk]))
        values.append(((1 + np.log(times)) * idf[levels])[kept])
    matrix = sparse.csr_matrix(
        (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))),
        shape=(len(texts), 1 << VECTOR_BITS[cjk]),
    )
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    return sparse.diags(1 / np.maximum(lengths, 1e-6)).dot(matrix).tocsr().astype(np.float32), lowest


def vectors(pools: Sequence[tuple[str, list[str]]], cjk: bool) -> tuple[NDArray[np.int8], int]:
    """A place for each bucket: two paragraphs of one article shall be near, those of other articles far.

    Every second batch is of articles near in date or section, which are harder to tell apart.
    """
    shortest = 30 if cjk else 80
    groups = [(when, [text for text in dict.fromkeys(own) if len(text) >= shortest]) for when, own in pools]
    groups = sorted(((when, own) for when, own in groups if len(own) > 1), key=lambda group: group[0])
    matrix, lowest = weighted([text for _, own in groups for text in own], cjk)
    starts = np.concatenate(([0], np.cumsum([len(own) for _, own in groups])))
    rng = np.random.default_rng(SEED)
    places = rng.normal(0, DIMENSIONS**-0.5, (matrix.shape[1], DIMENSIONS)).astype(np.float32)
    speed, spread = np.zeros_like(places), np.zeros_like(places)
    for step in range(STEPS[cjk]):
        if step % 2:
            picks = rng.integers(0, max(len(groups) - NEIGHBOURS, 1), BATCH // NEIGHBOURS)
            chosen = np.unique(np.concatenate([np.arange(at, min(at + NEIGHBOURS, len(groups))) for at in picks]))
        else:
            chosen = rng.choice(len(groups), min(BATCH, len(groups)), replace=False)
        sizes = starts[chosen + 1] - starts[chosen]
        left = (rng.random(len(chosen)) * sizes).astype(np.int64)
        right = (left + 1 + (rng.random(len(chosen)) * (sizes - 1)).astype(np.int64)) % sizes
        one, other = matrix[starts[chosen] + left], matrix[starts[chosen] + right]
        rows, place = np.unique(np.concatenate((one.indices, other.indices)), return_inverse=True)
        shapes = (len(chosen), len(rows))
        here = places[rows]
        one, other = (
            sparse.csr_matrix((part.data, index, part.indptr), shape=shapes)
            for part, index in ((one, place[: one.nnz]), (other, place[one.nnz :]))
        )
        at_one, at_other = one @ here, other @ here
        long_one = np.linalg.norm(at_one, axis=1, keepdims=True) + 1e-6
        long_other = np.linalg.norm(at_other, axis=1, keepdims=True) + 1e-6
        at_one, at_other = at_one / long_one, at_other / long_other
        odds = at_one @ at_other.T / TEMPERATURE
        odds = np.exp(odds - odds.max(axis=1, keepdims=True))
        odds /= odds.sum(axis=1, keepdims=True)
        odds[np.arange(len(chosen)), np.arange(len(chosen))] -= 1
        odds /= len(chosen) * TEMPERATURE
        pull_one, pull_other = odds @ at_other, odds.T @ at_one
        pull_one = (pull_one - at_one * (pull_one * at_one).sum(axis=1, keepdims=True)) / long_one
        pull_other = (pull_other - at_other * (pull_other * at_other).sum(axis=1, keepdims=True)) / long_other
        slope = one.T @ pull_one + other.T @ pull_other
        speed[rows] = 0.9 * speed[rows] + 0.1 * slope
        spread[rows] = 0.99 * spread[rows] + 0.01 * slope**2
        places[rows] -= RATE * (1 - step / STEPS[cjk]) * speed[rows] / (np.sqrt(spread[rows]) + 1e-6)
    used = np.zeros(len(places), bool)
    used[np.unique(matrix.indices)] = True
    places[~used] = 0
    scale = 127 / np.quantile(np.abs(places[used]), 0.999)
    return np.clip(np.rint(places * scale), -127, 127).astype(np.int8), lowest


def flat(fitted: HistGradientBoostingClassifier, shift: float) -> dict[str, NDArray[Any]]:
    """A fitted model as the arrays of `model.Trees`; `shift` is added to its log-odds."""
    parts: dict[str, list[Any]] = {name: [] for name in ("column", "threshold", "left", "right", "value", "roots")}
    size = 0
    for stage in fitted._predictors:
        nodes = stage[0].nodes
        leaf = nodes["is_leaf"].astype(bool)
        parts["roots"].append([size])
        parts["column"].append(np.where(leaf, 0, nodes["feature_idx"]))
        parts["threshold"].append(np.where(leaf, 0, nodes["num_threshold"]))
        parts["left"].append(np.where(leaf, -1, nodes["left"].astype(np.int64) + size))
        parts["right"].append(np.where(leaf, -1, nodes["right"].astype(np.int64) + size))
        parts["value"].append(np.where(leaf, np.rint(nodes["value"] * NAT), 0))
        size += len(nodes)
    arrays = {name: np.concatenate(part).astype(SIZES[name]) for name, part in parts.items()}
    bias = float(np.ravel(fitted._baseline_prediction)[0]) + shift
    return arrays | {"bias": np.array([round(bias * NAT)], SIZES["bias"])}


def fit(rows: Floats, right: NDArray[np.bool_], settings: dict[str, Any]) -> HistGradientBoostingClassifier:
    """Boosted trees; the same rows give the same trees."""
    return HistGradientBoostingClassifier(**settings, early_stopping=False, random_state=SEED).fit(rows, right)


def same(page: Page) -> NDArray[np.bool_]:
    """For each pair of units whether they are of one article."""
    one, other = np.triu_indices(len(page.source), 1)
    return np.asarray(page.source[one] == page.source[other])


def link_model(own: Sequence[Page], rows: Sequence[Floats]) -> dict[str, NDArray[Any]]:
    """A round of the link model; its log-odds are about 0 where it knows nothing."""
    rng = np.random.default_rng(SEED)
    chosen = [rng.permutation(len(part))[:PAIRS] for part in rows]
    right = np.concatenate([same(page)[pick] for page, pick in zip(own, chosen, strict=True)])
    prior = math.log(right.mean() / (1 - right.mean()))
    return flat(
        fit(np.concatenate([part[pick] for part, pick in zip(rows, chosen, strict=True)]), right, LINKS), -prior
    )


def written(arrays: dict[str, NDArray[Any]], output: Path) -> int:
    """Write the arrays and forget what was read before; the size of the file."""
    data = io.BytesIO()
    np.savez_compressed(data, **arrays)
    (output / "model.npz").write_bytes(data.getvalue())
    model._arrays.cache_clear()
    model.trees.cache_clear()
    return len(data.getvalue())


def named(script: str, name: str, arrays: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    return {f"{script}.{name}.{key}": value for key, value in arrays.items()}


def block_set(own: Iterable[Page]) -> tuple[Floats, NDArray[np.bool_]]:
    """Every proposal of these pages, and whether it is foreign."""
    rows, right = [], []
    for page in own:
        found, near, first = reading.first_rows(page.sheet)
        again = model.trees("second", page.cjk).nats(reading.second_rows(page.sheet, first, page.cjk))
        count = len(page.source)
        _, proposed, part = reading.block_rows(page.sheet, found, near, links.square(again, count))
        inside = (proposed[:, :count] == 1) * page.sheet.characters
        rows.append(part)
        right.append((inside * page.foreign).sum(axis=1) >= PURE * inside.sum(axis=1))
    return np.concatenate(rows), np.concatenate(right)


def strongest(paths: Iterable[Path], cjk: bool) -> list[float]:
    """For each clean document, each article once, the log-odds of what goes first as the limit falls."""
    stage, seen, found = Splice(limit=0.5), set(), []
    for path in paths:
        for record in records(path):
            if record["level"] == "D" and record["main_id"] not in seen:
                seen.add(record["main_id"])
                if (cjk_share(record["text"]) >= CJK_SHARE) == cjk:
                    taken = [f for f in stage(Document.of(record["text"])) if f.certainty > Certainty.SUSPECT]
                    chances = [f.evidence["p"] for f in taken if f.rule == "splice.foreign"]
                    top = min(max(chances, default=0.0), 1 - 1e-9)
                    found.append(math.log(top / (1 - top)) if top > 0 else -math.inf)
    return sorted(found, reverse=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("pools", "links", "blocks", "limits"):
        parser.add_argument(f"--{name}", nargs="+", type=Path, required=True)
    parser.add_argument("--avoid", nargs="*", type=Path, default=[], help="documents whose articles are left out")
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder of the stage")
    options = parser.parse_args()
    kinds = {name: articles(getattr(options, name)) for name in ("links", "blocks", "limits", "avoid")}
    for one in kinds:
        for other in kinds:
            if one < other and (both := kinds[one] & kinds[other]):
                sys.exit(f"{len(both)} articles are in --{one} and in --{other}, such as {min(both)}")
    used = set().union(*kinds.values())
    rest = {True: [], False: []}  # type: dict[bool, list[tuple[str, list[str]]]]
    for path in options.pools:
        for article in map(json.loads, lines(path)):
            if article["id"] not in used and article["paragraphs"]:
                cjk = cjk_share("".join(article["paragraphs"])[:1000]) >= CJK_SHARE
                rest[cjk].append((article.get("date") or article.get("section", ""), article["paragraphs"]))
    (options.output / "background.bin").write_bytes(tables(rest[True] + rest[False]))
    background.background.cache_clear()
    sheet._weights.cache_clear()
    arrays: dict[str, NDArray[Any]] = {}
    for cjk, script in SCRIPTS.items():
        rows, lowest = vectors(rest[cjk], cjk)
        arrays |= {f"{script}.vectors": rows, f"{script}.lowest": np.array([lowest])}
        print(f"{script}: tables and vectors of {len(rest[cjk])} articles", flush=True)
    written(arrays, options.output)
    for cjk, script in SCRIPTS.items():
        own = [page for page in pages(options.links) if page.cjk == cjk]
        half = [own[::2], own[1::2]]
        firsts = [[reading.first_rows(page.sheet)[2] for page in part] for part in half]
        arrays |= named(script, "first", link_model(half[0], firsts[0]))
        written(arrays, options.output)
        again = [
            [reading.second_rows(page.sheet, first, cjk) for page, first in zip(part, rows, strict=True)]
            for part, rows in zip(half[1:], firsts[1:], strict=True)
        ]
        arrays |= named(script, "second", link_model(half[1], again[0]))
        written(arrays, options.output)
        own = [page for page in pages(options.blocks) if page.cjk == cjk]
        rows, right = block_set(own)
        fitted = fit(rows, right, BLOCKS)
        arrays |= named(script, "block", flat(fitted, 0.0))
        written(arrays, options.output)
        unseen = [page for page in pages(options.limits) if page.cjk == cjk]
        for level in "ABC":
            part = [page for page in unseen if page.level == level]
            odds = []
            for page in part:
                first = reading.first_rows(page.sheet)[2]
                odds.append(model.trees("second", cjk).nats(reading.second_rows(page.sheet, first, cjk)))
            area = roc_auc_score(np.concatenate([same(page) for page in part]), np.concatenate(odds))
            print(f"{script}: links of level {level}: area under the curve {area:.3f}", flush=True)
        print(f"{script}: {len(rows)} blocks of {len(own)} documents, {right.mean():.2f} foreign", flush=True)
    for cjk, script in SCRIPTS.items():
        odds = strongest(options.limits, cjk)
        top = odds[int(TOUCHED[cjk] * len(odds))]
        limit = Splice().limit
        shift = math.log(limit / (1 - limit)) - top - MARGIN[cjk]
        arrays[f"{script}.block.bias"] = arrays[f"{script}.block.bias"] + round(shift * NAT)
        print(f"{script}: limit from {len(odds)} clean documents, odds shifted by {shift:.2f} nats")
    size = written(arrays, options.output)
    print(f"{size} bytes of model, {(options.output / 'background.bin').stat().st_size} of background table")


if __name__ == "__main__":
    main()
