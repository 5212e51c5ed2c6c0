"""`cleaner.dedup`: the decisions of `clean dedup` and `clean run`, for whatever holds records; nothing is left on disk."""

import gc
import json
import resource
import tempfile
import warnings
from collections.abc import Callable, Iterator
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
import cleaner.duplicates.match as matching
from cleaner.config import config_of, dedup_of
from cleaner.run.dedup import dedup_file
from cleaner.run.run import run
from cleaner.stages.order import ORDER
from tests.conftest import plant
from tests.dedup_texts import edited, paragraph, paragraphs_with_copies

ONE, TWO, THREE = (paragraph(Random(seed), 8) for seed in (401, 402, 403))
EN = "The committee met on Tuesday and agreed that the bridge would be closed until the end of the month."
RECORDS: list[dict[str, Any]] = [
    {"id": "a", "text": ONE, "score": 1},
    {"id": "b", "text": f"题\n{TWO}", "score": 2},
    {"id": "c", "text": edited(Random(4), ONE, 1), "score": 9},
    {"id": "d", "text": f"{TWO}\n{THREE}", "score": 0},
    {"id": "e", "text": ONE, "score": 3},
    {"id": "f", "text": EN, "score": 3},
    {"id": "g", "text": EN.upper(), "score": 3},
]
TEXTS = [record["text"] for record in RECORDS]
STAY = [ONE, f"题\n{TWO}", THREE, EN]
WENT = [
    (2, 0, "dedup.document.near"),
    (3, 1, "dedup.paragraph.exact"),
    (4, 0, "dedup.document.exact"),
    (6, 5, "dedup.document.exact"),
]

HOLDERS: dict[str, Callable[[], Any]] = {
    "a list": lambda: RECORDS,
    "an iterator": lambda: iter(RECORDS),
    "texts": lambda: TEXTS,
    "a tuple of texts": lambda: tuple(TEXTS),
    "texts of numpy": lambda: np.array(TEXTS),
    "a data set": lambda: datasets.Dataset.from_list(RECORDS),
    "a data set as a table": lambda: datasets.Dataset.from_list(RECORDS).with_format("pandas"),
    "a streamed data set": lambda: datasets.Dataset.from_list(RECORDS).to_iterable_dataset(),
    "a stream of unknown columns": lambda: datasets.IterableDataset.from_generator(lambda: iter(RECORDS)),
    "a column of a data set": lambda: datasets.Dataset.from_list(RECORDS)["text"],
    "a frame of pandas": lambda: pd.DataFrame(RECORDS, index=list("tuvwxyz")),
    "a series of pandas": lambda: pd.Series(TEXTS),
    "a frame of polars": lambda: pl.DataFrame(RECORDS),
    "a series of polars": lambda: pl.Series(TEXTS),
    "an Arrow table": lambda: pa.Table.from_pylist(RECORDS),
    "an Arrow batch": lambda: pa.RecordBatch.from_pylist(RECORDS),
    "an Arrow column": lambda: pa.Table.from_pylist(RECORDS)["text"],
    "an Arrow array": lambda: pa.array(TEXTS),
}


ALL: dict[str, Any] = {"paragraphs": "all"}  # paragraphs are short here


def went(done: cleaner.Deduped) -> list[tuple[int, int, str]]:
    return [(one.index, one.kept, one.rule) for one in done.removed]


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files go, with nothing else in it."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.mark.parametrize("holder", HOLDERS)
def test_whatever_holds_records(holder: str) -> None:
    done = cleaner.dedup(HOLDERS[holder](), **ALL)
    assert done.kept == [0, 1, 3, 5]
    assert went(done) == WENT
    assert list(done.texts()) == STAY


