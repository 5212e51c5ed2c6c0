"""Matching inside a run: in one part or in many, with lines that get other numbers, all the same result."""

import json
import os
import signal
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any, NoReturn

import pytest

from cleaner.config import Config, config_of
from cleaner.duplicates.settings import Dedup
from cleaner.formats import shards
from cleaner.index.adding import build
from cleaner.provenance import restore as restoring
from cleaner.provenance.layout import STAGED, WORK
from cleaner.provenance.restore import restore
from cleaner.provenance.verify import verify
from cleaner.run.run import dry_run, run
from cleaner.stages.order import ORDER
from tests.conftest import digest, plant, tree
from tests.dedup_texts import paragraph, paragraphs_with_copies
from tests.failing import command, forked

ALL: dict[str, Any] = {"paragraphs": "all"}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """JSON lines in many shards, with duplicates across them, and a few files of text."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(shards, "SMALLEST", 8 * 1024)
    monkeypatch.setattr(shards, "SHARDS", 8)
    monkeypatch.setattr(shards, "_CHUNK", 4096)
    texts = paragraphs_with_copies(400, seed=31)
    pages = ["\n".join(texts[at : at + 3]) for at in range(0, len(texts), 3)]
    pages += pages[:20] + texts[:20]
    Random(7).shuffle(pages)
    lines = [json.dumps({"n": at, "text": page}, ensure_ascii=False) + "\n" for at, page in enumerate(pages)]
    return plant(tmp_path, {"in/a.jsonl": "".join(lines), **{f"in/{at}.txt": texts[at] for at in range(9)}})


def records(out: Path) -> list[dict[str, Any]]:
    return list(restoring.records(out))


def sound(out: Path) -> bool:
    """Every record names the line or file that holds its text."""
    lines = (out / "corpus/a.jsonl").read_text(encoding="utf-8").splitlines()
    for record in records(out):
        clean = record["clean"]
        if clean["kept"]:
            number = clean["record"]
            text = (
                (out / clean["path"]).read_text(encoding="utf-8")
                if number is None
                else json.loads(lines[number - 1])["text"]
            )
            assert sha256(text.encode()).hexdigest() == clean["sha256"], record["id"]
    assert len(lines) == sum(
        record["clean"]["kept"] and record["clean"]["record"] is not None for record in records(out)
    )
    return not verify(out).damaged


def in_parts(monkeypatch: pytest.MonkeyPatch, held: int, parts: int) -> None:
    """From now on there is hardly any memory, and columns are sorted in so many parts."""
    monkeypatch.setattr(Dedup, "held_bytes", held)
    monkeypatch.setattr(Dedup, "parts", lambda self, units: parts)


@pytest.mark.parametrize(
    ("held", "parts", "rule"), [(1, 1, "all"), (20_000, 16, "all"), (20_000, 64, "all"), (20_000, 16, "careful")]
)
def test_columns_in_parts_change_nothing(
    home: Path, held: int, parts: int, rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = config_of({"dedup": {"paragraphs": rule}})
    content = run(["in"], Path("plain"), config)
    assert content["dedup"]["removed"] > (50 if rule == "all" else 20)
    in_parts(monkeypatch, held, parts)
    again = run(["in"], Path("out"), config)
    assert {**again, "timing": 0} == {**content, "timing": 0}
    for name in ("corpus/a.jsonl", "provenance.jsonl"):
        assert Path("out", name).read_bytes() == Path("plain", name).read_bytes()
    assert digest(Path("out/corpus")) == digest(Path("plain/corpus"))
    assert not (Path("out") / WORK).exists()


@pytest.mark.parametrize(("held", "workers"), [(1 << 28, 1), (10_000, 2)])
def test_in_the_scope_of_a_document_only_its_own_paragraphs_go(
    home: Path, held: int, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Dedup, "held_bytes", held)
    texts = paragraphs_with_copies(400, seed=32)
    plant(home, {f"in/long/{at}.txt": "\n".join(texts[at : at + 40]) for at in range(0, 400, 20)})
    config = config_of({"dedup": {**ALL, "scope": "document"}})
    content = run(["in"], Path("out"), config, workers=workers)
    assert '\nscope = "document"\n' in content["config"]
    found = [(record, one) for record in records(Path("out")) for one in record["findings"]]
    gone = [(record["id"], one) for record, one in found if one["rule"].startswith("dedup.")]
    assert len(gone) == content["dedup"]["removed"] > 5
    for document, one in gone:
        assert one["rule"] in ("dedup.paragraph.exact", "dedup.paragraph.near")
        assert one["evidence"]["kept"]["id"] == document
    assert all(record["clean"]["kept"] for record in records(Path("out")))
    assert ("sample" in content["dedup"], content["dedup"]["scope"]) == (False, "document")
    assert dry_run(["in"], Path("out"), config)["dedup"] == content["dedup"]
    assert sound(Path("out"))
    restore(Path("out"), Path("back"))
    assert digest(Path("back")) == digest(Path("in"))


def test_against_an_index_they_may_be_sorted_in_parts_as_well(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = paragraphs_with_copies(400, seed=31)[::2]
    plant(home, {"old/a.txt": "\n".join(texts[:80]), "old/b.txt": "\n".join(texts[80:])})
    config = config_of({"dedup": ALL})
    run(["old"], Path("out10"), config)
    build(Path("out10"), Path("index"))
    plain = run(["in"], Path("plain"), config, against=Path("index"))
    assert 20 < plain["dedup"]["against"]["removed"] < plain["dedup"]["removed"] - 20
    in_parts(monkeypatch, 10_000, 16)
    again = run(["in"], Path("out"), config, against=Path("index"))
    assert {**again, "timing": 0} == {**plain, "timing": 0}
    assert digest(Path("out/corpus")) == digest(Path("plain/corpus"))
    assert Path("out/provenance.jsonl").read_bytes() == Path("plain/provenance.jsonl").read_bytes()


def test_a_run_killed_while_it_matches_can_be_done_again(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = run(["in"], Path("plain"), config_of({}))

    def killed(*_: object) -> NoReturn:
        assert len(list((home / "out" / WORK / STAGED).glob("0*"))) > 2
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("it lives")

    in_parts(monkeypatch, 10_000, 16)
    with monkeypatch.context() as patched:
        patched.setattr("cleaner.run.matching.merged_pairs", killed)
        assert forked(command("run", "in", "-o", "out", "-q"), home).code == -signal.SIGKILL
    assert not (home / "out/manifest.json").exists()
    again = run(["in"], Path("out"), config_of({}))
    assert {**again, "timing": 0} == {**plain, "timing": 0}
    assert tree(home / "out").keys() == tree(home / "plain").keys()
    assert digest(Path("out/corpus")) == digest(Path("plain/corpus"))
    assert not list((home / "out").rglob(".clean-*"))


def test_small_memory_is_a_setting(home: Path) -> None:
    plain = run(["in"], Path("plain"), config_of({}))
    small = run(["in"], Path("small"), config_of({"dedup": {"memory": 1}}))
    assert "\nmemory = 1\n" in small["config"]
    assert small["outputs"] == plain["outputs"]


def test_lines_have_their_numbers(home: Path) -> None:
    run(["in"], Path("out"), config_of({}))
    assert any(not record["clean"]["kept"] for record in records(Path("out")))
    assert sound(Path("out"))


def overruled(out: Path) -> Config:
    """Settings that keep the first document that went, and the first paragraph of one that lost all of them."""
    ids = [
        finding["f"]
        for record in records(out)
        for finding in record["findings"]
        if finding["rule"].startswith("dedup.") and not record["clean"]["kept"]
    ]
    return config_of({"keep": [ids[0], ids[-1]]})


def test_what_a_person_overrules_moves_the_lines_behind_it(home: Path) -> None:
    """No record tells the number of its line: readers count the lines."""
    before = run(["in"], Path("out"), config_of({}))
    after = run(["in"], Path("kept"), overruled(Path("out")))
    assert after["counts"]["kept"] > before["counts"]["kept"]
    assert sound(Path("kept"))
    assert not list(Path("kept").rglob(".clean-*"))


def test_duplicates_that_are_only_reported_stay(home: Path) -> None:
    run(["in"], Path("out"), config_of({"level": "safe"}))
    assert sound(Path("out"))
    assert all(record["clean"]["kept"] for record in records(Path("out")))


def test_a_document_that_loses_every_paragraph_goes(home: Path) -> None:
    one, two = (paragraph(Random(seed), 8) for seed in (501, 502))
    pages = [f"{one}\n另一行。", f"{two}\n又一行。", f"{one}\n{two}", "完。"]
    plant(home, {"in/a.jsonl": "".join(json.dumps({"text": page}) + "\n" for page in pages)})
    run(["in/a.jsonl"], Path("out"), config_of({"dedup": ALL}))
    assert [record["clean"]["record"] for record in records(Path("out"))] == [1, 2, None, 3]
    assert sound(Path("out"))


@pytest.mark.parametrize("end", ["", "\n", "\n　\n"])
def test_without_stages_it_goes_as_well(home: Path, end: str) -> None:
    """White space between paragraphs that went is no text, whoever settles the layout."""
    one, two = (paragraph(Random(seed), 8) for seed in (501, 502))
    pages = [f"{one}\n另一行。", f"{two}\n又一行。", f"　　{one}\n\n　　{two}{end}", f"{one}{end}", f"\n{end}", "完。"]
    source = "".join(json.dumps({"text": page}) + "\n" for page in pages)
    plant(home, {"in/a.jsonl": source})
    run(["in/a.jsonl"], Path("out"), config_of({**dict.fromkeys(ORDER, False), "dedup": ALL}))
    assert [record["clean"]["record"] for record in records(Path("out"))] == [1, 2, None, None, 3, 4]
    assert sound(Path("out"))
    restore(Path("out"), Path("back"))
    assert Path("back/a.jsonl").read_text(encoding="utf-8") == source
