"""A JSON line comes apart and together again to the byte."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.formats.carrier import Carrier
from cleaner.formats.jsonl import Member, literal_at, plain, split, text_in
from cleaner.text.errors import InputError

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3), max_leaves=6
)


@given(
    st.dictionaries(st.text().filter(lambda key: key != "text"), VALUES, max_size=4),
    st.text(),
    st.booleans(),
    st.sampled_from([(",", ":"), (", ", ": "), (" , ", " :\t")]),
    st.text(),
)
def test_shell_and_text_give_the_line_back(
    fields: dict[str, object], text: str, ascii: bool, separators: tuple[str, str], clean: str
) -> None:
    line = json.dumps({**fields, "text": text, "last": 1}, ensure_ascii=ascii, separators=separators).encode()
    found = split(line, "text")
    shell = found.shell(line)
    assert found.text == text
    assert Carrier(shell=shell).source_bytes(found.text) == line
    assert (shell.before, shell.after) == (line[: found.start], line[found.end :])
    assert text_in(line[found.start : found.end]) == text
    again, end = literal_at(shell.line(clean), len(shell.before))
    assert (again, shell.line(clean)[end:]) == (clean, shell.after)
    assert Carrier(shell=shell).clean_bytes(clean) == shell.line(clean) + b"\n"


@pytest.mark.parametrize(
    "line",
    [
        r'{"text": "a\/b"}',
        r'{"text": "É and \u00E9"}',
        r'{"text": "\ud83d\ude00 and 😀"}',
        '{"text": "a\tb"}',
        r'{"text":"\ud800"}',
        '  { "n": 1.50, "big": ' + "9" * 4000 + ', "n": NaN, "text": "好" }  ',
    ],
    ids=["escaped slash", "upper-case escape", "both spellings", "raw tab", "lone surrogate", "odd fields"],
)
def test_odd_spellings_come_back(line: str) -> None:
    data = line.encode()
    found = split(data, "text")
    assert Carrier(shell=found.shell(data)).source_bytes(found.text) == data


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("[1]", "is not a JSON object"),
        ('{"text": 5}', "'text' is int, not a string"),
        ('{"tex": "a"}', "has no member 'text'; pass --text-field"),
        ('{"text": "a", "text": "b"}', "has two members 'text'"),
        ('{"text": "a"', "not valid JSON"),
        ('{"text": "a"} x', "not valid JSON: Extra data"),
        ('{"text": "a",, "b": 1}', "not valid JSON"),
        ('{"text": "a" "b": 1}', "not valid JSON: Expecting ',' delimiter"),
        ('{"text": "a", "n": }', "not valid JSON: Expecting value"),
        ('{"text": "a", "n": ' + "[" * 200_000 + "]" * 200_000 + "}", "nested too deeply"),
        ('{"n": ' + "9" * 5000 + ', "text": "a"}', "cannot be read"),
        ("not json", "is not a JSON object"),
    ],
)
def test_what_is_no_document_says_why(line: str, says: str) -> None:
    with pytest.raises(InputError, match=says.replace("'", ".")):
        split(line.encode(), "text")


PIECES = [
    '"text"',
    '"te\\u0078t"',
    '"a\\"text"',
    '"x"',
    '""',
    "{",
    "}",
    "[",
    "]",
    ":",
    ": ",
    ",",
    ", ",
    "\\",
    " ",
    "1",
    "9" * 4400,
]


def assert_split(line: str) -> bool:
    """Whether the line is plain; where it is, it is read as by the walk."""
    data = line.encode()
    found = plain("text")(data)
    assert found is None or found == walked(data)
    return found is not None


def walked(line: bytes) -> Member:
    """The same without the short way."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cleaner.formats.jsonl.plain", lambda field: lambda line: None)
        return split(line, "text")


@given(
    st.lists(st.sampled_from(PIECES), max_size=12).map("".join),
    st.sampled_from(['{%s"text": "x"}', '{"text":"x"%s}', "%s"]),
)
def test_a_plain_line_is_read_as_by_the_walk(part: str, frame: str) -> None:
    line = frame % part
    assert_split(line)


@pytest.mark.parametrize(
    ("line", "is_plain"),
    [
        ('{"text": "好"}', True),
        ('{"id":1,"text":"a\\nb","n":[1,{"of":2}]}', True),
        (r'{"text": "\u597d"}', True),
        (r'{"text": "\u597D"}', False),
        (r'{"text": "a\/b"}', False),
        ('{"text" : "a"}', False),
        ('{"text": "a", "n": {"text": "a"}}', False),
        (r'{"text": "a", "te\u0078t": "a"}', False),
        (r'{"te\u0078t": "a", "n": {"text": "a"}}', False),
        ('{"text": 5}', False),
        ('{"text": "a"} x', False),
        ('[{"text": "a"}]', False),
        ('{"text": "a", "n": ' + "[" * 400 + "]" * 400 + "}", False),
        ('{"text": "a", "n": ' + "9" * 5000 + "}", False),
    ],
)
def test_which_lines_are_plain(line: str, is_plain: bool) -> None:
    assert assert_split(line) == is_plain
