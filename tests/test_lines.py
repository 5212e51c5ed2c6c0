"""Lines of JSON by number: what is decoded many lines at a time is what each line gives alone."""

from io import BytesIO

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cleaner.corpus.lines import Lines

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


@given(st.lists(st.sampled_from(LINES), max_size=6), st.booleans(), st.sampled_from([1, 30, 1 << 20]))
@example(['{"text": "a"} {"text": "b"}', ""], True, 1 << 20)
@example(['{"text": "a"}{"text": "b"}', '{"x": {}', "}"], True, 1 << 20)
def test_many_lines_at_a_time_give_what_each_gives_alone(some: list[str], ended: bool, block: int) -> None:
    data = "\n".join(some).encode() + b"\n" * ended
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cleaner.corpus.lines.BLOCK", block)
        together = _read(data)
        patch.setattr(Lines, "_decoded", lambda *_: [])
        assert _read(data) == together


def test_numbers_and_places_go_on_from_block_to_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cleaner.corpus.lines.BLOCK", 1)
    rows = b'{"text": "a"}\n', b"no\n", b'{"id": "x", "text": "b"}\r\n', b'{"text": "c"}'
    lines = Lines(BytesIO(b"".join(rows)), "in.jsonl", memory=1 << 20)
    assert list(lines.read()) == [["a"], [], ["b"], ["c"]]
    assert documents(lines) == [("1", "a"), ("x", "b"), ("4", "c")]
    assert [lines.raw(at) for at in range(3)] == [rows[0], rows[2], rows[3]]
    assert [(one.path, one.reason.split(":")[0]) for one in lines.failed] == [("in.jsonl:2", "is not a line of JSON")]


def test_blank_lines_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each would cost an exception: 24 MB of them took a minute."""
    monkeypatch.setattr(Lines, "_record", None)
    lines = Lines(BytesIO(b"\n\r\n \t\n\n"), "in.jsonl")
    assert list(lines.read()) == [[]]
    assert (len(lines), lines.size, lines.failed) == (0, 7, [])


def documents(lines: Lines) -> list[tuple[str, str]]:
    return [(lines.id(at), lines.text(at)) for at in range(len(lines))]


def _read(data: bytes) -> object:
    held, again = Lines(BytesIO(data), "in.jsonl", memory=1 << 20), Lines(BytesIO(data), "in.jsonl")
    texts, same = ([text for block in lines.read() for text in block] for lines in (held, again))
    assert texts == same
    assert documents(held) == documents(again)
    assert [text for _, text in documents(held)] == texts
    return texts, [held.span(at) for at in range(len(held))], held.failed, held.size
