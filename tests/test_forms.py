"""What kind of text a line belongs to: the table of cases, laws, hostile texts."""

import json
import sys
import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cleaner
from cleaner.forms import Kind, form_of, format_named
from tests.conftest import Clean

LONG = "The ferry left the inner harbour a quarter of an hour late, because two of the lorries stood on the wrong side."
TABLE = tomllib.loads((Path(__file__).parent.parent / "fixtures" / "forms.toml").read_text(encoding="utf-8"))
CASES = [(kind, case) for kind, cases in TABLE.items() for case in cases]


def spelled(kinds: str) -> list[str]:
    """One word a line, from `heading . prose*3`."""
    words = (word.partition("*") for word in kinds.split())
    return [kind for kind, _, times in words for _ in range(int(times or 1))]


@pytest.mark.parametrize(("kind", "case"), CASES, ids=lambda own: own if isinstance(own, str) else own["label"])
def test_every_line_has_its_kind(kind: str, case: dict[str, Any]) -> None:
    text = case["text"].removesuffix("\n")
    form = form_of(text, case.get("format"))
    assert [str(own or ".") for own in form.kinds] == spelled(case["kinds"])


def test_eight_cases_a_kind() -> None:
    assert {kind: len(cases) >= 8 for kind, cases in TABLE.items()} == dict.fromkeys(
        ("prose", "wrapped", "heading", "lines", "quotation", "fixed", "mark"), True
    )


def test_the_face_of_the_package_gives_it() -> None:
    assert cleaner.form(f"- {LONG}\n- {LONG}").kinds == (Kind.LINES, Kind.LINES)
    assert isinstance(cleaner.form(LONG), cleaner.Form)


def test_the_name_of_a_file_tells_its_format() -> None:
    names = {
        "a.md": "markdown",
        "A.MARKDOWN": "markdown",
        "a.mdx": "markdown",
        "a.rst": "rst",
        "a.srt": "cues",
        "a.vtt": "cues",
    }
    assert {name: format_named(name) for name in names} == names
    assert format_named("a.txt") is None
    assert format_named("md") is None


def test_answers_by_offset() -> None:
    text = f"Title\n\n{LONG}\n\n- oats\n- salt"
    form = form_of(text)
    assert [form.kind_at(at) for at in (0, 6, 7, len(text))] == [Kind.HEADING, None, Kind.PROSE, Kind.LINES]
    assert form.line_at(7) == 2
    assert (block := form.block_at(text.index("salt"))) is not None
    assert text[block.start : block.end] == "- oats\n- salt"
    assert form.block_at(6) is None


def test_plain_prose_says_so_at_once() -> None:
    form = form_of(f"{LONG}\n\n{LONG}\n")
    assert form.all_prose
    assert form.kinds == (Kind.PROSE, None, Kind.PROSE, None)
    assert [(block.first, block.last) for block in form.blocks] == [(0, 1), (2, 3)]


WRAPPED = """\
The ferry left the inner harbour a quarter of
an hour late, because two of the lorries had
been loaded on the wrong side of the lower
deck, and nobody knew who had put them there.
The mate would not hear of sailing with a list
while the heavy fog was down over the break-
water and the pilot had not come aboard.
"""


def test_a_wrapped_block_is_one_text() -> None:
    form = form_of(WRAPPED)
    (block,) = form.blocks
    joined = form.joined.apply(WRAPPED)
    assert joined == WRAPPED.strip("\n").replace("-\n", "-").replace("\n", " ") + "\n"
    assert [one.sure for one in block.breaks] == [
        True,
        True,
        True,
        False,
        True,
        False,
    ]  # after a full stop; at a hyphen
    back = form.joined.mapper(back=True)
    for words, there in (("late, because", "late, because"), ("quarter of an", "quarter of\nan")):
        start = joined.index(words)
        assert WRAPPED[slice(*back(start, start + len(words)))] == there


PIECES = [
    "正文到此为止。", "江边的渔民天不亮就出门了，他们把昨夜补好的网一层一层叠在船头，又把装满淡水的木桶搬到舱里。", "标题", "第一条　总则",
    LONG, "Short line", "- item", "1. item", "A. one", "B. two", "> quoted", "```", "~~~", "| a | b |", "| --- | --- |", "# Head",
    "====", "----", "+--+", "def f(x):", "    return x", "key: value", "  nested: 1", "问：好吗？", "答：好。", "记者：好。", "a\tb",
    "one   two", ".. note::", "text::", "00:01.000 --> 00:02.000", "12", "- 13 -", "<div>", "</div>", "<!-- a", "-->", "{", "}", "a,b,c",
    "the quick brown fox jumps over the lazy dog and then", "walks back to the place it came from without a", "   ", "\t", "", "", "", "\u3000\u3000",
]  # fmt: skip
texts = st.lists(st.sampled_from(PIECES), max_size=24).map("\n".join)
formats = st.sampled_from([None, "", "markdown", "rst", "cues"])


