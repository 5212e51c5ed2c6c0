"""Runs with --salvage: where the articles stand, that they are sealed and explained, that nothing else changes by them."""

import json
from pathlib import Path
from typing import Any

import pytest

from cleaner.config import config_of
from cleaner.provenance import manifest
from cleaner.provenance.salvaged import check
from cleaner.run.run import run
from cleaner.text.errors import RunDirError
from tests.conftest import SEEDS, Clean, plant, tree

PAGE = next(SEEDS.glob("003*"))
RAW = PAGE.read_text(encoding="utf-8")
LINES = RAW.split("\n")
FAIR, POVERTY = f"salvaged/{PAGE.name}/2.txt", f"salvaged/{PAGE.name}/3.txt"


def line(number: int) -> str:
    return LINES[number - 1].strip(" 　")


def records(out: Path) -> list[dict[str, Any]]:
    return [json.loads(text) for text in (out / "provenance.jsonl").read_text(encoding="utf-8").split("\n") if text]


def entries(out: Path) -> list[dict[str, Any]]:
    return [entry for record in records(out) for entry in record.get("salvaged", ())]


@pytest.fixture
def out(clean: Clean, tmp_path: Path) -> Path:
    clean("run", SEEDS, "-o", "out", "--salvage")
    return tmp_path / "out"


def test_the_page_gives_two_articles_in_reading_order(out: Path) -> None:
    fair = [97, 101, 103, 107, 109, 61, 63, 65, 69]
    wanted = [line(number) + (line(105) if number == 103 else "") for number in fair]
    assert (out / FAIR).read_text(encoding="utf-8") == "\n\n".join(wanted) + "\n"
    poverty = [75, 79, 77, *range(81, 96, 2), 73]
    assert (out / POVERTY).read_text(encoding="utf-8") == "\n\n".join(map(line, poverty)) + "\n"
    assert [list(entry["missing"]) for entry in entries(out)] == [["start missing"], ["end missing"]]
    (mixed,) = (left for left in entries(out)[0]["left_out"] if left["why"] == "mixed")
    assert (RAW[slice(*mixed["span"])], RAW[slice(*mixed["like"])]) == (line(67), line(69))


def test_every_salvaged_span_lies_in_the_removal_it_names(out: Path) -> None:
    (record,) = (record for record in records(out) if "salvaged" in record)
    removals = {f["f"]: f for f in record["findings"] if f["rule"].startswith("splice.")}
    named = []
    for entry in record["salvaged"]:
        for one in (*entry["parts"], *entry["left_out"]):
            start, end = removals[one["from"]]["span"]
            assert start <= one["span"][0] < one["span"][1] <= end
            assert removals[one["from"]]["evidence"]["article"] == entry["article"]
            named.append(one["from"])
    assert set(named) == set(removals)


def test_nothing_else_changes(clean: Clean, out: Path, tmp_path: Path) -> None:
    clean("run", SEEDS, "-o", "plain")
    assert tree(tmp_path / "plain" / "corpus") == tree(out / "corpus")
    assert not (tmp_path / "plain" / "salvaged").exists()
    for one, other in zip(records(tmp_path / "plain"), records(out), strict=True):
        other.pop("salvaged", None)
        assert one == other
    clean("restore", "out", "-o", "back")
    assert tree(tmp_path / "back") == tree(SEEDS)
    assert clean("verify", "out").stdout == ""


def test_what_was_salvaged_is_clean(clean: Clean, out: Path, tmp_path: Path) -> None:
    clean("run", "out/salvaged", "-o", "again")
    assert tree(tmp_path / "again" / "corpus") == tree(out / "salvaged")


def test_verify_sees_a_changed_a_lost_and_a_new_file(clean: Clean, out: Path) -> None:
    plant(out, {f"salvaged/{PAGE.name}/9.txt": "x"})
    assert clean("verify", "out", code=1).stdout == f"unlisted salvaged/{PAGE.name}/9.txt\n"
    whole = (out / FAIR).read_bytes()
    (out / FAIR).write_bytes(whole[:-1] + b" ")
    assert FAIR in clean("verify", "out", code=4).stdout
    (out / FAIR).write_bytes(whole)
    (out / POVERTY).unlink()
    assert POVERTY in clean("verify", "out", code=4).stdout


