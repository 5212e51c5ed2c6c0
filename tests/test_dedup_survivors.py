"""Duplicates out of a JSON lines file: what stays keeps every byte, what goes is listed with the copy that stays."""

import errno
import json
import os
from pathlib import Path
from random import Random
from typing import Any

import pytest

from cleaner.duplicates.settings import Dedup, UnitChoice
from cleaner.run.dedup import dedup_file
from cleaner.text.errors import WriteError
from tests.conftest import plant
from tests.dedup_texts import edited, paragraph, paragraphs_with_copies

ONE, TWO, THREE = (paragraph(Random(seed), 8) for seed in (301, 302, 303))
NEAR = edited(Random(3), ONE, 1)


def survivors(
    tmp_path: Path, lines: list[str], units: UnitChoice, keep: str = "first", **more: Any
) -> tuple[list[str], list[dict[str, Any]]]:
    """Kept lines and removed rows."""
    path, kept, removed = (tmp_path / name for name in ("in.jsonl", "kept.jsonl", "removed.jsonl"))
    path.write_bytes("".join(lines).encode())
    failed = dedup_file(
        str(path), str(kept), removed, Dedup(paragraphs="all", units=units, keep=keep), force=True, **more
    ).failed
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
    monkeypatch.setattr("cleaner.run.dedup.BLOCK", 300)
    assert survivors(tmp_path, lines, "both", threads=threads) == whole
    assert len(whole[1]) > 20


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "is not a line of JSON"),
        (b'{"body": "x"}', "has no text in a member 'text'"),
        (b'{"text": 3}', "has no text in a member 'text'"),
        (b"[1]", "has no text"),
        (b'{"text": "\xff"}', "is not a line of JSON"),
        (b'{"text": "a", "text": "b"}', "has two members 'text'"),
        (b"[" * 100_000, "is nested too deeply"),
        (b'{"text": "a", "n": ' + b"9" * 5000 + b"}", "is not a line of JSON"),
    ],
)
def test_a_line_that_is_no_document_is_named_and_stays(tmp_path: Path, line: bytes, reason: str) -> None:
    good = json.dumps({"text": ONE}).encode() + b"\n"
    plant(tmp_path, {"in.jsonl": good + line + b"\n" + good})
    failed = dedup_file(str(tmp_path / "in.jsonl"), str(tmp_path / "kept.jsonl"), None, Dedup(paragraphs="all")).failed
    assert [one.path for one in failed] == [f"{tmp_path}/in.jsonl:2"]
    assert failed[0].reason.startswith(reason)
    assert (tmp_path / "kept.jsonl").read_bytes() == good + line + b"\n"


def test_odd_lines_keep_their_bytes(tmp_path: Path) -> None:
    """A mark in front, half a character, numbers as ids: what is cut out of a text is all that changes."""
    lines = [
        "\ufeff" + json.dumps({"id": 7, "text": f"{ONE}\n{THREE}\n{THREE}"}) + "\r\n",
        json.dumps({"text": f"\ud800{TWO}"}) + "\n",
        json.dumps({"text": f"{TWO}\ud800\n{ONE}", "text2": "text"}) + "\n",
    ]
    kept, rows = survivors(tmp_path, lines, "paragraph")
    assert kept == [
        lines[0].replace(json.dumps(f"\n{THREE}\n{THREE}")[1:-1], json.dumps(f"\n{THREE}")[1:-1]),
        lines[1],
    ]
    assert [(row["id"], row["kept"]) for row in rows] == [("7:2", "7:1"), ("3:0", "2:0"), ("3:1", "7:0")]


@pytest.mark.parametrize("parts", [1, 16, 64])
@pytest.mark.parametrize("units", ["document", "both"])
def test_columns_in_parts_give_the_same_bytes(
    tmp_path: Path, units: UnitChoice, parts: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [
        json.dumps({"id": f"d{at}", "text": text}) + "\n"
        for at, text in enumerate(paragraphs_with_copies(300, seed=21))
    ]
    held = survivors(tmp_path, lines, units)
    monkeypatch.setattr("cleaner.run.dedup.BLOCK", 900)
    monkeypatch.setattr(Dedup, "held_bytes", 2000)
    monkeypatch.setattr(Dedup, "parts", lambda self, units: parts)
    assert survivors(tmp_path, lines, units) == held
    assert {path.name for path in tmp_path.iterdir()} == {"in.jsonl", "kept.jsonl", "removed.jsonl"}
    assert len(held[1]) > 50


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it stages lies beside the output, and goes with it."""
    lines = [json.dumps({"text": ONE}) + "\n"] * 2

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("cleaner.run.staging.write_tables", full)
    with pytest.raises(WriteError, match=r"\.clean-[0-9a-f]{16}\.tmp: no space left"):
        survivors(tmp_path, lines, "document")
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


def test_nothing_in_nothing_out(tmp_path: Path) -> None:
    assert survivors(tmp_path, [], "both") == ([], [])


def test_the_copy_with_the_largest_number_stays(tmp_path: Path) -> None:
    scores: list[Any] = [None, "9", 2, True, 7.5, 1]
    lines = [json.dumps({"id": str(at), "score": score, "text": ONE}) + "\n" for at, score in enumerate(scores)]
    kept, rows = survivors(tmp_path, lines, "document", keep="field:score")
    assert kept == lines[4:5]
    assert {row["kept"] for row in rows} == {"4"}
