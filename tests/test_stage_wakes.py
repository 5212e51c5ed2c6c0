"""A stage that sleeps would have found nothing: its signs, under every setting, on any text; one result with and without."""

import pickle
from ast import literal_eval
from collections.abc import Iterator, Sequence
from dataclasses import fields
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner import pipeline
from cleaner.document import Document, Finding
from cleaner.pipeline import Pipeline
from cleaner.stages.order import ORDER, stage_class
from cleaner.stages.stage import Stage, wakes_of
from cleaner.text import signs
from cleaner.text.signs import ROOM, Lookout, Signs
from tests.test_languages import LANGUAGES, translated
from tests.test_stage_laws import PIECES
from tests.test_stage_tables import raw_of, tables

ROOT = Path(__file__).parent.parent
SLEEPERS = [
    name for name in ORDER if name not in ("furniture", "unwrap", "splice", "rejoin", "patterns")
]  # those judge whole texts; the signs of a user's patterns are tested with them
MEETING = [
    *["的的", "目的的", " the the ", "the the", " of of", "to to", "and and", "a", "中", "。", "》", "《", "“", "!", ":", ";"],
    *["[a](b)", "](", "**", "```", "#", "`", "<", "/b>", "&", "#38;", "\u0344", "\u09be", "ﾀ", "ÿ", "é", "м»", "σ…"],
]  # fmt: skip
texts = st.lists(st.sampled_from(PIECES + MEETING) | st.characters(exclude_categories=()), max_size=12).map("".join)


SHORT: dict[str, tuple[Sequence[str], int]] = {  # pieces, and how many in a row
    "mojibake": (["Ã", "©", "ÿ", "ÖÐ", "ÈË", "м", "»", "烫", "锟斤", "拷", "\ufffd", " "], 3),
    "lines": ("\r\f\u2028\n中", 3),
    "controls": ("\x00\xad\u200c\ue000\U000e0041\ufe0fa", 3),
    "compat": ("⼈⺀ﬁｶﾟa", 3),
    "width": ("Ａ１．：％＋＃a", 3),
    "compose": ("e\u0301가\u1161\u11ab\u0958\u2126\uf9b5\n", 3),
    "spacing": (" \n\t　a中", 5),
    "markup": (["&", "amp;", "#", "1;", "<", "b", ">", "**", "[", "](", ")", "=", " ", "\n"], 4),
    "punct": ("中a,:()（《》\n", 4),
    "doubled": (["的", "目", " ", "the", "of", "to", "and", "t"], 5),
}


@cache
def every_setting(name: str) -> list[tuple[Stage, Lookout]]:
    """The stage with each combination of those settings that are a choice, and a lookout for it alone."""
    kind, hints = stage_class(name), get_type_hints(stage_class(name))
    open_to = {field.name: get_args(hints[field.name]) for field in fields(kind) if get_args(hints[field.name])}
    stages = [kind(**dict(zip(open_to, chosen, strict=True))) for chosen in product(*open_to.values())]
    return [(stage, Lookout([(name, wakes_of(stage))])) for stage in stages]


@cache
def default_lookout() -> Lookout:
    return Lookout((name, wakes_of(stage_class(name)())) for name in SLEEPERS)


def overslept(name: str, text: str) -> Iterator[tuple[Stage, list[Finding]]]:
    """What the stage would have found in a text that shows no sign for it."""
    yield from ((stage, found) for stage, lookout in every_setting(name) if (found := missed(stage, lookout, text)))


def missed(stage: Stage, lookout: Lookout, text: str) -> list[Finding]:
    """The same under one setting. `Pipeline` sees to the one rule that needs no sign."""
    told = lookout.told(text)
    assert told <= lookout.hinted(text)
    return [] if told else list(stage(Document.of(text)))


def short_texts(name: str) -> Iterator[str]:
    """All texts of a few pieces in which the signs of the stage, and what nearly is one, stand alone."""
    pieces, most = SHORT[name]
    for size in range(1, most + 1):
        yield from map("".join, product(pieces, repeat=size))


@pytest.mark.parametrize("name", SHORT)
def test_no_short_text_is_slept_through(name: str) -> None:
    assert [text for text in short_texts(name) for _ in overslept(name, text)] == []


@pytest.mark.parametrize("name", SHORT)
def test_every_sign_is_needed(name: str) -> None:
    """Without it some short text would be slept through: which shows, too, that the test above sees what it is for."""
    stage = {"punct": stage_class("punct")("zh")}.get(name, stage_class(name)())
    signs = wakes_of(stage) or Signs()
    for kind, of_kind in signs._asdict().items():
        for at in range(len(of_kind)):
            fewer = signs._replace(**{kind: of_kind[:at] + of_kind[at + 1 :]})
            lookout = Lookout([(name, fewer)])
            assert any(missed(stage, lookout, text) for text in short_texts(name)), (kind, of_kind[at])


