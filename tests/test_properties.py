"""What must hold for every input: it comes back, cleaning settles, provenance tells the truth, any damage is seen."""

import json
import os
import random
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import cleaner
from cleaner.config import config_of
from cleaner.disk import opened_input
from cleaner.document import Finding
from cleaner.formats import shards
from cleaner.formats.carrier import Carrier, Origin
from cleaner.formats.listing import Source
from cleaner.provenance import manifest
from cleaner.provenance.record import document_in, dumped, loaded, origin_in, parts_of, record_bytes, record_in
from cleaner.provenance.restore import restore
from cleaner.provenance.verify import verify
from cleaner.run.run import run
from cleaner.text.errors import RunDirError
from tests.conftest import Clean, plant, tree
from tests.test_stage_laws import PIECES

CONFIG = config_of({})
SENTENCES = [
    "山里的茶树今年发芽早，采茶人天不亮就背着竹篓出门，太阳升起时已经采满了半篓。",
    "图书馆夜里也开着灯，学生们轻声翻书，管理员在门口泡了一壶热茶等他们出来。",
    "今年以来，工业经济稳定恢复，呈现回升向好态势。",
    "　　（责任编辑：李明）",
    "The quick brown fox jumps over the lazy dog, and nobody knows why.",
    "Élan vital für alle Bürger — déjà vu.",
    "これは日本語の文章です。漢字とかなが混ざっています。",
    "版权所有 Copyright © 2024",
    "１２３４５，ＡＢＣ！",
]
ENCODINGS = [
    *["utf-8"] * 6,
    *["utf-8-sig", "gb18030", "gbk", "big5", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "shift_jis", "euc_jp"],
    *["euc_kr", "cp1252", "koi8-r", "hz", "utf-7", "iso2022_jp"],
]
ENDS = ["\n", "\n", "\r\n", "\r", "\n\n\n", "\u2028", ""]


def document(chance: random.Random) -> tuple[str, bytes]:
    """A suffix and the bytes of a document: sentences and rubbish in some encoding, then some accident."""
    lines = [line(chance) for _ in range(chance.choice([0, 1, 1, 2, 5, 20]))]
    if chance.random() < 0.3:
        ends = [chance.choice([b"\n", b"\r\n"])] * len(lines)
        records = (json_line(chance, text.rstrip("\r\n")) for text in lines)
        return ".jsonl", accident(chance, b"".join(one + end for one, end in zip(records, ends, strict=True)))
    data = "".join(lines).encode(chance.choice(ENCODINGS), "ignore")
    return chance.choice([".txt", ".md"]), accident(chance, data)


def line(chance: random.Random) -> str:
    text = chance.choice(SENTENCES)
    for _ in range(chance.choice([0, 0, 1, 3])):
        at = chance.randint(0, len(text))
        text = text[:at] + chance.choice(PIECES) + text[at:]
    return text + chance.choice(ENDS)


def json_line(chance: random.Random, text: str) -> bytes:
    record: dict[str, Any] = {
        "id": chance.randint(0, 9),
        "text": text,
        "标签": [1.50, None, "\ud800", {"text": "inner"}],
    }
    dump = json.dumps(record, ensure_ascii=chance.random() < 0.5)
    data = dump.encode(chance.choice(["utf-8"] * 5 + ["gb18030"]), "backslashreplace")
    return chance.choice([data] * 6 + [b"", b" ", data[:-1], data.replace(b'"text"', b'"body"', 1), b"[]"])


def accident(chance: random.Random, data: bytes) -> bytes:
    kind, at = (
        chance.choice(["none"] * 4 + ["flip", "cut", "insert", "double", "nul", "noise"]),
        chance.randint(0, len(data)),
    )
    if kind == "flip" and data:
        at %= len(data)
        return data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :]
    if kind == "cut":
        return data[:at]
    if kind == "insert":
        return data[:at] + chance.randbytes(chance.randint(1, 4)) + data[at:]
    if kind == "double":
        return data + data
    if kind == "nul":
        return data[:at] + b"\0" + data[at:]
    return data[:at] + chance.randbytes(60) if kind == "noise" else data


