"""Characters that nobody sees: controls, terminal escapes, joiners, direction marks, tags, bytes that were no text.

Removes what no script needs, keeps what spelling and emoji need, flags what may carry a meaning that we do not know.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import ClassVar, Literal

from cleaner.document import Certainty, Document, Finding
from cleaner.text import chars
from cleaner.text.change import Edit, places
from cleaner.text.chars import members, ranges
from cleaner.text.signs import Signs

ANY_CONTROL = re.compile(f"[{members(chars.CONTROLS)}]")
# An escape goes whole or [31m stays behind.
CONTROL = re.compile(f"\x1b\\[[0-?]*[ -/]*[@-~]|[{members(chars.CONTROLS)}]")
SURROGATES = re.compile(f"[{chars.SURROGATES}]+")
SURROGATE = re.compile(f"[{chars.UNDECODED}]+|[{chars.SURROGATES}]")
NEVER_NEEDED = re.compile(f"[{members(chars.NEVER_NEEDED)}]")
JOINERS = "\u200b\u200c\u200d"
# A joiner is kept for what stands BEFORE it. A rule that looked at both sides would spoil 190 of 845 lines of Malayalam.
LOOSE_JOINER = re.compile(
    f"\u200b(?<![{members(chars.JOIN)}]\u200b)"
    f"|\u200c(?<![{members(chars.JOIN)}\u200d]\u200c)"
    f"|\u200d(?<![{members(chars.JOIN)}{members(chars.EMOJI)}\u200c]\u200d)"
)
INVISIBLE = re.compile(f"[{members(chars.NEVER_NEEDED)}{JOINERS}]")
BIDI = re.compile(f"[{members(chars.BIDI)}]")
OVERRIDE = re.compile(f"[{members(chars.OVERRIDES)}]")
ANY_BIDI = re.compile(f"[{members(chars.BIDI)}{members(chars.OVERRIDES)}]")
RTL = re.compile(f"[{members(chars.RTL)}]")
LINE = re.compile(r"[^\n]+")
REGION_FLAG = "\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f"  # 🏴 and its region: Wales, Texas
TAG = re.compile(f"{REGION_FLAG}|([{members(chars.TAGS)}]+)")
VARIATION = re.compile(f"[{members(chars.VARIATION_SELECTORS)}]")
PRIVATE = re.compile(f"[{members(chars.PRIVATE)}]+")
BLANK_LETTER = re.compile(
    "|".join(f"{char}(?<![{home}{char}]{char}){char}*+(?![{home}])" for char, (home, _) in chars.BLANK_LETTERS.items())
)
OBJECT = "\ufffc"  # the one of NEVER_NEEDED that Unicode takes for a symbol
SHOWN = 200  # characters of hidden text that the evidence quotes


@dataclass(frozen=True, slots=True)
class Controls:
    """Remove invisible characters that no script needs; keep those that spell; flag those that may mean something.

    They come from terminals and databases, from editors of web pages, from word processors, and from people who hide
    text. A word with a zero-width space in it is another word to every rule and every model.

    controls   C0 and C1 controls, and terminal escapes
    invisible  "safe": joiners stay where Thai, Persian, Indic scripts and emoji need them; "all": they go everywhere
    bidi       "safe": direction marks stay in lines with right-to-left letters; "strip": they go everywhere
    vs         variation selectors, which choose glyphs of names and styles of emoji
    pua        characters of private use, whose meaning only their author's font knows

    >>> [(f.rule, f.count) for f in Controls()(Document.of("\\x1b[31m红\\x1b[0m\\u200b字\\ufeff"))]
    [('controls.ansi', 2), ('controls.invisible', 2)]
    >>> for raw in ("\\x00", "\\udcff", "\\u200e", "\\u202e", "\\U000e0041", "\\ue001", "\\ufdd0", "\\u3164"):
    ...     print(*(f.rule for f in Controls()(Document.of(raw))))
    controls.control
    controls.surrogate
    controls.bidi
    controls.bidi-override
    controls.tag
    controls.private
    controls.unassigned
    controls.blank-letter
    >>> [f.rule for f in Controls(vs="drop")(Document.of("字\\ufe00"))]
    ['controls.variation']
    """

    controls: Literal["drop", "keep"] = "drop"
    invisible: Literal["safe", "keep", "all"] = "safe"
    bidi: Literal["safe", "keep", "strip"] = "safe"
    vs: Literal["keep", "drop"] = "keep"
    pua: Literal["keep", "drop"] = "keep"
    name: ClassVar[str] = "controls"
    rules: ClassVar[Mapping[str, str]] = {
        "controls.ansi": "removes terminal escapes (colours, cursor moves), whole",
        "controls.control": "removes C0 and C1 controls; TAB and LF stay",
        "controls.surrogate": "turns bytes that were not UTF-8, and lone surrogates, into U+FFFD",
        "controls.invisible": "removes soft hyphens, byte order marks, zero-width characters where no script needs them",
        "controls.bidi": "removes direction marks from lines without right-to-left letters",
        "controls.bidi-override": "removes direction overrides, which show text in another order than it is stored in",
        "controls.tag": "removes invisible tag characters, except in flags of regions; quotes what they hid",
        "controls.variation": "removes variation selectors, with vs = 'drop'",
        "controls.private": "flags characters of private use; with pua = 'drop' removes them",
        "controls.unassigned": "flags noncharacters and code points that Unicode has not assigned",
        "controls.blank-letter": "flags letters that are drawn blank, outside their own script",
    }

    @property
    def wakes(self) -> Signs:
        """Anything that one of the rules looks for, and all of the upper planes, where much of it lies."""
        return Signs(((_hidden() + (members(chars.VARIATION_SELECTORS) if self.vs == "drop" else ""),),))

    def __call__(self, doc: Document) -> Iterator[Finding]:
        text = doc.text
        present = set((ANY_CONTROL if text.isascii() else _anything()).findall(text))
        kinds = {unicodedata.category(char) for char in present}
        if self.controls == "drop" and "Cc" in kinds:
            yield from _controls(text)
        if "Cs" in kinds:
            yield from _surrogates(text)
        if "Cf" in kinds or OBJECT in present:
            yield from self._joiners(text)
            yield from self._directions(text)
            yield from _tags(text)
        if self.vs == "drop":
            yield from Finding.bulk("controls.variation", places(VARIATION, text))
        if "Co" in kinds:
            yield from self._private(text)
        if "Cn" in kinds:
            odd = "".join(sorted(char for char in present if unicodedata.category(char) == "Cn"))
            yield from Finding.flags("controls.unassigned", places(re.compile(f"[{odd}]+"), text))
        if present & chars.BLANK_LETTERS.keys():
            yield from Finding.flags("controls.blank-letter", places(BLANK_LETTER, text))

    def _joiners(self, text: str) -> Iterator[Finding]:
        """Soft hyphens, marks and anchors; zero-width characters by what stands before them."""
        if self.invisible == "keep" or not INVISIBLE.search(text):
            return
        edits = places(NEVER_NEEDED, text)
        edits += places(LOOSE_JOINER if self.invisible == "safe" else re.compile(f"[{JOINERS}]"), text)
        yield from Finding.bulk("controls.invisible", edits)

    def _directions(self, text: str) -> Iterator[Finding]:
        """Marks by line; overrides always, since no writing needs them."""
        if self.bidi == "keep" or not ANY_BIDI.search(text):
            return
        marks: list[Edit] = []
        for line in LINE.finditer(text):
            if BIDI.search(line[0]) and (self.bidi == "strip" or not RTL.search(line[0])):
                marks += places(BIDI, line[0], line.start())
        yield from Finding.bulk("controls.bidi", marks)
        overrides = places(OVERRIDE, text)
        evidence = {"flag": "the text was shown in another order", "count": len(overrides)}
        yield from Finding.bulk("controls.bidi-override", overrides, evidence=evidence)

    def _private(self, text: str) -> Iterator[Finding]:
        """What stays by default, since removing it may lose a meaning."""
        if self.pua == "drop":
            yield from Finding.bulk("controls.private", places(PRIVATE, text), Certainty.LIKELY)
        else:
            yield from Finding.flags("controls.private", places(PRIVATE, text))


@cache
def _anything() -> re.Pattern[str]:
    """One search for all of this stage: a text without any of these passes at the speed of a plain class."""
    return re.compile(f"[{_hidden()}]")


@cache
def _hidden() -> str:
    """The inside of a regex class: what the stage removes or flags by default."""
    basic = (chars.CONTROLS, chars.NEVER_NEEDED, chars.BIDI, chars.OVERRIDES, chars.BLANK_LETTERS)
    tables = "".join(members(table) for table in basic)
    unassigned = ranges(code for code in range(0x10000) if unicodedata.category(chr(code)) == "Cn")
    return f"{tables}{JOINERS}\ue000-\ue5e4\ue5e6-\uf8ff{chars.SURROGATES}{unassigned}{chars.ASTRAL}"


def _controls(text: str) -> Iterator[Finding]:
    edits = places(CONTROL, text)
    yield from Finding.bulk("controls.ansi", [edit for edit in edits if edit.end - edit.start > 1])
    yield from Finding.bulk("controls.control", [edit for edit in edits if edit.end - edit.start == 1])


def _surrogates(text: str) -> Iterator[Finding]:
    """Bytes that were not UTF-8 ride along as lone surrogates; here each error becomes one U+FFFD, as the web counts them.

    >>> [f.edits for f in _surrogates(b"\\xe4\\xb8\\xad\\xff".decode("utf-8", "surrogateescape"))]
    [(Edit(start=1, end=2, text='�'),)]
    """
    hits = list(SURROGATES.finditer(text))
    edits = [Edit(*hit.span(), SURROGATE.sub(_replaced, hit[0])) for hit in hits]
    evidence = {"flag": "text was lost here", "count": sum(len(hit[0]) for hit in hits)}
    yield from Finding.bulk("controls.surrogate", edits, evidence=evidence)


def _replaced(run: re.Match[str]) -> str:
    try:
        return run[0].encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    except UnicodeEncodeError:  # half of a pair that no encoding holds
        return "\ufffd"


def _tags(text: str) -> Iterator[Finding]:
    """ASCII written in invisible characters: what it says is quoted, for it may be meant for a model."""
    spans = [hit.span(1) for hit in TAG.finditer(text) if hit[1]]
    tags = (char for span in spans for char in text[slice(*span)] if char > "\U000e001f")
    hidden = "".join(chr(ord(char) - 0xE0000) for char in tags)
    evidence = {"flag": "hidden text", "hidden": "".join(char for char in hidden if char.isprintable())[:SHOWN]}
    yield from Finding.bulk("controls.tag", [Edit(*span) for span in spans], evidence=evidence)
