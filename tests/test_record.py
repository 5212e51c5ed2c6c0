"""The record of a document: however it came to be written it says the same, and the source comes back from it."""

import json
import re
import shutil
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cleaner
from cleaner.config import config_of
from cleaner.document import Document, Finding
from cleaner.duplicates.settings import Dedup
from cleaner.duplicates.units import DOCUMENT, PARAGRAPH, Units
from cleaner.duplicates.verify import Removals
from cleaner.formats.carrier import Origin
from cleaner.formats.documents import Read, Reading, documents
from cleaner.formats.listing import Source
from cleaner.formats.shards import Piece, Shard
from cleaner.pipeline import Pipeline
from cleaner.provenance.layout import PIECES, RECORDS, STAGED, WORK
from cleaner.provenance.record import (
    document_in,
    findings_out,
    findings_part,
    loaded,
    origin_in,
    parts_of,
    record_bytes,
    record_in,
    text_at,
)
from cleaner.provenance.restore import restore
from cleaner.provenance.tally import Tally
from cleaner.provenance.verify import verify
from cleaner.report.lookup import Past
from cleaner.report.show import show
from cleaner.run.cleaning import Cleaned, Cleaning
from cleaner.run.removing import Keepers, Removing, removals_in, without
from cleaner.run.run import run
from cleaner.run.staging import Row, Shards, staged
from cleaner.run.writing import Part, Writing
from cleaner.stages.order import ORDER
from cleaner.text.line_ends import line_ends
from cleaner.text.paragraphs import bounds
from tests.conftest import ROOT, Clean, plant, tree

OFF = dict.fromkeys(ORDER, False)
OLD = ROOT / "fixtures" / "schema1"  # made by the last version that wrote records of schema 1
TEXTS = st.text(st.sampled_from('好的ａb1 "\\/\n\r\t\x00\x7f\x85\u2028é😀{}　'), max_size=40)
NAMES = st.sampled_from(["a.jsonl", "新闻/二.jsonl", 'with "quotes" \\ and\ttab.jsonl', "lone \udcff byte.jsonl"])
FRAMES = st.sampled_from(
    ['{{"text": {}}}', '{{"id":"é好","text":{},"n":[1,{{"of":2}}]}}', '{{"文": "text", "text": {}, "more": null}}']
)
ENDS = st.sampled_from(["\n", "\r\n", "", "\r"])


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run directory in which shards can be staged and written."""
    folder = tmp_path_factory.mktemp("run")
    for name in (STAGED, PIECES, RECORDS):
        (folder / WORK / name).mkdir(parents=True)
    return folder


def line_of(text: str, frame: str, *, ascii: bool, slash: bool = False) -> bytes:
    literal = json.dumps(text, ensure_ascii=ascii)
    return frame.format(literal.replace("/", "\\/") if slash else literal).encode()


def piece_of(data: bytes, name: str) -> Piece:
    return Piece(Source(f"in/{name}", name, "jsonl", len(data), 0), 0, len(data), 7)


def cleaned(out: Path, data: bytes, name: str) -> Cleaned:
    """The first pass over one file of these bytes, without any stage."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cleaner.disk.piece_bytes", lambda piece: data)
        return Cleaning(out, Pipeline(()), Reading(), None, "")(Shard(0, (piece_of(data, name),)))


@given(TEXTS, FRAMES, NAMES, ENDS, st.booleans(), st.booleans())
def test_an_untouched_document_is_told_like_any_other(
    out: Path, text: str, frame: str, name: str, end: str, ascii: bool, slash: bool
) -> None:
    data = line_of(text, frame, ascii=ascii, slash=slash) + end.encode()
    (one,) = documents(piece_of(data, name), data, Reading())
    assert isinstance(one, Read)
    assert one.text == text
    done = cleaned(out, data, name)
    assert (done.rows, done.tally.documents, done.tally.chars_out) == (1, 1, len(text))
    shard, origin = Shards(out / WORK / STAGED)[0], one.origin
    numbers, told = shard.row(0), record_bytes(parts_of(Document.of(text, origin.id), origin))
    assert shard.records(numbers.told, numbers.told + len(told)) == record_bytes(shard.parts(numbers)) == told
    line = shard.line(numbers)
    assert (line, shard.text(numbers)) == (origin.carrier.clean_bytes(text), text)
    record = record_in(told, {}, {name: origin.path})
    assert (record["id"], record["clean"]["record"], text_at(record, line)) == (f"{name}:7", 1, text)
    assert origin_in(record, line.removesuffix(b"\n")) == origin
    assert origin.carrier.source_bytes(text) + end.encode() == data