def test_what_stays_is_taken_by_position() -> None:
    done = cleaner.dedup(RECORDS, **ALL)
    ids = ["a", "b", "d", "f"]
    assert datasets.Dataset.from_list(RECORDS).select(done.kept)["id"][:] == ids
    assert pd.DataFrame(RECORDS).iloc[done.kept]["id"].tolist() == ids
    assert pl.DataFrame(RECORDS)[done.kept]["id"].to_list() == ids
    assert pa.Table.from_pylist(RECORDS).take(done.kept)["id"].to_pylist() == ids


def test_a_removal_says_what_and_for_what() -> None:
    done = cleaner.dedup(RECORDS, id="id", **ALL)
    near, part, *_ = done.removed
    assert (near.id, near.kept_id, near.span, near.kept_span) == ("c", "a", (0, len(TEXTS[2])), (0, len(ONE)))
    assert 0.8 <= near.jaccard < 1
    assert part.span is not None and part.kept_span is not None
    assert TEXTS[part.index][slice(*part.span)] == TEXTS[part.kept][slice(*part.kept_span)] == TWO
    assert [one.id for one in done.removed[1:]] == ["d", "e", "g"]
    assert repr(done) == "<Deduped: 4 kept, 4 removed>"
    assert "Removed(index=2, kept=0, rule='dedup.document.near'" in repr(done.removed)


@pytest.mark.parametrize(
    ("settings", "kept"),
    [
        ({"near": False}, [0, 1, 2, 3, 5]),
        ({"units": "document"}, [0, 1, 3, 5]),
        ({"units": "paragraph"}, [0, 1, 3, 5]),
        ({"scope": "document"}, [0, 1, 2, 3, 4, 5, 6]),
        ({"keep": "last", "units": "document"}, [1, 3, 4, 6]),
        ({"keep": "field:score", "units": "document"}, [1, 2, 3, 5]),
        ({"threshold": 1, "units": "document"}, [0, 1, 2, 3, 5]),
        ({"threads": 1}, [0, 1, 3, 5]),
    ],
)
@pytest.mark.parametrize("holder", ["a list", "a frame of pandas", "an Arrow table"])
def test_settings_are_those_of_the_verb(settings: dict[str, Any], kept: list[int], holder: str) -> None:
    assert cleaner.dedup(HOLDERS[holder](), **{**ALL, **settings}).kept == kept


def test_a_number_of_numpy_decides_as_any_other() -> None:
    records = [{"text": ONE, "score": np.int64(1)}, {"text": ONE, "score": np.float32(2)}]
    assert cleaner.dedup(records, keep="field:score").kept == [1]


GAPS = ["\n", "\n\n", "\n　 \n", "\r\n\r\n"]


def pages(seed: int) -> list[str]:
    """Documents that share paragraphs, some of them whole."""
    random = Random(seed)
    parts = paragraphs_with_copies(60, seed)
    out = []
    while parts:
        cut = random.randint(1, 4)
        out.append(random.choice(GAPS).join(parts[:cut]) + random.choice(["", "\n"]))
        parts = parts[cut:] if random.random() < 0.8 else parts[1:]
    body = "\n".join(paragraph(random) for _ in range(3))
    return [*out, f"{body}\n{body}\n{paragraph(random)}", body]


def as_lines(texts: list[str]) -> str:
    return "".join(json.dumps({"text": text}) + "\n" for text in texts)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        ALL,
        {"units": "document", "recall": "thorough"},
        {**ALL, "units": "paragraph", "keep": "longest"},
        {**ALL, "scope": "document"},
    ],
)
@pytest.mark.parametrize("seed", range(3))
def test_both_verbs_and_python_decide_alike(tmp_path: Path, seed: int, settings: dict[str, Any]) -> None:
    texts = pages(seed)
    plant(tmp_path, {"in/a.jsonl": as_lines(texts)})
    done = cleaner.dedup(texts, **settings)
    outcome = dedup_file(
        str(tmp_path / "in/a.jsonl"), str(tmp_path / "out"), tmp_path / "gone", dedup_of(settings), threads=1
    )
    assert done.removed or "scope" in settings
    assert outcome.documents - outcome.dropped == len(done.kept)
    assert as_lines(list(done.texts())) == as_lines(texts_in(tmp_path / "out"))
    rows = [json.loads(line) for line in (tmp_path / "gone").read_text().splitlines()]
    assert [(row["id"].split(":")[0], row["kept"].split(":")[0], row["jaccard"]) for row in rows] == [
        (str(one.index + 1), str(one.kept + 1), one.jaccard) for one in done.removed
    ]
    run([str(tmp_path / "in")], tmp_path / "run", config_of({**dict.fromkeys(ORDER, False), "dedup": settings}))
    assert texts_in(tmp_path / "run/corpus/a.jsonl") == list(done.texts())