def test_a_record_must_give_its_text() -> None:
    entry = {"id": "a/2", "article": 2, "parts": [{"span": [0, 3]}], "missing": {}, "between": "\n", "end": ""}
    entry |= {"sha256": "0" * 64}
    with pytest.raises(RunDirError, match="a/2: the salvaged text is not what its source spans give"):
        check({"salvaged": [entry]}, "甲乙丙丁")


def test_audit_tells_what_came_from_where(clean: Clean, out: Path) -> None:
    assert "salvaged 2 documents, 2,792 characters" in clean("audit", "out").stdout
    assert (
        f"salvaged  {PAGE.name}/2 → {FAIR}, 1,313 characters, start missing"
        in clean("audit", "out", "show", "003").stdout
    )
    assert "salvaged" not in clean("audit", "out", "show", "003", "--rule", "spacing").stdout
    said = clean("audit", "out", "show", "003/2").stdout.split("\n")
    assert [text.split(",")[0] for text in said if text.startswith("  line ")][:5] == [
        "  line 97", "  line 101", "  line 103", "  line 105", "  line 107",
    ]  # fmt: skip
    assert json.loads(clean("audit", "out", "show", "003/3", "--json").stdout)["document"] == PAGE.name
    listed = json.loads(clean("audit", "out", "list", "--json").stdout)["documents"]
    assert [row["id"] for row in listed if "salvaged_from" in row] == [f"{PAGE.name}/2", f"{PAGE.name}/3"]


def test_where_finds_every_salvaged_character(clean: Clean, out: Path) -> None:
    text = (out / FAIR).read_text(encoding="utf-8")
    for at in (0, text.index("负为正"), text.index("共评审")):
        start, end = json.loads(clean("audit", "out", "where", f"{FAIR}:{at}", "--json").stdout)["span"]
        assert RAW[start:end] == text[at]
    between = json.loads(clean("audit", "out", "where", f"{FAIR}:{text.index(chr(10))}", "--json").stdout)
    assert between["span"][0] == between["span"][1]
    clean("audit", "out", "where", f"{FAIR}:99999", code=2)


def test_texts_are_normalised_and_explained(clean: Clean, tmp_path: Path) -> None:
    messy = RAW.replace("\n", "\r\n").replace("10项", "１０项").replace("本届博览会", "本届\u200b博览会")
    plant(tmp_path / "in", {"a.txt": messy.encode("gb18030"), "b.md": "短。\n"})
    clean("run", "in", "-o", "out", "--salvage")
    text = (tmp_path / "out/salvaged/a.txt/2.txt").read_text(encoding="utf-8")
    assert "共评审出10项" in text
    assert "\n本届博览会" in text
    at = text.index("10项")
    start, end = json.loads(clean("audit", "out", "where", f"salvaged/a.txt/2.txt:{at}", "--json").stdout)["span"]
    assert "１" in messy[start:end]
    assert clean("verify", "out").stdout == ""
    clean("restore", "out", "-o", "back")
    assert tree(tmp_path / "back") == tree(tmp_path / "in")


