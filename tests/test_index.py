"""Month after month: what an index remembers goes from later runs, with evidence that stands alone."""

import fcntl
import json
import pickle
import shutil
import subprocess
from collections.abc import Mapping
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.config import config_of
from cleaner.duplicates.sets import jaccard, shingle_set
from cleaner.duplicates.settings import Dedup
from cleaner.index import adding as indexing
from cleaner.index.reading import FILES, HEADER, opened_index
from cleaner.provenance import manifest
from cleaner.provenance import restore as restoring
from cleaner.provenance.restore import restore
from cleaner.provenance.verify import verify
from cleaner.run.run import run
from cleaner.text.errors import ConfigError, LockedError, RunDirError
from tests.conftest import CLEAN, SEEDS, Clean, digest, plant, tree
from tests.dedup_texts import HAN, edited, key_of
from tests.failing import CRASHED, Disk, forked, on

ALL: dict[str, Any] = {"paragraphs": "all"}
SETTINGS = 'dedup.paragraphs = "all"\n'  # the same in clean.toml
CONFIG = config_of({"splice": False, "dedup": ALL})
TEA = "山裡的茶樹今年發芽早，採茶人天不亮就背著竹簍出門，太陽升起時已經採滿了半簍，下山的路上遇見了收茶的人。"
TEA_HANS = "山里的茶树今年发芽早，采茶人天不亮就背着竹篓出门，太阳升起时已经采满了半篓，下山的路上遇见了收茶的人。"
BOOKS = "图书馆夜里也开着灯，学生们轻声翻书，管理员在门口泡了一壶热茶等他们出来，窗外下着今年的第一场雪。"
PIER = "渡口的老人说，从前这里只有一条木船，一天来回三趟，载着赶集的人和他们的鸡鸭，如今桥修好了，船也就歇了。"
SHORT = "本报记者报道。"


def line(random: Random, letters: int = 90) -> str:
    """A paragraph of chance, with a full stop so that nothing is joined to it."""
    return "".join(random.choices(HAN, k=letters)) + "。"


def records(out: Path) -> dict[str, dict[str, Any]]:
    return {record["id"]: record for record in restoring.records(out) if record["id"]}


