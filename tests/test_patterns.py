"""A user's own patterns: what is said of wrong ones, what they take, what they keep, whatever else runs. Cases: fixtures/patterns.toml."""

import json
import pickle
import re
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cleaner
from cleaner.config import config_of
from cleaner.document import Certainty, Document, Finding, Guard
from cleaner.pipeline import Pipeline
from cleaner.stages.patterns import Patterns, linear
from cleaner.stages.patterns.linear import fits, readable
from cleaner.stages.patterns.pattern import Page, Pattern
from cleaner.stages.stage import wakes_of
from cleaner.text.change import Edit
from cleaner.text.errors import ConfigError
from cleaner.text.signs import Lookout
from tests.conftest import Clean, plant, tree

ZH = "今年以来，工业经济稳定恢复，主要指标好于预期，企业效益继续改善，就业形势总体稳定，市场信心有所增强。"
OTHER = "下半年各地将继续推进重点项目建设，扩大有效投资，改善营商环境，帮助企业解决用工和融资方面的困难。"
AD = "点击上方蓝字关注我们"
PIECES = [
    *["广告", "广", "告", "ＡＢ", "AB", "a", "1", "１", "正文", ZH, "（", "）", "（a（b）", "é", "e\u0301", "\u200b", "<b>"],
    *["\n", "\n\n", "\r\n", "\f", " ", "  ", "　", "\t", "\xa0", "\udcff", "\ufffd", "- ", "# ", "，", "the the "],
]  # fmt: skip
texts = st.lists(st.sampled_from(PIECES), max_size=16).map("".join)
REMOVE = [
    {"name": "line", "line": "广告"},
    {"name": "glob", "glob": "正*告", "certainty": "safe"},
    {"name": "text", "text": "ＡＢ"},
    {"name": "regex", "regex": r"（[^（）]*）|\d+$"},
    {"name": "unsure", "text": "a1", "certainty": "suspect"},
]
KEEP = [
    {"name": "wide", "text": "ＡＢ"},
    {"name": "marks", "regex": "e\u0301|告\\s*$|（a"},
    {"name": "own", "line": "广告"},
]


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"remove": [{"name": "a", "line": "b"}, {"name": "x", "regex": "(b"}]}, "remove 2 (x): missing ): (b"),
        ({"remove": [{"name": "x", "regex": "(?=b)c"}]}, "RE2, which has no lookaround and no back references"),
        ({"remove": [{"name": "x", "regex": r"(b)\1"}]}, r"remove 1 (x): invalid escape sequence: \1"),
        ({"remove": [{"name": "x", "regex": r"[\W.]b"}]}, r"remove 1 (x): \W inside […]"),
        ({"remove": [{"name": "x", "line": "b", "regex": "b"}]}, "remove 1 (x) has line and regex; it wants one of line"),
        ({"remove": [{"name": "x"}]}, "remove 1 (x) has nothing that fits; it wants one of line, glob, text, regex"),
        ({"remove": [{"name": "x", "lines": "b"}]}, "remove 1 (x) has no setting 'lines'; known are name, line"),
        ({"remove": [{"line": "b"}]}, "remove 1: it has no name"),
        ({"remove": [{"name": "my ads", "line": "b"}]}, "name is 'my ads'; a name is made of letters, digits, - and _"),
        ({"remove": [{"name": "x", "line": " 　"}]}, "remove 1 (x): line is empty"),
        ({"remove": [{"name": "x", "regex": ""}]}, "remove 1 (x): regex is empty"),
        ({"remove": [{"name": "x", "regex": "b*"}]}, "regex is 'b*', which fits on nothing"),
        ({"remove": [{"name": "x", "regex": r"\b"}]}, "which fits on nothing: it would fit everywhere"),
        ({"remove": [{"name": "x", "glob": "*?*"}]}, "glob is '*?*', which every line fits"),
        ({"remove": [{"name": "x", "text": "a\nb"}]}, "a pattern never goes beyond a line"),
        ({"remove": [{"name": "x", "line": 3}]}, "remove 1 (x): line is 3; it wants str"),
        ({"remove": [{"name": "x", "line": "\udcff"}]}, "which is not UTF-8"),
        ({"remove": [{"name": "x", "line": "b", "paths": "a.txt"}]}, "paths is 'a.txt'; it is a list of globs"),
        ({"remove": [{"name": "x", "line": "b", "certainty": "sure"}]}, "certainty is 'sure'; it is one of 'suspect'"),
        ({"remove": [{"name": "x", "line": "b"}, {"name": "x", "line": "c"}]}, "remove 2 (x): there is a pattern of this"),
        ({"remove": [{"name": "x", "line": "b"}], "keep": [{"name": "x", "line": "c"}]}, "both have a pattern 'x'"),
        ({"remove": {"name": "x", "line": "b"}}, "write [[remove]] in two brackets"),
        ({"remove": ["b"]}, "remove 1 is 'b'; a pattern is a table"),
        ({"keep": ["f:1", {"name": "x", "line": "b", "certainty": "safe"}]}, "keep 1 (x) has no setting 'certainty'"),
        ({"patterns": {"remove": []}}, "patterns has no setting but on; patterns stand in [[remove]] and [[keep]]"),
    ],
)  # fmt: skip
def test_a_wrong_pattern_is_named(settings: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigError) as error:
        config_of(settings, "clean.toml")
    assert str(error.value).startswith("clean.toml: ")
    assert says in str(error.value)