@given(text=texts, format=formats)
def test_blocks_tile_the_text(text: str, format: str | None) -> None:
    form = form_of(text, format)
    at = 0
    for block in form.blocks:
        assert block.start >= at
        assert not text[at : block.start].strip()
        assert block.first < block.last
        assert text[: block.start].count("\n") == block.first
        assert text[block.start : block.end].count("\n") == block.last - block.first - 1
        assert text[block.start : block.end].strip()
        assert not block.breaks or len(block.breaks) == block.last - block.first - 1
        assert not block.breaks or block.kind is Kind.WRAPPED
        at = block.end
    assert not text[at:].strip()
    assert len(form.kinds) == text.count("\n") + 1
    assert form.all_prose == (set(form.kinds) <= {Kind.PROSE, None})


@given(text=texts, format=formats)
def test_one_text_has_one_form(text: str, format: str | None) -> None:
    assert form_of(text, format) == form_of(text, format)
    assert form_of(text.replace("\n", "\r\n"), format).kinds == form_of(text, format).kinds
    assert form_of(f"{text}\r\n", format).kinds[:-1] == form_of(f"{text}\n", format).kinds[:-1]


@given(text=st.one_of(texts, st.text(st.sampled_from("ab.,- 字。，\n\t|#>`"), max_size=300), st.text(max_size=200)))
def test_joined_text_leads_back(text: str) -> None:
    form = form_of(text)
    joined = form.joined.apply(text)
    assert form.joined.invert(text).apply(joined) == text
    assert "".join(joined.split()) == "".join(text.split())  # only blanks go, and come
    assert form.joined.edits == () or Kind.WRAPPED in form.kinds


def steps(text: str) -> int:
    """Lines of Python of ours that run for a text."""
    count = 0

    def watch(frame: FrameType, event: str, _: object) -> Any:
        nonlocal count
        count += 1
        return watch if "/cleaner/forms/" in frame.f_code.co_filename else None

    sys.settrace(watch)
    try:
        form_of(text).blocks  # noqa: B018  # what is asked for is made
    finally:
        sys.settrace(None)
    return count


HOSTILE: dict[str, Callable[[int], str]] = {
    "one-letter lines": lambda n: "a\n" * n,
    "blank lines": lambda n: "a" + "\n" * n + "b",
    "fences that never close": lambda n: "".join(f"{'`' * (3 + at % 14)}x\n" for at in range(n)),
    "fences in fences": lambda n: "".join(f"{'`' * (9 - at % 7)}\n" for at in range(n)),
    "tables of one column": lambda n: "| a |\n" * n,
    "a kind a line": lambda n: "".join(f"{PIECES[at % len(PIECES)]}\n" for at in range(n)),
    "tabs and spaces": lambda n: "".join(f"{' ' * (at % 5)}{chr(9) * (at % 3)}a b\n" for at in range(n)),
    "comments that never close": lambda n: "<!-- a\n\n" * n,
    "indented behind blanks": lambda n: "# A\n\n[a](b)\n\n" + "    a\n\n\n" * n,
    "borders of tables": lambda n: "=== ===\n" * n,
    "titles between rules": lambda n: "====\nTitle\n====\n" * n,
    "items that go deeper": lambda n: "".join(f"{' ' * (at % 400)}- a\n" for at in range(n)),
    "wrapped": lambda n: "and then the quick brown fox went back to the\n" * n,
    "letters of items": lambda n: "A. a\nB. b\n" * n,
    "speakers": lambda n: "".join(f"n{at}: yes\n" for at in range(n)),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_twice_the_lines_take_twice_the_steps(name: str) -> None:
    one, two = steps(HOSTILE[name](400)), steps(HOSTILE[name](800))
    assert two < 2.3 * one


@pytest.mark.parametrize(
    "line",
    ["a", "a ", "- ", "(", "[", "`", "$", "|", "a|", "= ", "字", "字，", "。", "  a", "\t", "A. ", "A.B.", "\u3000字", "__", "<a ", "a: ", "{;", "#", "* * ", "=> "],
)  # fmt: skip
def test_one_long_line_takes_its_length(line: str) -> None:
    def seconds(size: int) -> float:
        text = line * (size // len(line))
        best = 9e9
        for _ in range(3):
            before = time.process_time()
            form_of(text)
            best = min(best, time.process_time() - before)
        return best

    assert seconds(800_000) < 4 * seconds(200_000) * 2 + 0.05


def test_audit_shows_the_kind_of_every_line(clean: Clean, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(f"# Ferries\n\n{LONG}\n\n- oats\n- salt\n", encoding="utf-8")
    clean("run", "a.md")
    said = [line.split() for line in clean("audit", "cleaned", "forms", "a").stdout.split("\n")]
    assert said[1][:3] == ["1", "heading", "sign"]
    assert said[3][:4] == ["3", "prose", "│", "The"]
    assert said[5] == ["5", "lines", "list", "│", "-", "oats"]
    assert said[6] == ["6", "│", "-", "salt"]
    content = json.loads(clean("audit", "cleaned", "forms", "a", "--json").stdout)
    assert [(block["kind"], block["lines"]) for block in content["blocks"]] == [
        ("heading", [1, 1]),
        ("prose", [3, 3]),
        ("lines", [5, 6]),
    ]
    clean("audit", "cleaned", "forms", code=2)
