"""Text that was decoded with the wrong code page, and what is left of text that was. Uses ftfy for this one thing."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, ClassVar, Literal

from cleaner.document import Certainty, Document, Finding
from cleaner.text.change import Edit, common_start, places
from cleaner.text.signs import Signs

# Every test of ftfy 6.3 for mojibake needs at least one of these 421 characters: its table MOJIBAKE_CATEGORIES without
# the classes common, start_punctuation and end_punctuation. A line without them need not be shown to ftfy.
CORE_CHARS = (
    "\x80-\x9f\xa2-\xa8\xaa\xac\xaf-\xb3\xb5\xb6\xb8-\xba\xbc-\xbe\xc0-\xfc\u0100-\u0107\u010c-\u0113"
    "\u0116-\u011b\u011e\u011f\u0122\u0123\u012a\u012b\u012f\u0130\u0136\u0137\u0139-\u013e\u0141-\u0143\u0145"
    "\u0147\u014c\u0150\u0152\u0153\u0155\u0158\u015a\u015b\u015e-\u0162\u0164\u0165\u016a\u016e\u0170\u0172"
    "\u0178-\u017e\u0192\u02c6\u02c7\u02d8\u02db\u02dc\u0386\u0388-\u038a\u038c\u038e\u038f\u0391-\u03c9"
    "\u0401-\u045f\u0490\u0491\u2020\u2021\u2030\u2044\u20a7\u20ac\u2116\u2202\u2206\u220f\u2211\u221a\u221e"
    "\u2229\u222b\u2248\u2260\u2261\u2264\u2265\u2310\u2502\u250c\u2510\u2518\u251c\u2524\u252c\u253c"
    "\u2550-\u256c\u2580\u2584\u2588\u258c\u2590-\u2593\u25ca\ufb01\ufb02\ufffd"
)

_CP1252 = bytes(range(0x80, 0xA0)).decode("cp1252", "ignore")  # € ‚ ƒ „ …: what Windows shows for 0x80-0x9F
# The first two bytes of a character in UTF-8, read one by one: as Latin-1, as Greek or as Cyrillic.
LEAD_AND_NEXT = "\xc2-\xf4\u0391-\u03c9\u0410-\u044f", f"\x80-\xbf{_CP1252}"
PAIR = re.compile("[{}][{}]".format(*LEAD_AND_NEXT))
UNMISTAKABLE = re.compile("[ÂÃâï]")  # leads of Latin-1 letters and of U+2000-2FFF and U+F000-FFFF: one pair is enough
ACCENTS = re.compile("[\xc0-\xff]{2}")  # a good repair leaves no two of them side by side
HIGH_BYTES = "\xa1-\xff"
HIGH = re.compile(f"[{HIGH_BYTES}]")
GBK_RUN = re.compile(f"[{HIGH_BYTES}]{{4,}}")  # two characters of GBK at least, read as Latin-1
FOREIGN_RUN = re.compile("[\x80-\U0010ffff]+")
PLAUSIBLE = 0.6  # share of common characters; Chinese that was read rightly has about 0.98

# A character of U+3000-9FFF, read as Latin-1. Not after a letter: « café » with no-break spaces is no 頻.
REST = re.compile("[\xe3-\xe9](?<![A-Za-z\xc0-\xff].)[\x80-\xbf]{2}")

FILLERS = {  # damage that cannot be undone: the bytes are gone
    "锟斤拷": "two U+FFFD written in UTF-8 and read as GBK",
    "烫烫烫": "stack memory of a debug build, CC CC CC, read as GBK",
    "屯屯屯": "heap memory of a debug build, CD CD CD, read as GBK",
}
FILLER_RUN = re.compile("(?:锟斤拷)+|烫{3,}|屯{3,}")

CORE = re.compile(f"[{CORE_CHARS}]")
ANYTHING = re.compile(f"[{CORE_CHARS}{''.join(filler[0] for filler in FILLERS)}]")
LINE = re.compile(r"[^\r\n]+")  # U+0085 and U+2028 are no line ends here: they may be payload, 全 is E5 85 A8
LOST = re.compile("\ufffd+")
FTFY_OFF = (  # its defaults would rewrite Chinese punctuation, so each is named
    "unescape_html remove_terminal_escapes restore_byte_a0 replace_lossy_sequences fix_c1_controls fix_latin_ligatures "
    "fix_character_width uncurl_quotes fix_line_breaks fix_surrogates remove_control_chars"
)
NEVER_NEW = {"Cc", "Cn", "Co"}


@dataclass(frozen=True, slots=True)
class Mojibake:
    """Repair UTF-8 that was read in another code page; flag what cannot be repaired with certainty.

    A page that declares no encoding is read as Latin-1 or Windows-1252, and 你好 becomes ä½ å¥½. This stage comes first:
    soft hyphens, no-break spaces and C1 controls are half of the evidence.

    repair  "utf8": only what ftfy and our own guard agree on; "gbk": also what went wrong between UTF-8, GBK and Latin-1;
            "none": flags only

    >>> [f.edits for f in Mojibake()(Document.of("ä½\\xa0å¥½ï¼\\x8cä¸\\x96ç\\x95\\x8c"))]
    [(Edit(start=0, end=15, text='你好，世界'),)]
    >>> for raw in ("ÖÐ¹úÈËÃñ", "\ufffd", "锟斤拷"):
    ...     print(*(f.rule for f in Mojibake()(Document.of(raw))))
    mojibake.gbk
    mojibake.lost
    mojibake.filler
    >>> [f.rule for f in Mojibake("gbk")(Document.of("中国人民".encode().decode("gb18030", "replace")))]
    ['mojibake.utf8-as-gbk']
    """

    repair: Literal["utf8", "gbk", "none"] = "utf8"
    name: ClassVar[str] = "mojibake"
    rules: ClassVar[Mapping[str, str]] = {
        "mojibake.utf8": "repairs UTF-8 that was read as Latin-1, Windows-1252 or a like code page",
        "mojibake.gbk": "flags GBK that was read as Latin-1; with repair = 'gbk' reads it again",
        "mojibake.utf8-as-gbk": "reads UTF-8 again that was read as GBK, with repair = 'gbk'",
        "mojibake.lost": "flags U+FFFD: characters were lost before the text came here",
        "mojibake.filler": "flags 锟斤拷, 烫烫烫 and 屯屯屯, which stand where text was lost",
    }

    @property
    def wakes(self) -> Signs:
        """Two bytes of a character read one by one, what is left of lost text, with repair = "gbk" all but ASCII."""
        if self.repair == "gbk":
            return Signs((("\x80-\U0010ffff",),))
        fillers = tuple("".join(column) for column in zip(*FILLERS, strict=True))
        return Signs((LEAD_AND_NEXT, (HIGH_BYTES,) * 3, "\ufffd", fillers))

    def __call__(self, doc: Document) -> Iterator[Finding]:
        text = doc.text
        if text.isascii() or not (self.repair == "gbk" or ANYTHING.search(text)):
            return
        if any(filler in text for filler in FILLERS):
            yield from Finding.flags("mojibake.filler", places(FILLER_RUN, text))
        found = list(self._wrongly_read(text)) if CORE.search(text) else []
        yield from found
        if self.repair == "gbk" and all(finding.flag for finding in found):  # else in the next round
            runs = ((run.span(), utf8_of(run[0])) for run in FOREIGN_RUN.finditer(text))
            again = [Edit(*span, better) for span, better in runs if better]
            yield from Finding.bulk("mojibake.utf8-as-gbk", again, Certainty.LIKELY)

    def _wrongly_read(self, text: str) -> Iterator[Finding]:
        """Line by line, so that one line never decides about another."""
        if "\ufffd" in text:
            yield from Finding.flags("mojibake.lost", places(LOST, text))
        repaired: list[Edit] = []
        gbk: list[Edit] = []
        steps: set[str] = set()
        for line in LINE.finditer(text) if _suspect(text) else ():
            if not _suspect(line[0]) or not _ftfy()[0](line[0]):
                continue
            if self.repair != "none" and (better := _repaired(line[0], steps)):
                repaired.append(_difference(line.start(), line[0], better))
                continue
            runs = (run for run in GBK_RUN.finditer(line[0]) if holds_gbk(run[0]))
            gbk += (Edit(line.start() + run.start(), line.start() + run.end()) for run in runs)
        yield from Finding.bulk("mojibake.utf8", repaired, evidence={"steps": sorted(steps)})
        if self.repair == "gbk":
            again = [Edit(start, end, better) for start, end, _ in gbk if (better := gbk_of(text[start:end]))]
            yield from Finding.bulk("mojibake.gbk", again, Certainty.LIKELY)
        else:
            yield from Finding.flags("mojibake.gbk", gbk)


def _repaired(line: str, steps: set[str]) -> str | None:
    """The line as it was meant, or None where that is not certain; what ftfy did goes to `steps`."""
    is_bad, fix = _ftfy()
    fixed, explanation = fix(line)
    better = finished(fixed) if fixed != line else line
    if is_bad(better) or not _convincing(line, better):
        return None
    steps.update(f"{step.action} {step.parameter}" for step in explanation)
    return better


@cache
def _ftfy() -> tuple[Callable[[str], bool], Callable[[str], Any]]:
    """Is a line bad, and what it becomes: ftfy, set to repair mojibake and nothing else. Imported where a text needs it."""
    import ftfy
    from ftfy.badness import is_bad

    config = ftfy.TextFixerConfig(
        **dict.fromkeys(FTFY_OFF.split(), False),
        fix_encoding=True,
        decode_inconsistent_utf8=True,
        normalization=None,
        explain=True,  # without it ftfy ignores the settings of the single steps
    )
    return is_bad, partial(ftfy.fix_and_explain, config=config)


def _suspect(text: str) -> bool:
    """What a repair or a flag needs at least: French and Russian are passed over without asking ftfy."""
    return bool(PAIR.search(text) or GBK_RUN.search(text))


def _convincing(line: str, better: str) -> bool:
    """Our guard: ftfy alone makes 59 % of Chinese worse that was GBK and read as Latin-1."""
    shorter = len(line) - len(better)
    pairs = len(PAIR.findall(line))
    return (
        shorter > 0
        and not any(unicodedata.category(char) in NEVER_NEW for char in set(better) - set(line))
        and (pairs > 1 or (pairs == 1 and (shorter > 2 or bool(UNMISTAKABLE.search(line)))))
        and not ACCENTS.search(better)
        and not (HIGH.search(better) and any(holds_gbk(run) for run in GBK_RUN.findall(line)))
    )


def _difference(at: int, old: str, new: str) -> Edit:
    """The one edit from old to new, without what they begin and end with alike."""
    head = common_start(old, new)
    tail = common_start(old[head:][::-1], new[head:][::-1])
    return Edit(at + head, at + len(old) - tail, new[head : len(new) - tail])


@cache
def common() -> frozenset[str]:
    """Frequent characters of Chinese text: level 1 of GB 2312, ordered by use in 1980, with its signs and full-width forms.

    >>> "的" in common(), "，" in common(), "鑄" in common()
    (True, True, False)
    """
    rows = [0xA1, 0xA3, *range(0xB0, 0xD8)]
    table = bytes(byte for row in rows for cell in range(0xA1, 0xFF) for byte in (row, cell))
    return frozenset(table.decode("gb2312", "ignore"))


def plausible(text: str) -> float:
    """The share of common characters, 0 for nothing."""
    return sum(char in common() for char in text) / len(text) if text else 0.0


def finished(line: str) -> str:
    """A line that was repaired, with the Chinese that looked innocent: å¹´ for 年 offends no rule by itself.

    >>> finished("2020å¹´1—11月")
    '2020年1—11月'
    """
    return REST.sub(lambda hit: _plausibly(hit[0].encode("latin-1"), "utf-8") or hit[0], line)


def gbk_of(run: str) -> str | None:
    """GBK that was read as Latin-1, read again; None where it is no plausible Chinese.

    >>> gbk_of("ÖÐ¹úÈËÃñ")
    '中国人民'
    """
    return _plausibly(run.encode("latin-1", "replace"), "gb18030")


def holds_gbk(run: str) -> bool:
    """True where the run is GBK read as Latin-1, even if its first or last half character is missing.

    >>> holds_gbk("Ð¹úÈËÃñ")
    True
    """
    data = run.encode("latin-1", "replace")
    halves = (data[at : at + (len(data) - at) // 2 * 2] for at in (0, 1))
    return any(_plausibly(half, "gb18030") for half in halves)


def utf8_of(run: str) -> str | None:
    """UTF-8 that was read as GBK, read again; None where that is not certain.

    >>> utf8_of("涓浗")
    >>> utf8_of("浜烘皯鏃ユ姤")
    '人民日报'
    """
    try:
        data = run.encode("gb18030")
    except UnicodeEncodeError:
        return None
    again = _plausibly(data, "utf-8")
    return again if again and len(again) > 1 and plausible(again) > plausible(run) else None


def _plausibly(data: bytes, encoding: str) -> str | None:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    return text if plausible(text) >= PLAUSIBLE else None