def texts_in(path: Path) -> list[str]:
    return [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines()]


@given(
    st.lists(
        st.sampled_from([*TEXTS, "", " ", "\n", "a", "\ud800", "😀" * 30, f"{ONE}\n\n{ONE}", "\ufdd0"]), max_size=12
    )
)
def test_what_goes_has_a_copy_that_stays(texts: list[str]) -> None:
    done = cleaner.dedup(iter(texts), threads=1, **ALL)
    left = list(done.texts())
    assert done.kept == sorted(set(done.kept)) and len(left) == len(done.kept)
    assert set(range(len(texts))) - set(done.kept) <= {one.index for one in done.removed}
    assert all(one.kept in done.kept for one in done.removed)
    assert all(
        text == texts[at]
        for at, text in zip(done.kept, left, strict=True)
        if at not in {one.index for one in done.removed}
    )
    again = cleaner.dedup(left, threads=1, **ALL)
    assert (len(again.removed), list(again.texts())) == (0, left)


@pytest.mark.parametrize(
    ("given", "kept"),
    [([], []), (iter(()), []), (["a"], [0]), ([ONE] * 5, [0]), ([""] * 3, [0, 1, 2]), ([" ", "\n"], [0, 1])],
)
def test_few_and_many_of_one_kind(given: Any, kept: list[int]) -> None:
    done = cleaner.dedup(given)
    assert done.kept == kept
    assert [one.index for one in done.removed] == ([1, 2, 3, 4] if given == [ONE] * 5 else [])


