"""What goes wrong in a user's hands: a clear line, the documented exit code, nothing lost."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.conftest import CLEAN, SEEDS, Clean, plant, tree
from tests.failing import descendants, left_of

TEXT = "今年以来，工业经济稳定恢复，呈现回升向好态势。\n"


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["run", "missing"], 2, "missing: no such file or directory"),
        (["run", "in", "-o", "in/a.txt"], 2, "in/a.txt: is a file; -o names a directory"),
        (["run", "in", "-o", "in"], 2, "in: is the input and the output"),
        (["run", "in/sub", "-o", "in"], 2, "lies inside the output in"),
        (["run", "in", "-o", "foreign"], 2, "foreign: is not empty and not a run of this tool"),
        (["run", "in", "--level", "sure"], 2, "'sure' is not one of"),
        (["run", "in", "--wurkers", "2"], 2, "Did you mean '--workers'?"),
        (["run", "in", "-s", "dedup.treshold=0.9"], 2, "dedup has no setting 'treshold'; did you mean 'threshold'?"),
        (["run", "in", "-s", "dedup.threshold=9"], 2, "threshold is 9"),
        (["run", "in", "--without", "splize"], 2, "unknown setting 'splize'"),
        (["run", "in", "--encoding", "utf-88"], 2, "utf-88"),
        (["run", "in", "--config", "none.toml"], 2, "none.toml: cannot be read"),
        (["run"], 2, "Missing argument"),
        (["verify", "in"], 4, "in: has no manifest.json"),
        (["restore", "in", "-o", "back"], 4, "in: has no manifest.json"),
        (["audit", "missing"], 4, "missing: has no manifest.json"),
    ],
)
def test_wrong_usage(clean: Clean, tmp_path: Path, arguments: list[str], code: int, says: str) -> None:
    plant(tmp_path, {"in/a.txt": TEXT, "in/sub/b.txt": TEXT, "foreign/mine.doc": "x"})
    before = tree(tmp_path)
    done = clean(*arguments, code=code)
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert tree(tmp_path) == before


def test_binary_and_unreadable_files_are_listed_and_skipped(clean: Clean, tmp_path: Path) -> None:
    plant(
        tmp_path,
        {"in/a.txt": TEXT, "in/pic.txt": b"\x89PNG\r\n\x1a\n" + bytes(99), "in/z.txt": b"\x1f\x8b\x08" + bytes(99)},
    )
    os.mkfifo(tmp_path / "in/pipe.txt")
    (tmp_path / "in/link.txt").symlink_to("a.txt")
    done = clean("run", "in", "-o", "out", code=1)
    assert "skipped  in/pic.txt: binary" in done.stderr
    assert "skipped  in/z.txt: compressed" in done.stderr
    assert "skipped  in/pipe.txt: not a regular file" in done.stderr
    assert "left out 1 entry: a symbolic link" in done.stderr
    assert tree(tmp_path / "out/corpus") == {"a.txt": TEXT.encode()}
    assert "missing  in/pic.txt" in clean("restore", "out", "-o", "back", code=1).stderr


def test_an_output_inside_the_input_is_left_out(clean: Clean, tmp_path: Path) -> None:
    plant(tmp_path, {"in/a.txt": TEXT})
    assert "left out" not in clean("run", "in", "-o", "in/out").stderr
    assert "left out 1 entry: the output directory" in clean("run", "in", "-o", "in/out", "--force").stderr
    assert tree(tmp_path / "in/out/corpus").keys() == {"a.txt"}


def test_a_finished_run_is_not_overwritten_by_accident(clean: Clean, tmp_path: Path) -> None:
    plant(tmp_path, {"in/a.txt": TEXT, "in/b.txt": "别的。\n"})
    clean("run", "in", "-o", "out")
    assert "--force does it again" in clean("run", "in", "-o", "out", code=2).stderr
    (tmp_path / "in/b.txt").unlink()
    plant(tmp_path, {"out/corpus/mine.txt": "x", "out/notes": "y"})
    clean("run", "in", "-o", "out", "--force")
    assert tree(tmp_path / "out/corpus") == {"a.txt": TEXT.encode(), "mine.txt": b"x"}
    assert clean("verify", "out", code=1).stdout.split("\n")[:2] == ["unlisted corpus/mine.txt", "unlisted notes"]


def test_a_foreign_file_in_the_place_of_an_output_stops_the_run(clean: Clean, tmp_path: Path) -> None:
    plant(tmp_path, {"in/a.txt": TEXT})
    clean("run", "in", "-o", "out")
    plant(tmp_path, {"in/b.txt": TEXT, "out/corpus/b.txt": "mine"})
    assert "stands where an output must go" in clean("run", "in", "-o", "out", "--force", code=2).stderr
    assert (tmp_path / "out/corpus/b.txt").read_text() == "mine"
    assert clean("verify", "out", code=1).stdout == "unlisted corpus/b.txt\n"


def test_every_flipped_byte_is_found(clean: Clean, tmp_path: Path) -> None:
    plant(tmp_path, {"in/a.txt": TEXT, "in/b.jsonl": '{"text": "　　一"}\n'})
    clean("run", "in", "-o", "out")
    for name, content in tree(tmp_path / "out").items():
        for at in range(0, len(content), max(len(content) // 3, 1)):
            flipped = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
            plant(tmp_path / "out", {name: flipped})
            done = clean("verify", "out", code=4)
            assert name in done.stdout + done.stderr
        plant(tmp_path / "out", {name: content})
    clean("verify", "out")


def test_what_is_sound_comes_back_from_a_damaged_run(clean: Clean, tmp_path: Path) -> None:
    plant(tmp_path, {"in/a.txt": TEXT, "in/b.txt": "别的事情。\n"})
    clean("run", "in", "-o", "out")
    plant(tmp_path, {"out/corpus/a.txt": "改了。\n"})
    assert "damaged  corpus/a.txt" in clean("restore", "out", "-o", "back", code=4).stderr
    assert tree(tmp_path / "back") == {"b.txt": "别的事情。\n".encode()}


def test_an_output_that_cannot_be_made(clean: Clean, tmp_path: Path) -> None:
    plant(tmp_path, {"in/a.txt": TEXT, "file": "x"})
    assert "file" in clean("run", "in", "-o", "file/out", code=3).stderr


def test_two_runs_do_not_share_a_directory(clean: Clean, tmp_path: Path) -> None:
    import fcntl

    plant(tmp_path, {"in/a.txt": TEXT, "out/.lock": ""})
    with (tmp_path / "out/.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "another run holds it" in clean("run", "in", "-o", "out", code=5).stderr
    clean("run", "in", "-o", "out")


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("delay", [0, 0.5])
def test_a_stopped_run_can_be_done_again(
    clean: Clean, tmp_path: Path, sent: signal.Signals, code: int, workers: int, delay: float
) -> None:
    plant(tmp_path, {f"in/{number}.txt": TEXT * 3000 for number in range(30)})
    run = subprocess.Popen(
        [str(CLEAN), "run", "in", "-o", "out", "--workers", str(workers)], cwd=tmp_path, stderr=subprocess.PIPE
    )
    while not (tmp_path / "out/.work/run.json").exists():
        time.sleep(0.01)
    time.sleep(delay)
    begun, running = time.monotonic(), descendants(run.pid)
    run.send_signal(sent)
    _, said = run.communicate(timeout=10)
    assert (run.returncode, said.count(b"\n"), b"stopped" in said) == (code, 2, True), said
    assert time.monotonic() - begun < 5  # at once, on a machine that is busy: not when the shard is done
    assert left_of(running) == []
    assert not (tmp_path / "out/manifest.json").exists()
    clean("run", "in", "-o", "out")
    assert clean("verify", "out").stdout == ""


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs /proc to see children")
def test_a_terminal_stops_all_processes_at_any_moment(tmp_path: Path) -> None:
    """Ctrl-C goes to the whole group: also to what starts the workers, while it is still loading."""
    plant(tmp_path, {f"in/{number}.txt": TEXT * 6_000 for number in range(15)})
    for number, delay in enumerate((0.0, 0.05, 0.1, 0.2, 0.4, 0.7)):
        run = subprocess.Popen(
            [str(CLEAN), "run", "in", "-o", f"out{number}", "--workers", "2"],
            cwd=tmp_path,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        while not descendants(run.pid):
            assert run.poll() is None
        time.sleep(delay)
        running = descendants(run.pid)
        os.killpg(run.pid, signal.SIGINT)
        _, said = run.communicate(timeout=10)
        assert (run.returncode, b"Traceback" in said, b"stopped" in said) == (130, False, True), said
        assert left_of(running) == []


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs /proc to see children")
@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_run_is_stopped_while_its_workers_are_forked(tmp_path: Path, sent: signal.Signals, code: int) -> None:
    plant(tmp_path, {f"in/{number}.txt": TEXT * 6_000 for number in range(15)})
    for number in range(5):
        run = subprocess.Popen(
            [str(CLEAN), "run", "in", "-o", f"out{number}", "--workers", "8"], cwd=tmp_path, stderr=subprocess.PIPE
        )
        while len(descendants(run.pid)) <= 2 * number:
            assert run.poll() is None
        begun, running = time.monotonic(), descendants(run.pid)
        run.send_signal(sent)
        _, said = run.communicate(timeout=20)
        assert (run.returncode, said.count(b"\n")) == (code, 2), said
        assert time.monotonic() - begun < 2
        assert left_of(running) == []


def test_workers_that_cannot_be_started_are_told(clean: Clean, tmp_path: Path) -> None:
    plant(tmp_path, {f"in/{number}.txt": TEXT * 6_000 for number in range(30)})
    done = subprocess.run(
        f"ulimit -n 40; {CLEAN} run in -o out --workers 24", shell=True, cwd=tmp_path, capture_output=True, timeout=30
    )
    assert done.returncode == 1
    assert done.stderr.startswith(b"Error: cannot start 24 worker processes: ")
    assert done.stderr.count(b"\n") == 1


def test_a_closed_pipe_is_silent(tmp_path: Path, clean: Clean) -> None:
    clean("run", SEEDS, "-o", "out")
    done = subprocess.run(
        f"{CLEAN} audit out show 003 | head -n 1", shell=True, cwd=tmp_path, capture_output=True, text=True
    )
    assert done.stderr == ""


def test_names_that_would_act_on_a_terminal_are_escaped(clean: Clean, tmp_path: Path) -> None:
    plant(tmp_path, {"in/\x1b[31mred\n.txt": b"\x89PNG\r\n\x1a\n", os.fsdecode(b"in/\xff.txt"): TEXT})
    done = clean("run", "in", "-o", "out", code=1)
    assert "\x1b" not in done.stderr
    clean("restore", "out", "-o", "back", code=1)
    assert (tmp_path / os.fsdecode(b"back/\xff.txt")).read_text() == TEXT
