"""Which copy stays: by the command line, by what records say, by the beginnings of ids; and that none stays where none is to."""

import json
import tomllib
from math import inf
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.config import config_of
from cleaner.document import other_copy
from cleaner.duplicates.settings import Dedup
from cleaner.duplicates.units import DOCUMENT, units_of
from cleaner.formats.rank import DATES, date_in, newest_in, value_of
from cleaner.provenance import manifest
from cleaner.provenance.restore import records, restore
from cleaner.provenance.verify import verify
from cleaner.run.dedup import dedup_file
from cleaner.run.run import run
from cleaner.stages.order import ORDER
from tests.conftest import ROOT, Clean, plant, tree
from tests.dedup_texts import edited, fetching, goes, key_of, matched, paragraph

CASES = tomllib.loads((ROOT / "fixtures/rank.toml").read_text(encoding="utf-8"))
OFF = dict.fromkeys(ORDER, False)
ZH = "山里的茶树今年发芽早，采茶人天不亮就背着竹篓出门，太阳升起时已经采满了半篓。"
EN = "The library keeps its lights on all night; the students turn their pages softly, and the porter makes tea."
ONE, TWO, THREE = (paragraph(Random(seed), 8) for seed in (501, 502, 503))


@pytest.mark.parametrize("case", CASES["date"], ids=lambda case: case["label"])
def test_a_date_is_read_or_comes_last(case: dict[str, Any]) -> None:
    assert date_in(case["raw"]) == case.get("seconds", -inf)