@pytest.mark.parametrize("keep", [KEEP, ["f:2", *KEEP, "f:1"], ["f:1"]])
def test_patterns_written_out_give_the_same_configuration(keep: list[Any]) -> None:
    import tomllib

    config = config_of(
        {"remove": [*REMOVE, {"name": "odd", "regex": 'a"\\\\\\[', "paths": ["a/*", "b"]}], "keep": keep}
    )
    again = config_of(tomllib.loads(config.toml()))
    assert again == config
    assert again.toml() == config.toml()
    assert config.keep == frozenset(one for one in keep if isinstance(one, str))


def test_without_patterns_there_is_no_stage() -> None:
    assert "patterns" not in [stage.name for stage in config_of({}).stages]
    assert "patterns" not in config_of({}).toml()
    assert "patterns" not in [stage.name for stage in config_of({"remove": REMOVE, "patterns": False}).stages]


def test_a_pattern_finds_a_line_as_it_was_and_as_it_is_now() -> None:
    raw = f"{ZH}\n\n　　ＱＱ群１２３４５\n\n{OTHER}\n"
    for line in ("ＱＱ群１２３４５", "QQ群12345"):
        doc = cleaner.clean(raw, remove=[{"name": "group", "line": line}])
        assert doc.text == f"{ZH}\n\n{OTHER}\n"
        assert doc.change.invert(raw).apply(doc.text) == raw


def test_the_certainty_of_a_pattern_is_that_of_its_findings() -> None:
    raw = f"{ZH}\n{AD}\n{OTHER}\n"
    for certainty, levels in (("safe", 3), ("likely", 2), ("suspect", 1)):
        for number, level in enumerate(("suspect", "likely", "safe"), start=1):
            pipe = Pipeline.default(remove=[{"name": "ads", "line": AD, "certainty": certainty}], level=level)
            (found,) = [one for one in pipe(raw).findings if one.rule == "patterns.ads"]
            assert (found.applied, found.certainty) == (number <= levels, Certainty[certainty.upper()])
            assert found.evidence == {"line": AD}


def test_a_pattern_is_meant_for_its_documents() -> None:
    pipe = Pipeline.default(remove=[{"name": "ads", "line": AD, "paths": ["web/*.txt", "*.jsonl"]}])
    for id, gone in (("web/a.txt", True), ("web/b/a.txt", True), ("x.jsonl:12", True), ("a.txt", False), ("", False)):
        assert (AD not in pipe(Document.of(f"{ZH}\n{AD}\n", id)).text) is gone, id


PIPES = [{"remove": REMOVE}, {"keep": KEEP}, {"remove": REMOVE, "keep": KEEP, "level": "suspect"}]


@pytest.mark.parametrize("settings", PIPES, ids=lambda settings: "+".join(settings))
@given(raw=texts)
def test_laws(settings: dict[str, Any], raw: str) -> None:
    pipe = Pipeline.default(**settings)
    doc = pipe(raw)
    assert doc.change.apply(raw) == doc.text
    assert doc.change.invert(raw).apply(doc.text) == raw
    assert not {"error.patterns", "error.not-stable"} & {one.rule for one in doc.findings}
    noted = [(one.rule, edit) for one in doc.findings if not (one.applied or one.flag) for edit in one.where]
    assert len(noted) == len(set(noted))  # once, however often the text was looked at


@given(raw=texts)
def test_a_second_run_removes_nothing_more(raw: str) -> None:
    pipe = Pipeline.default(remove=REMOVE)
    once = pipe(raw)
    again = pipe(once.text)
    assert again.text == once.text
    assert not any(finding.applied for finding in again.findings)