@pytest.mark.parametrize("name", SLEEPERS)
@given(text=texts)
def test_a_stage_that_sleeps_would_have_found_nothing(name: str, text: str) -> None:
    for whole in (text, f"{text}\n"):
        assert list(overslept(name, whole)) == []


@cache
def quiet() -> dict[str, list[str]]:
    """For each stage the characters that are no sign for it between a letter and an ideograph."""
    lookout = default_lookout()
    told = ((char, lookout.told(f"a{char}中")) for char in map(chr, range(0x110000)))
    out: dict[str, list[str]] = {name: [] for name in SLEEPERS}
    for char, names in told:
        for name in out.keys() - names:
            out[name].append(char)
    return out


@pytest.mark.parametrize("name", SLEEPERS)
def test_no_character_alone_is_slept_through(name: str) -> None:
    """Between letters, all of them in one text; and those of the blocks of signs by themselves."""
    text = "a" + "中a".join(quiet()[name]) + "中\n"
    assert name not in default_lookout().told(text)
    assert list(overslept(name, text)) == []
    alone = [chr(code) for code in (*range(0x3100), *range(0xF900, 0x10000))]
    for stage, lookout in (every_setting(name)[0], every_setting(name)[-1]):
        assert not [char for char in alone if not lookout.told(f"{char}\n") and list(stage(Document.of(f"{char}\n")))]


@pytest.mark.parametrize("name", SLEEPERS)
def test_no_case_of_a_table_is_slept_through(name: str) -> None:
    raws = [raw_of(case) for _, _, case in tables()]
    raws += [path.read_text(encoding="utf-8") for path in sorted((ROOT / "seeds").glob("*.txt"))]
    assert len(raws) > 150
    assert [raw for raw in raws for _ in overslept(name, raw)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_line_of_any_language_is_slept_through(language: str) -> None:
    stages = {name: stage_class(name)() for name in SLEEPERS}
    for line in translated(language):
        doc = Document.of(f"{line}\n")
        for name in stages.keys() - default_lookout().told(doc.text):
            assert list(stages[name](doc)) == [], name


SETTINGS: list[dict[str, Any]] = [
    {"rejoin": False},
    {"level": "suspect", "spacing": {"blank_lines": 0, "indent": "strip"}, "controls": {"vs": "drop", "pua": "drop"}},
    {"mojibake": {"repair": "gbk"}, "punct": {"punct": "zh"}, "markup": {"unescape_html": "once"}, "lines": False},
    {"preset": "minimal", "spacing": {"spaces": "keep", "blank_lines": "keep", "indent": "keep"}, "width": True},
]


@cache
def pipeline_of(settings: str) -> Pipeline:
    return Pipeline.default(**literal_eval(settings))


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
@given(text=texts)
def test_one_result_whether_stages_sleep_or_not(settings: dict[str, Any], text: str) -> None:
    pipe = pipeline_of(repr(settings))
    with pytest.MonkeyPatch.context() as patch:
        results = []
        for sleeping in (False, True):
            patch.setattr(pipeline, "pays", lambda code_points, sleeping=sleeping: sleeping)
            results.append(pipe(text))
    assert results[0] == results[1]


def test_sound_text_wakes_the_judges_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "pays", lambda code_points: True)
    pipe = Pipeline.default()
    for text in (
        "今年以来，工业经济稳定恢复：同比增长 7.8%（初步数）。\n\n“好。”他说。\n",
        "Plain text, with (some) signs; it's fine.\n",
    ):
        assert pipe._awake(text) == {"furniture", "splice", "rejoin"}
    assert "error" not in [finding.rule for finding in pipe("　　一\n").findings]


@pytest.mark.parametrize("settings", [*SETTINGS, {}], ids=str)
def test_all_signs_find_room(settings: dict[str, Any]) -> None:
    stages = Pipeline.default(**settings).stages
    wanted = [wakes_of(stage) or Signs() for stage in stages]
    assert sum(len(sign) for signs in wanted for kind in signs for sign in kind) <= ROOM


def test_whose_signs_find_no_room_and_who_names_none_is_always_told() -> None:
    lookout = Lookout(
        [("many", Signs(("x" * (ROOM - 1),))), ("more", Signs(("ab",))), ("all", None), ("one", Signs(("c",)))]
    )
    assert lookout.told("") == {"more", "all"}
    assert lookout.told("c") == {"more", "all", "one"}
    assert lookout.told("x" * ROOM) == {"more", "all", "many"}


@given(text=texts)
def test_a_lookout_without_machine_code_tells_the_same(text: str) -> None:
    lookout = default_lookout()
    with pytest.MonkeyPatch.context() as patch:
        fast = lookout.told(text)
        patch.setattr(signs, "compiled", lambda function: function)
        assert lookout.told(text) == fast


def test_a_pipeline_stays_a_few_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "pays", lambda code_points: True)
    pipe = Pipeline.default()
    pipe("一\n")
    assert len(pickle.dumps(pipe)) < 2000
    assert pickle.loads(pickle.dumps(pipe)) == pipe