@pytest.mark.parametrize("text", [ZH, EN], ids=["zh", "en"])
@pytest.mark.parametrize("case", CASES["stays"], ids=lambda case: case["label"])
def test_which_copy_stays(tmp_path: Path, case: dict[str, Any], text: str) -> None:
    lines = [{"id": chr(ord("a") + at), "text": text, **json.loads(one)} for at, one in enumerate(case["records"])]
    settings = {key: case[key] for key in ("keep", "priority") if key in case}
    plant(tmp_path, {"in.jsonl": "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)})
    config = config_of({"dedup": settings})
    assert config.dedup is not None
    dedup_file(str(tmp_path / "in.jsonl"), str(tmp_path / "out.jsonl"), None, config.dedup)
    assert left(tmp_path / "out.jsonl") == [case["stays"]] * bool(case["stays"])
    if "priority" not in settings:  # a run calls documents by their file and line
        run([str(tmp_path / "in.jsonl")], tmp_path / "out", config)
        assert left(tmp_path / "out/corpus/in.jsonl") == [case["stays"]] * bool(case["stays"])


def left(path: Path) -> list[str]:
    return [json.loads(line)["id"] for line in path.read_text(encoding="utf-8").splitlines()]


def test_members_for_dates_are_found_by_their_own_name() -> None:
    assert all(newest_in({name: "1970-01-02"}) == 86400 for name in DATES)


@given(
    st.dictionaries(
        st.sampled_from([*DATES, "score"]), st.recursive(st.none() | st.text() | st.integers() | st.floats(), st.lists)
    )
)
def test_any_record_has_a_value_that_can_be_compared(record: dict[str, Any]) -> None:
    for keep in ("newest", "field:score"):
        value = value_of(record, Dedup(keep=keep))
        assert value == value


# ---- the command line


@pytest.mark.parametrize("inputs", [("test.jsonl", "train.jsonl"), ("train.jsonl", "test.jsonl")])
def test_the_order_of_the_command_line_ranks(clean: Clean, tmp_path: Path, inputs: tuple[str, str]) -> None:
    plant(tmp_path, {name: json.dumps({"text": ONE}) + "\n" for name in inputs})
    clean("run", *inputs, "-o", "out")
    sizes = {name: len(data) > 0 for name, data in tree(tmp_path / "out/corpus").items()}
    assert sizes == {inputs[0]: True, inputs[1]: False}
    assert [one["name"] for one in manifest.read(tmp_path / "out")["inputs"]] == list(inputs)
    assert clean("verify", "out").stdout == ""
    clean("restore", "out", "-o", "back")
    assert tree(tmp_path / "back") == {name: (tmp_path / name).read_bytes() for name in inputs}


def test_inside_a_folder_names_rank(clean: Clean, tmp_path: Path) -> None:
    plant(tmp_path, {"web/a.txt": ONE, "web/b.txt": TWO, "books/d.txt": TWO, "books/c.txt": TWO, "books/e.txt": ONE})
    clean("run", "web", "books", "-o", "out", "--unit", "document")
    assert tree(tmp_path / "out/corpus").keys() == {"web/a.txt", "web/b.txt"}
    clean("run", "books", "web", "-o", "again", "--unit", "document")
    assert tree(tmp_path / "again/corpus").keys() == {"books/c.txt", "books/e.txt"}


def test_beginnings_of_names_rank_before_the_policy(clean: Clean, tmp_path: Path) -> None:
    plant(
        tmp_path,
        {"in/books/a.txt": ONE, "in/web/b.jsonl": json.dumps({"text": ONE + "了。"}) + "\n", "in/web/c.txt": TWO},
    )
    clean("run", "in", "-o", "plain", "--keep", "longest")
    assert tree(tmp_path / "plain/corpus")["web/b.jsonl"]
    clean("run", "in", "-o", "out", "--keep", "longest", "--set", 'dedup.priority=["books/", "web/"]')
    assert tree(tmp_path / "out/corpus").keys() == {"books/a.txt", "web/b.jsonl", "web/c.txt"}
    assert tree(tmp_path / "out/corpus")["web/b.jsonl"] == b""
    plant(tmp_path, {"clean.toml": '[dedup]\npriority = ["wiki/", "books/", "web/"]\n'})
    said = clean("run", "in", "-o", "more").stderr
    assert "warning: dedup.priority: no id begins with 'wiki/'\n" in said
    assert manifest.read(tmp_path / "more")["dedup"]["keep"]["priority"] == {"wiki/": 0, "books/": 1, "web/": 2}
    assert 'priority = ["wiki/", "books/", "web/"]\n' in clean("config").stdout


@pytest.mark.parametrize(
    ("keep", "says"),
    [
        (
            "field:dat",
            "no record has a number or ISO 8601 date in its member 'dat': with --keep field:dat the first copy stays",
        ),
        ("newest", "no record has a date in a member that is known for dates: with --keep newest the first copy stays"),
    ],
)
def test_a_member_that_nobody_has_is_told(clean: Clean, tmp_path: Path, keep: str, says: str) -> None:
    lines = [json.dumps({"id": at, "day": "2024-05-01", "text": ONE}) + "\n" for at in range(2)]
    plant(tmp_path, {"in.jsonl": "".join(lines), "empty.jsonl": ""})
    for verb in (["run", "in.jsonl", "-o", "out"], ["dedup", "in.jsonl", "-o", "kept.jsonl"]):
        assert f"warning: {says}\n" in clean(*verb, "--keep", keep).stderr
    assert f"warning: {says}\n" in clean("audit", "out").stdout
    assert "warning" not in clean("dedup", "in.jsonl", "-o", "kept.jsonl", "--force", "--keep", "field:day").stderr
    assert "warning" not in clean("dedup", "empty.jsonl", "-o", "none.jsonl", "--keep", keep).stderr


# ---- no copy


def test_where_no_copy_is_to_stay_each_names_another(clean: Clean, tmp_path: Path) -> None:
    near = edited(Random(5), ONE, 1)
    files = {
        "a.txt": f"{ONE}\n",
        "b.txt": f"{near}\n",
        "c.txt": f"{ONE} \n",
        "d.txt": f"{TWO}\n{THREE}\n",
        "e.txt": f"别的话。\n{THREE}\n",
    }
    plant(tmp_path / "in", files)
    clean("run", "in", "-o", "out", "--keep", "none", "--paragraphs", "all")
    assert tree(tmp_path / "out/corpus") == {"d.txt": f"{TWO}\n".encode(), "e.txt": "别的话。\n".encode()}
    named = {}
    for record in records(tmp_path / "out"):
        assert "dup_count" not in record
        for one in record["findings"]:
            if one["rule"].startswith("dedup."):
                assert "kept" not in one["evidence"]
                copy = other_copy(one["evidence"])
                assert copy is not None
                named[record["id"]] = one["rule"], copy["id"]
    assert named == {
        "a.txt": ("dedup.document.exact", "c.txt"),
        "b.txt": ("dedup.document.near", "a.txt"),
        "c.txt": ("dedup.document.exact", "a.txt"),
        "d.txt": ("dedup.paragraph.exact", "e.txt"),
        "e.txt": ("dedup.paragraph.exact", "d.txt"),
    }
    said = clean("audit", "out", "show", "a.txt").stdout
    assert "This document stands in c.txt as well, word for word; no copy is to stay." in said
    assert "  copy: c.txt, characters 0–" in said
    assert clean("verify", "out").stdout == ""
    clean("restore", "out", "-o", "back")
    assert tree(tmp_path / "back") == tree(tmp_path / "in")
    again = clean("run", "out/corpus", "-o", "second", "--keep", "none").stderr
    assert "dedup." not in again


def test_one_copy_may_be_overruled_where_none_is_to_stay(tmp_path: Path) -> None:
    plant(tmp_path / "in", {"a.txt": f"{ONE}\n", "b.txt": f"{ONE}\n"})
    settings: dict[str, Any] = {**OFF, "dedup": {"keep": "none", "paragraphs": "all"}}
    run([str(tmp_path / "in")], tmp_path / "out", config_of(settings))
    (removal, *_), *_ = (record["findings"] for record in records(tmp_path / "out"))
    run([str(tmp_path / "in")], tmp_path / "one", config_of({**settings, "keep": [removal["f"]]}))
    assert verify(tmp_path / "one").damaged == []
    restore(tmp_path / "one", tmp_path / "back")
    assert tree(tmp_path / "back") == tree(tmp_path / "in")


def test_what_an_index_keeps_stays_kept(clean: Clean, tmp_path: Path) -> None:
    plant(
        tmp_path, {"old/a.txt": f"{ONE}\n", "new/b.txt": f"{ONE}\n", "new/c.txt": f"{TWO}\n", "new/d.txt": f"{TWO}\n"}
    )
    clean("run", "old", "-o", "first")
    clean("index", "build", "first", "-o", "index")
    clean("run", "new", "-o", "out", "--keep", "none", "--against", "index")
    found = {record["id"]: record["findings"][0]["evidence"] for record in records(tmp_path / "out")}
    assert found["b.txt"]["kept"]["id"] == "a.txt"
    assert (found["c.txt"]["other"]["id"], found["d.txt"]["other"]["id"]) == ("d.txt", "c.txt")
    assert clean("verify", "out").stdout == ""


def test_rows_of_what_goes_name_a_copy_that_goes_too(clean: Clean, tmp_path: Path) -> None:
    plant(tmp_path, {"in.jsonl": "".join(json.dumps({"id": id, "text": ONE}) + "\n" for id in "ab")})
    clean("dedup", "in.jsonl", "-o", "out.jsonl", "--removed", "gone.jsonl", "--keep", "none")
    rows = [json.loads(line) for line in (tmp_path / "gone.jsonl").read_text().splitlines()]
    assert [(row["id"], row["other"], "kept" in row) for row in rows] == [("a", "b", False), ("b", "a", False)]


PIECES = st.sampled_from([ONE, TWO, THREE, edited(Random(6), ONE, 1), "短。", ""])
TEXTS = st.lists(st.lists(PIECES, max_size=3).map("\n".join), max_size=6)


@given(TEXTS)
def test_of_equal_documents_none_stays_and_all_others_do(texts: list[str]) -> None:
    units, edges = matched(texts, Dedup(units="document", near=False, keep="none"))
    keys = [key_of(text) for text in texts]
    went = {int(units.document[edge.unit]) for edge in edges}
    assert went == {at for at, key in enumerate(keys) if key and keys.count(key) > 1}
    assert all(edge.unit != edge.keeper for edge in edges)


@given(TEXTS)
def test_where_none_stays_all_goes_that_went_and_what_it_went_for(texts: list[str]) -> None:
    """And no paragraph of a document that stays goes for one that went with its document."""
    for choice in ("document", "paragraph"):
        _, first = matched(texts, Dedup(paragraphs="all", units=choice))
        _, none = matched(texts, Dedup(paragraphs="all", units=choice, keep="none"))
        assert {edge.unit for edge in none} == {unit for edge in first for unit in (edge.unit, edge.keeper)}
    units, edges = matched(texts, Dedup(paragraphs="all", keep="none"))
    dropped = {int(units.document[edge.unit]) for edge in edges if units.kind[edge.unit] == DOCUMENT}
    named = {int(units.document[edge.keeper]) for edge in edges if units.kind[edge.unit] != DOCUMENT}
    assert not dropped & named


@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from([-inf, 1.0, 2.0])), min_size=2, max_size=6))
def test_priority_then_value_then_order(ranks: list[tuple[int, float]]) -> None:
    texts = [ONE] * len(ranks)
    chosen = Dedup(units="document", keep="field:score", priority=("a", "b"))
    units = units_of(texts, chosen)
    priority, values = (np.array(column) for column in zip(*ranks, strict=True))
    removals = goes(units, fetching(units, texts), chosen, values=values, priority=priority)
    best = min(range(len(ranks)), key=lambda at: (ranks[at][0], -ranks[at][1], at))
    assert set(removals.keeper.tolist()) == {best}
