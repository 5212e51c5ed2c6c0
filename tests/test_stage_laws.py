"""What holds for every stage on any text, for the characters of `layout` and for the calls that rules may not make."""

import ast
import pickle
import re
import subprocess
import sys
import time
import unicodedata
from hashlib import sha256
from pathlib import Path

import ftfy.badness
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cleaner.document import Document
from cleaner.forms import Kind, form_of
from cleaner.pipeline import Pipeline
from cleaner.stages import compat, compose, script
from cleaner.stages.mojibake import CORE
from cleaner.stages.order import LAYOUT, ORDER, stage_class
from cleaner.text import chars
from cleaner.text.errors import ConfigError

ROOT = Path(__file__).parent.parent
SEEDS = {  # characters after normalisation, worked out by hand for the design
    "000_9adb816972964a7a.txt": "305d14d52a4100df",
    "001_b141859fa34bbaf2.txt": "c5aba3cc8481db06",
    "002_f209398f82e8fb85.txt": "d5d7e8dc759f3fbf",
    "003_668a7cd0f9e5d5aa.txt": "e20e15ff6365cbb7",
    "004_7f7ee579c182aca9.txt": "0a782661ce6542ab",
}
PIECES = [
    *["正文", "今年", "a", "def", "é", "カ", "한", "ก", "ക", "א", "م", "ᠮ", "１", "Ａ", "．", "％", "：", "＋", "＃", "⼈", "⺮", "ﬁ"],
    *["ｶ", "ﾞ", "ﾟ", "\u0301", "\u0323", "\u3099", "\u1112", "\u1161", "\u11ab", "\uf9b5", "\u0958", "\u2126", "e"],
    *["\n", "\n\n", "\r\n", "\r", "\f", "\x0b", "\x85", "\u2028", " ", "  ", "\t", "　", "\xa0", "\u202f", "\u2003", "\ue5e5"],
    *["\x00", "\x1b[31m", "\x1b", "\u200b", "\u200c", "\u200d", "\xad", "\ufeff", "\u200e", "\u202e", "\U000e0041"],
    *["😀", "🏴", "\U000e0067\U000e0062\U000e0065\U000e007f", "\ufe0f", "\u3164", "\u2800", "\ue001", "\ufdd0", "\ufffd"],
    *["ä½\xa0å¥½", "Ã©", "ÖÐ¹úÈËÃñ", "锟斤拷", "烫烫烫", "\udcff", "\udce4", "\ud800", "&amp;", "<b>", "# ", "=", ",", "，", "(", ")"],
]  # fmt: skip
dirty = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)
layout = Pipeline(tuple(stage_class(name)() for name in ORDER if name in LAYOUT))
TO_IDEOGRAPH = str.maketrans(compat.RADICALS)


def letters(text: str) -> str:
    """The letters and digits of a text, whatever their width, shape and accents."""
    apart = unicodedata.normalize("NFKD", text.translate(TO_IDEOGRAPH))
    return "".join(char for char in apart if char.isalnum())


@pytest.mark.parametrize("name", ORDER)
@given(raw=dirty)
def test_laws_of_every_stage(name: str, raw: str) -> None:
    stage = stage_class(name)()
    found = list(stage(Document.of(raw)))
    doc = Document.of(raw).revise(found)
    assert doc.change.apply(raw) == doc.text  # the change tells the truth
    assert doc.change.invert(raw).apply(doc.text) == raw  # nothing is lost
    assert all(0 <= f.start <= f.end <= len(raw) for f in doc.findings)
    assert all(f.start <= e.start <= e.end <= f.end for f in doc.findings for e in f.edits)
    assert {f.rule for f in doc.findings} <= set(stage.rules)
    assert all(raw[e.start : e.end] != e.text for f in found if not f.flag for e in f.where)  # no edit does nothing


@given(raw=dirty)
def test_a_second_run_finds_nothing_more(raw: str) -> None:
    pipeline = Pipeline.default()
    once = pipeline(raw)
    again = pipeline(once.text)
    assert again.text == once.text
    assert not any(finding.applied for finding in again.findings)
    assert not any(finding.rule.startswith("error.") for finding in once.findings)


@pytest.mark.parametrize("name", sorted(LAYOUT - {"mojibake"}))
@given(raw=dirty)
def test_layout_takes_no_letter(name: str, raw: str) -> None:
    raw = re.sub("[\ud800-\udfff]|\x1b.31m", "", raw)  # bytes may be halves of letters, an escape goes with its letters
    assert letters(Document.of(raw).revise(stage_class(name)()(Document.of(raw))).text) == letters(raw)


@given(raw=dirty)
def test_mojibake_leaves_sound_lines_alone(raw: str) -> None:
    sound = CORE.sub("", raw)
    assert all(finding.flag for finding in stage_class("mojibake")()(Document.of(sound)))


