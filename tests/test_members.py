"""Where texts stand in a record: paths, several members; in lines of JSON to the byte, and through the command."""

import json
from pathlib import Path
from random import Random
from typing import Any

import datasets
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cleaner
from cleaner.formats.carrier import Carrier
from cleaner.formats.jsonl import Member, plain, record_in, split
from cleaner.formats.members import Members, members_listed, nested, pointer
from cleaner.text.errors import ConfigError, InputError
from tests.conftest import Clean, plant, tree
from tests.dedup_texts import paragraph

PIPE = cleaner.Pipeline.default()
ONE, TWO = (f"{paragraph(Random(seed), 8)[:-1]}。" for seed in (601, 602))
DIRTY, CLEAN_TEXT = "　　今年，ＧＤＰ增长7%。\r\n", "今年，GDP增长7%。\n"


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("text", ("text",)),
        ("doc.text", ("doc", "text")),
        ("/doc/text", ("doc", "text")),
        ("/a.b/c~1d/e~0f", ("a.b", "c/d", "e~f")),
        ("/", ("",)),
        ("messages[].content", ("messages", None, "content")),
        ("turns.0.said", ("turns", "0", "said")),
        ("lines[]", ("lines", None)),
    ],
)
def test_paths(written: str, parts: tuple[str | None, ...]) -> None:
    assert pointer(written).parts == parts


@pytest.mark.parametrize("written", ["", "a..b", ".a", "a.", "[].a"])
def test_paths_that_are_none(written: str) -> None:
    with pytest.raises(ConfigError, match="part without a name; write text"):
        pointer(written)


def test_a_list_of_members() -> None:
    assert members_listed("instruction, input").top == ["instruction", "input"]
    with pytest.raises(ConfigError, match="named twice"):
        members_listed("a,a")
    assert Members.of("a,b").top == ["a,b"]


LINES = [  # a line, a path, whether the short way reads it, the text or what is wrong with it
    ('{"id": 1, "doc": {"lang": "zh", "text": "好"}, "n": [1.50]}', "doc.text", True, "好"),
    (r'{"doc":{"text":"\u597d"}}', "doc.text", True, "好"),
    (r'{"doc": {"text": "\u597D"}}', "doc.text", False, "好"),
    (r'{"doc": {"te\u0078t": "a"}}', "doc.text", False, "a"),
    ('{"text": "b", "doc": {"text": "a"}}', "doc.text", False, "a"),
    ('{"doc": {"text": "text"}}', "doc.text", False, "text"),
    ('{"other": {"text": "b"}, "doc": {}}', "doc.text", False, "has no member 'doc.text'; pass --text-field"),
    ('{"doc": {"text": "a"}, "doc": {"text": "b"}}', "doc.text", False, "has two members 'doc'"),
    ('{"doc": {"text": "a", "text": "b"}}', "doc.text", False, "has two members 'text'"),
    ('{"doc": {"text": 5}}', "doc.text", False, "'doc.text' is int, not a string"),
    ('{"doc": "text"}', "doc.text", False, "has no member 'doc.text'"),
    ('{"doc.text": "a"}', "doc.text", False, "a name with a dot in it is written '/doc.text'"),
    ('{"doc.text": "a"}', "/doc.text", True, "a"),
    ('{"t": [{"c": "a"}, {"c": "b"}]}', "t.1.c", False, "b"),
    ('{"t": [ [1, 2] , "b" ]}', "/t/1", False, "b"),
    ('{"t": ["a"]}', "t.1", False, "has no member 't.1'"),
    ('{"t": []}', "t.0", False, "has no member 't.0'"),
    ('{"t": {"0": "a"}}', "t.0", True, "a"),
    ('{"a": {"a": {"a": "x"}}}', "a.a.a", False, "x"),
    ('{"doc": {"text": "a"}} x', "doc.text", False, "Extra data"),
    ('{"doc": {"text": "a",}}', "doc.text", False, "not valid JSON"),
]


