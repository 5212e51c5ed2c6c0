"""`clean dedup` as it is installed: one file in, one out, and what it says when that cannot be."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest

from cleaner.duplicates.settings import Dedup
from tests.conftest import CLEAN, Clean, plant, tree
from tests.dedup_texts import edited, paragraph
from tests.failing import CRASHED, Disk, command, forked, on

ONE, TWO, THREE = (paragraph(Random(seed), 8) for seed in (401, 402, 403))
LINES = [
    json.dumps({"id": name, "text": text}, ensure_ascii=False) + "\n"
    for name, text in [
        ("a", ONE),
        ("b", f"题\n{TWO}"),
        ("c", edited(Random(4), ONE, 1)),
        ("d", f"{TWO}\n{THREE}"),
        ("e", ONE),
    ]
]
ALL = ("--paragraphs", "all")
FEWER = json.dumps({"id": "d", "text": THREE}, ensure_ascii=False) + "\n"
STAY = LINES[0] + LINES[1] + FEWER


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return plant(tmp_path, {"in.jsonl": "".join(LINES)})


def test_one_file_in_one_file_out(clean: Clean, home: Path) -> None:
    done = clean("dedup", "in.jsonl", "-o", "out.jsonl", "--removed", "gone.jsonl", *ALL)
    assert (
        done.stderr
        == "5 documents and 6 paragraphs compared, 3 removed as copies; 3 of 5 documents stay in out.jsonl\n"
    )
    assert done.stdout == ""
    assert (home / "out.jsonl").read_text(encoding="utf-8") == STAY
    rows = [json.loads(line) for line in (home / "gone.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(row["id"], row["kept"], row["exact"]) for row in rows] == [
        ("c", "a", False),
        ("d:0", "b:1", True),
        ("e", "a", True),
    ]
    assert all(0.8 <= row["jaccard"] <= 1 for row in rows)


def test_a_stream_gives_the_same(clean: Clean, home: Path) -> None:
    done = clean("dedup", "-", "-o", "-", *ALL, input="".join(LINES))
    assert done.stdout == STAY
    assert set(tree(home)) == {"in.jsonl"}


@pytest.mark.parametrize(
    ("options", "gone"),
    [
        (["--units", "document"], {"c", "e"}),
        (["--units", "document", "--exact"], {"e"}),
        (["--unit", "document", "--keep", "last"], {"a", "c"}),
        ([], {"b", "e"}),  # all that b says stands in d
        (["--unit", "document,paragraph"], {"b", "e"}),
        (["--paragraphs", "off"], {"b", "e"}),
        (["--paragraphs", "off", "--exact"], {"e"}),
        (["--keep", "last"], {"a", "b"}),
        (["--unit", "document,paragraph", *ALL], {"c", "e", "d:0"}),
        (["--units", "both", "-s", "dedup.paragraphs=all"], {"c", "e", "d:0"}),
        (["--scope", "document"], set()),
        (["-s", "dedup.scope=document", "--unit", "paragraph"], set()),
        (["--threshold", "1", "--units", "document"], {"e"}),
        (["--units", "paragraph", "--shortest", "100000"], set()),
        (["-s", "dedup.units=document", "-s", "dedup.near=false", "--recall", "thorough"], {"e"}),
    ],
)
def test_settings_are_those_of_a_run(clean: Clean, home: Path, options: list[str], gone: set[str]) -> None:
    said = json.loads(clean("dedup", "in.jsonl", "-o", "out.jsonl", "--removed", "r", "--json", *options).stdout)
    rows = [json.loads(line)["id"] for line in (home / "r").read_text(encoding="utf-8").splitlines()]
    assert set(rows) == gone
    assert (said["schema"], said["documents"], said["removed"]) == ("cleaner/dedup/1", 5, len(gone))


@pytest.mark.parametrize("threads", ["1", "2"])
def test_a_paragraph_goes_for_one_of_its_own_document(clean: Clean, home: Path, threads: str) -> None:
    near = edited(Random(5), TWO, 1)
    pages = [f"{TWO}\n{ONE}\n{near}\n", f"{TWO}\n{THREE}\n{TWO}\n", near, TWO]
    left = [f"{TWO}\n{ONE}\n", f"{TWO}\n{THREE}\n", near, TWO]
    plant(home, {"in.jsonl": "".join(json.dumps({"text": page}) + "\n" for page in pages)})
    clean("dedup", "in.jsonl", "-o", "out", "--removed", "r", "--scope", "document", *ALL, "--threads", threads)
    assert [json.loads(line)["text"] for line in (home / "out").read_text().splitlines()] == left
    rows = [json.loads(line) for line in (home / "r").read_text().splitlines()]
    assert [(row["id"], row["kept"], row["exact"]) for row in rows] == [("1:2", "1:0", False), ("2:2", "2:0", True)]


def test_a_settings_file_counts(clean: Clean, home: Path) -> None:
    plant(home, {"clean.toml": '[dedup]\nunits = "document"\nnear = false\n'})
    assert "1 removed" in clean("dedup", "in.jsonl", "-o", "out.jsonl").stderr


def test_another_member_holds_the_text(clean: Clean, home: Path) -> None:
    plant(home, {"in.jsonl": "".join(LINES).replace('"text"', '"body"')})
    assert "3 of 5 documents stay" in clean("dedup", "in.jsonl", "-o", "out.jsonl", "--text-field", "body").stderr


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["missing", "-o", "out"], 2, "missing: cannot be read: No such file or directory"),
        (["folder", "-o", "out"], 2, "folder: cannot be read"),
        (["in.jsonl"], 2, "Missing option '-o'"),
        (["in.jsonl", "-o", "in.jsonl", "--force"], 2, "in.jsonl: is the input and an output"),
        (["in.jsonl", "-o", "there"], 2, "there: stands there already; --force replaces it"),
        (["in.jsonl", "-o", "out", "--removed", "there"], 2, "there: stands there already"),
        (["in.jsonl", "-o", "out", "--removed", "./out"], 2, "out: is named for what stays and for what goes"),
        (["in.jsonl", "-o", "folder"], 2, "folder: is a directory"),
        (["in.jsonl", "-o", "pipe", "--force"], 2, "pipe: is no file"),
        (["in.jsonl", "-o", "out", "--removed", "pipe", "--force"], 2, "pipe: is no file"),
        (["in.jsonl", "-o", "in.jsonl/out"], 3, "cannot be written"),
        (["in.jsonl", "-o", "out", "--text-field", "\udcff"], 2, "text_field is '\\udcff', which is not UTF-8"),
        (["in.jsonl", "-o", "out", "--threshold", "9"], 2, "threshold is 9"),
        (["in.jsonl", "-o", "out", "--recall", "all"], 2, "recall is 'all'"),
        (["in.jsonl", "-o", "out", "--unit", "line"], 2, "--unit line: 'line' is no unit; write document, paragraph,"),
        (["in.jsonl", "-o", "out", "--paragraphs", "some"], 2, "paragraphs is 'some'"),
        (["in.jsonl", "-o", "out", "--scope", "document", "--unit", "document"], 2, "set units to 'paragraph', or"),
        (["in.jsonl", "-o", "out", "--memory", "0"], 2, "memory is 0"),
        (["in.jsonl", "-o", "out", "-s", "dedup.on=false"], 2, "dedup is switched off"),
    ],
)
def test_wrong_usage(clean: Clean, home: Path, arguments: list[str], code: int, says: str) -> None:
    plant(home, {"there": "x", "folder/a": "x"})
    os.mkfifo(home / "pipe")
    before = tree(home)
    done = clean("dedup", *arguments, code=code)
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert tree(home) == before
    assert (home / "pipe").is_fifo()


def test_lines_that_are_no_documents_stay_and_are_listed(clean: Clean, home: Path) -> None:
    plant(home, {"in.jsonl": "".join([LINES[0], "broken\n", "\n", LINES[4]])})
    done = clean("dedup", "in.jsonl", "-o", "out.jsonl", code=1)
    assert "failed   in.jsonl:2: is not a line of JSON" in done.stderr
    assert (home / "out.jsonl").read_text(encoding="utf-8") == LINES[0] + "broken\n\n"


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)])
def test_nothing_is_left_of_a_run_that_was_stopped(home: Path, sent: signal.Signals, code: int) -> None:
    command = [str(CLEAN), "dedup", "-", "-o", "out.jsonl"]
    with subprocess.Popen(command, cwd=home, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdin is not None
        process.stdin.write(LINES[0].encode() * 9000)
        process.stdin.flush()
        time.sleep(1)
        process.send_signal(sent)
        assert process.wait(10) == code
    assert set(tree(home)) == {"in.jsonl"}


def beside(home: Path) -> list[str]:
    return [name for name in tree(home) if ".clean-" in name]


@contextmanager
def writing_slowly(home: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """`clean dedup` of a larger file with the same result, stopped while it has opened its outputs."""
    plant(home, {"in.jsonl": "".join(LINES) * 600})
    command = [str(CLEAN), "dedup", "in.jsonl", "-o", "out.jsonl", "--removed", "gone.jsonl", "-q", *ALL]
    with subprocess.Popen(command, cwd=home) as process:
        while len(beside(home)) < 2 and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGSTOP)
        assert len(beside(home)) == 2, "it was done too soon"
        try:
            yield process
        finally:
            process.kill()


def test_what_a_killed_run_left_is_cleared_by_the_next(clean: Clean, home: Path) -> None:
    with writing_slowly(home) as process:
        process.kill()
        assert process.wait(10) == -signal.SIGKILL
    plant(home, {".clean-0123456789abcdef.tmp": "x", "sub/.clean-0123456789abcdef.tmp": "x"})  # for another output
    clean("dedup", "in.jsonl", "-o", "sub/out.jsonl")
    assert len(beside(home)) == 4  # of another folder
    clean("dedup", "in.jsonl", "-o", "out.jsonl", "--removed", "gone.jsonl", *ALL)
    assert beside(home) == [".clean-0123456789abcdef.tmp", "sub/.clean-0123456789abcdef.tmp"]
    assert (home / "out.jsonl").read_text(encoding="utf-8") == STAY


def test_what_somebody_writes_is_not_cleared(clean: Clean, home: Path) -> None:
    with writing_slowly(home) as process:
        clean("dedup", "in.jsonl", "-o", "out.jsonl", "--removed", "gone.jsonl", *ALL)
        assert len(beside(home)) == 2
        process.send_signal(signal.SIGCONT)
        assert process.wait(60) == 0
    assert set(tree(home)) == {"in.jsonl", "out.jsonl", "gone.jsonl"}
    assert (home / "out.jsonl").read_text(encoding="utf-8") == STAY


def test_a_crash_at_every_call(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second run gives the same, and what is staged beside the output goes with it, or with the second run."""
    monkeypatch.chdir(home)
    monkeypatch.setattr("cleaner.duplicates.settings.MOST_PARTS", 2)
    monkeypatch.setattr(Dedup, "held_bytes", 100)
    act = command("dedup", "in.jsonl", "-o", "out.jsonl", "--removed", "gone.jsonl", "--force", "-q", "--threads", "1")
    with on(Disk()) as disk, pytest.raises(SystemExit):
        act()
    wanted = tree(home)
    assert sum(name == "replace" for name, _ in disk.calls) == 3  # two outputs and a staged file
    for at, call in enumerate(disk.calls):
        assert forked(crashing(act, at), home).code == CRASHED, call
        assert forked(act, home).code == 0, call
        assert tree(home) == wanted, call
        assert {path.name for path in home.iterdir()} == set(wanted), call
        (home / "out.jsonl").unlink()


def crashing(act: Callable[[], object], at: int) -> Callable[[], None]:
    def crash() -> None:
        with on(Disk(at, "crash")):
            act()

    return crash


def test_who_stops_reading_is_told_that_lines_are_missing(home: Path) -> None:
    plant(home, {"in.jsonl": "".join(LINES[:2]) + '{"text": "' + "字" * 3_000_000 + '"}\n'})
    command = f"{CLEAN} dedup in.jsonl -o - | head -c 10; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], cwd=home, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert "Traceback" not in done.stderr


def test_what_was_said_twice_is_told(clean: Clean, tmp_path: Path) -> None:
    text = f"He asked for the way. {'Turn left at the barn. ' * 9}Then he drove on."
    plant(tmp_path, {"in.jsonl": json.dumps({"text": text}) + "\n"})
    said = clean("dedup", "in.jsonl", "-o", "out.jsonl").stderr
    assert said.startswith(
        "1 document and 1 paragraph compared, 0 removed as copies; what 1 of the documents said twice stays once; 1 of 1 "
    )
    told = json.loads(clean("dedup", "in.jsonl", "-o", "out.jsonl", "--force", "--json").stdout)
    assert (told["units"], told["paragraphs"], told["twice"]) == (2, 1, 1)