@given(raw=dirty)
def test_the_result_is_composed_and_well_spaced(raw: str) -> None:
    """In prose; elsewhere spaces carry meaning, and in code every character does."""
    text = layout(raw).text
    form = form_of(text)
    for line, kind in zip(text.split("\n"), form.kinds, strict=True):
        assert kind is Kind.FIXED or unicodedata.is_normalized("NFC", line)
        assert kind is Kind.FIXED or not re.search("[\r\x0b\x85\u2028\u2029\ud800-\udfff]", line)
        if kind is Kind.PROSE and "\t" not in line.strip() and not line.startswith("     "):
            assert not re.search("[\u3000\xa0\ue5e5]| $|\t$|[^ ] {2}[^ ]", line)
    assert Kind.FIXED in form.kinds or "\n\n\n" not in text
    assert text == "" or (not text.endswith("\n\n") and text[0] != "\n") or Kind.FIXED in form.kinds


@given(st.text(st.sampled_from("一Ａa。　 \n"), max_size=12))
def test_a_text_keeps_its_end(raw: str) -> None:
    last = raw.rstrip(" 　")[-1:]  # what the text ends in, whatever stands behind it in its last line
    done = layout(raw).text
    assume(
        not {Kind.FIXED, Kind.MARK} & {*form_of(raw).kinds, *form_of(done).kinds}
    )  # where a space may be one of many
    assert done[-1:] == (
        unicodedata.normalize("NFKC", last) if raw.strip() and last != "。" else last * bool(raw.strip())
    )


@given(
    st.text(
        st.sampled_from("eo가ᄀ\u1161\u11abか\u3099\u0301\u0323\u0958\u0344\u2126\uf9b5\U0001d15e\u09c7\u09be\n x"),
        max_size=20,
    )
)
def test_nfc_by_segments_is_nfc_of_the_whole(text: str) -> None:
    composed = Document.of(text).revise(stage_class("compose")()(Document.of(text))).text
    assert composed == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize("name", ORDER)
def test_a_stage_is_a_few_bytes(name: str) -> None:
    stage = stage_class(name)()
    assert len(pickle.dumps(stage)) < 500
    assert pickle.loads(pickle.dumps(stage)) == stage


@pytest.mark.parametrize("name", SEEDS)
def test_the_seeds_normalised(name: str) -> None:
    raw = (ROOT / "seeds" / name).read_bytes().decode("utf-8")
    text = layout(raw).text
    assert sha256((text.removesuffix("\n") + "\n").encode()).hexdigest()[:16] == SEEDS[name]


HOSTILE = [
    "\r",
    "\n",
    " ",
    " \t",
    "　a",
    "⼈",
    "ﬁ",
    "ｱﾟ",
    "ｱ",
    "\uf900",
    "\ud800",
    "\udcff",
    "＠ａ",
    "Ａa",
    "e\u0301\u0323",
    "\u0301\u0323",
]
HOSTILE += [
    "\x1b[",
    "\u200b",
    "\u2800",
    "\u202e",
    "\U000e0041",
    "&amp;",
    "[a](",
    "<a",
    "中,(",
    "Ã©",
    "\x80",
    "ÖÐ",
    "烫",
    "🏴\U000e0067",
]


@pytest.mark.parametrize("unit", HOSTILE, ids=ascii)
def test_no_text_takes_more_than_linear_time(unit: str) -> None:
    """Quadratic work would take minutes here; the limit leaves room for a slow machine."""
    stages = tuple(stage_class(name)() for name in ORDER if name not in ("splice", "rejoin"))
    start = time.perf_counter()
    doc = Pipeline(stages)("a" + unit * (300_000 // len(unit)) + "b")
    assert time.perf_counter() - start < 6
    assert not any(finding.rule.startswith("error.") for finding in doc.findings)


def test_clean_text_needs_neither_ftfy_nor_opencc() -> None:
    code = (
        "import sys; from cleaner.pipeline import Pipeline; from cleaner.stages.order import LAYOUT, ORDER, stage_class\n"
        "Pipeline(tuple(stage_class(name)() for name in LAYOUT))('“今年”以来，café 与 Привет：±5℃。\\n')\n"
        "print(*{'ftfy', 'opencc', 'numpy'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-X", "utf8", "-c", code], capture_output=True, check=True)
    assert done.stdout.split() == []


def test_a_stage_that_is_off_is_not_loaded() -> None:
    code = (
        "import sys; from cleaner.config import config_of; from cleaner.stages.order import ORDER\n"
        "config_of({**dict.fromkeys(ORDER, False), 'width': True, 'dedup': {'units': 'document'}}).toml()\n"
        "print(*(name for name in ORDER if f'cleaner.stages.{name}' in sys.modules), 'numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-X", "utf8", "-c", code], capture_output=True, check=True)
    assert done.stdout.split() == [b"width", b"False"]


