"""The documents that the splice model is trained on: articles of the benchmark's pools in folds, spliced fold by fold.

Articles of one month (in daily agency news: of one day) fall into one fold, since a story goes on from day to day, and
so that the closest article of the day is at hand for the hard level. Articles of the dev sets are in no fold.
"""

import importlib.util
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from types import ModuleType
from typing import Any

LANGUAGES = {True: "zh", False: "en"}  # of the benchmark's sets, by script
FOLDS = 4
SCALE = {True: 12, False: 8}  # by script: spliced documents of a fold, in units of 250
EVERY = {True: 2, False: 1}  # by script: of those documents, and of the clean ones, every so many are used
SEED = 7_000
SHORTEST, LONGEST = 500, 15_000  # code points of a clean document


@dataclass(frozen=True, slots=True)
class Fold:
    """Articles that no other fold holds, and documents made of them."""

    articles: list[Any]
    documents: list[dict[str, Any]]


def bench(folder: Path) -> ModuleType:
    """The benchmark's generator."""
    found = importlib.util.spec_from_file_location("make_bench", folder / "make_bench.py")
    if found is None or found.loader is None:
        sys.exit(f"{folder}: no make_bench.py, is this the folder of the splice benchmark?")
    module = importlib.util.module_from_spec(found)
    sys.modules["make_bench"] = module
    found.loader.exec_module(module)
    return module


def number(article: Any) -> int:
    """The fold of an article."""
    key = article.date[:-2] if len(article.date) >= 8 else article.id
    return blake2b(key.encode(), digest_size=8).digest()[0] % FOLDS


def folds(folder: Path, cjk: bool) -> Iterator[Fold]:
    """All folds of a script."""
    make = bench(folder)
    language = LANGUAGES[cjk]
    recipe = make.RECIPES[f"{language}-train"]
    sources = [replace(source, since="", before="~") for source in recipe.sources]
    mixed = replace(recipe.mixed, since="", before="~")
    avoid = make.article_ids(folder / f"{language}-dev.jsonl.zst")
    every = make.articles_of(replace(recipe, sources=tuple(sources), mixed=mixed), folder / "pools", avoid)
    recipe = replace(recipe, sources=tuple(sources), mixed=mixed, scale=SCALE[cjk])
    for at in range(FOLDS):
        own = {corpus: [a for a in articles if number(a) == at] for corpus, articles in every.items()}
        spliced = make.make_set(f"{language}-{at}", recipe, own, SEED + at)
        documents = [record for record in spliced if record["level"] != "D"]
        untouched = list(clean(make, own, mixed.corpus, language))
        documents = documents[:: EVERY[cjk]] + untouched[:: EVERY[cjk]]
        yield Fold([article for articles in own.values() for article in articles], documents)


def clean(make: ModuleType, own: dict[str, list[Any]], mixed: str, language: str) -> Iterator[dict[str, Any]]:
    """Every article that can be judged, once, as it stands; every second one under its headline."""
    for corpus, articles in own.items():
        for place, article in enumerate(articles):
            kind = kind_of(make, article, corpus, mixed, language)
            if kind and SHORTEST <= article.size <= LONGEST:
                headline = [article.title] if article.title and place % 2 else []
                lines = [
                    line for text in (*headline, *article.paragraphs) if (line := " ".join(text.split("\n")).strip())
                ]
                yield {
                    "id": article.id,
                    "level": "D",
                    "sub": kind,
                    "corpus": corpus,
                    "text": "\n".join(lines),
                    "sep": "\n",
                    "labels": [{"src": article.id, "role": "main"}] * len(lines),
                    "main_id": article.id,
                }


def kind_of(make: ModuleType, article: Any, corpus: str, mixed: str, language: str) -> str:
    """The benchmark's kind of clean document that this article makes; empty where none."""
    if corpus == mixed and make.is_mixed(article, language):
        return "hetero"
    if make.is_interview(article, language):
        return "qa"
    if make.is_list(article, language):
        return "list"
    return "plain" if make.fits_main(article, corpus, language) else ""


def by_level(documents: list[dict[str, Any]]) -> dict[str, int]:
    """How many documents of each level and kind."""
    found: dict[str, int] = defaultdict(int)
    for record in documents:
        found[f"{record['level']} {record.get('sub', '')}".strip()] += 1
    return dict(found)
