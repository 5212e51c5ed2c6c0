"""The corpus of scripts/plant_copies.py is the same every time, and its truth fits it."""

import json
from functools import cache
from itertools import chain

from scripts.plant_copies import COPIES, HONEST, Corpus, Truth, plant
from tests.dedup_texts import key_of, shingles_of

CONTAINED = 0.85  # share of the shingles of what must go that stand in what must stay


@cache
def corpus() -> Corpus:
    """A small one."""
    return plant(size=2, seed=3)


@cache
def texts() -> dict[str, str]:
    """Its texts by id."""
    rows = map(json.loads, chain.from_iterable(corpus().files.values()))
    return {row["id"]: row["text"] for row in rows}


def survivors(truth: Truth) -> list[str]:
    """Texts of which one must be named."""
    return [texts()[id] for id in truth.survivors]


def test_one_seed_one_corpus() -> None:
    assert plant(size=2, seed=3) == corpus()
    assert plant(size=2, seed=4) != corpus()


def test_every_line_has_its_truth() -> None:
    assert [truth.id for truth in corpus().truth] == sorted(texts())
    for truth in corpus().truth:
        assert json.loads(corpus().files[truth.file][truth.line - 1])["id"] == truth.id
    assert {truth.kind for truth in corpus().truth} >= {*COPIES, *HONEST}
    assert all(truth.outcome == "stays" for truth in corpus().truth if truth.kind in HONEST)


def test_what_must_go_stands_in_what_must_stay() -> None:
    gone = {truth.id for truth in corpus().truth if truth.outcome == "goes"}
    for truth in corpus().truth:
        assert not gone & {*truth.survivors}
        if truth.outcome == "goes":
            own = shingles_of(texts()[truth.id])
            assert any(len(own & shingles_of(one)) >= CONTAINED * len(own) for one in survivors(truth)), truth


def test_spans_that_must_go_stand_elsewhere() -> None:
    """Near ones but for some letters; furniture on every page of its site."""
    for truth in corpus().truth:
        text = texts()[truth.id]
        rest = key_of(text[: min((start for start, _ in truth.spans), default=0)])
        for start, end in truth.spans:
            assert 0 <= start < end <= len(text)
            key = key_of(text[start:end])
            if truth.kind in {"body twice", "paragraph within"}:
                assert key in rest
            elif truth.kind == "paragraph across":
                assert any(key in key_of(one) for one in survivors(truth))
            elif truth.kind == "loop":
                assert any(key == (key[:unit] * len(key))[: len(key)] for unit in range(4, len(key) // 10))
