"""Bytes to text and back: the table of named cases, and the laws that hold whatever the bytes are."""

import codecs
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.encoding import Decoded, decode, encode
from cleaner.encoding.decoded import bad_places, count_bad
from cleaner.encoding.plausible import common_hangul, common_kanji, frequent_han
from cleaner.text.errors import CleanerError, EncodingError, InputError

FIXTURE = Path(__file__).parent.parent / "fixtures" / "encoding.toml"
CASES = tomllib.loads(FIXTURE.read_bytes().decode())["case"]

UNIVERSAL = ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"]
LEGACY = ["gb18030", "big5", "big5hkscs", "cp932", "euc_jp", "cp949"]
SINGLE = ["cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "cp874", "koi8-r"]
OTHERS = [
    "utf-16",
    "utf-7",
    "hz",
    "iso2022_jp",
    "shift_jis",
    "johab",
    "euc_jis_2004",
    "shift_jisx0213",
    "latin-1",
    "cp037",
]
NAMES = [None, None, *UNIVERSAL, *LEGACY, *SINGLE, *OTHERS]

PROSE = "清晨的菜市场很热闹，摊主一边称菜，一边和熟客聊着家常。\n今天下了一场大雨，路上的行人都没有带伞。\n"
CHARS = st.sampled_from(
    "的一是不了人我在有他，。“”！？、：；《》　\nabc XYZ 019é繁體電腦カナかなхош한국어€\0\ufeff\ue5e5😀"
)
TEXT = st.lists(st.one_of(CHARS, st.characters(codec="utf-8"))).map("".join)
BYTES = st.one_of(
    st.binary(max_size=60),
    st.lists(st.sampled_from([b"\xd6\xd0", b"\xe4\xb8\xad", b"\xff", b"\0", b"\xa4\xa4", b"\x81", b"abc ", b"\n"])).map(
        b"".join
    ),
    st.tuples(
        st.sampled_from([b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\xff\xfe\0\0", b"\0\0\xfe\xff"]),
        st.binary(max_size=40),
    ).map(b"".join),
)


def written(case: dict[str, Any]) -> bytes:
    raw: str = case.get("raw", "")
    data = raw.encode(case.get("written", "utf-8")) + bytes.fromhex(case.get("bytes", ""))
    return data[: len(data) - case.get("cut", 0)]


def way_back(decoded: Decoded) -> bytes:
    return encode(decoded.text, decoded.encoding, decoded.bom, decoded.errors)


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_named_case(case: dict[str, Any]) -> None:
    data = written(case)
    if "error" in case:
        with pytest.raises(CleanerError) as caught:
            decode(data, case.get("user"))
        assert str(caught.value).startswith(case["error"])
        return
    decoded = decode(data, case.get("user"))
    assert (decoded.encoding, decoded.how) == (case["reads"], case["how"])
    assert decoded.bom == case.get("bom", False)
    assert decoded.exact == case.get("exact", True)
    assert list(decoded.flags) == case.get("flags", list(decoded.flags))
    assert decoded.text == case.get("text", decoded.text)
    if "bad" in case:
        assert [list(bad) for bad in decoded.bad] == case["bad"]
        assert decoded.bad_count == len(case["bad"])
    if decoded.exact:
        assert way_back(decoded) == data


@given(BYTES, st.sampled_from(NAMES))
def test_any_bytes_are_read_or_refused_with_a_reason(data: bytes, name: str | None) -> None:
    try:
        decoded = decode(data, name)
    except InputError as error:
        assert "\n" not in str(error)
        return
    assert codecs.lookup(decoded.encoding).name == decoded.encoding
    assert len(decoded.bad) == min(decoded.bad_count, 100)
    assert (decoded.bad_count > 0) == (decoded.errors != "strict") == ("encoding-damaged" in decoded.flags)
    for offset, raw in decoded.bad:
        assert data[offset:].startswith(bytes.fromhex(raw))
    try:
        assert (way_back(decoded) == data) == decoded.exact
    except EncodingError:
        assert not decoded.exact


@given(TEXT, st.sampled_from(UNIVERSAL + LEGACY + SINGLE))
def test_text_comes_back_exactly_from_the_encoding_it_was_written_in(text: str, encoding: str) -> None:
    data = text.encode(encoding, "ignore")
    decoded = decode(data, encoding)
    assert (decoded.exact, decoded.errors, decoded.how) == (True, "strict", "user")
    assert "\ufeff" * decoded.bom + decoded.text == data.decode(encoding)
    assert way_back(decoded) == data


@given(
    st.lists(st.sampled_from(["清晨的菜市场很热闹", "。", "，", "\n", " ", "2024", "abc"]), min_size=1).map("".join),
    st.sampled_from(UNIVERSAL + LEGACY),
)
def test_a_guess_is_exact_where_nothing_is_damaged(text: str, encoding: str) -> None:
    data = text.encode(encoding, "ignore")
    decoded = decode(data)
    assert (decoded.exact, decoded.bad_count) == (True, 0)
    assert way_back(decoded) == data


@given(st.sampled_from(["utf-8", "gb18030", "big5"]), st.data())
def test_damage_in_prose_never_changes_the_encoding_and_is_exact(encoding: str, data: st.DataObject) -> None:
    prose = "今天早上下了一場大雨，路上的行人都沒有帶傘。\n" if encoding == "big5" else PROSE
    raw = bytearray((prose * 8).encode(encoding))
    place = data.draw(st.integers(0, len(raw)))
    raw[place:place] = b"\xff"
    decoded = decode(bytes(raw))
    assert (decoded.encoding, decoded.exact) == (encoding, True)
    assert way_back(decoded) == raw


@given(st.binary(max_size=40), st.sampled_from(["gb18030", "big5", "utf-8"]))
def test_escaped_bytes_come_back_exactly(noise: bytes, encoding: str) -> None:
    raw = noise.replace(b"\0", b"") + ("今天早上下了一場大雨。\n" * 20).encode(encoding)
    text = raw.decode(encoding, "surrogateescape")
    if encode(text, encoding, errors="surrogateescape") != raw:
        assert encoding == "big5"  # four of its codes are twins
    try:
        decoded = decode(raw)
    except InputError:
        return
    assert not decoded.exact or way_back(decoded) == raw


@given(BYTES)
def test_places_of_utf8_are_the_errors_that_whatwg_counts(data: bytes) -> None:
    found = list(bad_places(data, data.decode("utf-8", "surrogateescape"), "utf-8"))
    assert len(found) == count_bad(data, "", "utf-8")
    for offset, raw in reversed(found):
        data = data[:offset] + data[offset + len(raw) // 2 :]
    data.decode()


def test_less_than_one_percent_of_bad_bytes_never_changes_the_encoding() -> None:
    clean = (PROSE * 40).encode()
    noisy = bytearray(clean)
    for place in range(100, len(noisy), 150):
        noisy[place] = 0xFF
    decoded = decode(bytes(noisy))
    assert (decoded.encoding, decoded.how, decoded.exact) == ("utf-8", "utf8-damaged", True)
    assert decoded.bad_count >= len(noisy) // 150
    assert len(decoded.bad) <= 100


def test_text_may_stand_behind_more_ascii_than_a_window_holds() -> None:
    data = b"x" * 200_000 + "本报讯，昨天上午召开会议，研究部署春季植树工作。".encode("gb18030") * 9_000
    assert decode(data).encoding == "gb18030"


def test_unfit_text_is_refused_on_the_way_back() -> None:
    with pytest.raises(EncodingError, match="character 1 cannot be written as cp1252"):
        encode("a中", "cp1252")


def test_tables_have_the_size_they_say() -> None:
    assert len(common_hangul()) == 2350
    assert len(common_kanji()) == 2965
    assert 2000 < len(frequent_han()) < 3000
    assert set("的一是這國说說") <= frequent_han()
