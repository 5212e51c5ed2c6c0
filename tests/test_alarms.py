"""What a run may not do unnoticed, and what is no reason for an alarm."""

import json
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest

from cleaner.document import Certainty, Document, Finding
from cleaner.provenance import manifest
from cleaner.provenance.alarms import alarms_of
from cleaner.provenance.tally import Share, Tally
from tests.conftest import Clean, plant
from tests.dedup_texts import paragraph


def tally(sources: dict[str, Share], **lengths: dict[int, int]) -> Tally:
    sums = [sum(column) for column in zip(*sources.values(), strict=True)]
    documents, kept, chars_in, chars_out = sums
    counted = {rule: Counter(one) for rule, one in lengths.items()}
    return Tally(documents, kept, chars_in, chars_out, sources=sources, lengths=counted)


KEPT = (100, 100, 100_000, 99_000)


@pytest.mark.parametrize(
    ("sources", "told"),
    [
        pytest.param({"a.jsonl": KEPT, "b.jsonl": (40, 0, 4000, 0)}, ["b.jsonl"], id="everything"),
        pytest.param({"a.jsonl": KEPT, "b.jsonl": (40, 19, 4000, 3900)}, ["b.jsonl"], id="over half of the documents"),
        pytest.param({"a.jsonl": KEPT, "b.jsonl": (40, 40, 4000, 1999)}, ["b.jsonl"], id="over half of the characters"),
        pytest.param({"a.jsonl": KEPT, "b.jsonl": (40, 20, 4000, 2000)}, [], id="half is not over half"),
        pytest.param({"a.jsonl": KEPT, "b.jsonl": (19, 0, 4000, 0)}, [], id="few documents of few characters"),
        pytest.param({"a.jsonl": KEPT, "b.txt/": (1, 0, 20_000, 0)}, ["b.txt/"], id="one document that is much"),
        pytest.param({"a.jsonl": (19, 0, 4000, 0)}, [], id="a tiny corpus"),
        pytest.param({"": KEPT, "web/": (30, 3, 3000, 300)}, ["web/"], id="a folder of text files"),
        pytest.param(
            {"a.jsonl": KEPT, "web/1/": (12, 3, 900, 300), "web/2/": (12, 3, 900, 300)},
            ["web/"],
            id="what is below it counts",
        ),
        pytest.param(
            {"a.jsonl": KEPT, "web/1.jsonl": (50, 9, 900, 300), "web/2.jsonl": (50, 8, 900, 200)}, ["web/"], id="once"
        ),
        pytest.param(
            {"a.jsonl": KEPT, "web/1.jsonl": (50, 0, 900, 0), "web/2.jsonl": (50, 8, 900, 200)},
            ["web/", "web/1.jsonl"],
            id="a file that lost everything in a folder that did not",
        ),
        pytest.param({"a.jsonl": (50, 9, 900, 300)}, ["a.jsonl"], id="the only file"),
        pytest.param({f"{n}.jsonl": (9, 2, 90, 20) for n in range(20)}, [""], id="all of it, for none in particular"),
        pytest.param({"a.jsonl": (20, 20, 0, 0)}, [], id="documents of nothing"),
        pytest.param(
            {"a.jsonl": KEPT, "b.jsonl": (40, 0, 4000, 0), "c.jsonl": (40, 0, 5000, 0)},
            ["c.jsonl", "b.jsonl"],
            id="the worst first",
        ),
    ],
)
def test_sources(sources: dict[str, Share], told: list[str]) -> None:
    assert [one["source"] for one in alarms_of(tally(sources))] == told


def test_rules() -> None:
    taken = tally({"a.jsonl": KEPT}, rare={5000: 1}, often={10: 600, 12: 1}, much={1: 3, 4000: 2})
    assert alarms_of(taken) == [
        {"alarm": "rule", "rule": "much", "share": 0.08, "chars": 8003, "times": 5, "median": 1},
        {"alarm": "rule", "rule": "often", "share": 0.0601, "chars": 6012, "times": 601, "median": 10},
    ]


def test_safe_repairs_and_replacements_are_no_reason() -> None:
    counted = Tally()
    doc = Document.of("abcdef")
    swap = Finding(0, 3, "script.variant", "xyz")
    doc = doc.revise([Finding(3, 4, "spacing.edge", "", Certainty.SAFE), swap, Finding(4, 6, "splice.foreign", "")])
    counted.add(doc, "")
    assert {rule: dict(lengths) for rule, lengths in counted.lengths.items() if lengths} == {"splice.foreign": {2: 1}}


def lines(texts: list[str]) -> str:
    return "".join(json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in texts)


def test_a_run_tells_its_alarms(clean: Clean, tmp_path: Path) -> None:
    random = Random(7)
    texts = [paragraph(random, 6) for _ in range(60)]
    plant(
        tmp_path / "in",
        {
            "a.jsonl": lines(texts),
            "b.jsonl": lines(texts[:25]),
            "c.jsonl": lines(texts[30:] + texts[:25] + [paragraph(random, 9)]),
        },
    )
    done = clean("run", "in", "-o", "out")
    alarms: list[dict[str, Any]] = manifest.read(tmp_path / "out")["alarms"]
    assert [one.get("source") or one["rule"] for one in alarms] == ["c.jsonl", "b.jsonl", "dedup.document.exact"]
    told = [line for line in done.stderr.splitlines() if line.startswith("alarm: ")]
    assert told[0].startswith("alarm: c.jsonl lost 55 of its 56 documents and ")
    assert told[1].startswith("alarm: b.jsonl lost everything, 25 documents of ")
    assert told[2].startswith("alarm: dedup.document.exact took ")
    assert "80 pieces, half of them at most " in told[2]
    assert [line for line in clean("audit", "out").stdout.splitlines() if line.startswith("alarm: ")] == told
    assert clean("run", "in", "-o", "two", "--workers", "2").stderr.count("alarm: ") == 3


def test_few_lines_are_enough(clean: Clean, tmp_path: Path) -> None:
    texts = [paragraph(Random(8), 3) for _ in range(20)]
    plant(
        tmp_path / "in",
        {
            "0.jsonl": lines([paragraph(Random(9 + n), 9) for n in range(150)]),
            **{f"{n}.jsonl": lines(texts) for n in range(1, 7)},
        },
    )
    done = clean("run", "in", "-o", "out", "--unit", "document")
    assert done.stderr.count(" lost ") == 3
    assert "alarm: … and " in done.stderr


def test_a_tiny_corpus_has_none(clean: Clean, tmp_path: Path) -> None:
    text = paragraph(Random(8), 6)
    plant(tmp_path / "in", {f"{n}.txt": text for n in range(19)})
    assert "alarm" not in clean("run", "in", "-o", "out").stderr