@given(raw=texts)
def test_what_is_kept_stays_whatever_runs(raw: str) -> None:
    everything = [{"name": "all", "regex": "[^ ]"}, {"name": "lines", "glob": "*告*"}]
    pipe = Pipeline.default(remove=[*REMOVE, *everything], keep=KEEP, level="suspect", controls={"pua": "drop"})
    page, doc = Page(raw), pipe(raw)
    to = doc.change.mapper()
    for table in KEEP:
        pattern = config_of({"keep": [table]}).stages
        (own,) = [stage for stage in pattern if isinstance(stage, Patterns)]
        for start, end in own.keep[0].spans(page):
            assert doc.text[slice(*to(start, end))] == raw[start:end]
            assert not [edit for edit in doc.change.edits if edit.start < end and edit.end > start]


@given(text=texts, edits=st.lists(st.tuples(st.integers(0, 20), st.integers(0, 4)), max_size=4))
def test_nothing_changes_what_is_guarded(text: str, edits: list[tuple[int, int]]) -> None:
    spans = [(min(start, len(text)), min(start + size, len(text))) for start, size in edits]
    doc = Document.of(text).guard(Guard(*span, "patterns.k") for span in spans if span[0] < span[1])
    done = doc.revise(Finding(at, at + 1, "x.y") for at in range(len(text)))
    guarded = {at for start, end in spans for at in range(start, end)}
    assert done.text == "".join(char for at, char in enumerate(text) if at in guarded)
    assert {one.evidence.get("held_back") for one in done.findings if not one.applied} <= {"kept by patterns.k"}
    assert not any(Document.applies(doc, Finding(at, at + 1, "x.y"), Certainty.LIKELY, frozenset()) for at in guarded)


def test_a_finding_that_is_held_back_says_by_what() -> None:
    doc = Document.of("一二三四").guard([Guard(1, 2, "patterns.k")])
    bulk = Finding.bulk("x.z", [Edit(0, 1), Edit(1, 3)])
    done = doc.revise([Finding(0, 3, "x.y", evidence={"n": 1}), *bulk])
    assert done.text == "二三四"
    assert done.findings[0].evidence == {"n": 1, "held_back": "kept by patterns.k"}
    assert [(one.applied, one.count) for one in done.findings] == [(False, 1), (True, 1)]


@given(text=texts)
def test_patterns_that_sleep_would_have_found_nothing(text: str) -> None:
    for lists in ((0, 3), (0, 1), (1, 2), (2, 3)):
        (stage,) = [one for one in config_of({"remove": REMOVE[slice(*lists)]}).stages if isinstance(one, Patterns)]
        lookout = Lookout([("patterns", wakes_of(stage))])
        assert lookout.told(text) or not list(stage(Document.of(text)))


def test_when_patterns_wake() -> None:
    def told(text: str, *patterns: Pattern) -> bool:
        return bool(Lookout([("patterns", wakes_of(Patterns(patterns)))]).told(text))

    assert not told("广告", Pattern("k", "line", "告广"))
    assert told("a-b", Pattern("k", "text", "-b"), Pattern("l", "line", "x-"))
    assert told("本站", Pattern("k", "glob", "*?本站*"))
    assert told("", Pattern("k", "regex", "a"))  # no sign is known
    assert told("", Pattern("k", "text", "a"))
    assert not Lookout([("patterns", wakes_of(Patterns((), (Pattern("k", "line", "广告"),))))]).told("广告")


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "(a*)*b", "((((a+)+)+)+)b", "(.*a){20}b"])
def test_no_pattern_takes_exponential_time(pattern: str) -> None:
    text = "a" * 50_000 + "c\n"
    start = time.perf_counter()
    assert list(fits(pattern, readable(text))) == []
    assert time.perf_counter() - start < 5


def test_too_many_steps_are_an_error_on_every_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that reads the rest of a long line for every hit: the document passes as it was, and says so."""
    monkeypatch.setattr(linear, "STEPS", 10_000)
    raw = f"ＡＢ{'a' * 200}\n"
    doc = cleaner.clean(raw, remove=[{"name": "slow", "regex": "a(.*b)?"}])
    assert doc.text == f"AB{'a' * 200}\n"
    (error,) = [one for one in doc.findings if one.rule == "error.patterns"]
    assert error.evidence["message"].startswith("patterns.slow fits too often in one long line")
    kept = cleaner.clean(raw, keep=[{"name": "slow", "regex": "a(.*b)?"}])
    assert kept.text == raw  # what cannot be told must not be lost
    assert "error.patterns" in [one.rule for one in kept.findings]


def test_a_pattern_is_a_few_bytes() -> None:
    pipe = Pipeline.default(remove=REMOVE, keep=KEEP)
    pipe("广告\n正文（a）\n")
    assert len(pickle.dumps(pipe)) < 4000
    assert pickle.loads(pickle.dumps(pipe)) == pipe


@given(text=st.text(st.sampled_from("ab1 é中_-—\u3000\x85"), max_size=8))
def test_classes_are_those_of_python(text: str) -> None:
    for pattern in (r"\w+", r"\W+", r"\d+", r"\D+", r"\s+", r"\S+", r"[\w-]+", r"[^\w]+", r"[\s\d]+", r"\[\w"):
        assert [tuple(span) for span in fits(pattern, readable(text))] == [
            hit.span() for hit in re.finditer(pattern, text)
        ]


SETTINGS = f"""
[[remove]]
name = "ads"
line = "{AD}"

