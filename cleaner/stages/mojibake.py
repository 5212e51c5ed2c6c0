"""Text that was decoded with the wrong code page, and what is left of text that was. Uses ftfy for this one thing."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, Literal

from cleaner.document import Certainty, Document, Finding
from cleaner.text import mojibake
from cleaner.text.change import Edit

CORE = re.compile(f"[{mojibake.CORE}]")
ANYTHING = re.compile(f"[{mojibake.CORE}{''.join(filler[0] for filler in mojibake.FILLERS)}]")
LINE = re.compile(r"[^\r\n]+")  # U+0085 and U+2028 are no line ends here: they may be payload, 全 is E5 85 A8
LOST = re.compile("\ufffd+")
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

    def __call__(self, doc: Document) -> Iterator[Finding]:
        text = doc.text
        if text.isascii() or not (self.repair == "gbk" or ANYTHING.search(text)):
            return
        if any(filler in text for filler in mojibake.FILLERS):
            yield from _flag("mojibake.filler", _edits(mojibake.FILLER_RUN, text))
        found = list(self._wrongly_read(text)) if CORE.search(text) else []
        yield from found
        if self.repair == "gbk" and all(finding.flag for finding in found):  # else in the next round
            runs = ((run.span(), mojibake.utf8_of(run[0])) for run in mojibake.FOREIGN_RUN.finditer(text))
            again = [Edit(*span, better) for span, better in runs if better]
            yield from Finding.bulk("mojibake.utf8-as-gbk", again, Certainty.LIKELY)

    def _wrongly_read(self, text: str) -> Iterator[Finding]:
        """Line by line, so that one line never decides about another."""
        if "\ufffd" in text:
            yield from _flag("mojibake.lost", _edits(LOST, text))
        repaired: list[Edit] = []
        gbk: list[Edit] = []
        steps: set[str] = set()
        for line in LINE.finditer(text) if _suspect(text) else ():
            if not _suspect(line[0]) or not _ftfy().is_bad(line[0]):
                continue
            if self.repair != "none" and (better := _ftfy().repaired(line[0], steps)):
                repaired.append(_difference(line.start(), line[0], better))
                continue
            runs = (run for run in mojibake.GBK_RUN.finditer(line[0]) if mojibake.holds_gbk(run[0]))
            gbk += (Edit(line.start() + run.start(), line.start() + run.end()) for run in runs)
        yield from Finding.bulk("mojibake.utf8", repaired, evidence={"steps": sorted(steps)})
        if self.repair == "gbk":
            again = [Edit(start, end, better) for start, end, _ in gbk if (better := mojibake.gbk_of(text[start:end]))]
            yield from Finding.bulk("mojibake.gbk", again, Certainty.LIKELY)
        else:
            yield from _flag("mojibake.gbk", gbk)


@dataclass(frozen=True, slots=True)
class _Ftfy:
    """ftfy, set to repair mojibake and nothing else, behind a guard of our own."""

    is_bad: Callable[[str], bool]
    fix: Callable[[str], Any]

    def repaired(self, line: str, steps: set[str]) -> str | None:
        """The line as it was meant, or None where that is not certain; what ftfy did goes to `steps`."""
        fixed, explanation = self.fix(line)
        better = mojibake.finished(fixed) if fixed != line else line
        if self.is_bad(better) or not _convincing(line, better):
            return None
        steps.update(f"{step.action} {step.parameter}" for step in explanation)
        return better


@cache
def _ftfy() -> _Ftfy:
    """Imported only for a text that needs it; its defaults would rewrite Chinese punctuation, so each is named."""
    import ftfy
    from ftfy.badness import is_bad

    config = ftfy.TextFixerConfig(
        unescape_html=False,
        remove_terminal_escapes=False,
        fix_encoding=True,
        restore_byte_a0=False,
        replace_lossy_sequences=False,
        decode_inconsistent_utf8=True,
        fix_c1_controls=False,
        fix_latin_ligatures=False,
        fix_character_width=False,
        uncurl_quotes=False,
        fix_line_breaks=False,
        fix_surrogates=False,
        remove_control_chars=False,
        normalization=None,
        explain=True,  # without it ftfy ignores the settings of the single steps
    )
    return _Ftfy(is_bad, lambda line: ftfy.fix_and_explain(line, config))


def _suspect(text: str) -> bool:
    """What a repair or a flag needs at least: French and Russian are passed over without asking ftfy."""
    return bool(mojibake.PAIR.search(text) or mojibake.GBK_RUN.search(text))


def _convincing(line: str, better: str) -> bool:
    """Our guard: ftfy alone makes 59 % of Chinese worse that was GBK and read as Latin-1."""
    shorter = len(line) - len(better)
    pairs = len(mojibake.PAIR.findall(line))
    return (
        shorter > 0
        and not any(unicodedata.category(char) in NEVER_NEW for char in set(better) - set(line))
        and (pairs > 1 or (pairs == 1 and (shorter > 2 or bool(mojibake.UNMISTAKABLE.search(line)))))
        and not mojibake.ACCENTS.search(better)
        and not (
            mojibake.HIGH.search(better) and any(mojibake.holds_gbk(run) for run in mojibake.GBK_RUN.findall(line))
        )
    )


def _difference(at: int, old: str, new: str) -> Edit:
    """The one edit from old to new, without what they begin and end with alike."""
    shorter = min(len(old), len(new))
    head = next((i for i in range(shorter) if old[i] != new[i]), shorter)
    tail = next((i for i in range(shorter - head) if old[-1 - i] != new[-1 - i]), shorter - head)
    return Edit(at + head, at + len(old) - tail, new[head : len(new) - tail])


def _edits(pattern: re.Pattern[str], text: str) -> list[Edit]:
    return [Edit(*hit.span()) for hit in pattern.finditer(text)]


def _flag(rule: str, edits: list[Edit]) -> Iterator[Finding]:
    yield from Finding.bulk(rule, edits, Certainty.SUSPECT, flag=True)