def removals(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [one for one in record["findings"] if one["rule"].startswith("dedup.") and one["applied"]]


@pytest.fixture(autouse=True)
def settings_file(tmp_path: Path) -> None:
    """For every command of a test."""
    plant(tmp_path, {"clean.toml": SETTINGS})


@pytest.fixture(scope="module")
def indexed_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two documents, and an index of them; the second lost the paragraph that it had from the first."""
    home = tmp_path_factory.mktemp("october")
    plant(home, {"clean.toml": SETTINGS})
    plant(home / "in10", {"a.txt": f"{TEA}\n{BOOKS}\n{SHORT}\n", "b.txt": f"{SHORT}\n{PIER}\n{TEA}\n"})
    for arguments in (("run", "in10", "-o", "out10"), ("index", "build", "out10")):
        subprocess.run([CLEAN, *arguments], cwd=home, check=True)
    return home


@pytest.fixture
def october(indexed_once: Path, tmp_path: Path) -> Path:
    """A copy of it of our own."""
    return Path(shutil.copytree(indexed_once, tmp_path, dirs_exist_ok=True))


COPIES: dict[str, tuple[str, str | None, str | None]] = {
    # what comes in November: the rule that takes it, and the document of October that is named
    "equal document": (f"{TEA}\n{BOOKS}\n{SHORT}\n", "document.exact", "a.txt"),
    "a document before its paragraph went": (f"{SHORT}\n{PIER}\n{TEA}\n", "document.exact", "b.txt"),
    "laid out anew": (f"　　{TEA}\r\n\r\n　　{BOOKS}\r\n{SHORT}", "document.exact", "a.txt"),
    "simplified": (f"{TEA_HANS}\n{BOOKS}\n{SHORT}\n", "document.exact", "a.txt"),
    "near document": (f"{TEA.replace('半簍', '一簍')}\n{BOOKS}\n{SHORT}\n", "document.near", "a.txt"),
    "equal paragraph": (f"另外的一件事，和別人都沒有關係。\n{BOOKS}\n", "paragraph.exact", "a.txt"),
    "near paragraph": (
        f"另外的一件事，和別人都沒有關係。\n{PIER.replace('三趟', '两趟')}\n",
        "paragraph.near",
        "b.txt",
    ),
    "simplified paragraph": (f"另外的一件事，和別人都沒有關係。\n{TEA_HANS}\n", "paragraph.exact", "a.txt"),
    "short paragraph": (f"另外的一件事，和別人都沒有關係。\n{SHORT}\n", None, None),
    "something else": (
        "桥头新开了一家面馆，老板是北方人，做的是手擀的宽面，中午总要排上半个钟头的队才有座位。\n",
        None,
        None,
    ),
}


@pytest.mark.parametrize("case", COPIES)
@pytest.mark.parametrize("kind", ["text", "jsonl"])
def test_what_comes_again_goes(clean: Clean, october: Path, case: str, kind: str) -> None:
    text, rule, document = COPIES[case]
    new = {"n.txt": text} if kind == "text" else {"n.jsonl": json.dumps({"n": 1, "text": text}) + "\n"}
    plant(october / "in11", new)
    clean("run", "in11", "-o", "out11", "--against", "index")
    (record,) = records(october / "out11").values()
    assert [one["rule"] for one in removals(record)] == ([f"dedup.{rule}"] if rule else [])
    for finding in removals(record):
        kept = finding["evidence"]["kept"]
        assert (kept["id"], kept["run"]["out"]) == (document, "out10")
        source = (october / kept["path"]).read_text(encoding="utf-8")[slice(*kept["span"])]
        assert kept["sha256"] == sha256(source.encode()).hexdigest()
        gone = text[slice(*finding["span"])]
        found = jaccard(shingle_set(gone), shingle_set(source))
        assert found.reaches(Dedup().limit)
        assert (key_of(gone) == key_of(source)) == finding["rule"].endswith(".exact")
        if finding["rule"].endswith(".near"):
            assert finding["evidence"]["shingles"] == list(found)


def test_the_index_and_the_old_run_may_go(clean: Clean, october: Path) -> None:
    plant(october / "in11", {f"{at}.txt": text for at, (text, _, _) in enumerate(COPIES.values())})
    clean("index", "add", "index", "out10", code=2)
    shutil.rmtree(october / "out10")
    shutil.rmtree(october / "in10")
    clean("run", "in11", "-o", "out11", "--against", "index")
    shutil.rmtree(october / "index")
    assert clean("verify", "out11").stdout == ""
    clean("restore", "out11", "-o", "back")
    assert tree(october / "back") == tree(october / "in11")
    assert "of the run out10 as well" in clean("audit", "out11", "show", "0.txt").stdout


def test_the_manifest_says_what_the_run_was_held_against(clean: Clean, october: Path) -> None:
    plant(october / "in11", {"n.txt": f"{TEA}\n{BOOKS}\n{SHORT}\n", "o.txt": BOOKS})
    clean("run", "in11", "-o", "out11", "--against", "index")
    against = manifest.read(october / "out11")["dedup"]["against"]
    assert against["sha256"] == sha256((october / "index" / HEADER).read_bytes()).hexdigest()
    assert [one["out"] for one in against["runs"]] == ["out10"]
    assert (against["documents"], against["removed"], against["bridging"]) == (2, 2, 0)


def test_the_seeds_are_known_the_second_time(clean: Clean, tmp_path: Path) -> None:
    clean("run", SEEDS, "-o", "once")
    clean("index", "build", "once", "-o", "known")
    said = clean("run", SEEDS, "-o", "twice", "--against", "known", "--json")
    assert json.loads(said.stdout)["counts"]["kept"] == 0
    assert "nothing written" in clean("run", SEEDS, "--dry-run", "--against", "known").stderr


def test_a_third_month(clean: Clean, october: Path) -> None:
    plant(
        october / "in11",
        {"c.txt": f"{BOOKS}\n十一月新写的一段话，讲的是河边的芦苇怎样一夜之间全都白了头，风一吹就飞得满天都是。\n"},
    )
    clean("run", "in11", "-o", "out11", "--against", "index")
    before = tree(october / "index/00001")
    clean("index", "add", "index", "out11")
    assert tree(october / "index/00001") == before
    plant(october / "in12", tree(october / "in10") | tree(october / "in11"))
    clean("run", "in12", "-o", "out12", "--against", "index")
    assert tree(october / "out12/corpus") == {}
    said = json.loads(clean("index", "verify", "index", "--json").stdout)
    assert ([one["out"] for one in said["runs"]], said["documents"]) == (["out10", "out11"], 3)


def test_a_unit_that_bridges_old_ones_goes_and_is_told(clean: Clean, tmp_path: Path) -> None:
    letters = line(Random(9), 130)
    plant(tmp_path / "in10", {"a.txt": letters[:109] + "。\n", "c.txt": letters[20:] + "\n"})
    clean("run", "in10", "-o", "out10")
    clean("index", "build", "out10")
    plant(tmp_path / "in11", {"b.txt": letters[10:119] + "。\n"})
    clean("run", "in11", "-o", "out11", "--against", "index", "-s", "dedup.units=both")
    content = manifest.read(tmp_path / "out11")
    assert (content["counts"]["kept"], content["dedup"]["against"]["bridging"]) == (0, 1)
    assert content["dedup"]["against"]["bridging_first"] == [{"document": "b.txt", "matches": 2}]


def test_a_person_overrules_a_removal_for_an_old_copy(clean: Clean, october: Path) -> None:
    plant(october / "in11", {"n.txt": f"{TEA}\n{BOOKS}\n{SHORT}\n"})
    clean("run", "in11", "-o", "out11", "--against", "index")
    (finding,) = removals(records(october / "out11")["n.txt"])
    plant(october, {"clean.toml": f'keep = ["{finding["f"]}"]\n{SETTINGS}'})
    clean("run", "in11", "-o", "out11", "--against", "index", "--force")
    assert tree(october / "out11/corpus").keys() == {"n.txt"}
    assert clean("verify", "out11").stdout == ""


def test_workers_do_not_show(clean: Clean, tmp_path: Path) -> None:
    random = Random(3)
    old = [line(random) + "\n" + line(random) for _ in range(60)]
    new = [random.choice([edited(random, random.choice(old), 2), random.choice(old), line(random)]) for _ in range(180)]
    for name, texts in (("in10", old), ("in11", new + new[:20])):
        lines = (json.dumps({"text": text + "\n", "pad": "x" * 9000}) + "\n" for text in texts)
        plant(tmp_path / name, {"a.jsonl": "".join(lines)})
    for workers in (1, 2):
        clean("run", "in10", "-o", "out10", "--workers", workers, "--force")
        clean("index", "build", "out10", "-o", f"index{workers}")
        shutil.copytree(tmp_path / f"index{workers}", tmp_path / "index")
        clean("run", "in11", "-o", f"out{workers}", "--workers", workers, "--against", "index")
        shutil.rmtree(tmp_path / "index")
    assert digest(tmp_path / "index1") == digest(tmp_path / "index2")
    one, two = (tree(tmp_path / f"out{workers}") for workers in (1, 2))
    contents = [manifest.read(tmp_path / f"out{workers}") for workers in (1, 2)]
    assert contents[0]["dedup"]["against"]["removed"] > 60
    for files, content in zip((one, two), contents, strict=True):
        del files["manifest.json"], content["timing"]
    assert (one, contents[0]) == (two, contents[1])


# ---- what is refused


def test_other_settings_are_refused(clean: Clean, october: Path) -> None:
    others: dict[str, Any] = {"threshold": 0.9, "shortest": 10, "recall": "thorough", "seed": 2, "units": "document"}
    for name, value in others.items():
        with pytest.raises(RunDirError, match=f"was made with dedup.{name} = .* pass -s dedup.{name}="):
            run([str(SEEDS)], october / "x", config_of({"dedup": {**ALL, name: value}}), against=october / "index")
    said = clean("run", "in10", "-o", "x", "--against", "index", "--scope", "document", code=2).stderr
    assert "index: nothing is compared with an index where dedup.scope is 'document'; leave --against away, or" in said
    said = clean("run", "in10", "-o", "x", "--against", "index", "-s", "dedup.near=false", code=4).stderr
    assert "index: was made with dedup.near = True, this run has False; pass -s dedup.near=true, or" in said
    assert not (october / "x").exists()
    clean("run", "in10", "-o", "x", "--against", "index", "-s", "dedup.keep=longest", "--level", "suspect")
    assert "dedup is off" in clean("run", "in10", "-o", "y", "--against", "index", "--without", "dedup", code=2).stderr


@pytest.mark.parametrize("name", ["nowhere", "in10", "in10/a.txt", "out10"])
def test_what_is_no_index_is_refused(october: Path, name: str) -> None:
    with pytest.raises(ConfigError, match=f"{name}: holds no index"):
        run([str(SEEDS)], october / "x", CONFIG, against=october / name)
    with pytest.raises(ConfigError, match=f"{name}: holds no index"):
        indexing.add(october / name, october / "out10")


@pytest.mark.parametrize(
    ("out", "index", "message"),
    [
        ("out10", "index", "holds an index; clean index add"),
        ("out10", "in10", "is not empty and no index"),
        ("out10", "out10/index", "lies inside the run"),
        ("out10", "in10/a.txt", "is a file"),
        ("in10", "x", "not a run"),
    ],
)
def test_where_no_index_is_made(october: Path, out: str, index: str, message: str) -> None:
    with pytest.raises((ConfigError, RunDirError), match=message):
        indexing.build(october / out, october / index)


def test_a_run_is_added_once_and_an_index_is_no_output(clean: Clean, october: Path) -> None:
    assert "is in index already" in clean("index", "add", "index", "out10", code=2).stderr
    assert "lies inside the output" in clean("run", "in10", "-o", ".", "--against", "index", code=2).stderr


@pytest.mark.parametrize("name", sorted({*(f"00001/{name}" for name in FILES), HEADER}))
@pytest.mark.parametrize("how", ["flipped", "cut", "gone"])
def test_a_damaged_file_is_named(october: Path, name: str, how: str) -> None:
    path = october / "index" / name
    data = path.read_bytes()
    if how == "gone":
        path.unlink()
    else:
        path.write_bytes(data[:-1] if how == "cut" else data[:-9] + bytes([data[-9] ^ 1]) + data[-8:])
    wrong = ConfigError if name == HEADER and how == "gone" else RunDirError
    with pytest.raises(wrong, match=name.split("/")[-1]):
        indexing.check(october / "index")
    with pytest.raises(wrong, match=name.split("/")[-1]):
        run([str(october / "in10")], october / "x", CONFIG, against=october / "index")
    assert not (october / "x" / "manifest.json").exists()


def test_a_run_that_was_touched_is_not_indexed(clean: Clean, october: Path) -> None:
    plant(october / "out10", {"corpus/a.txt": "别的内容。\n"})
    assert "is not what the run wrote" in clean("index", "build", "out10", "-o", "x", code=4).stderr
    (october / "out10/provenance.jsonl").write_bytes(b"")
    assert "is not what the run wrote" in clean("index", "build", "out10", "-o", "y", code=4).stderr


def forged(index: Path, name: str, data: bytes) -> None:
    """Another content under a header that fits it."""
    header = manifest.unsealed((index / HEADER).read_bytes())
    assert header is not None
    (index / "00001" / name).write_bytes(data)
    header["segments"][0]["files"][name] = {"bytes": len(data), "sha256": sha256(data).hexdigest()}
    (index / HEADER).write_bytes(manifest.sealed(header))


class Bomb:
    """Whatever loads it makes a file."""

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (Path("exploded"),)


def test_nothing_is_unpickled(clean: Clean, october: Path) -> None:
    held = BytesIO()
    np.save(held, np.array([Bomb()], dtype=object))
    for data in (held.getvalue(), pickle.dumps(Bomb()), b"", b"\x93NUMPY\x01\x00\x10\x00{'descr': 'O'}    "):
        forged(october / "index", "keys.npy", data)
        with pytest.raises(RunDirError, match="is not as an index is written"):
            run([str(SEEDS)], october / "x", CONFIG, against=october / "index")
    assert "is not as an index is written" in clean("run", "in10", "-o", "x", "--against", "index", code=4).stderr
    assert not (october / "exploded").exists()


def test_forged_rows_and_another_version_are_refused(october: Path) -> None:
    index = october / "index"
    for name in ("exact_rows", "rows", "units"):
        held, honest = BytesIO(), (index / f"00001/{name}.npy").read_bytes()
        np.save(held, np.load(index / f"00001/{name}.npy") + np.uint32(1000))
        forged(index, f"{name}.npy", held.getvalue())
        with pytest.raises(RunDirError, match="is not as an index is written"):
            indexing.check(index)
        forged(index, f"{name}.npy", honest)
    header = manifest.unsealed((index / HEADER).read_bytes())
    assert header is not None
    for change, says in (
        ({"schema": "cleaner/index/9"}, "has schema 'cleaner/index/9'"),
        ({"matching": header["matching"] | {"key_table_sha256": "0"}}, "made by another version"),
        ({"matching": header["matching"] | {"bands": [9, 13]}}, "made by another version"),
        ({"matching": {**header["matching"], "unit": "line"}}, "made by another version"),
        ({"matching": header["matching"] | {"near_from": [10, 25]}}, "made by another version"),
    ):
        (index / HEADER).write_bytes(manifest.sealed(header | change))
        with pytest.raises(RunDirError, match=says):
            run([str(SEEDS)], october / "x", CONFIG, against=index)


def test_one_writer(october: Path) -> None:
    with (october / "index/.lock").open("rb+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(LockedError):
            indexing.add(october / "index", october / "out10")
        with opened_index(october / "index", Dedup(**ALL)):
            pass


# ---- many runs


def months(folder: Path, count: int) -> list[Path]:
    """So many finished runs."""
    random = Random(6)
    outs = []
    for month in range(count):
        texts = {f"{month}-{at}.txt": line(random) + "\n" + line(random) + "\n" for at in range(3)}
        run([str(plant(folder / f"in{month}", texts))], folder / f"out{month}", CONFIG)
        outs.append(folder / f"out{month}")
    return outs


def indexed(index: Path, outs: list[Path]) -> Path:
    indexing.build(outs[0], index)
    for out in outs[1:]:
        indexing.add(index, out)
    return index


def test_segments_are_joined_and_nothing_is_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outs = months(tmp_path, 10)
    few = indexed(tmp_path / "few", outs)
    monkeypatch.setattr(indexing, "SEGMENTS", 100)
    many = indexed(tmp_path / "many", outs)
    assert [len(list(index.glob("0*"))) for index in (few, many)] == [8, 10]
    random = Random(7)
    texts = [path.read_text(encoding="utf-8") for out in outs for path in sorted((out / "corpus").iterdir())]
    new = {f"{at:02}.txt": edited(random, text, at % 3) + line(random) + "\n" for at, text in enumerate(texts)}
    plant(tmp_path / "new", new)
    for index in (few, many):
        assert indexing.check(index)["runs"] == indexing.check(many)["runs"]
        run([str(tmp_path / "new")], tmp_path / f"out-{index.name}", CONFIG, against=index)
    assert tree(tmp_path / "out-few/corpus") == tree(tmp_path / "out-many/corpus")
    found = records(tmp_path / "out-few")
    assert found == records(tmp_path / "out-many")
    assert all(removals(record) for record in found.values())


def test_a_crash_at_every_call_of_add(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The index is the old one or the new one, and the next `add` goes on; also where two segments become one."""
    monkeypatch.setattr(indexing, "SEGMENTS", 2)
    outs = months(tmp_path, 3)
    old, index = indexed(tmp_path / "old", outs[:2]), tmp_path / "index"
    wanted = shutil.copytree(old, tmp_path / "wanted")
    with on(Disk()) as disk:
        indexing.add(wanted, outs[2])
    for at in range(len(disk.calls)):
        shutil.rmtree(index, ignore_errors=True)
        shutil.copytree(old, index)

        def act(at: int = at) -> None:
            with on(Disk(at)):
                indexing.add(index, outs[2])

        assert forked(act, tmp_path).code == CRASHED
        before = len(indexing.check(index)["runs"])
        try:
            with on(Disk()):  # syncs nothing
                indexing.add(index, outs[2])
        except ConfigError:  # it was done but for the tidying
            assert before == 3
        header = indexing.check(index)
        assert [one["out"] for one in header["runs"]] == [str(out) for out in outs]
        assert sum(one["documents"] for one in header["segments"]) == 9


# ---- the law


@given(seed=st.integers(0, 1 << 30))
@settings(max_examples=12)
def test_what_a_full_run_finds_equal_goes_and_every_removal_is_true(seed: int) -> None:
    """A, then B against A: no equal copy that a run over both takes out of B stays, and each removal is proved anew.

    A copy of a document of A that lost all its paragraphs loses them, too: it goes piece by piece.
    """
    random = Random(seed)
    lines = [line(random, random.randint(10, 60)) for _ in range(12)]
    both: dict[str, dict[str, str]] = {"a": {}, "b": {}}
    for at in range(16):
        some = [random.choice([one, one, edited(random, one[:-1], 1) + "。"]) for one in random.sample(lines, 3)]
        text = "".join(random.choice(["", "　　"]) + one + random.choice(["\n", "\r\n\n"]) for one in some)
        earlier = [*both["a"].values(), *both["b"].values()]
        both["ab"[at % 2]][f"{at:02}.txt"] = random.choice([text, text, random.choice(earlier)]) if earlier else text
    with TemporaryDirectory() as folder:
        home = Path(folder)
        for name, files in both.items():
            plant(home / "both" / name, files)
        run([str(home / "both/a"), str(home / "both/b")], home / "full", CONFIG)
        run([str(home / "both/a")], home / "out-a", CONFIG)
        indexing.build(home / "out-a", home / "index")
        run([str(home / "both/b")], home / "out-b", CONFIG, against=home / "index")
        shutil.rmtree(home / "index")
        assert verify(home / "out-b").damaged == []
        restore(home / "out-b", home / "back")
        assert tree(home / "back") == tree(home / "both/b")
        once = records(home / "out-b")
        for id, record in records(home / "full").items():
            if id.startswith("b/"):
                mine = removals(once[id.removeprefix("b/")])
                for one in removals(record):
                    if one["rule"].endswith(".exact"):
                        start, end = one["span"]
                        covered = any(f["span"][0] <= start and end <= f["span"][1] for f in mine)
                        assert covered or not once[id.removeprefix("b/")]["clean"]["kept"], (id, one)
        for id, record in once.items():
            for one in removals(record):
                kept = one["evidence"]["kept"]
                source = Path(kept["path"]).read_bytes().decode()[slice(*kept["span"])]
                gone = both["b"][id][slice(*one["span"])]
                assert key_of(gone) == key_of(source) or jaccard(shingle_set(gone), shingle_set(source)).reaches(
                    Dedup().limit
                )
