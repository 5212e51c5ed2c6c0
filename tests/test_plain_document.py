"""A document that no stage touches, written the short way and the long one: the same bytes."""

import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from cleaner.corpus.deduped import Without
from cleaner.corpus.duplicates import Duplicate, Keepers
from cleaner.corpus.plain_document import PlainDocument, untouched_in
from cleaner.corpus.plain_line import splitter
from cleaner.corpus.record import dumped, record_of
from cleaner.corpus.source import Source
from cleaner.corpus.staged import StagedFiles, clean_bytes, staged
from cleaner.corpus.staged_shard import Entry
from cleaner.corpus.tally import Tally
from cleaner.corpus.workdir import WORK
from cleaner.dedup.settings import Dedup
from cleaner.pipeline import Pipeline

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
    return dumped(record_of(one.doc, one.origin, path=None, record=None)) + b"\n"


@given(TEXTS, FRAMES, NAMES, st.sampled_from(["\n", "\r\n", "", "\r"]), st.booleans())
def test_its_record_is_that_of_the_long_way(text: str, frame: str, name: str, end: str, ascii: bool) -> None:
    one = document(text, frame, name, end, ascii=ascii)
    if one is not None:
        short = one.untouched(clean_bytes(text))
        assert json.loads(short) == json.loads(long_way(one))
        assert "\udcff" in name or short == long_way(one)


@given(st.lists(TEXTS, min_size=2, max_size=2), FRAMES, NAMES, st.booleans(), st.booleans())
def test_it_goes_whole_as_by_the_long_way(
    tmp_path_factory: object, texts: list[str], frame: str, name: str, ascii: bool, exact: bool
) -> None:
    documents = [document(text, frame, name, "\n", ascii=ascii) for text in texts]
    if any(one is None for one in documents) or not all(texts):
        return
    out = Path(tmp_path_factory.mktemp("run"))  # type: ignore[attr-defined]  # pytest does not export its type
    (out / WORK).mkdir()
    entries = [staged_entry(one) for one in documents if one is not None]
    with staged(out, 0) as stager:
        for entry in entries:
            stager.document(0, entry.record, entry.text, entry.line, kept=True)
    gone, kept = entries
    size = len(gone.text.decode())
    place = 0, len(gone.record), len(gone.text), len(gone.text) + len(kept.text)
    exact = exact and texts[0] == texts[1]
    one = Duplicate(0, True, 0, size, *place, 0, len(texts[1]), 9, 10, -1.0 if exact else 0.9, exact)
    with StagedFiles(out) as files:
        short, long = (Without(Pipeline(()), Dedup(), Keepers(files), Tally()) for _ in range(2))
        fast, slow = short(gone, [one]), long._less(gone, [one])
        assert json.loads(fast.record) == json.loads(slow.record)
        assert "\udcff" in name or fast == slow
        assert not fast.kept
        assert short.tally == long.tally


def staged_entry(one: PlainDocument) -> Entry:
    text = clean_bytes(one.found.text)
    return Entry(True, one.untouched(text), text, one.line + b"\n")


def test_only_untouched_documents_are_taken_for_such() -> None:
    one = document("一二三", '{{"text": {}}}', "a.jsonl", "\n", ascii=False)
    assert one is not None
    entry = staged_entry(one)
    assert untouched_in(entry.record, "一二三", entry.line) is not None
    assert untouched_in(entry.record, "一二", entry.line) is None
    assert untouched_in(entry.record.replace(b'"back":[]', b'"back":[[0,0,"a"]]'), "一二三", entry.line) is None
    assert untouched_in(entry.record.replace(b'"findings":[]', b'"findings":[{}]'), "一二三", entry.line) is None
