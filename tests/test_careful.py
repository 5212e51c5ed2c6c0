"""Every pair of fixtures/careful.toml, as a corpus of two files: what a run takes out and tells by default, and the same in JSON lines."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from cleaner.config import config_of
from cleaner.duplicates.settings import Dedup
from cleaner.provenance.restore import records
from cleaner.run.dedup import dedup_file
from cleaner.run.run import run
from tests.conftest import ROOT, plant

CASES = tomllib.loads((ROOT / "fixtures" / "careful.toml").read_text(encoding="utf-8"))
CONFIG = config_of({"splice": False})


def of_kind(*kinds: str) -> pytest.MarkDecorator:
    """Parametrise by the cases of some kinds."""
    cases = [case for kind in kinds for case in CASES[kind]]
    return pytest.mark.parametrize("case", cases, ids=[case["label"] for case in cases])


def told(home: Path, case: dict[str, Any]) -> list[tuple[str, bool]]:
    """What a run says of the later document about duplicates, and whether it was done; nothing is said of the other one."""
    run([str(plant(home / "in", {"1.txt": case["one"], "2.txt": case["other"]}))], home / "out", CONFIG)
    one, other = (
        [(f["rule"].removeprefix("dedup."), f["applied"]) for f in record["findings"] if f["rule"].startswith("dedup.")]
        for record in records(home / "out")
    )
    assert one == []
    return other


def left(home: Path, case: dict[str, Any]) -> list[str]:
    """The texts that `clean dedup` leaves."""
    texts = (case["one"], case["other"])
    lines = "".join(json.dumps({"text": text}) + "\n" for text in texts)
    source = plant(home, {"in.jsonl": lines}) / "in.jsonl"
    dedup_file(str(source), str(home / "kept.jsonl"), None, Dedup(), force=True)
    return [json.loads(line)["text"] for line in (home / "kept.jsonl").read_text(encoding="utf-8").splitlines()]


@of_kind("goes")
def test_what_says_nothing_of_its_own_goes(tmp_path: Path, case: dict[str, Any]) -> None:
    assert told(tmp_path, case) == [(case["rule"], True)]
    assert not (tmp_path / "out/corpus/2.txt").exists()
    assert left(tmp_path, case) == [case["one"]]


@of_kind("stays")
def test_what_says_more_stays(tmp_path: Path, case: dict[str, Any]) -> None:
    assert told(tmp_path, case) == ([(case["rule"], False)] if "rule" in case else [])
    assert left(tmp_path, case) == [case["one"], case["other"]]


@of_kind("loses")
def test_an_article_loses_what_another_has(tmp_path: Path, case: dict[str, Any]) -> None:
    assert told(tmp_path, case) == [(case["rule"], True)]
    assert (tmp_path / "out/corpus/2.txt").read_text(encoding="utf-8") == case["left"]
    assert left(tmp_path, case) == [case["one"], case["left"]]


@of_kind("goes", "loses")
def test_a_second_run_finds_nothing(tmp_path: Path, case: dict[str, Any]) -> None:
    told(tmp_path, case)
    run([str(tmp_path / "out/corpus")], tmp_path / "again", CONFIG)
    assert [one["findings"] for one in records(tmp_path / "again")] == [[]] * len(list(records(tmp_path / "again")))