def test_core_is_what_ftfy_needs_to_see() -> None:
    idle = {"common", "start_punctuation", "end_punctuation"}
    active = "".join(piece for kind, piece in ftfy.badness.MOJIBAKE_CATEGORIES.items() if kind not in idle)
    theirs = {char for char in map(chr, range(0x110000)) if re.match(f"[{active}]", char)}
    ours = {char for char in map(chr, range(0x110000)) if CORE.match(char)}
    assert ours == theirs
    assert len(ours) == 421


def test_radicals_become_ideographs_that_look_plausible() -> None:
    assert len(compat.RADICALS) == 214 + 99
    assert all(len(to) == 1 and "\u4e00" <= to <= "\u9fff" for to in compat.RADICALS.values())
    kangxi = {char: to for char, to in compat.RADICALS.items() if char >= "\u2f00"}
    assert len(set(kangxi.values())) == 214
    assert kangxi["\u2f08"] == "人"
    for char, to in compat.RADICALS.items():  # what Unicode itself says where it says anything
        assert unicodedata.normalize("NFKC", char) in (char, to)
    named = {
        "⺅": "亻",
        "⺡": "氵",
        "⺾": "艹",
        "⻌": "辶",
        "⻏": "邑",
        "⻔": "门",
        "⻢": "马",
        "⻥": "鱼",
        "⻳": "龟",
        "⺠": "民",
    }
    assert named.items() <= compat.RADICALS.items()
    assert len(compat.RADICALS_KEPT) == 16


def test_the_composing_characters_are_all_known() -> None:
    """NFC is cut in front of a character only if nothing composes across; new versions of Unicode add such characters."""
    for code in range(0x110000):
        parts = unicodedata.decomposition(chr(code)).split()
        if len(parts) == 2 and parts[0][0] != "<":
            pair = "".join(chr(int(part, 16)) for part in parts)
            if unicodedata.normalize("NFC", pair) == chr(code):
                assert compose.continuing().fullmatch(pair), hex(code)
        if not 0xD800 <= code < 0xE000 and not unicodedata.is_normalized("NFC", chr(code)):
            assert re.fullmatch(f"[{compose.CHANGED_ALONE}]", chr(code)), hex(code)


def test_one_sided_characters() -> None:
    traditional, simplified, japanese = script.one_sided()
    assert [len(kind) for kind in (traditional, simplified, japanese)] == [3198, 3801, 297]
    assert not traditional & simplified
    assert "后" not in traditional | simplified  # a word of both
    assert {"漢", "個"} <= traditional
    assert {"汉", "个"} <= simplified
    assert {"図", "込"} <= japanese


@pytest.mark.parametrize("name", SEEDS)
def test_the_seeds_are_simplified(name: str) -> None:
    read = script.script_of((ROOT / "seeds" / name).read_bytes().decode("utf-8"))
    assert (read.label, read.traditional) == ("zh-Hans", 0)
    assert 669 <= read.simplified <= 1693


def test_conversion_without_opencc_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cleaner.stages.script.find_spec", lambda name: None)
    with pytest.raises(ConfigError, match="needs the package opencc; pip install opencc"):
        stage_class("script")(variant="zh-Hans")
    stage_class("script")()  # off: not needed


def test_a_lone_surrogate_becomes_a_replacement() -> None:
    assert layout("中\ud83d\ud800文\udce4\udcb8文").text == "中\ufffd\ufffd文\ufffd文"


@pytest.mark.parametrize(
    "table", [chars.SPACES, chars.BREAKS, chars.NEVER_NEEDED, chars.CONTROLS, chars.JOIN, chars.EMOJI], ids=str
)
def test_every_entry_of_a_table_has_a_reason(table: dict[str, str]) -> None:
    assert all(re.compile(f"[{piece}]") and reason for piece, reason in table.items())


RULES = sorted(path for room in ("stages", "text") for path in (ROOT / "cleaner" / room).rglob("*.py"))
FORBIDDEN = {
    "splitlines": "also cuts at U+001C-001E and U+0085",
    "isdigit": "takes ² and ① for digits",
}
BARE = {"strip", "lstrip", "rstrip"}  # without a set they take U+001C and leave U+200B
NORMALISE = {"compat.py", "compose.py"}  # behind a guard against long runs of marks


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.relative_to(ROOT / "cleaner").as_posix())
def test_forbidden_calls(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    assert not [(node.attr, node.lineno) for node in names if node.attr in FORBIDDEN]
    assert not [node.lineno for node in names if node.attr == "normalize"] or path.name in NORMALISE
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    assert not [node.lineno for node in calls if node.func.attr in BARE and not node.args]  # type: ignore[attr-defined]
    strings = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    assert not [node.lineno for node in strings if re.search(r"\\[swdSWD]", str(node.value))], "write the set out"
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    assert not [node.lineno for node in imports if "difflib" in ast.unparse(node)]