WRONG: list[tuple[Any, dict[str, Any], type[Exception], str]] = [
    ("text", {}, TypeError, "dedup wants many records, not one str; put it in a list"),
    ({"text": "a"}, {}, TypeError, "not one dict; put a record in a list"),
    (datasets.DatasetDict(), {}, TypeError, "not one DatasetDict; put a record in a list, give the values of many"),
    (5, {}, TypeError, "dedup wants many records, not int: 5"),
    (pl.DataFrame(RECORDS).lazy(), {}, TypeError, "not LazyFrame"),
    ([None], {}, TypeError, "is wanted at position 0, not NoneType: None"),
    (["a", float("nan")], {}, TypeError, "is wanted at position 1, not float: nan"),
    ([b"a"], {}, TypeError, "at position 0, not bytes: b'a'; decode it first"),
    ([3], {}, TypeError, "at position 0, not int: 3"),
    ([["a"]], {}, TypeError, "at position 0, not list"),
    (pd.Series(["a", None]), {}, TypeError, "at position 1, not "),
    (pl.Series(["a", None]), {}, TypeError, "at position 1, not NoneType"),
    (pa.array(["a", None]), {}, TypeError, "at position 1, not NoneType"),
    ([{"text": None}], {}, TypeError, "the record at position 0: 'text' is NoneType, not a text (str): None"),
    ([{"text": b"a"}], {}, TypeError, "'text' is bytes, not a text (str): b'a'; decode it first"),
    ([{"text": ["a"]}], {}, TypeError, "'text' is list, not a text (str): ['a']; its items are reached by 'text[]'"),
    ([{"body": "a", "id": 1}], {}, cleaner.CleanerError, "has no member 'text'; there are 'body', 'id'"),
    ([{}], {}, cleaner.CleanerError, "the record at position 0 has no member 'text'; there are none"),
    (pd.DataFrame({"body": ["a"]}), {}, cleaner.CleanerError, "the table has no column 'text'; there are 'body'"),
    (pd.DataFrame([["a", "b"]], columns=["text", "text"]), {}, cleaner.CleanerError, "has two columns 'text'"),
    (datasets.Dataset.from_list([{"body": "a"}]), {}, cleaner.CleanerError, "has no column 'text'; there are 'body'"),
    (["a"], {"id": "id"}, TypeError, "not str: id='id' asks for its members"),
    (["a"], {"keep": "field:n"}, TypeError, "not str: keep='field:n' asks for its members"),
    (["a"], {"text": ["a", "b"]}, TypeError, "not str: several members asks"),
    ([{"text": "a"}], {"id": "id"}, cleaner.CleanerError, "position 0 has no member 'id', which `id` asks for"),
    (["a"], {"treshold": 0.9}, cleaner.CleanerError, "dedup has no setting 'treshold'; did you mean 'threshold'?"),
    (["a"], {"threshold": 9}, cleaner.CleanerError, "it must lie between 0.5 and 1"),
    (["a"], {"text": "a..b"}, cleaner.CleanerError, "'a..b' has a part without a name"),
    (["a"], {"text": []}, cleaner.CleanerError, "no member is named"),
    (["a"], {"text": 5}, cleaner.CleanerError, "members are named by a string or a list of strings, not by 5"),
    ([{"a": "", "b": ""}], {"text": ["a", "b"], "units": "paragraph"}, cleaner.CleanerError, "stays or goes whole"),
    ([{"a": "", "b": ""}], {"text": ["a", "b"], "scope": "document"}, cleaner.CleanerError, "stays or goes whole"),
]  # fmt: skip


@pytest.mark.parametrize(("records", "how", "kind", "says"), WRONG, ids=[row[3] for row in WRONG])
def test_what_is_wrong_says_so(
    temporary: Path, records: Any, how: dict[str, Any], kind: type[Exception], says: str
) -> None:
    with pytest.raises(kind) as failure:
        cleaner.dedup(records, **how)
    assert says in str(failure.value)
    assert not list(temporary.iterdir())


