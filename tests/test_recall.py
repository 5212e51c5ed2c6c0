"""What `clean audit` says on how thoroughly duplicates were looked for."""

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from cleaner.report.summary import thoroughness
from tests.conftest import Clean, plant
from tests.dedup_texts import edited, paragraph

DEDUP: dict[str, Any] = {
    "units": 1200,
    "removed": 30,
    "near": True,
    "bands": 16,
    "rows": 8,
    "found_at_jaccard": {"0.70": 0.6132, "0.80": 0.9471, "0.95": 1.0},
    "crowds": {"buckets": 0, "units": 0, "largest": 0},
    "sample": {},
}
HEAD = ["duplicates: 1,200 units compared, 30 removed; 16 bands of 8 find a pair of similarity (Jaccard)"]
HEAD += ["  J 0.70  J 0.80    J 0.95", "  61.3 %  94.7 %  > 99.9 %"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, []),
        (
            {"crowds": {"buckets": 3, "units": 5000, "largest": 2400}},
            [
                "  crowds: 5,000 units in 3 groups of over 200 (the largest 2,400), where each is compared with two others and not with all"
            ],
        ),
        (
            {
                "sample": {
                    "document": {"compared_pairs": 9000, "found": 0, "missed_pairs": 0, "missed_pairs_at_most": 210}
                }
            },
            [
                "  check: 9,000 pairs of documents that stay, compared one by one: none overlooked; in all at most about 210 (95 % sure)"
            ],
        ),
        (
            {"sample": {"document": {"compared_pairs": 45, "found": 0, "missed_pairs": 0, "missed_pairs_at_most": 0}}},
            ["  check: 45 pairs of documents that stay, compared one by one: none overlooked"],
        ),
        (
            {
                "sample": {
                    "paragraph": {"compared_pairs": 9000, "found": 2, "missed_pairs": 140, "missed_pairs_at_most": 550}
                }
            },
            [
                "  check: 9,000 pairs of paragraphs that stay, compared one by one: 2 overlooked; in all about 140, at most 550 (95 % sure)"
            ],
        ),
    ],
)
def test_in_words(more: dict[str, Any], said: list[str]) -> None:
    assert thoroughness({"dedup": DEDUP | more}) == HEAD + said


def test_without_near_copies_nothing_can_be_overlooked() -> None:
    assert thoroughness({"dedup": DEDUP | {"near": False}}) == [
        "duplicates: 1,200 units compared, 30 removed; only equal copies were looked for, and all of them are found"
    ]


def test_where_nothing_was_looked_for_nothing_is_said() -> None:
    assert thoroughness({"dedup": {}}) == []


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ([], "16 bands of 8 find a pair"),
        (["-s", "dedup.recall=thorough"], "21 bands of 6 find a pair"),
        (["-s", "dedup.threshold=0.72"], "J 0.72"),
        (["-s", "dedup.near=false"], "only equal copies were looked for"),
        (["--scope", "document"], "paragraphs compared, each with its own document alone, 0 removed; 16 bands"),
        (
            ["-s", "dedup.recall=thorough", "--paragraphs", "all"],
            "pairs of documents that stay, compared one by one: none overlooked",
        ),
    ],
)
def test_a_run_tells_how_it_looked(clean: Clean, tmp_path: Path, settings: list[str], says: str) -> None:
    random = Random(6)
    texts = [paragraph(random, 6) for _ in range(12)]
    texts += [edited(random, text, 2) for text in texts]
    plant(tmp_path, {"in.jsonl": "".join(json.dumps({"text": text}) + "\n" for text in texts)})
    clean("run", "in.jsonl", "-o", "out", *settings)
    assert says in clean("audit", "out").stdout


def test_a_crowd_is_told(clean: Clean, tmp_path: Path) -> None:
    random = Random(8)
    text = paragraph(random, 12)
    texts = [edited(random, text, 1) for _ in range(400)]
    plant(tmp_path, {"in.jsonl": "".join(json.dumps({"text": text}) + "\n" for text in texts)})
    clean("run", "in.jsonl", "-o", "out", "-s", "dedup.units=document")
    assert "groups of over 200 (the largest 2" in clean("audit", "out").stdout