@pytest.fixture(autouse=True)
def unsynced(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test here cuts the power, and syncing takes most of the time of a small run."""
    monkeypatch.setattr(os, "fsync", lambda handle: None)


@pytest.fixture(scope="module", params=[5, 6])
def many(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """300 documents of every kind."""
    chance, folder = random.Random(request.param), tmp_path_factory.mktemp("many") / "in"
    for number in range(300):
        suffix, data = document(chance)
        plant(folder, {f"{number % 7}/{number:03}{suffix}": data})
    return folder


def comes_back(folder: Path, out: Path, settings: Mapping[str, Any]) -> None:
    """Run, verify, restore: whatever was not skipped is there again, byte for byte."""
    content = run([str(folder)], out, config_of(settings))
    assert verify(out).damaged == []
    done = restore(out, out.with_name("back"))
    assert done.damaged == []
    skipped = {str(Path(one["path"]).relative_to(folder)) for one in content["skipped"]}
    wanted = {name: data for name, data in tree(folder).items() if name not in skipped}
    found = tree(out.with_name("back"))
    assert found.keys() == wanted.keys()
    assert {name: data for name, data in wanted.items() if found[name] != data} == {}


@pytest.mark.parametrize(
    "chosen",
    [
        {},
        {"level": "suspect"},
        {"controls": False, "mojibake": False},
        {"dedup": {"shortest": 8, "threshold": 0.6, "keep": "last"}},
        {"preset": "minimal", "encoding": "gb18030"},
    ],
    ids=str,
)
def test_three_hundred_documents_come_back(many: Path, tmp_path: Path, chosen: Mapping[str, Any]) -> None:
    comes_back(many, tmp_path / "out", chosen)


@settings(max_examples=100)
@given(st.lists(st.randoms(use_true_random=False).map(document) | st.tuples(st.just(".txt"), st.binary()), max_size=4))
def test_any_documents_come_back(tmp_path_factory: pytest.TempPathFactory, documents: list[tuple[str, bytes]]) -> None:
    home = tmp_path_factory.mktemp("any")
    plant(home / "in", {f"{number}{suffix}": data for number, (suffix, data) in enumerate(documents)})
    (home / "in").mkdir(exist_ok=True)
    comes_back(home / "in", home / "out", {})
    shutil.rmtree(home)


def without_timing(out: Path) -> tuple[dict[str, bytes], dict[str, Any]]:
    content = manifest.read(out)
    del content["timing"]
    return {name: data for name, data in tree(out).items() if name not in ("manifest.json", ".lock")}, content


def test_no_cut_into_shards_shows(many: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clean: Clean) -> None:
    """One document a shard, all in one, two processes: one result."""
    big = "".join(json.dumps({"text": SENTENCES[n % 9] * (1 + n % 5), "n": n}) + "\n" for n in range(300))
    for folder in "012":
        shutil.copytree(many / folder, tmp_path / "in" / folder)
    plant(tmp_path / "in", {"1/big.jsonl": big})
    monkeypatch.chdir(tmp_path)
    run(["in"], Path("one"), CONFIG)
    clean("run", "in", "-o", "two", "--workers", 2, code=1)
    monkeypatch.setattr(shards, "SMALLEST", 1)
    monkeypatch.setattr(shards, "LARGEST", 1)
    monkeypatch.setattr(shards, "_CHUNK", 700)
    run(["in"], Path("cut"), CONFIG)
    assert len(list(shards.Cut([Source("in/1/big.jsonl", "", "jsonl", len(big), 0)], opened_input))) > 20
    assert without_timing(tmp_path / "cut") == without_timing(tmp_path / "one")
    assert without_timing(tmp_path / "two") == without_timing(tmp_path / "one")


def test_any_flip_in_any_file_is_seen(many: Path, tmp_path: Path) -> None:
    out, chance = tmp_path / "out", random.Random(9)
    for number in (0, 1, 2, 3, 4, 11, 12):
        for path in many.glob(f"*/{number:03}*"):
            plant(tmp_path / "in", {path.name: path.read_bytes()})
    plant(tmp_path / "in", {"kept.txt": b"\xff\xfe" + "别的事情。\n".encode("utf-16-le") + b"\x00\xd8a\0"})
    run([str(tmp_path / "in")], out, CONFIG)
    seen = verify(out)
    assert (seen.damaged, seen.unlisted) == ([], [])
    files = {name: data for name, data in tree(out).items() if data}
    assert any(name.startswith("originals/") for name in files)
    for _ in range(300):
        name, data = chance.choice(list(files.items()))
        at = chance.randrange(len(data))
        (out / name).write_bytes(data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :])
        assert damaged(out), (name, at)
        (out / name).write_bytes(data)
    for name, data in files.items():
        for worse in (b"", data[:-1], data + b"\n"):
            (out / name).write_bytes(worse)
            assert damaged(out), name
        (out / name).unlink()
        assert damaged(out), name
        (out / name).write_bytes(data)
    assert not damaged(out)


def damaged(out: Path) -> bool:
    """Whether `clean verify` ends with 4."""
    try:
        return bool(verify(out).damaged)
    except RunDirError:
        return True


anything = st.lists(st.sampled_from([*PIECES, *SENTENCES, "\n"]) | st.characters(), max_size=16).map("".join)
strictness = st.sampled_from(["suspect", "likely", "safe"])


@settings(max_examples=600)
@given(anything, strictness)
@example("\ud83d\ude00", "likely")
def test_cleaning_settles(raw: str, level: str) -> None:
    once = cleaner.clean(raw, level=level)
    again = cleaner.clean(once.text, level=level)
    assert ascii(again.text) == ascii(once.text)  # ascii: a report cannot hold lone surrogates
    assert [finding for finding in again.findings if finding.applied] == []


@pytest.mark.parametrize("around", ["正{}文", "a{}b\n", "{}\n", "　{} \n"])
def test_every_character_settles(around: str) -> None:
    """All planes: each assigned row, and the first and last rows of those that are not."""
    codes = [code for code in range(0x110000) if code < 0x3400 or 0x9F00 <= code < 0xAC00 or code >= 0xD700]
    codes = [
        code
        for code in codes
        if code < 0x20000 or code % 0x10000 >= 0xFF00 or code % 97 == 0 or 0xE0000 <= code < 0xE0200
    ]
    for at in range(0, len(codes), 2000):
        raw = "".join(around.format(chr(code)) for code in codes[at : at + 2000])
        once = cleaner.clean(raw, splice=False)
        assert ascii(once.change.invert(raw).apply(once.text)) == ascii(raw)
        again = cleaner.clean(once.text, splice=False)
        assert ascii(again.text) == ascii(once.text), first_difference(once.text, again.text)


def first_difference(one: str, other: str) -> str:
    at = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), -1)
    return f"{one[max(at - 3, 0) : at + 4]!a} became {other[max(at - 3, 0) : at + 4]!a}"


@settings(max_examples=300)
@given(anything, strictness)
def test_spans_lie_in_the_source_and_cover_it_once(raw: str, level: str) -> None:
    doc = cleaner.clean(raw, level=level)
    pieces, at, cleaned = [], 0, ""
    for start, end, text in doc.change.edits:
        assert at <= start <= end <= len(raw)
        assert start > at or at == 0  # a character that stays stands between any two edits
        cleaned += raw[at:start] + text
        pieces += [raw[at:start], raw[start:end]]
        at = end
    assert ascii("".join(pieces) + raw[at:]) == ascii(raw)
    assert ascii(cleaned + raw[at:]) == ascii(doc.text)
    for finding in doc.findings:
        assert 0 <= finding.start <= finding.end <= len(raw)
        assert all(finding.start <= edit.start <= edit.end <= finding.end for edit in finding.edits)


@settings(max_examples=300)
@given(anything, strictness)
def test_whatever_changed_was_named_by_a_finding(raw: str, level: str) -> None:
    doc = cleaner.clean(raw, level=level)
    named = {at for f in doc.findings if f.applied for edit in f.where for at in range(edit.start, edit.end)}
    points = {at for f in doc.findings if f.applied for edit in f.where for at in (edit.start, edit.end)}
    for start, end, _ in doc.change.edits:
        assert set(range(start, end)) <= named
        assert start < end or start in points


PAIR = re.compile("[\ud800-\udbff](?=[\udc00-\udfff])")  # see test_two_halves_of_a_pair_are_not_one_character


def plain(finding: Finding) -> tuple[Any, ...]:
    """A finding as a value that JSON cannot alter."""
    evidence = json.loads(json.dumps(dict(finding.evidence)))
    return (
        *(getattr(finding, name) for name in ("rule", "text", "certainty", "applied")),
        evidence,
        sorted(finding.edits),
    )


@settings(max_examples=300)
@given(anything, strictness)
def test_a_line_of_provenance_gives_the_document_back(raw: str, level: str) -> None:
    raw = PAIR.sub("", raw)
    doc = cleaner.clean(raw, level=level)
    carrier = Carrier("gb18030", "surrogateescape", True, None, "\r\n")
    origin = Origin("in/a.txt", "a.txt", None, 3, "00", carrier, "11", {"a": 1})
    written = record_bytes(parts_of(doc, origin))
    line = written.removesuffix(b"\n")
    assert written == line + b"\n"
    assert b"\n" not in line
    assert json.loads(line) == loaded(line)
    record = record_in(line, {}, {"a.txt": "in/a.txt"})
    back = document_in(record, doc.text)
    assert ascii((back.raw, back.text, back.change)) == ascii((raw, doc.text, doc.change))
    assert ascii([plain(finding) for finding in back.findings]) == ascii([plain(finding) for finding in doc.findings])
    assert [(f.start, f.end) for f in back.findings] == [(f.start, f.end) for f in doc.findings]
    assert (back.id, back.kept, record["clean"]["kept"]) == (origin.id, doc.kept, doc.kept)
    assert origin_in(record) == origin


NO_PAIR = st.text(st.characters() | st.sampled_from("\ud800\udcff\udce4")).map(lambda text: PAIR.sub("", text))


@given(st.recursive(NO_PAIR, lambda inner: st.lists(inner) | st.dictionaries(NO_PAIR, inner)))
@example(["\udcff", "\ud800", "\U0001f600", "\udcff\ud800", "\0\x1f\x7f\u2028"])
def test_what_is_dumped_is_loaded_again(value: Any) -> None:
    assert (
        ascii(loaded(dumped(value))) == ascii(json.loads(dumped(value))) == ascii(value)
    )  # ascii: a report cannot hold lone surrogates


def test_two_halves_of_a_pair_are_no_document(tmp_path: Path) -> None:
    """An escaped half in front of a byte that is not UTF-8: JSON would read the two as one character."""
    plant(tmp_path / "in", {"a.jsonl": b'{"text": "\\ud800\xe4 x"}\n{"text": "\\ud800 x"}\n'})
    content = run([str(tmp_path / "in")], tmp_path / "out", CONFIG)
    assert [one["path"].rpartition(":")[2] for one in content["failed"]] == ["1"]
    restore(tmp_path / "out", tmp_path / "back")
    assert tree(tmp_path / "back") == tree(tmp_path / "in")