@pytest.mark.parametrize("threads", [1, 2])
def test_records_that_fail_leave_nothing_behind(temporary: Path, threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cleaner.run.deduped.BATCH", 1000)
    seen = 0

    def records() -> Iterator[str]:
        for number in range(200):
            yield f"{number} {ONE}"
        nonlocal seen
        seen = len(list(temporary.rglob("*")))
        raise OSError("the line is dead")

    with pytest.raises(OSError, match="the line is dead"):
        cleaner.dedup(records(), threads=threads)
    assert seen > 1
    assert not list(temporary.iterdir())


def test_a_full_disk_is_told(temporary: Path) -> None:
    """A limit on the size of files stands for it."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        with pytest.raises(cleaner.CleanerError, match="cannot be written"):
            cleaner.dedup(f"{number}{ONE}" for number in range(2000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert not list(temporary.iterdir())


def test_nothing_is_left_while_texts_can_still_be_read(temporary: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        done = cleaner.dedup(iter(RECORDS), **ALL)
        assert not list(temporary.iterdir())
        assert list(done.texts()) == list(done.texts()) == STAY
        del done
        gc.collect()


@pytest.mark.parametrize("threads", [1, 3])
def test_batches_change_nothing(monkeypatch: pytest.MonkeyPatch, threads: int) -> None:
    texts = pages(7)
    whole = cleaner.dedup(texts, threads=1)
    monkeypatch.setattr("cleaner.run.deduped.BATCH", 300)
    monkeypatch.setattr("cleaner.run.deduped.READ", 100)
    done = cleaner.dedup(texts, threads=threads)
    assert (done.kept, list(done.removed), list(done.texts())) == (whole.kept, list(whole.removed), list(whole.texts()))


def test_records_are_not_changed() -> None:
    before = json.dumps(RECORDS)
    cleaner.dedup(RECORDS)
    assert json.dumps(RECORDS) == before


PROMPT = "You are a careful assistant. Answer in one word, and say nothing that you have not checked twice. " * 4
LONG = "How many provinces does the country have, and which of them was the last to join the federation, in what year?"


def chat(*turns: str | None) -> dict[str, Any]:
    return {"messages": [{"role": "any", "content": turn} for turn in turns]}


@pytest.mark.parametrize(
    ("text", "records", "kept"),
    [
        (["a", "b"], [{"a": "1", "b": "23"}, {"a": "12", "b": "3"}, {"a": "１", "b": " 23"}], [0, 1]),
        (["a", "b"], [{"a": ONE, "b": TWO}, {"a": TWO, "b": ONE}], [0, 1]),  # two directions of a bitext
        (["a", "b"], [{"a": ONE, "b": TWO}, {"a": edited(Random(4), ONE, 1), "b": TWO}], [0]),
        (["a", "b"], [{"a": ONE, "b": "是"}, {"a": ONE, "b": "否"}, {"a": ONE, "b": "是。"}], [0, 1, 2]),
        (["a", "b"], [{"a": ONE, "b": ""}, {"a": ONE, "b": ""}], [0]),
        (["a", "b"], [{"a": "", "b": ""}, {"a": "", "b": ""}], [0, 1]),
        (
            "messages[].content",
            [chat(PROMPT, LONG, "ten"), chat(PROMPT, LONG, "nine"), chat(PROMPT, LONG, "Ten")],
            [0, 1],
        ),
        ("messages[].content", [chat(PROMPT, "a"), chat(PROMPT, "a", "")], [0, 1]),
        ("messages[].content", [chat(PROMPT, None), chat(PROMPT)], [0]),  # a call of a tool has no content
        ("doc.text", [{"doc": {"text": ONE}}, {"doc": {"text": ONE}}], [0]),
        ("/doc/a.b", [{"doc": {"a.b": ONE}}, {"doc": {"a.b": ONE}}], [0]),
        ("turns.0", [{"turns": [ONE, "x"]}, {"turns": [ONE]}], [0]),
    ],
)
def test_nested_and_several_members(text: str | list[str], records: list[dict[str, Any]], kept: list[int]) -> None:
    assert cleaner.dedup(records, text=text).kept == kept
    frame = pd.DataFrame(records)
    assert cleaner.dedup(frame, text=text).kept == kept


def test_several_members_go_whole() -> None:
    records = [{"a": f"{ONE}\n\n{TWO}", "b": "x"}, {"a": ONE, "b": THREE}, {"a": f"{ONE}\n\n{TWO}", "b": "x"}]
    done = cleaner.dedup(records, text=["a", "b"])
    assert went(done) == [(2, 0, "dedup.document.exact")]
    assert done.removed[0].span is None
    with pytest.raises(cleaner.CleanerError, match="no one text"):
        done.texts()


def test_near_copies_of_a_shared_prompt_are_found_among_each_other() -> None:
    """The members decide before anything is tied together: the first of a prompt is not the keeper of all."""
    asked = [paragraph(Random(seed), 6) for seed in range(500, 506)]
    records = [{"a": PROMPT * 5, "b": one} for one in [*asked, edited(Random(1), asked[3], 1)]]
    done = cleaner.dedup(records, text=["a", "b"])
    assert went(done) == [(6, 3, "dedup.document.near")]


def test_the_function_and_the_rooms_have_names_of_their_own() -> None:
    assert callable(cleaner.dedup) and matching.match.__module__ == "cleaner.duplicates.match"
    assert callable(cleaner.dedup)
