"""A document that no stage touches, written the short way and the long one: the same bytes."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.config import config_of
from cleaner.corpus.deduped import Without
from cleaner.corpus.duplicates import Duplicate
from cleaner.corpus.keepers import Keepers
from cleaner.corpus.plain_document import PlainDocument, untouched_in
from cleaner.corpus.plain_line import splitter
from cleaner.corpus.record import dumped, record_of
from cleaner.corpus.restore import restore
from cleaner.corpus.run import run
from cleaner.corpus.source import Source
from cleaner.corpus.staged import StagedFiles, clean_bytes, staged
from cleaner.corpus.staged_shard import Entry
from cleaner.corpus.tally import Tally
from cleaner.corpus.workdir import CLEAN, WORK
from cleaner.dedup.settings import Dedup
from cleaner.pipeline import Pipeline
from cleaner.stages.table import STAGES

TEXTS = st.text(st.sampled_from('好的ａb1 "\\/\n\r\t\x00\x7f\x85\u2028é😀{}'), max_size=40)
NAMES = st.sampled_from(["a.jsonl", "新闻/二.jsonl", 'with "quotes" \\ and\ttab.jsonl', "lone \udcff byte.jsonl"])
FRAMES = st.sampled_from(
    ['{{"text": {}}}', '{{"id":"é好","text":{},"n":[1,{{"of":2}}]}}', '{{"文": "text", "text": {}, "more": null}}']
)


def document(text: str, frame: str, name: str, end: str, *, ascii: bool) -> PlainDocument | None:
    line = frame.format(json.dumps(text, ensure_ascii=ascii)).encode()
    found = splitter("text")(line)
    source = Source(f"in/{name}", name, "jsonl", len(line), 0)
    return None if found is None else PlainDocument(source, 7, line, end, found)


def long_way(one: PlainDocument) -> bytes:
    return dumped(record_of(one.doc, one.origin)) + b"\n"


@given(TEXTS, FRAMES, NAMES, st.sampled_from(["\n", "\r\n", "", "\r"]), st.booleans())
def test_its_record_is_that_of_the_long_way(text: str, frame: str, name: str, end: str, ascii: bool) -> None:
    one = document(text, frame, name, end, ascii=ascii)
    if one is not None:
        short = one.untouched(clean_bytes(text))
        assert json.loads(short) == json.loads(long_way(one))
        assert "\udcff" in name or short == long_way(one)


@given(st.lists(TEXTS, min_size=2, max_size=2), FRAMES, NAMES, st.booleans(), st.booleans(), st.data())
def test_it_loses_duplicates_as_by_the_long_way(
    tmp_path_factory: object, texts: list[str], frame: str, name: str, ascii: bool, exact: bool, data: st.DataObject
) -> None:
    documents = [document(text, frame, name, "\n", ascii=ascii) for text in (texts[0], texts[0] if exact else texts[1])]
    if any(one is None for one in documents) or not all(texts):
        return
    out = Path(tmp_path_factory.mktemp("run"))  # type: ignore[attr-defined]  # pytest does not export its type
    (out / WORK / CLEAN).mkdir(parents=True)
    entries = [staged_entry(one) for one in documents if one is not None]
    with staged(out, 0) as stager:
        for entry in entries:
            stager.document(0, entry.record, entry.text, entry.line, kept=True)
    gone, kept = entries
    place = 0, len(gone.record), len(gone.text), len(gone.text) + len(kept.text)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(texts[0])), min_size=2, max_size=4)))
    spans = list(zip(cuts[::2], cuts[1::2], strict=False))
    whole = spans == [(0, len(texts[0]))]
    duplicates = [
        Duplicate(0, whole, start, end, *place, start, end, 9, 10, *((-1.0, True) if exact else (0.9, False)))
        for start, end in spans
    ]
    with StagedFiles(out) as files:
        short, long = (Without(Pipeline(()), Dedup(), Keepers(files), Tally()) for _ in range(2))
        fast, slow = short(gone, duplicates), long._less(gone, duplicates)
        assert json.loads(fast.record) == json.loads(slow.record)
        assert "\udcff" in name or fast == slow
        assert fast.kept == bool("".join(one for at, one in enumerate(texts[0]) if not within(at, spans)).strip())
        assert short.tally == long.tally


def within(at: int, spans: list[tuple[int, int]]) -> bool:
    return any(start <= at < end for start, end in spans)


def staged_entry(one: PlainDocument) -> Entry:
    text = clean_bytes(one.found.text)
    return Entry(True, one.untouched(text), text, one.line + b"\n")


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
    ],
)
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("off", [{}, dict.fromkeys(STAGES, False)])
def test_a_copy_of_any_line_comes_back(line: bytes, end: bytes, off: dict[str, bool], tmp_path: Path) -> None:
    data = b'{"text":"one"}' + end + (line + end) * 3
    (tmp_path / "a.jsonl").write_bytes(data)
    run([str(tmp_path / "a.jsonl")], tmp_path / "out", config_of(dict(off)))
    restore(tmp_path / "out", tmp_path / "back")
    assert (tmp_path / "back" / "a.jsonl").read_bytes() == data


def test_only_untouched_documents_are_taken_for_such() -> None:
    one = document("一二三", '{{"text": {}}}', "a.jsonl", "\n", ascii=False)
    assert one is not None
    entry = staged_entry(one)
    assert untouched_in(entry.record, "一二三", entry.line) is not None
    assert untouched_in(entry.record, "一二", entry.line) is None
    assert untouched_in(entry.record.replace(b'"back":[]', b'"back":[[0,0,"a"]]'), "一二三", entry.line) is None
    assert untouched_in(entry.record.replace(b'"findings":[]', b'"findings":[{}]'), "一二三", entry.line) is None