@given(st.lists(TEXTS, min_size=2, max_size=2), FRAMES, NAMES, st.booleans(), st.booleans(), st.booleans(), st.data())
def test_a_document_that_loses_duplicates_is_told_like_any_other(
    out: Path, texts: list[str], frame: str, name: str, ascii: bool, exact: bool, staged_out: bool, data: st.DataObject
) -> None:
    """Its record is put together from the one that was staged; made of the document in one go it is the same."""
    texts = [texts[0], texts[0]] if exact else texts
    source = b"".join(line_of(text, frame, ascii=ascii) + b"\n" for text in texts)
    pipeline = Pipeline(()) if staged_out else Pipeline.of(config_of({"splice": False}))
    read = [one for one in documents(piece_of(source, name), source, Reading()) if isinstance(one, Read)]
    docs = [pipeline(Document.of(one.text, one.origin.id)) for one in read]
    spans = chosen(docs[0].text, data)
    if not spans or not docs[1].text:
        return
    stage(out, docs, [one.origin for one in read], spans, spans if exact else [(0, len(docs[1].text))] * len(spans))
    count, whole = len(spans), spans == [(0, len(docs[0].text))]
    unit = np.arange(count)
    removals = (Removals.equal if exact else similar)(unit, unit + count)
    first, keepers = np.array([0, 2 * count]), (unit + count, np.full(count, 2))
    shards = Shards(out / WORK / STAGED)
    gone = removals_in(shards[0], 0, removals, Keepers(shards, first))[0]
    wanted = Removing(pipeline, Dedup(), Keepers(shards, first))(replace(docs[0], findings=()), gone)
    written = Writing(out, pipeline, Dedup())(Part(0, [name], frozenset([name]), removals, keepers, first))
    record_line, other = written.provenance.read_bytes().splitlines(keepends=True)
    findings = findings_part(findings_out(docs[0]), findings_out(wanted))  # those of before stay as they were told
    assert record_line == record_bytes(parts_of(wanted, read[0].origin)._replace(findings=findings))
    assert loaded(other)["dup_count"]
    numbers: dict[str, int] = {}
    paths = {name: read[0].origin.path}
    record, kept = (record_in(line, numbers, paths) for line in (record_line, other))
    lines = written.pieces[0].temporary.read_bytes().splitlines(keepends=True)
    assert len(lines) == 1 + record["clean"]["kept"]
    assert (record["clean"]["kept"], kept["clean"]["record"]) == (wanted.kept, len(lines))
    back = document_in(record, wanted.text)
    assert (back.raw, back.text) == (texts[0], wanted.text)
    if wanted.kept:
        assert text_at(record, lines[0]) == wanted.text
    assert origin_in(record, lines[0].removesuffix(b"\n")) == read[0].origin
    if staged_out:
        assert wanted.text == ("" if whole else without(texts[0], gone).apply(texts[0]))
        closed = Finding.bulk(
            "spacing.blank", line_ends(texts[0], [(one.start, one.end) for one in gone if not one.whole])
        )
        assert [(one.rule, one.where) for one in wanted.findings[count:]] == [(one.rule, one.where) for one in closed]
    assert [(one.start, one.end) for one in wanted.findings if one.rule.startswith("dedup.")] == [
        docs[0].change.mapper(back=True)(*span) for span in spans
    ]
    tally, again = Tally(), Tally()
    tally.add(docs[0], name)
    tally.merge(written.tally)
    again.add(replace(wanted, findings=(*docs[0].findings, *wanted.findings)), name)
    assert tally == again