def test_lines_of_json_in_many_shards_and_two_workers(clean: Clean, tmp_path: Path) -> None:
    """Each page differs in one paragraph of the fair; the article on poverty relief is the same in all and written once."""
    pages = [{"body": RAW.replace("杨学山", f"杨{number}山"), "url": f"u{number}"} for number in range(60)]
    lines = [json.dumps(page, ensure_ascii=False) + "\n" for page in pages]
    plant(
        tmp_path / "in", {"a.jsonl": "".join(lines), "b.txt": RAW, "c.jsonl": lines[0], "d.jsonl": '{"body": "短"}\n'}
    )
    clean("run", "in", "-o", "one", "--salvage", "--text-field", "body")
    clean("run", "in", "-o", "two", "--salvage", "--text-field", "body", "--workers", 2)
    one, two = tree(tmp_path / "one"), tree(tmp_path / "two")
    assert manifest.read(tmp_path / "one")["salvaged"] == {
        "documents": 62,
        "chars": 61 * 1313 + 50 + 1479,
        "copies": 62,
    }
    del one["manifest.json"], two["manifest.json"]
    assert one == two
    assert {name for name in one if name.startswith("salvaged/")} == {"salvaged/a.jsonl", "salvaged/b.txt/2.txt"}
    written = [json.loads(text) for text in one["salvaged/a.jsonl"].decode().splitlines()]
    assert written[0].keys() == {"id", "salvaged", "body"}
    assert written[0]["salvaged"] == {"from": "a.jsonl:1", "article": 2, "missing": ["start missing"]}
    for entry in entries(tmp_path / "one"):
        if entry["path"] == "salvaged/a.jsonl":
            assert written[entry["record"] - 1]["id"] == entry["id"]
        else:
            assert entry["path"] or entry["same_as"] in (f"a.jsonl:1/{entry['article']}", "b.txt/2")
    place = f"salvaged/a.jsonl:{len(written)}:0"
    assert json.loads(clean("audit", "one", "where", place, "--json").stdout)["document"] == "a.jsonl:60"
    assert clean("verify", "one").stdout == ""
    clean("restore", "one", "-o", "back")
    assert tree(tmp_path / "back") == tree(tmp_path / "in")


def test_only_what_the_level_takes_is_salvaged(clean: Clean, tmp_path: Path) -> None:
    said = clean("run", SEEDS, "-o", "safe", "--salvage", "--level", "safe").stderr
    assert "salvaged 0 documents, 0 characters" in said
    assert not (tmp_path / "safe" / "salvaged").exists()


def test_what_a_person_keeps_is_not_salvaged(clean: Clean, out: Path, tmp_path: Path) -> None:
    kept = entries(out)[1]["parts"][0]["from"]
    plant(tmp_path, {"clean.toml": f'keep = ["{kept}"]\n[splice]\nsalvage = true\n'})
    clean("run", SEEDS, "-o", "out", "--force")
    assert [entry["article"] for entry in entries(out)] == [2]
    assert not (out / POVERTY).exists()
    assert clean("verify", "out").stdout == ""


def test_a_dry_run_writes_nothing_and_says_what_it_would(clean: Clean, tmp_path: Path) -> None:
    assert "salvaged 2 documents" in clean("run", SEEDS, "--salvage", "--dry-run").stderr
    assert list(tmp_path.iterdir()) == []


def test_a_run_without_it_takes_its_files_away(clean: Clean, out: Path) -> None:
    clean("run", SEEDS, "-o", "out", "--force")
    assert not (out / "salvaged").exists()
    assert clean("verify", "out").stdout == ""


def test_files_of_others_are_not_overwritten(clean: Clean, out: Path) -> None:
    clean("run", SEEDS, "-o", "out", "--force")
    plant(out, {FAIR: "mine"})
    assert (
        f"out/{FAIR}: stands where an output must go"
        in clean("run", SEEDS, "-o", "out", "--salvage", "--force", code=2).stderr
    )
    assert (out / FAIR).read_text() == "mine"


def test_files_of_a_stopped_run_are_known(clean: Clean, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped when all stands in its place and only the manifest is missing."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(manifest, "write", stop)
        run([str(SEEDS)], tmp_path / "out", config_of({"splice": {"salvage": True}}))
    assert (tmp_path / "out" / FAIR).exists()
    clean("run", SEEDS, "-o", "out", "--salvage")
    assert len(tree(tmp_path / "out" / "salvaged")) == 2
    assert clean("verify", "out").stdout == ""


@pytest.mark.parametrize("options", [["--without", "splice"], ["--preset", "any"], ["-s", "splice=false"]])
def test_without_splice_there_is_nothing_to_salvage(clean: Clean, tmp_path: Path, options: list[str]) -> None:
    assert "--salvage: splice is off" in clean("run", SEEDS, "--salvage", *options, code=2).stderr
    assert list(tmp_path.iterdir()) == []