@pytest.mark.parametrize(("line", "path", "is_plain", "says"), LINES)
def test_nested_texts_in_lines(line: str, path: str, is_plain: bool, says: str) -> None:
    data = line.encode()
    try:
        found = split(data, path)
    except InputError as failure:
        assert says in str(failure)
        with pytest.raises(InputError):
            record_in(data, path)
        assert plain(path)(data) is None
        return
    assert found.text == says
    assert Carrier(shell=found.shell(data)).source_bytes(found.text) == data
    assert (plain(path)(data) is not None) == is_plain
    assert Members.of(path).texts(record_in(data, path))[0].text == says


PIECES = ['"text"', '"doc"', r'"te\u0078t"', '"x"', "{", "}", "[", "]", ":", ",", "\\", " ", "1", '{"text":"y"}', '"doc":{"text":"z"}']  # fmt: skip


@given(
    st.lists(st.sampled_from(PIECES), max_size=12).map("".join),
    st.sampled_from(['{"doc":{%s"text": "x"}}', '{"doc":{"text":"x"%s}}', '{%s"doc":{"text":"x"}}', '{"doc":{"text":"x"}%s}', "%s"]),
)  # fmt: skip
def test_a_plain_line_is_read_as_by_the_walk(part: str, frame: str) -> None:
    data = (frame % part).encode()
    found = plain("doc.text")(data)
    if found is not None:
        assert found == walked(data)


def walked(line: bytes) -> Member:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cleaner.formats.jsonl.plain", lambda field: lambda line: None)
        return split(line, "doc.text")


NAMES = st.text(min_size=1).filter(lambda name: not any(sign in name for sign in ".,[]/~"))


@given(
    st.lists(NAMES, min_size=1, max_size=4), st.text(), st.booleans(), st.dictionaries(st.text(), st.text(), max_size=3)
)
def test_any_names_nest(names: list[str], text: str, ascii: bool, beside: dict[str, str]) -> None:
    path = ".".join(names)
    record = {**beside, **nested(path, text)}
    line = json.dumps(record, ensure_ascii=ascii).encode()
    found = split(line, path)
    assert found.text == text
    assert json.loads(found.shell(line).line("new")) == {**beside, **nested(path, "new")}


@pytest.mark.parametrize(
    ("line", "field", "says"),
    [
        ('{"a": "x", "b": "y", "a": "z"}', "a,b", "has two members 'a'"),
        ('{"m": [{"c": "x"}, {"c": "y", "c": "z"}]}', "m[].c", "has two members 'c'"),
        ('{"m": [{"c": "x"}, {"c": "y"}]}', "m[].c", None),
        ('{"m": [{"c": "x"}, {"c": null}, {}]}', "m[].c", None),
        ('{"m": [{"c": "x"}, {"c": 5}]}', "m[].c", "has no text in a member 'm[].c'"),
        ('{"m": [{"d": "x"}]}', "m[].c", "has no text in a member 'm[].c'"),
        ('{"a": "x"}', "a,b", "has no text in a member 'a,b'; pass --text-field"),
    ],
)
def test_several_members_of_a_line(line: str, field: str, says: str | None) -> None:
    if says is None:
        assert record_in(line.encode(), field) == json.loads(line)
        return
    with pytest.raises(InputError) as failure:
        record_in(line.encode(), field)
    assert says in str(failure.value)