def chosen(text: str, data: st.DataObject) -> list[tuple[int, int]]:
    """A whole text, or some of its paragraphs."""
    paragraphs = bounds(text)
    if not paragraphs or data.draw(st.booleans()):
        return [(0, len(text))] if text else []
    return sorted(data.draw(st.sets(st.sampled_from(paragraphs), min_size=1)))


def similar(unit: Any, keeper: Any) -> Removals:
    """Near copies that met in three bands."""
    return Removals(unit, keeper, *(np.full(len(unit), number) for number in (9, 10, 3)))


def stage(
    out: Path,
    docs: Sequence[Document],
    origins: Sequence[Origin],
    gone: Sequence[tuple[int, int]],
    kept: Sequence[tuple[int, int]],
) -> None:
    """Two documents in a staged file, with units of the one in front of as many of the other."""
    spans = np.array([*gone, *kept])
    count = len(gone)
    whole = [[(0, len(doc.text))] == list(its) for doc, its in zip(docs, (gone, gone), strict=True)]
    kind = DOCUMENT if whole[0] else PARAGRAPH
    blank = np.zeros((2 * count, 2), dtype=np.int64)
    near = np.zeros(2 * count, dtype=np.bool_)
    document, kinds = np.repeat([0, 1], count), np.full(2 * count, kind, dtype=np.uint8)
    units = Units(document, kinds, spans[:, 0], spans[:, 1], blank[:, 0], blank, near, blank[:, :0])
    with staged(out / WORK / STAGED / "00000", 0) as stager:
        for doc, origin in zip(docs, origins, strict=True):
            line = origin.carrier.staged_bytes(doc.text)
            stager.put(Row(0, doc.kept, len(doc.text), parts_of(doc, origin), line, *origin.carrier.place(line)))
        stager.add(units)


@pytest.mark.parametrize(
    "line",
    [
        b'{"text":"hello \xed\xa0\x80 there"}',  # half a character, as some write it
        b'{"who":"\xed\xa0\x80","text":"hello there"}',
        b'{"text":"hello \xff there, and much more that is text in UTF-8: \xe5\xa5\xbd"}',
        b'\xef\xbb\xbf{"text":"two \xed\xa0\x80"}',  # a byte order mark, not only in front of the file
        '{"x":"中中中é","text":"text"}'.encode(),  # the name of the member stands where its literal might begin
        b'{"text":"a\\ud800b"}',
        b'{"text":""}',
        b'{"text":"\\"clean\\":{\\"path\\":null,\\"record\\":null,"}',
        b'{"text":"a\\/b \\u00E9"}',
        b'{"text":"\\u4e00\\u6bb5"}',
    ],
)
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("off", [{}, OFF])
def test_a_copy_of_any_line_comes_back(line: bytes, end: bytes, off: dict[str, bool], tmp_path: Path) -> None:
    data = b'{"text":"one"}' + end + (line + end) * 3
    (tmp_path / "a.jsonl").write_bytes(data)
    run([str(tmp_path / "a.jsonl")], tmp_path / "out", config_of(dict(off)))
    assert verify(tmp_path / "out").damaged == []
    restore(tmp_path / "out", tmp_path / "back")
    assert (tmp_path / "back" / "a.jsonl").read_bytes() == data


def told(home: Path, files: dict[str, str], **settings: Any) -> list[dict[str, Any]]:
    """The records of a run over these files, as they are written."""
    run([str(plant(home / "in", files))], home / "out", config_of(settings))
    return [json.loads(line) for line in (home / "out/provenance.jsonl").read_bytes().splitlines()]


