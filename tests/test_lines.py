"""Lines of JSON by number: what is decoded many lines at a time is what each line gives alone."""

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cleaner.duplicates.settings import Dedup
from cleaner.formats.jsonl import record_in, records_in
from cleaner.run.dedup import Outcome, dedup_file
from cleaner.run.matching import Corpus, Matched, matched
from cleaner.text.errors import InputError

LINES = [
    '{"text": "一"}',
    '{"id": 7, "text": "二\\n三"}\r',
    ' {"text": "a"} ',
    '{"text": "a"} {"text": "b"}',
    '{"text": "a"}{"text": "b"}',
    '{"text":',
    '"a"}',
    '{"x": {}',
    "}",
    "{}",
    "",
    "\r",
    "[1]",
    "{",
    '{"text": null}',
    '{"text": "a", "text": "b"}',
    '{"te\\u0078t": "a", "text": "b"}',
    '{"te\\u0078t": "a"}',
    '{"kind": "text", "text": "a"}',
    '{"text": "\\ud800"}',
    '{"text": "a", "x": NaN}',
    '{"text": "a", "x": 1e999}',
    '\ufeff{"text": "a"}',
    '{"text": "}\\n{"}',
]


class Seen(NamedTuple):
    """All that is known of a file: its documents by number of the line, from 0, and what became of them."""

    documents: list[tuple[int, str]]
    lines: list[bytes]
    outcome: Outcome
    kept: bytes
    removed: list[dict[str, Any]]


def seen(folder: Path, data: bytes) -> Seen:
    """A file on its way through `clean dedup`: equal documents go, however short they are."""
    found: list[tuple[list[tuple[int, str]], list[bytes]]] = []

    def watched(corpus: Corpus, *rest: Any) -> Matched:
        units, shards = corpus.units(), range(len(corpus.paths))
        texts = corpus.texts(units, np.arange(len(units)))
        lines = [
            corpus.shards[at].line(corpus.shards[at].row(row)) for at in shards for row in range(len(corpus.shards[at]))
        ]
        found.append((list(zip(units.document.tolist(), texts, strict=True)), lines))
        return matched(corpus, *rest)

    source, kept, removed = (folder / name for name in ("in.jsonl", "kept.jsonl", "removed.jsonl"))
    source.write_bytes(data)
    settings = Dedup(units="document", near=False, shortest=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.fsync", lambda handle: None)
        patch.setattr("cleaner.run.dedup.matched", watched)
        outcome = dedup_file(str(source), str(kept), removed, settings, threads=1, force=True)
    ((documents, lines),) = found
    rows = [json.loads(row) for row in removed.read_bytes().splitlines()]
    return Seen(documents, lines, outcome, kept.read_bytes(), rows)


@given(st.lists(st.sampled_from(LINES), max_size=6), st.booleans(), st.sampled_from([1, 30, 1 << 20]))
@example(['{"text": "a"} {"text": "b"}', ""], True, 1 << 20)
@example(['{"text": "a"}{"text": "b"}', '{"x": {}', "}"], True, 1 << 20)
def test_many_lines_at_a_time_give_what_each_gives_alone(
    tmp_path_factory: pytest.TempPathFactory, some: list[str], ended: bool, block: int
) -> None:
    data, folder = "\n".join(some).encode() + b"\n" * ended, tmp_path_factory.getbasetemp()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cleaner.run.dedup.BLOCK", block)
        together = seen(folder, data)
        patch.setattr("cleaner.run.dedup.records_in", lambda *_: [])
        assert seen(folder, data) == together
    assert b"".join(together.lines) == data


@given(st.lists(st.sampled_from(LINES), min_size=1, max_size=4), st.booleans())
def test_records_of_a_block_are_those_of_its_lines(some: list[str], ended: bool) -> None:
    lines = [line.encode() + b"\n" for line in some]
    lines[-1] = lines[-1] if ended else lines[-1][:-1]
    together = records_in(b"".join(lines), np.cumsum([len(line) for line in lines]), "text")
    try:
        alone = [record_in(line, "text") for line in lines]
    except InputError:
        assert not together
    else:
        assert list(together) in ([], alone)


def test_numbers_and_places_go_on_from_block_to_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cleaner.run.dedup.BLOCK", 1)
    rows = b'{"text": "a"}\n', b"no\n", b'{"id": "x", "text": "b"}\r\n', b'{"text": "c"}\n'
    again = b'{"text": "c"}\n', b'{"id": "y", "text": "b"}\n', b'{"text": "a"}'
    found = seen(tmp_path, b"".join((*rows, *again)))
    assert found.documents == [(0, "a"), (2, "b"), (3, "c"), (4, "c"), (5, "b"), (6, "a")]
    assert found.lines == [*rows, *again]
    assert found.kept == b"".join(rows)
    assert [(row["id"], row["kept"]) for row in found.removed] == [("5", "4"), ("y", "x"), ("7", "1")]
    ((place, reason),) = [(one.path, one.reason.split(":")[0]) for one in found.outcome.failed]
    assert (place, reason) == (f"{tmp_path}/in.jsonl:2", "is not a line of JSON")


def test_blank_lines_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each would cost an exception: 24 MB of them took a minute."""
    monkeypatch.setattr("cleaner.run.dedup.record_in", None)
    data = b"\n\r\n \t\n\n"
    found = seen(tmp_path, data)
    assert (found.documents, found.outcome, found.kept) == (
        [],
        Outcome(0, 0, 0, 0, [], {"policy": "first"}, 0, 0),
        data,
    )