[[remove]]
name = "web"
glob = "*本站首发*"
paths = ["web/*.txt"]
certainty = "safe"

[[keep]]
name = "credits"
regex = "责任编辑：.*"
"""
RIVER = "河对岸的灯是在七点整亮的，先是码头，然后是粮站，最后才轮到学校，孩子们数着灯，数到第九盏。"
SHIP = "电影船靠岸的时候，船上的人把白布挂在两棵树中间，老周搬来长凳，坐在最后一排，一句话也不说。"
CREDIT = "责任编辑：张三，版面设计：李四，校对：王五，出版时间：二〇二〇年一月，地点：江边的小城里。"


def test_a_run_with_patterns(clean: Clean, tmp_path: Path) -> None:
    texts = [
        f"{AD}\n{OTHER}本站首发",
        f"{ZH}\n\n{CREDIT}",
        f"The ferry was late, and the bridge was closed until noon.\n\n{CREDIT}",
    ]
    files = {
        "clean.toml": SETTINGS,
        "in/web/a.txt": f"标题\r\n\r\n{AD}\r\n\r\n{RIVER}\r\n本站首发的文章\r\n{SHIP}\r\n",
        "in/b.jsonl": "".join(json.dumps({"text": text}) + "\n" for text in texts),
    }
    plant(tmp_path, files)
    clean("run", "in", "-o", "out", "--paragraphs", "all")
    corpus = tree(tmp_path / "out/corpus")
    assert corpus["web/a.txt"].decode() == f"标题\n\n{RIVER}\n{SHIP}\n"
    lines = [json.loads(line)["text"] for line in corpus["b.jsonl"].decode().strip().split("\n")]
    assert lines == [texts[0].removeprefix(f"{AD}\n"), *texts[1:]]
    clean("verify", "out")
    clean("restore", "out", "-o", "back")
    assert sorted(tree(tmp_path / "back").values()) == sorted(files[name].encode() for name in files if "in/" in name)
    shown = clean("audit", "out", "show", "web/a", "--rule", "patterns").stdout
    assert "patterns.ads  removed, likely" in shown
    assert "patterns.web  removed, safe" in shown
    assert "held back: kept by patterns.credits" in clean("audit", "out", "show", "b.jsonl:3").stdout
    listed = clean("rules").stdout
    assert f"takes out every line that is “{AD}”" in listed
    assert "patterns.credits" in listed
    assert "patterns.ads" not in clean("rules", "--markdown").stdout


def test_copies_of_documents_and_what_is_kept(tmp_path: Path, clean: Clean) -> None:
    """A copy goes as long as the one that stays says all that is kept, word for word; a near one that does not stays."""
    body = "\n".join(f"{number}，{ZH}{OTHER}" for number in range(6))
    docs = [
        f"{body}\n责任编辑：张三\n",
        f"{body}\n责任编辑：张三\n",
        f"{body}\n责任编辑：李四\n",
        f"{body}\n没有编辑\n",
    ]
    plant(tmp_path, {"clean.toml": SETTINGS, **{f"in/{number}.txt": text for number, text in enumerate(docs)}})
    clean("run", "in", "-o", "out", "--unit", "document")
    assert [name[-5:] for name in tree(tmp_path / "out/corpus")] == ["0.txt", "2.txt"]
    assert "held back: kept by patterns.credits" in clean("audit", "out", "show", "2").stdout
    clean("run", "in", "-o", "all", "--unit", "document", "--without", "patterns")
    assert [name[-5:] for name in tree(tmp_path / "all/corpus")] == ["0.txt"]


def test_splice_takes_out_no_piece_that_is_kept(clean: Clean, tmp_path: Path) -> None:
    seed = Path(__file__).parent.parent / "seeds" / "003_668a7cd0f9e5d5aa.txt"
    raw = seed.read_text(encoding="utf-8")
    kept = cleaner.clean(raw, keep=[{"name": "fair", "text": "打造“六位一体”帮扶模式"}])
    assert "打造“六位一体”帮扶模式" in kept.text
    assert "打造“六位一体”帮扶模式" not in cleaner.clean(raw).text
    held = [one for one in kept.findings if one.evidence.get("held_back") == "kept by patterns.fair"]
    assert [one.rule.partition(".")[0] for one in held] == ["splice"]