def test_what_is_as_nearly_always_is_left_out(tmp_path: Path) -> None:
    text, line = "一段。\n", '{"text": "一段。"}'
    first, second, third = told(tmp_path, {"a.txt": text, "b.jsonl": f"{line}\n{line}  \r\n"}, dedup=False)
    shas = [sha256(one.encode()).hexdigest() for one in (text, line, f"{line}  ", "一段。")]
    clean = {"chars": 3, "sha256": shas[3]}
    source: dict[str, Any] = {"bytes": 10, "sha256": shas[0]}
    assert first == {"v": 2, "id": "a.txt", "source": source, "clean": {"chars": 4, "sha256": shas[0]}}
    source = {"record": 1, "bytes": 21, "sha256": shas[1]}
    assert second == {"v": 2, "id": "b.jsonl:1", "source": source, "clean": clean, "shell": {"at": 9}}
    source = {**source, "record": 2, "bytes": 23, "sha256": shas[2], "end": "\r\n"}
    assert third == {"v": 2, "id": "b.jsonl:2", "source": source, "clean": clean, "shell": {"at": 9}}


# ---- the last line feed belongs to a file


@pytest.mark.parametrize("off", [{}, OFF])
def test_a_text_file_ends_in_a_line_feed_and_a_member_as_it_did(off: dict[str, bool], tmp_path: Path) -> None:
    files = {
        "a.txt": "一段。",
        "b.txt": "二段。\n",
        "c.txt": "",
        "d.jsonl": '{"text": "三段。"}\n{"text": "四段。\\n"}',
    }
    one, two, three, four, five = told(tmp_path, files, **off)
    assert tree(tmp_path / "out" / "corpus") == {
        "a.txt": "一段。\n".encode(),
        "b.txt": "二段。\n".encode(),
        "c.txt": b"",
        "d.jsonl": '{"text": "三段。"}\n{"text": "四段。\\n"}\n'.encode(),
    }
    assert one["back"] == [[3, 4, ""]]
    assert "findings" not in one
    assert all(record.keys().isdisjoint({"back", "findings"}) for record in (two, three, four, five))
    assert [record["clean"]["chars"] for record in (one, two, three, four, five)] == [4, 4, 0, 3, 4]
    assert one["clean"]["sha256"] == sha256("一段。\n".encode()).hexdigest()
    restore(tmp_path / "out", tmp_path / "back")
    assert tree(tmp_path / "back") == tree(tmp_path / "in")


@pytest.mark.parametrize("text", ["x", "x\n", "一段。", ""])
def test_a_string_keeps_its_end(text: str) -> None:
    doc = cleaner.clean(text)
    assert (doc.text, doc.findings) == (text, ())


