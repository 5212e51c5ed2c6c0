"""Duplicates out of a JSON lines file: what stays keeps every byte, what goes is listed with the copy that stays."""

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from cleaner.corpus.one_file import dedup_file
from cleaner.dedup.settings import Dedup, UnitChoice
from cleaner.text.errors import InputError
from tests.dedup_texts import edited, paragraph, paragraphs_with_copies

ONE, TWO, THREE = (paragraph(Random(seed), 8) for seed in (301, 302, 303))
NEAR = edited(Random(3), ONE, 1)


def survivors(
    tmp_path: Path, lines: list[str], units: UnitChoice, keep: str = "first", **more: Any
) -> tuple[list[str], list[dict[str, Any]]]:
    """Kept lines and removed rows."""
    path, kept, removed = (tmp_path / name for name in ("in.jsonl", "kept.jsonl", "removed.jsonl"))
    path.write_bytes("".join(lines).encode())
    failed = dedup_file(str(path), str(kept), removed, Dedup(units=units, keep=keep), force=True, **more).failed
    assert not failed, failed
    rows = [json.loads(row) for row in removed.read_text(encoding="utf-8").splitlines()]
    return kept.read_bytes().decode().splitlines(keepends=True), rows


def test_lines_that_stay_keep_every_byte(tmp_path: Path) -> None:
    lines = [
        json.dumps({"id": "a", "text": ONE}) + "\r\n",  # escapes
        " \n",
        json.dumps({"text": TWO, "url": "x/y"}, ensure_ascii=False).replace("x/y", "x\\/y") + "\n",
        json.dumps({"id": "b", "text": NEAR}, ensure_ascii=False) + "\n",
        json.dumps({"id": "c", "text": f"　　{ONE}"}),  # the last line has no end
    ]
    kept, rows = survivors(tmp_path, lines, "document")
    assert kept == lines[:3]
    assert [(row["id"], row["kept"], row["exact"]) for row in rows] == [("b", "a", False), ("c", "a", True)]
    assert 0.8 <= rows[0]["jaccard"] < 1


def test_a_removed_paragraph_takes_its_line_and_nothing_else(tmp_path: Path) -> None:
    texts = [f"题\n　　{ONE}\n\n{TWO}", f"　　{NEAR}  \n{THREE}\n", f"头\n{THREE}\n　　{ONE}", ONE]
    kept, rows = survivors(
        tmp_path,
        [json.dumps({"id": f"d{n}", "n": n, "text": text}) + "\n" for n, text in enumerate(texts)],
        "paragraph",
    )
    assert [json.loads(line)["text"] for line in kept] == [texts[0], f"{THREE}\n", "头"]
    assert [(row["id"], row["kept"]) for row in rows] == [
        ("d1:0", "d0:1"),
        ("d2:1", "d1:1"),
        ("d2:2", "d0:1"),
        ("d3:0", "d0:1"),
    ]
    assert kept[0] == json.dumps({"id": "d0", "n": 0, "text": texts[0]}) + "\n"


@pytest.mark.parametrize("threads", [1, 3])
def test_chunks_and_threads_do_not_matter(tmp_path: Path, threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [json.dumps({"text": text}) + "\n" for text in paragraphs_with_copies(200, seed=9)]
    whole = survivors(tmp_path, lines, "both")
    monkeypatch.setattr("cleaner.corpus.lines.CHUNK", 300)
    assert survivors(tmp_path, lines, "both", threads=threads) == whole
    assert len(whole[1]) > 20


@pytest.mark.parametrize(
    ("line", "message"),
    [("{", "is not a line of JSON"), ('{"body": "x"}', "has no text in a member 'text'"), ("[1]", "has no text")],
)
def test_a_line_that_is_no_document_is_named(tmp_path: Path, line: str, message: str) -> None:
    with pytest.raises(InputError, match=f"in.jsonl:2: {message}"):
        survivors(tmp_path, [json.dumps({"text": ONE}) + "\n", line + "\n"], "document")
    assert not (tmp_path / "kept.jsonl").exists()


def test_nothing_in_nothing_out(tmp_path: Path) -> None:
    assert survivors(tmp_path, [], "both") == ([], [])


def test_the_copy_with_the_largest_number_stays(tmp_path: Path) -> None:
    scores: list[Any] = [None, "9", 2, True, 7.5, 1]
    lines = [json.dumps({"id": str(at), "score": score, "text": ONE}) + "\n" for at, score in enumerate(scores)]
    kept, rows = survivors(tmp_path, lines, "document", keep="field:score")
    assert kept == lines[4:5]
    assert {row["kept"] for row in rows} == {"4"}
