"""Crashes, full disks, hostile directories, odd consoles: inputs stay, nothing half-done passes for done, one clear line."""

import fcntl
import io
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from cleaner.config import config_of
from cleaner.disk import piece_bytes
from cleaner.formats import shards
from cleaner.formats.listing import Source, listing
from cleaner.provenance import manifest
from cleaner.provenance.layout import PIECES, RECORDS, STAGED, WORK
from cleaner.provenance.restore import restore
from cleaner.provenance.verify import verify
from cleaner.run.directory import begin, forget
from cleaner.run.run import dry_run, run
from cleaner.text.errors import ConfigError
from tests.conftest import CLEAN, Clean, plant, tree
from tests.failing import CAN_FAIL, CRASHED, Disk, Ended, child, command, descendants, forked, left_of, on

TEXT = "山里的茶树今年发芽早，采茶人天不亮就背着竹篓出门，太阳升起时已经采满了半篓。\n"
OTHER = "图书馆夜里也开着灯，学生们轻声翻书，管理员在门口泡了一壶热茶等他们出来。\n"
CONFIG = config_of({})


def small(folder: Path) -> Path:
    """Four inputs that reach every kind of output: text, JSON lines, a duplicate, bytes that must be kept."""
    lines = [{"text": f"　　{OTHER}", "n": 1}, {"text": "短。\n", "n": 2.50}, {"text": f"　　{OTHER}", "n": 3}]
    return plant(
        folder,
        {
            "a.txt": f"　　{TEXT}",
            "sub/b.txt": (OTHER + "这一段只在这里。\n").encode("gb18030"),
            "c.jsonl": "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in lines),
            "d.txt": b"\xff\xfe" + "别的事情。\n".encode("utf-16-le") + b"\x00\xd8" + "完。\n".encode("utf-16-le"),
        },
    )


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory of our own with the inputs `in`."""
    monkeypatch.chdir(tmp_path)
    small(tmp_path / "in")
    return tmp_path


def result(out: Path) -> dict[str, Any]:
    """All a run left behind, its manifest without what may differ."""
    files: dict[str, Any] = {name: content for name, content in tree(out).items() if name != ".lock"}
    files["manifest.json"] = {key: value for key, value in manifest.read(out).items() if key != "timing"}
    return files


def fresh(inputs: str = "in", out: str = "fresh") -> dict[str, Any]:
    run([inputs], Path(out), CONFIG)
    return result(Path(out))


def calls() -> list[tuple[str, str]]:
    """Every file call of an undisturbed run."""
    with on(Disk()) as disk:
        run(["in"], Path("counted"), CONFIG)
    return disk.calls


def disturbed(home: Path, at: int, how: str, *options: str) -> Ended:
    def act() -> None:
        with on(Disk(at, how)):
            command("run", "in", "-o", "out", *options)()

    return forked(act, home)


def settled(out: Path) -> dict[str, Any]:
    """What stands there after an undisturbed second run."""
    with on(Disk()):
        run(["in"], out, CONFIG, force=(out / "manifest.json").exists())
    return result(out)


SAYS = {"ENOSPC": "no space left", "EIO": "Input/output error"}


@pytest.mark.parametrize("how", ["crash", "ENOSPC", "EIO"])
def test_a_fault_at_every_call(home: Path, how: str) -> None:
    """Nothing is lost, an undisturbed second run gives the result of a fresh one; a full disk is told in one line."""
    before, wanted = tree(home / "in"), fresh()
    for at, (name, path) in enumerate(calls()):
        if how != "crash" and name not in CAN_FAIL:
            continue
        ended = disturbed(home, at, how)
        where = f"{how} at call {at}: {name} {path}: {ended}"
        assert tree(home / "in") == before, where
        if how == "crash":
            assert ended.code == CRASHED, where
        else:
            assert (ended.code, SAYS[how] in ended.err, ended.err.count("\n")) == (3, True, 1), where
        if (home / "out/manifest.json").exists():
            assert verify(home / "out").damaged == [], where
        assert settled(Path("out")) == wanted, where
        shutil.rmtree(home / "out")


def test_a_fault_while_a_finished_run_is_done_again(home: Path) -> None:
    """Another set of inputs than the first time: files of the first run go only as ours, and none of them is lost."""
    run(["in"], Path("first"), CONFIG)
    (home / "in/a.txt").unlink()
    plant(home / "in", {"new/e.txt": TEXT})
    before, wanted = tree(home / "in"), fresh()
    shutil.copytree(home / "first", home / "out")
    with on(Disk()) as disk:
        run(["in"], Path("out"), CONFIG, force=True)
    for at in range(len(disk.calls)):
        shutil.rmtree(home / "out")
        shutil.copytree(home / "first", home / "out")
        plant(home / "out", {"corpus/mine.txt": "x"})
        assert disturbed(home, at, "crash", "--force").code == CRASHED
        if (home / "out/manifest.json").exists():
            assert verify(home / "out").damaged == [], disk.calls[at]
        found = settled(Path("out"))
        assert found.pop("corpus/mine.txt") == b"x"
        assert found == wanted, disk.calls[at]
    assert tree(home / "in") == before


def test_every_file_is_synced_under_its_name_before_the_manifest_names_it(home: Path) -> None:
    order = [(name, str(Path(path).relative_to(home) if Path(path).is_absolute() else path)) for name, path in calls()]
    last = order.index(("replace", "counted/manifest.json"))
    for at, (name, path) in enumerate(order[:last]):
        if name == "replace" and "/.work/" not in path:
            assert ("fsync", str(Path(path).parent)) in order[at:last], path
    for name, path in order:
        if name == "open" and path.endswith(".tmp") and not staged(path):
            assert ("fsync", path) in order, path


def staged(path: str) -> bool:
    """It is read by this run alone, and never after a crash."""
    return any(f"/{WORK}/{folder}/" in path for folder in (STAGED, PIECES, RECORDS))


def test_a_new_folder_is_synced_in_its_parent(home: Path) -> None:
    plant(home / "in", {"deep/er/f.txt": "新的一篇，放在很深的地方，没有别的文件在旁边。\n"})
    order = [(name, str(Path(path).relative_to(home) if Path(path).is_absolute() else path)) for name, path in calls()]
    last = order.index(("replace", "counted/manifest.json"))
    for at, (name, path) in enumerate(order[:last]):
        if name == "mkdir" and "/corpus" in path:
            assert ("fsync", str(Path(path).parent)) in order[at:], path


def test_a_crash_of_restore_leaves_whole_files_only(home: Path) -> None:
    run(["in"], Path("out"), CONFIG)
    wanted = tree(home / "in")
    with on(Disk()) as disk:
        restore(home / "out", home / "back")
    for at in range(len(disk.calls)):
        shutil.rmtree(home / "back", ignore_errors=True)

        def act(at: int = at) -> None:
            with on(Disk(at)):
                restore(home / "out", home / "back")

        assert forked(act, home).code == CRASHED
        found = {name: content for name, content in tree(home / "back").items() if ".clean-" not in name}
        assert found.items() <= wanted.items()


def test_a_full_disk_by_limit(home: Path, clean: Clean) -> None:
    plant(home / "in", {"big.txt": "".join(f"{number}。{OTHER}" for number in range(400))})
    wanted, before = fresh(), tree(home / "in")
    done = clean("run", "in", "-o", "out", code=3, preexec_fn=lambda: limit(resource.RLIMIT_FSIZE, 20_000))
    assert "cannot be written: File too large" in done.stderr
    assert not (home / "out/manifest.json").exists()
    assert tree(home / "in") == before
    assert settled(Path("out")) == wanted


def limit(what: int, value: int) -> None:
    resource.setrlimit(what, (value, value))


def test_few_handles_for_many_files(home: Path, clean: Clean) -> None:
    plant(home / "in", {f"many/{number}.txt": f"第{number}篇：{OTHER}" for number in range(300)})
    clean("run", "in", "-o", "out", preexec_fn=lambda: limit(resource.RLIMIT_NOFILE, 64))
    clean("restore", "out", "-o", "back", preexec_fn=lambda: limit(resource.RLIMIT_NOFILE, 64))
    assert tree(home / "back") == tree(home / "in")


@pytest.fixture
def nobody(home: Path) -> Callable[..., Ended]:
    """The command as a user whom permissions bind; skips where there is no such user."""
    if os.geteuid() != 0:
        return lambda *arguments: forked(command(*arguments), home)
    for folder in (home, *home.parents[:-2]):
        folder.chmod(folder.stat().st_mode | 0o011)
    home.chmod(0o777)

    def act(*arguments: object) -> None:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
        command(*arguments)()

    ended = forked(lambda: act("--version"), home)
    if ended.code:
        pytest.skip("this user cannot become another")
    command("run", "--help")
    dry_run([str(home / "in")], home / "out", config_of({}))  # all is imported before the user changes
    return lambda *arguments: forked(lambda: act(*arguments), home)


def test_an_output_that_is_read_only(home: Path, nobody: Callable[..., Ended]) -> None:
    fresh()
    (home / "shut").mkdir(mode=0o555)
    ended = nobody("run", "in", "-o", "shut/out")
    assert (ended.code, ended.err) == (3, "Error: shut/out: cannot be written: Permission denied\n")
    ended = nobody("restore", "fresh", "-o", "shut/back")
    assert ended.code == 3, ended
    assert "shut/back: cannot be written: Permission denied" in ended.err


def test_an_input_that_may_not_be_read(home: Path, nobody: Callable[..., Ended]) -> None:
    plant(home / "in", {"shut/e.txt": TEXT, "one.txt": OTHER})
    (home / "in/one.txt").chmod(0)
    (home / "in/shut").chmod(0)
    ended = nobody("run", "in", "-o", "out")
    (home / "in/shut").chmod(0o755)
    assert ended.code == 1, ended
    assert "skipped  in/one.txt: cannot be read: Permission denied" in ended.err
    assert "skipped  in/shut: cannot be listed: Permission denied" in ended.err
    assert len(manifest.read(home / "out")["inputs"]) == 4


def test_forty_kills_in_a_row(home: Path) -> None:
    """Each run begins where the last one was killed."""
    before, wanted = tree(home / "in"), fresh()
    begun = time.monotonic()
    forked(command("run", "in", "-o", "out"), home)
    whole, chance = time.monotonic() - begun, random.Random(1)
    for _ in range(40):
        pid = child(command("run", "in", "-o", "out", "--force"), home, home / "said")
        time.sleep(chance.uniform(0, whole))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        if (home / "out/manifest.json").exists():
            assert verify(home / "out").damaged == []
    assert settled(Path("out")) == wanted
    assert tree(home / "in") == before


def started(home: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    """A run with two workers in a process group of its own, under way."""
    process = subprocess.Popen(
        [str(CLEAN), "run", "in", "-o", "out", "--workers", "2", "--force", *arguments],
        cwd=home,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    while not (home / "out/.work/run.json").exists() and process.poll() is None:
        time.sleep(0.005)
    return process


def several_shards(home: Path, times: int = 1) -> None:
    texts = {f"big{number}.txt": "".join(f"{number}.{n}。{OTHER}" for n in range(1500 * times)) for number in range(3)}
    plant(home / "in", texts)


def test_kills_of_a_group_with_two_workers(home: Path) -> None:
    several_shards(home)
    before, wanted = tree(home / "in"), fresh()
    chance = random.Random(2)
    for _ in range(5):
        process = started(home)
        time.sleep(chance.uniform(0, 1))
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert tree(home / "in") == before
        if (home / "out/manifest.json").exists():
            assert verify(home / "out").damaged == []
    assert settled(Path("out")) == wanted


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs /proc to see children")
@pytest.mark.parametrize("workers", [1, 2])
def test_workers_do_not_outlive_their_parent(home: Path, workers: int) -> None:
    """The server from which they are forked, and the tracker of multiprocessing's, end as well."""
    several_shards(home, 4)
    process = started(home)
    while len(below := descendants(process.pid)) < 2 + workers:
        assert process.poll() is None
        time.sleep(0.01)
    process.kill()
    process.wait()
    assert left_of(below) == []
    with (home / "out/.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_two_runs_race_for_one_directory(home: Path) -> None:
    wanted = fresh()
    for number in range(10):
        gate_out, gate_in = os.pipe()

        def act(gate_out: int = gate_out, gate_in: int = gate_in) -> None:
            os.close(gate_in)
            os.read(gate_out, 1)  # ends when the parent lets go
            command("run", "in", "-o", "out")()

        pids = [child(act, home, home / f"said{number}{one}") for one in range(2)]
        os.close(gate_out)
        os.close(gate_in)
        codes = sorted(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids)
        assert codes in ([0, 5], [0, 2])  # held, or finished already
        assert result(home / "out") == wanted
        shutil.rmtree(home / "out")


def test_a_run_that_finished_meanwhile_is_not_overwritten(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cleaner import disk as workdir

    lock, other = workdir._lock, plant(home / "other", {"e.txt": TEXT})

    def late(handle: int, out: Path) -> None:
        monkeypatch.setattr(workdir, "_lock", lock)
        with monkeypatch.context() as moved:
            for room in ("cleaner.disk", "cleaner.run.directory"):
                moved.setattr(f"{room}.LOCK", ".lock-of-the-other")
            run([str(other)], home / "made", CONFIG)
        (home / "made/.lock-of-the-other").unlink()
        for path in (home / "made").iterdir():
            path.rename(out / path.name)
        lock(handle, out)

    monkeypatch.setattr(workdir, "_lock", late)
    with pytest.raises(ConfigError, match="holds a finished run"):
        run(["in"], Path("out"), CONFIG)
    assert [one["name"] for one in manifest.read(home / "out")["inputs"]] == ["e.txt"]


def meanwhile(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Let something happen to the inputs after they were listed and before they are read."""

    def then(out: Path, sources: Sequence[Source]) -> set[str]:
        act()
        return begin(out, sources)

    monkeypatch.setattr("cleaner.run.run.begin", then)


def test_inputs_that_change_while_they_are_read(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(home / "in", {"e.txt": TEXT, "f.txt": TEXT, "g.txt": TEXT, "h.txt": TEXT})

    def mischief() -> None:
        (home / "in/e.txt").unlink()
        plant(home / "in", {"f.txt": TEXT * 2, "g.txt": ""})
        (home / "in/h.txt").unlink()
        os.mkfifo(home / "in/h.txt")

    meanwhile(monkeypatch, mischief)
    content = run(["in"], Path("out"), CONFIG)
    assert {one["path"]: one["reason"] for one in content["skipped"]} == {
        "in/e.txt": "cannot be read: No such file or directory",
        "in/f.txt": f"changed while it was read ({len(TEXT.encode())} bytes when listed, {2 * len(TEXT.encode())} now)",
        "in/g.txt": f"changed while it was read ({len(TEXT.encode())} bytes when listed, 0 now)",
        "in/h.txt": "not a regular file",
    }
    assert [one["name"] for one in content["inputs"]] == ["a.txt", "c.jsonl", "d.txt", "sub/b.txt"]
    assert verify(home / "out").damaged == []


@pytest.mark.parametrize("how", ["grows", "vanishes"])
def test_a_long_file_that_changes_between_its_pieces(home: Path, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    """It is skipped whole and named once: half a file is no input."""
    monkeypatch.setattr(shards, "SMALLEST", 4096)
    monkeypatch.setattr(shards, "_CHUNK", 4096)
    lines = "".join(json.dumps({"text": f"{number}。{OTHER}"}, ensure_ascii=False) + "\n" for number in range(400))
    path = plant(home / "in", {"long.jsonl": lines}) / "long.jsonl"

    def read(piece: shards.Piece) -> bytes:
        data = piece_bytes(piece)
        if piece.source.name == "long.jsonl" and path.exists():
            path.write_text(lines + lines) if how == "grows" else path.unlink()
        return data

    monkeypatch.setattr("cleaner.disk.piece_bytes", read)
    content = run(["in"], Path("out"), CONFIG)
    assert [one["path"] for one in content["skipped"]] == ["in/long.jsonl"]
    assert "long.jsonl" not in [one["name"] for one in content["inputs"]]
    assert verify(home / "out").damaged == []


def test_a_file_that_vanishes_while_its_folder_is_listed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.scandir

    class Gone:
        """An entry of a folder whose file is no longer there."""

        def __init__(self, entry: "os.DirEntry[str]") -> None:
            self.name, self.path = entry.name, entry.path
            self.is_symlink, self.is_dir = entry.is_symlink, entry.is_dir

        def stat(self, *, follow_symlinks: bool = True) -> os.stat_result:
            raise FileNotFoundError(2, "No such file or directory", self.path)

    def scandir(folder: str) -> list[Any]:
        return [Gone(entry) if entry.name == "a.txt" else entry for entry in real(folder)]

    monkeypatch.setattr(os, "scandir", scandir)
    found = listing(["in"], None)
    assert [one.path for one in found.skipped] == ["in/a.txt"]
    assert len(found.sources) == 3


ODD_LINES: dict[bytes, str | None] = {  # a line, and what is said of it; None where it is a document
    b'{"text": "\xe5\xa5\xbd\xe3\x80\x82", "text": "b"}': "has two members 'text'",
    b'{"text": "a", "te\\u0078t": "b"}': "has two members 'text'",
    b'{"n": 1, "n": 2, "text": "other members may be there twice"}': None,
    b'{"n": %s, "text": "a"}' % (b"9" * 5000): "Exceeds the limit",
    b'{"n": -1e999999, "text": "a float too large"}': None,
    b'{"n": %s, "text": "a"}' % (b"[" * 200_000 + b"]" * 200_000): "is nested too deeply",
    b"[" * 200_000: "is not a JSON object",
    b'{"n": NaN, "m": -Infinity, "text": "as Python writes it"}': None,
    b'{"body": "a"}': "has no member 'text'; pass --text-field",
    b"{}": "has no member 'text'",
    b'{"text": null}': "'text' is NoneType, not a string",
    b'{"text": ["a"]}': "'text' is list, not a string",
    b'"text"': "is not a JSON object",
    b"null": "is not a JSON object",
    b'{"text": "a"} {"text": "b"}': "Extra data",
    b'{"text": "a",}': "not valid JSON",
    b"{'text': 'a'}": "not valid JSON",
    b'{"text": "a': "not valid JSON: Unterminated string",
    b'{"text": "\\x41"}': "not valid JSON: Invalid \\escape",
    b'{"text": "\\ud8"}': "not valid JSON: Invalid \\uXXXX escape",
    b'{"text": "half \\ud83d of a pair, and \\ude00 the other"}': None,
    b'{"text": "\\ud83d\\ude00"}': None,
    b'{"text": "a\x00b\tc\x1fd"}': None,
    b'{"text": "\xe2\x80\xa8\xc2\x85"}': None,
    b'{"text": ""}': None,
    b'{"\xff": 1, "text": "\xe5\xa5\xbd\xe5\xa5\xbd\xe5\xa5\xbd\xe5\xa5\xbd\xe5\xa5\xbd\xe5\xa5\xbd\xe5\xa5\xbd\xe5\xa5\xbd"}': None,
    b'{"text": "\xce\xd2\xc3\xc7\xbd\xf1\xcc\xec\xd4\xda\xd5\xe2\xc0\xef\xbf\xaa\xbb\xe1"}': "pass --encoding gb18030",
    b"\xef\xbb\xbf{}": "is not a JSON object",
    b"": None,
    b" \t\r": None,
    b'{"text": "%s"}' % (TEXT.strip().encode() * 30_000): None,
}


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_odd_json_lines(home: Path, end: bytes) -> None:
    data = end.join(ODD_LINES) + end
    plant(home / "odd", {"a.jsonl": data})
    content = run(["odd"], Path("out"), CONFIG)
    said = {one["path"]: one["reason"] for one in content["failed"]}
    for number, says in enumerate(ODD_LINES.values(), 1):
        place = f"odd/a.jsonl:{number}"
        assert (place in said) == (says is not None), (place, said.get(place))
        assert says is None or says in said[place], (place, said[place])
        assert len(said.get(place, "")) < 300
    assert restore(home / "out", home / "back").damaged == []
    assert (home / "back/a.jsonl").read_bytes() == data
    for line in (home / "out/corpus/a.jsonl").read_bytes().removesuffix(b"\n").split(b"\n"):
        json.loads(line.decode("utf-8", "replace"))


def test_half_a_pair_without_the_stage_that_repairs_it(home: Path) -> None:
    plant(home / "odd", {"a.jsonl": r'{"text": "\ud800 中文"}' + "\n" + r'{"text": "\ud800 and \udc00"}' + "\n"})
    run(["odd"], Path("out"), config_of({"controls": False}))
    assert verify(home / "out").damaged == []


NAMES = [
    "汉" * 83 + "ab.txt",  # 255 bytes, all that most file systems allow
    "line\nfeed.txt",
    "\x1b[31mred\x07.txt",
    "\r.md",
    "-rf.txt",
    "~.txt",
    "a b .txt",
    "CON.txt",
    "a.txt.jsonl",
    "'quoted\".txt",
    "<b>&amp;.txt",
    "12:30.txt",
    "back\\slash.txt",
    os.fsdecode(b"\xff\xfe.txt"),
    os.fsdecode("中文".encode("gb18030") + b".txt"),
    unicodedata.normalize("NFC", "é.txt"),
    unicodedata.normalize("NFD", "é.txt"),
    "É.txt",
    ".hidden.txt",
    "folder.txt/a.txt",
    "/".join(["deep"] * 60) + "/a.txt",
    "corpus/provenance.jsonl",
    "manifest.json.txt",
    ".work/run.txt",
]


@pytest.fixture
def odd_names(home: Path) -> dict[str, bytes]:
    for number, name in enumerate(NAMES):
        line = {"text": f"第{number}篇。"}
        plant(home / "names", {name: json.dumps(line) if name.endswith("jsonl") else f"第{number}篇。\n"})
    run(["names"], Path("out"), CONFIG)
    return tree(home / "names")


def test_odd_names_come_back(home: Path, odd_names: dict[str, bytes]) -> None:
    assert len(odd_names) == len(NAMES)
    assert {f"corpus/{name}" for name in odd_names} <= tree(home / "out").keys()
    assert verify(home / "out").damaged == []
    assert restore(home / "out", home / "back").files == len(NAMES)
    assert tree(home / "back") == odd_names


def harmless(text: str) -> bool:
    return all(char.isprintable() or char in "\n□" for char in text)


@pytest.mark.parametrize("arguments", [["audit", "out"], ["audit", "out", "list"], ["audit", "out", "show", "line"]])
def test_odd_names_do_nothing_to_a_terminal(home: Path, odd_names: dict[str, bytes], arguments: list[str]) -> None:
    ended = forked(command(*arguments), home)
    assert ended.code == 0, ended
    assert harmless(ended.out)


def test_odd_names_in_what_verify_and_restore_say(home: Path, odd_names: dict[str, bytes]) -> None:
    plant(home / "out", {"\x07\r.doc": "", os.fsdecode(b"\xff"): "", "corpus/\r.md": "changed。\n"})
    for arguments in (["verify", "out"], ["restore", "out", "-o", "back"]):
        ended = forked(command(*arguments), home)
        assert ended.code == 4, ended
        assert harmless(ended.out + ended.err), ended


def test_odd_names_in_what_audit_says_of_a_beginning(home: Path) -> None:
    plant(home / "twice", {"x\x07\r1.txt": TEXT, "x\x07\r2.txt": OTHER})
    run(["twice"], Path("out"), CONFIG)
    ended = forked(command("audit", "out", "show", "x"), home)
    assert ended.code == 2
    assert harmless(ended.err), ended


def test_a_colon_in_a_name(home: Path) -> None:
    plant(home / "names", {"12:30.txt": TEXT})
    run(["names"], Path("out"), CONFIG)
    ended = forked(command("audit", "out", "where", "corpus/12:30.txt:3"), home)
    assert ended.code == 0, ended


Attack = Callable[[dict[str, Any], list[Any]], object]


def forge(out: Path, attack: Attack) -> None:
    """Change manifest and provenance as somebody would who knows how seals are made."""
    content = manifest.read(out)
    path = out / "provenance.jsonl"
    records = [json.loads(line) for line in path.read_bytes().splitlines()]
    attack(content, records)
    data = b"".join((one if isinstance(one, str) else json.dumps(one)).encode() + b"\n" for one in records)
    path.write_bytes(data)
    for one in content.get("outputs", ()):
        if one["path"] == "provenance.jsonl":
            one |= {"bytes": len(data), "sha256": sha256(data).hexdigest()}
    (out / "manifest.json").write_bytes(manifest.sealed(content))


def named(name: str) -> Attack:
    def attack(content: dict[str, Any], records: list[Any]) -> None:
        content["inputs"][0]["name"] = records[0]["source"]["name"] = name

    return attack


def clean_at(path: object) -> Attack:
    """As records of schema 1 say it; those of now say no path."""
    return lambda content, records: (records[0].update(v=1), records[0]["clean"].update(path=path))


def source(**members: object) -> Attack:
    return lambda content, records: records[0]["source"].update(members)


def record(**members: object) -> Attack:
    return lambda content, records: records[0].update(members)


def original(name: str) -> Attack:
    return lambda content, records: next(r for r in records if "original" in r["source"])["source"].update(
        original=name
    )


ATTACKS: dict[str, Attack] = {
    "a name that climbs": named("../evil.txt"),
    "a name that climbs later": named("sub/../../evil.txt"),
    "an absolute name": named("/tmp/evil-of-cleaner.txt"),
    "an empty name": named(""),
    "a name with NUL": named("a\0b"),
    "a name that is a folder of the target": named("sub"),
    "clean text that climbs": clean_at("../secret.txt"),
    "clean text at an absolute path": clean_at("/etc/passwd"),
    "clean text of a dropped document that climbs": lambda content, records: records[0]["clean"].update(
        kept=False, path="../secret.txt"
    ),
    "an original that climbs": original("../../secret.txt"),
    "an output that climbs": lambda content, records: content["outputs"].append(
        {"path": "../secret.txt", "bytes": 1, "sha256": ""}
    ),
}
BROKEN: dict[str, Attack] = {
    "no source": lambda content, records: records[0].pop("source"),
    "no clean": lambda content, records: records[0].pop("clean"),
    "a number for a record": lambda content, records: records.__setitem__(0, 5),
    "a path that is a number": clean_at(5),
    "deep nesting": lambda content, records: records.__setitem__(0, "[" * 100_000),
    "no such encoding": source(encoding="no-such"),
    "a codec of bytes": source(encoding="zlib_codec"),
    "a mark of no encoding": source(encoding="cp1252", bom=True),
    "an edit outside": record(back=[[0, 10**12, ""]]),
    "an edit before": record(back=[[-5, 1, ""]]),
    "an edit of two": record(back=[[0, 1]]),
    "a finding of nothing": record(findings=[{}]),
    "a certainty of nobody": record(findings=[{"rule": "x", "certainty": "sure", "applied": True, "span": [0, 1]}]),
    "a shell outside": record(shell={"at": 10**9}),
    "no inputs": lambda content, records: content.pop("inputs"),
    "inputs that are a number": lambda content, records: content.update(inputs=5),
    "no outputs": lambda content, records: content.pop("outputs"),
}


def untouched(home: Path) -> dict[str, bytes]:
    return {name: content for name, content in tree(home).items() if not name.startswith(("back/", ".said"))}


@pytest.fixture
def hostile(home: Path) -> Path:
    plant(home, {"secret.txt": "open sesame", "back/.keep": ""})
    run(["in"], Path("out"), CONFIG)
    return home


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_hostile_run_directory_writes_nothing_outside(hostile: Path, attack: str) -> None:
    forge(hostile / "out", ATTACKS[attack])
    before = untouched(hostile)
    for arguments in (["restore", "out", "-o", "back/x"], ["verify", "out"], ["audit", "out", "show", "a.txt"]):
        ended = forked(command(*arguments), hostile)
        assert "sesame" not in ended.out + ended.err, ended
        assert "Traceback" not in ended.err, ended
        assert untouched(hostile) == before
    assert not Path("/tmp/evil-of-cleaner.txt").exists()
    assert ended.code in (0, 4)


@pytest.mark.parametrize("attack", BROKEN)
def test_a_forged_run_directory_is_called_damaged(hostile: Path, attack: str) -> None:
    forge(hostile / "out", BROKEN[attack])
    for arguments in (["restore", "out", "-o", "back/x"], ["verify", "out"]):
        ended = forked(command(*arguments), hostile)
        assert ended.code == 4, ended
        assert "defect of ours" not in ended.err, ended


def test_links_in_a_run_directory_are_seen(hostile: Path) -> None:
    (hostile / "out/corpus/a.txt").rename(hostile / "elsewhere.txt")
    (hostile / "out/corpus/a.txt").symlink_to(hostile / "elsewhere.txt")
    ended = forked(command("verify", "out"), hostile)
    assert ended.code == 4
    assert "corpus/a.txt: is a symbolic link" in ended.out


def test_a_pipe_in_a_run_directory_hangs_nobody(hostile: Path) -> None:
    (hostile / "out/corpus/a.txt").unlink()
    os.mkfifo(hostile / "out/corpus/a.txt")
    for arguments in (["verify", "out"], ["restore", "out", "-o", "back/x"]):
        done = subprocess.run([str(CLEAN), *arguments], capture_output=True, timeout=3, check=False)
        assert done.returncode == 4


def outside(home: Path) -> dict[str, bytes]:
    return {name: content for name, content in tree(home).items() if not name.startswith("out/")}


@pytest.mark.parametrize("where", ["corpus", "originals", ".work"])
def test_a_run_follows_no_link_out_of_its_directory(hostile: Path, where: str) -> None:
    """A copy of the output that a link leads to belongs to somebody: --force may not write there, nor delete."""
    plant(hostile / "out", {".work/run.json": "precious"})
    (hostile / "out" / where).rename(hostile / "theirs")
    (hostile / "out" / where).symlink_to(hostile / "theirs")
    (hostile / "in/a.txt").unlink()
    before = outside(hostile)
    forked(command("run", "in", "-o", "out", "--force"), hostile)
    assert outside(hostile) == before


@pytest.mark.parametrize(
    ("files", "options"),
    [
        ({"manifest.json": '{"name": "an extension of a browser"}'}, []),
        ({"manifest.json": '{"name": "an extension of a browser"}'}, ["--force"]),
        ({".work/mine.txt": "x"}, []),
        ({".work/run.json": "{}", "notes.txt": "x"}, []),
    ],
    ids=["a manifest", "a manifest, with force", "a folder .work", "a plan"],
)
def test_what_only_looks_like_a_run_is_not_touched(home: Path, files: Mapping[str, str], options: list[str]) -> None:
    plant(home / "out", files)
    ended = forked(command("run", "in", "-o", "out", *options), home)
    assert {name: content.decode() for name, content in tree(home / "out").items() if name in files} == files
    assert (ended.code, "not a run of this tool" in ended.err) == (2, True)


def test_a_link_where_an_output_must_go_is_foreign(home: Path) -> None:
    run(["in"], Path("out"), CONFIG)
    plant(home / "in", {"new.txt": "新的一篇。\n"})
    (home / "out/corpus/new.txt").symlink_to("nowhere")
    ended = forked(command("run", "in", "-o", "out", "--force"), home)
    assert ended.code == 2, ended
    assert (home / "out/corpus/new.txt").is_symlink()


def flips(path: Path, seed: int, count: int) -> Iterable[bytes]:
    """The file with one byte changed, several times."""
    chance, data = random.Random(seed), path.read_bytes()
    for _ in range(count):
        at = chance.randrange(len(data))
        yield data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :]
    path.write_bytes(data)


@pytest.mark.parametrize("name", ["corpus/a.txt", "corpus/c.jsonl", "provenance.jsonl", "originals"])
def test_what_is_sound_comes_back_whatever_byte_is_flipped(home: Path, name: str) -> None:
    """Exit 4 where an input is lost, the other inputs are there, and nothing wrong is given back."""
    run(["in"], Path("out"), CONFIG)
    path = home / "out" / name
    path = next(path.iterdir()) if path.is_dir() else path
    wanted = tree(home / "in")
    for data in flips(path, seed=3, count=25):
        path.write_bytes(data)
        ended = forked(command("restore", "out", "-o", "back"), home)
        found = tree(home / "back")
        shutil.rmtree(home / "back", ignore_errors=True)
        assert found.items() <= wanted.items()
        assert ended.code == (0 if found == wanted else 4), ended  # evidence may be wrong without harm to any byte
        assert len(found) >= len(wanted) - (2 if name == "provenance.jsonl" else 1), ended


def test_the_way_out_of_a_damaged_manifest_works(home: Path) -> None:
    wanted = fresh()
    path = home / "fresh/manifest.json"
    path.write_bytes(path.read_bytes().replace(b"cleaner/run/2", b"cleaner/run/1"))
    assert "--force does it again" in forked(command("verify", "fresh"), home).err
    ended = forked(command("run", "in", "-o", "fresh", "--force"), home)
    assert ended.code == 0, ended
    assert result(home / "fresh") == wanted


VERBS = [
    ["run", "in", "-o", "new"],
    ["run", "in", "--dry-run", "--json"],
    ["audit", "out"],
    ["audit", "out", "list"],
    ["audit", "out", "show", "sub"],
    ["audit", "out", "where", "corpus/a.txt:3"],
    ["restore", "out", "-o", "back"],
    ["verify", "out"],
    ["rules"],
    ["config"],
]


@pytest.mark.parametrize("encoding", ["ascii", "gbk", "cp1252", "utf-8"])
def test_every_verb_on_every_console(home: Path, encoding: str) -> None:
    plant(home / "in", {os.fsdecode(b"\xff.txt"): f"😀 é {TEXT}"})
    run(["in"], Path("out"), CONFIG)
    plant(home / "out", {os.fsdecode(b"\xfe"): ""})
    for arguments in VERBS:
        ended = forked(command(*arguments), home, encoding=encoding)
        assert ended.code == (1 if arguments[0] == "verify" else 0), (arguments, ended)


def test_a_plain_locale(home: Path, clean: Clean) -> None:
    plant(home / "in", {os.fsdecode(b"\xff.txt"): TEXT, "汉.txt": OTHER})
    environment = {**os.environ, "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    clean("run", "in", "-o", "out", env=environment)
    clean("restore", "out", "-o", "back", env=environment)
    assert tree(home / "back") == tree(home / "in")
    clean("audit", "out", "list", env=environment)


@pytest.mark.parametrize("closed", ["stdout", "stderr", "both"])
def test_every_verb_with_closed_streams(home: Path, closed: str) -> None:
    run(["in"], Path("out"), CONFIG)

    def act(arguments: list[str]) -> None:
        for stream in ("stdout", "stderr") if closed == "both" else (closed,):
            getattr(sys, stream).flush()
            setattr(sys, stream, None)  # as Python does where the handle is closed
        command(*arguments)()

    for arguments in VERBS:
        ended = forked(lambda arguments=arguments: act(arguments), home)  # type: ignore[misc]  # bound now
        assert ended.code == 0, (arguments, ended)


def test_a_closed_stderr_from_the_beginning(home: Path) -> None:
    done = subprocess.run(f"{CLEAN} run in -o out --workers 2 <&- >&- 2>&-", shell=True, cwd=home, timeout=30)
    assert done.returncode == 0
    assert verify(home / "out").damaged == []


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_every_verb_into_a_pipe_that_nobody_reads(home: Path, stream: str) -> None:
    run(["in"], Path("out"), CONFIG)

    def act(arguments: list[str]) -> None:
        reading, writing = os.pipe()
        os.close(reading)
        setattr(sys, stream, os.fdopen(writing, "w", encoding="utf-8"))
        command(*arguments)()

    for arguments in VERBS:
        ended = forked(lambda arguments=arguments: act(arguments), home)  # type: ignore[misc]  # bound now
        assert ended.code == 0, (arguments, ended)
        assert "Traceback" not in ended.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_report_that_cannot_be_written(home: Path) -> None:
    def act() -> None:
        sys.stdout = io.TextIOWrapper(io.FileIO("/dev/full", "w"))
        command("rules")()

    ended = forked(act, home)
    assert (ended.code, "defect" in ended.err) == (3, False), ended


@pytest.mark.parametrize(
    "arguments",
    [
        "run loop -o out",
        "run in -o loop",
        "restore made -o loop",
        "verify loop",
    ],
)
def test_a_loop_of_links_is_named(home: Path, arguments: str) -> None:
    (home / "loop").symlink_to("loop")
    run(["in"], Path("made"), CONFIG)
    ended = forked(command(*arguments.split(" ")), home)
    assert (ended.code > 1, "loop" in ended.err, "defect" in ended.err) == (True, True, False), ended


def test_inputs_above_each_other(home: Path) -> None:
    plant(home, {"here/e.txt": TEXT, "other/f.txt": OTHER})
    ended = forked(command("run", "../in", "..", "-o", "../out"), home / "here")
    assert ended.code in (0, 2), ended


def test_a_file_and_a_folder_of_one_name(home: Path) -> None:
    plant(home, {"p/news/e.txt": TEXT, "q/news": OTHER})
    ended = forked(command("run", "p/news", "q/news", "-o", "out"), home)
    assert (ended.code, "news" in ended.err) == (2, True), ended


def test_an_empty_name_is_no_input(home: Path) -> None:
    """As a shell makes it of a variable that is not set."""
    ended = forked(command("run", "", "-o", "out"), home)
    assert (ended.code, (home / "out").exists()) == (2, False), ended


def test_what_run_prints_is_the_manifest(home: Path) -> None:
    said = json.loads(forked(command("run", "in", "-o", "out", "--json"), home).out)
    assert said == manifest.read(home / "out")


def test_a_text_that_grows_is_not_minus_minus(home: Path) -> None:
    plant(home / "short", {"a.txt": "短"})
    assert "−-" not in forked(command("run", "short", "-o", "out"), home).err


def seconds(folder: Path, data: bytes) -> float:
    """Processor time of a run over one file."""
    shutil.rmtree(folder / "slow", ignore_errors=True)
    begun = time.process_time()
    run([str(plant(folder / "slow", {"a.txt": data}) / "a.txt")], folder / "slow/out", CONFIG)
    return time.process_time() - begun


@pytest.mark.parametrize(
    ("paragraph", "times"),
    [(TEXT.encode(), 700), (TEXT.encode() + b"\xff\n", 150), ((TEXT.strip() + "。").encode(), 3000)],
    ids=["equal", "damaged", "one line"],
)
def test_twice_the_paragraphs_take_twice_the_time(home: Path, paragraph: bytes, times: int) -> None:
    """The second run is the first that counts: the first one loads what the package needs."""
    seconds(home, paragraph)
    once = max(seconds(home, paragraph * times), 0.05)
    assert min(seconds(home, paragraph * (4 * times)) for _ in range(2)) < 6.5 * once  # what it loads, it loads once


def test_twice_the_files_to_forget_take_twice_the_time(home: Path) -> None:
    def forgetting(count: int) -> float:
        return min(once(count) for _ in range(3))  # other work on the machine counts, too

    def once(count: int) -> float:
        names = [f"corpus/{count}/{number}" for number in range(count)]
        plant(home / "out", dict.fromkeys(names, ""))
        begun = time.process_time()
        forget(home / "out", names)
        return time.process_time() - begun

    assert forgetting(1600) < 6.5 * max(forgetting(400), 0.004)