# ---- records of schema 1


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A copy of a run that an earlier version made; its inputs lie beside it."""
    return Path(shutil.copytree(OLD, tmp_path, dirs_exist_ok=True))


def test_a_run_of_schema_1_is_sound_and_comes_back(clean: Clean, old: Path) -> None:
    assert all(json.loads(line)["v"] == 1 for line in (old / "run/provenance.jsonl").read_bytes().splitlines())
    assert clean("verify", "run").stdout == ""
    clean("restore", "run", "-o", "back")
    assert tree(old / "back") == tree(old / "in")


@pytest.mark.parametrize("name", sorted(tree(OLD / "audit")))
def test_a_run_of_schema_1_is_explained_as_it_was(clean: Clean, old: Path, name: str) -> None:
    assert clean("audit", "run", "show", name).stdout == (OLD / "audit" / name).read_text(encoding="utf-8")


def test_a_run_of_now_gives_the_same_reasons(clean: Clean, old: Path) -> None:
    """Its records hold what was measured; the sentences that those of schema 1 hold are made of it, on near copies better ones."""
    clean("run", "in", "-o", "new", "--paragraphs", "all", code=1)  # two lines are no documents
    both = [
        [one for name in tree(OLD / "audit") for one in why(clean("audit", run, "show", name).stdout)]
        for run in ("run", "new")
    ]
    of_now = ["near" if "is nearly the same as" in reason else reason for reason in both[1]]
    assert of_now == ["near" if "five-character sequences" in reason else reason for reason in both[0]]
    assert {"near"} < set(of_now)
    assert not any("words" in record for record in (old / "new/provenance.jsonl").read_text("utf-8").splitlines())


def why(said: str) -> list[str]:
    """The sentences of a report."""
    lines = re.findall(r"^  (why: .*(?:\n    .*)*)", said, re.MULTILINE)
    return [" ".join(line.split()) for line in lines]


@pytest.mark.parametrize(
    ("rule", "evidence", "said"),
    [
        ("document.exact", {}, "This document stands in a.txt as well, word for word; that copy stays."),
        (
            "paragraph.exact",
            {"differ": ["layout", "width"]},
            "This paragraph stands in a.txt as well, equal but for layout and width; that copy stays.",
        ),
        (
            "document.near",
            {"shingles": [1200, 1300], "estimate": 0.9},
            "This document is nearly the same as a.txt: 1,200 of the 1,300 five-character sequences of the two are the same; that copy stays.",
        ),
        ("paragraph.near", {"words": "As it was said."}, "As it was said."),
    ],
)
@pytest.mark.parametrize("earlier", [False, True])
def test_why_a_duplicate_went(rule: str, evidence: dict[str, Any], said: str, earlier: bool) -> None:
    kept: dict[str, Any] = {"id": "a.txt", "path": "in/a.txt", "span": [0, 4], "sha256": "0"}
    kept |= {"run": {"out": "out10"}} if earlier else {}
    finding = Finding(0, 4, f"dedup.{rule}", evidence={"kept": kept, "jaccard": 1.0, "keep": "first", **evidence})
    origin = Origin("in/b.txt", "b.txt", None, 5, "0")
    (reason,) = why("\n".join(show(Past({}, Document.of("一段话。"), origin), [finding])))
    assert reason == "why: " + (said.replace("a.txt", "a.txt of the run out10") if earlier else said)


def test_a_run_of_schema_1_is_listed_and_searched(clean: Clean, old: Path) -> None:
    rows = json.loads(clean("audit", "run", "list", "--json").stdout)["documents"]
    assert [row["id"] for row in rows if not row["kept"]] == ["d.jsonl:1", "d.jsonl:3"]
    assert len(rows) == 10
    for place, document, char in (
        ("a.txt:2", "a.txt", "的"),
        ("d.jsonl:4:8", "d.jsonl:9", "尾"),
        ("b.txt:0", "b.txt", "渡"),
    ):
        found = json.loads(clean("audit", "run", "where", f"corpus/{place}", "--json").stdout)
        raw = json.loads((old / "in/d.jsonl").read_bytes().splitlines()[8])["text"]
        text = raw if document == "d.jsonl:9" else (old / "in" / document).read_bytes().decode(ENCODINGS[document])
        assert (found["document"], text[slice(*found["span"])]) == (document, char)


ENCODINGS = {"a.txt": "utf-8", "b.txt": "gb18030"}


def test_an_index_is_made_of_a_run_of_schema_1(clean: Clean, old: Path) -> None:
    clean("index", "build", "run", "-o", "index")
    said = json.loads(clean("index", "verify", "index", "--json").stdout)
    assert (said["documents"], [one["out"] for one in said["runs"]]) == (7, ["run"])
    clean("run", "in", "-o", "again", "--against", "index", code=1)  # two lines are no documents
    records = map(json.loads, (old / "again/provenance.jsonl").read_bytes().splitlines())
    left = {one["id"] for one in records if "clean" in one and one["clean"].get("kept", True)}
    # an empty text is no copy of anything; what is contained in another text is not looked for in an index
    assert left == {"d.jsonl:1", "d.jsonl:8"}


def test_a_run_of_schema_1_may_be_done_again(clean: Clean, old: Path) -> None:
    clean("run", "in", "-o", "run", "--force", code=1)
    assert json.loads((old / "run/manifest.json").read_bytes())["schema"] == "cleaner/run/2"
    assert clean("verify", "run").stdout == ""