def as_lines(records: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


TEXTS = [ONE, DIRTY, f"{ONE}\n\n{TWO}", ONE, f"{DIRTY}{TWO}"]


def test_nested_texts_are_cleaned_as_plain_ones(clean: Clean, tmp_path: Path) -> None:
    """Restored to the byte, verified, explained; the clean texts are those of a member of the record itself."""
    deep = [{"id": at, "doc": {"lang": "zh", "text": text}, "text": "same"} for at, text in enumerate(TEXTS)]
    plant(
        tmp_path,
        {
            "in/a.jsonl": as_lines(deep) + '{"doc": {"body": "x"}}\n',
            "flat/a.jsonl": as_lines([{"text": text} for text in TEXTS]),
        },
    )
    clean("run", "in", "-o", "out", "--text-field", "doc.text", "--paragraphs", "all", code=1)
    clean("run", "flat", "-o", "out2", "--paragraphs", "all")
    clean("verify", "out")
    clean("restore", "out", "-o", "back")
    assert tree(tmp_path / "back") == tree(tmp_path / "in")
    one, other = (
        [json.loads(line) for line in (tmp_path / out / "corpus/a.jsonl").read_text().splitlines()]
        for out in ("out", "out2")
    )
    assert [record["doc"]["text"] for record in one] == [record["text"] for record in other]
    assert {record["text"] for record in one} == {"same"}
    assert "dedup.paragraph.exact" in clean("audit", "out", "show", "a.jsonl:3").stdout
    assert "in/a.jsonl" in clean("audit", "out", "where", "corpus/a.jsonl:2:1").stdout
    clean("index", "build", "out", "-o", "index")
    assert "0 of 5" in clean("run", "flat", "-o", "out3", "--against", "index", "--paragraphs", "all").stderr


def test_nested_texts_lose_the_same_duplicates(clean: Clean, tmp_path: Path) -> None:
    deep = [{"doc": {"text": text, "n": 1}} for text in TEXTS]
    plant(tmp_path, {"deep.jsonl": as_lines(deep), "flat.jsonl": as_lines([{"text": text} for text in TEXTS])})
    clean("dedup", "deep.jsonl", "-o", "a", "--removed", "r", "--text-field", "/doc/text")
    clean("dedup", "flat.jsonl", "-o", "b", "--removed", "s")
    assert (tmp_path / "r").read_bytes() == (tmp_path / "s").read_bytes() != b""
    left = [json.loads(line)["text"] for line in (tmp_path / "b").read_text().splitlines()]
    assert (tmp_path / "a").read_text() == as_lines([{"doc": {"text": text, "n": 1}} for text in left])


def test_lines_of_several_members_go_whole(clean: Clean, tmp_path: Path) -> None:
    records = [
        {"instruction": ONE, "input": "甲", "output": f"{ONE}\n\n{TWO}"},
        {"instruction": ONE, "input": "乙", "output": f"{ONE}\n\n{TWO}"},
        {"instruction": ONE, "input": " 甲", "output": f"{ONE}\n{TWO}"},
        {"instruction": ONE},
    ]
    plant(tmp_path, {"in.jsonl": as_lines(records)})
    done = clean("dedup", "in.jsonl", "-o", "out", "--text-field", "instruction,input,output", "--removed", "r", code=1)
    assert (tmp_path / "out").read_text() == as_lines([records[0], records[1], records[3]])
    assert [json.loads(line)["kept"] for line in (tmp_path / "r").read_text().splitlines()] == ["1"]
    assert "in.jsonl:4: has no text in a member 'instruction,input,output'" in done.stderr
    assert cleaner.dedup(records[:3], text=["instruction", "input", "output"]).kept == [0, 1]


@pytest.mark.parametrize(
    ("verb", "options", "says"),
    [
        ("run", ["--text-field", "a,b"], "clean run cleans one text of a record; name one member"),
        ("run", ["--text-field", "m[].c", "--dry-run"], "clean run cleans one text of a record"),
        ("run", ["--text-field", "a..b"], "command line: text_field: 'a..b' has a part without a name"),
        ("dedup", ["--text-field", "a,b", "--unit", "paragraph"], "a record of several members stays or goes whole"),
        ("dedup", ["--text-field", "a,b", "--scope", "document"], "a record of several members stays or goes whole"),
    ],
)
def test_what_cannot_be_asked_for(clean: Clean, tmp_path: Path, verb: str, options: list[str], says: str) -> None:
    plant(tmp_path, {"in.jsonl": '{"a": "x"}\n'})
    assert says in clean(verb, "in.jsonl", "-o", "out", *options, code=2).stderr
    assert set(tree(tmp_path)) == {"in.jsonl"}


def test_salvaged_articles_stand_where_the_text_stood() -> None:
    assert nested("/a.b/c", "x") == {"a.b": {"c": "x"}}
    assert split(json.dumps(nested("t.0.c", "x")).encode(), "t.0.c").text == "x"


MAPPED: list[tuple[Any, str | list[str], list[dict[str, Any]]]] = [
    ([{"id": 1, "text": DIRTY, "n": None}], "text", [{"id": 1, "text": CLEAN_TEXT, "n": None}]),
    (iter([{"doc": {"text": DIRTY, "l": [DIRTY]}}]), "doc.text", [{"doc": {"text": CLEAN_TEXT, "l": [DIRTY]}}]),
    ([{"a.b": DIRTY}], "/a.b", [{"a.b": CLEAN_TEXT}]),
    ([{"a": DIRTY, "b": DIRTY, "c": DIRTY}], ["a", "b"], [{"a": CLEAN_TEXT, "b": CLEAN_TEXT, "c": DIRTY}]),
    (
        [{"m": [{"r": "u", "c": DIRTY}, {"r": "a", "c": None}, {"r": DIRTY}]}],
        "m[].c",
        [{"m": [{"r": "u", "c": CLEAN_TEXT}, {"r": "a", "c": None}, {"r": DIRTY}]}],
    ),
    ([{"t": [DIRTY, DIRTY]}], "t.1", [{"t": [DIRTY, CLEAN_TEXT]}]),
    ([{"m": np.array([{"c": DIRTY}], dtype=object)}], "m[].c", [{"m": [{"c": CLEAN_TEXT}]}]),  # a cell of Parquet
    ([{"text": ""}], "text", [{"text": ""}]),
    ([], "text", []),
    (pd.DataFrame({"text": [DIRTY], "n": [1]}), "text", [{"text": CLEAN_TEXT, "n": 1}]),
    (pl.DataFrame({"text": [DIRTY], "n": [1]}), "text", [{"text": CLEAN_TEXT, "n": 1}]),
    (pa.table({"text": [DIRTY], "n": [1]}), "text", [{"text": CLEAN_TEXT, "n": 1}]),
    (datasets.Dataset.from_list([{"text": DIRTY, "n": 1}]), "text", [{"text": CLEAN_TEXT, "n": 1}]),
]  # fmt: skip


@pytest.mark.parametrize(("records", "text", "wanted"), MAPPED)
def test_records_are_cleaned_in_their_members(
    records: Any, text: str | list[str], wanted: list[dict[str, Any]]
) -> None:
    assert list(PIPE.map_records(records, text=text)) == wanted


def test_records_given_are_not_changed() -> None:
    records = [{"m": [{"c": DIRTY}], "other": ["x"]}]
    (out,) = PIPE.map_records(records, text="m[].c")
    assert records == [{"m": [{"c": DIRTY}], "other": ["x"]}]
    assert out["other"] is records[0]["other"]


def test_records_come_one_by_one() -> None:
    def records() -> Any:
        yield {"text": DIRTY}
        raise OSError("the line is dead")

    stream = PIPE.map_records(records())
    assert next(stream) == {"text": CLEAN_TEXT}
    with pytest.raises(OSError, match="the line is dead"):
        next(stream)


@pytest.mark.parametrize(
    ("records", "kind", "says"),
    [
        ("text", TypeError, "map_records wants many records, not one str; put it in a list"),
        ({"text": "a"}, TypeError, "map_records wants many records, not one dict; put a record in a list"),
        (["a"], TypeError, "a record (mapping) is wanted at position 0, not str: 'a'; map takes texts"),
        ([{"text": "a"}, None], TypeError, "is wanted at position 1, not NoneType: None"),
        (
            [{"text": "a"}, {"text": float("nan")}],
            TypeError,
            "the record at position 1: 'text' is float, not a text (str): nan",
        ),
        (
            [{"text": b"a"}],
            TypeError,
            "the record at position 0: 'text' is bytes, not a text (str): b'a'; decode it first",
        ),
        ([{"text": ["a"]}], TypeError, "'text' is list"),
        ([{"body": "a", "id": 1}], InputError, "the record at position 0 has no member 'text'; there are 'body', 'id'"),
        ([{f"m{at}": at for at in range(20)}], InputError, "'m11' and 8 more"),
    ],
)
def test_records_that_cannot_be_cleaned(records: Any, kind: type[Exception], says: str) -> None:
    with pytest.raises(kind) as failure:
        list(PIPE.map_records(records))
    assert says in str(failure.value)
