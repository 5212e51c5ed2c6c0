"""Lines whose kind follows from the syntax of a format: front matter, fences, markup, literal blocks, cues. By the line, linear."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from cleaner.forms.blocks import Kind, Stretch
from cleaner.forms.line import Line
from cleaner.forms.marks import ATX, CUE_TIME, UNDERLINE
from cleaner.forms.tables import GRID

MARKDOWN, RST, CUES = "markdown", "rst", "cues"
FORMATS = {  # how files are named → their format
    ".md": MARKDOWN,
    ".markdown": MARKDOWN,
    ".mdx": MARKDOWN,
    ".rst": RST,
    ".srt": CUES,
    ".vtt": CUES,
}

FENCE = re.compile(r"(?:[ \t>]*|[ \t]*[-*+] +)(`{3,}|~{3,})([^`]*)$")
LONGEST_FENCE = 16  # signs; a longer fence counts as so long
FRONT = re.compile(r"(?:---|\+\+\+)[ \t]*$")
FRONT_KEY = re.compile(r"[\w-]+ ?[:=]|[ \t]+\S|- |#|$")
LONGEST_FRONT = 300  # lines
RAW = re.compile(
    r"<(pre|script|style|textarea|svg|math)\b|<!--", re.IGNORECASE
)  # end at their own end, blank lines or not
HTML = re.compile(
    r"</?(?:address|article|aside|base|blockquote|body|br|caption|center|col|colgroup|dd|details|dialog|dir|div|dl|dt|fieldset|"
    r"figcaption|figure|font|footer|form|frame|frameset|h[1-6]|head|header|hr|html|iframe|img|legend|li|link|main|menu|menuitem|meta|"
    r"nav|ol|optgroup|option|p|param|picture|section|source|summary|table|tbody|td|tfoot|th|thead|title|tr|track|ul|video|img)"
    r"(?:[\s/>]|$)|<[?!]|</?[A-Z]\w*(?:\s[^<>]*)?/?>$|</?[A-Z]\w*$",
    re.IGNORECASE,
)
LINK = re.compile(r"\[[^\[\]\n]{1,200}\]\([^()\s]{1,300}\)|!\[[^\[\]\n]{0,200}\]\(")
DELIMITER = re.compile(r"\|? *:?-{2,}:? *(?:\| *:?-+:? *)+\|? *$|\| *:?-{2,}:? *\|$")
CODE_INDENT = 4
_MARKDOWN_ITEM = re.compile(r"(?:[-*+]|\d{1,9}[.)])(?:[ \t]|$)")
NAMED_DIRECTIVE = re.compile(r"\.\. (?:\|[^|]+\| )?([\w:.-]+)::|\.\. _[^:]+:|\.\. \[")
ROLE = re.compile(r":[a-z]+(?::[a-z]+)?:`[^`]+`|``[^`\n]+``|`[^`\n]+`_")


def by_syntax(lines: Sequence[str], odd: Sequence[Line], kind: str) -> list[Stretch]:
    """Stretches that do not overlap, in order, of lines that a syntax claims; `odd` are the lines that are no plain paragraphs."""
    found = [*_front(lines, odd)]
    after = found[-1].end if found else 0
    if kind == CUES:
        return found + [stretch for stretch in cues(lines, odd) if stretch.first >= after]
    walks = [list(fences(lines, odd, kind)), list(raw_markup(lines, odd))]
    if kind == RST:
        walks += [list(literals(lines, odd)), list(rst_tables(lines, odd))]
    if kind == MARKDOWN:
        walks += [list(html(lines, odd)), list(indented(lines))]
    for walk in walks:
        found = merged(found, walk)
    return found


def merged(one: Sequence[Stretch], other: Sequence[Stretch]) -> list[Stretch]:
    """The stretches of the first, and those of the second that do not touch them, in order; what begins earlier inside wins."""
    kept, ends, begins = list(one), [stretch.end for stretch in one], [stretch.first for stretch in one]
    for stretch in other:
        at = bisect_right(begins, stretch.first)
        if (at and ends[at - 1] > stretch.first) or (at < len(begins) and begins[at] < stretch.end):
            continue
        kept.append(stretch)
    return sorted(kept)


def format_of(text: str, lines: Sequence[str], odd: Sequence[Line]) -> str:
    """Markdown, RST or cues by their marks, two kinds of them; nothing where a text shows no format."""
    if not odd:
        return ""
    times = "-->" in text and sum("-->" in line.body and CUE_TIME.match(line.body) is not None for line in odd)
    if times > 1 or odd[0].body.startswith("WEBVTT"):
        return CUES
    marks = markdown_marks(text, lines, odd)
    rst = _rst_marks(text, lines, odd)
    if rst >= 2 and rst >= marks:
        return RST
    return MARKDOWN if marks >= 2 else ""


def markdown_marks(text: str, lines: Sequence[str], odd: Sequence[Line]) -> int:
    """How many kinds of its marks a text shows: closed fences, headings, links, tables."""
    fenced = ("```" in text or "~~~" in text) and any(own.end - own.first > 1 for own in fences(lines, odd, ""))
    heading = "#" in text and any(
        line.body[0] == "#" and ATX.match(line.raw) and _apart(lines, line.number) for line in odd
    )
    table = "|" in text and any("|" in line.body and "-" in line.body and DELIMITER.match(line.body) for line in odd)
    link = "](" in text and any(LINK.search(line) for line in lines if "](" in line)
    return fenced + heading + table + link


def _apart(lines: Sequence[str], number: int) -> bool:
    """A blank line, or the end of the text, on one side; another heading counts."""
    before = lines[number - 1].strip() if number else ""
    behind = lines[number + 1].strip() if number + 1 < len(lines) else ""
    return ((not before or before[0] == "#") and len(lines) > 1) or not behind


def _rst_marks(text: str, lines: Sequence[str], odd: Sequence[Line]) -> int:
    """Directives and literal blocks; roles and underlined titles beside one of these or each other."""
    directive = ".. " in text and any(line.body[:3] == ".. " and NAMED_DIRECTIVE.match(line.body) for line in odd)
    literal = "::" in text and any(line.body[-2:] == "::" and _deeper(lines, line.number, line.indent) for line in odd)
    role = "`" in text and any("`" in line.body and ROLE.search(line.body) for line in odd)
    if not (directive or literal or role):
        return 0
    title = any(
        line.body[:1] == line.body[1:2] and line.number and _underlines(lines[line.number - 1], line.body)
        for line in odd
    )
    return directive + literal + (role and (directive or literal or title)) + title


def _underlines(above: str, body: str) -> bool:
    return UNDERLINE.match(body) is not None and len(body) >= len(above.rstrip()) > 0 and above[0].isalnum()


def _deeper(lines: Sequence[str], number: int, indent: int) -> bool:
    """A blank line and an indented block follow."""
    if number + 2 >= len(lines) or lines[number + 1].strip():
        return False
    below = lines[number + 2]
    return bool(below.strip()) and below[: indent + 1].isspace()


def _front(lines: Sequence[str], odd: Sequence[Line]) -> Iterator[Stretch]:
    """Settings of a page between two rules at its top."""
    if not odd or odd[0].number or not FRONT.match(lines[0]):
        return
    sign = lines[0].strip()
    for number in range(1, min(len(lines), LONGEST_FRONT)):
        if lines[number].strip() == sign:
            if number > 1 and FRONT_KEY.match(lines[1]) and lines[1].strip():
                yield Stretch(0, number + 1, Kind.MARK, "front matter")
            return
        if not FRONT_KEY.match(lines[number]) and lines[number][0] not in "]}\"'":
            return


def fences(lines: Sequence[str], odd: Sequence[Line], kind: str) -> Iterator[Stretch]:
    """From a fence to the next of the same sign that is as long; an unclosed one goes to the end in Markdown alone."""
    marks = [
        (line.number, found[1][0], min(len(found[1]), LONGEST_FENCE), not found[2].strip())
        for line in odd
        if ("```" in line.raw or "~~~" in line.raw) and (found := FENCE.match(line.raw))
    ]
    closers = _closers(marks)
    at = 0
    for index, (number, sign, size, _) in enumerate(marks):
        if number < at:
            continue
        end = closers[index].get((sign, size), -1)
        if end < 0 and kind != MARKDOWN:
            continue
        at = end + 1 if end >= 0 else len(lines)
        yield Stretch(number, at, Kind.FIXED, "fence")


def _closers(marks: Sequence[tuple[int, str, int, bool]]) -> list[dict[tuple[str, int], int]]:
    """For each fence the line of the next fence that would close it, looked up by its own sign and length."""
    following: dict[tuple[str, int], int] = {}
    found: list[dict[tuple[str, int], int]] = []
    for number, sign, size, bare in reversed(marks):
        found.append({(sign, size): following.get((sign, size), -1)})
        if bare:
            following.update({(sign, shorter): number for shorter in range(3, size + 1)})
    return found[::-1]


def raw_markup(lines: Sequence[str], odd: Sequence[Line]) -> Iterator[Stretch]:
    """Elements that hold blank lines: preformatted text, scripts, comments. Unclosed ones are none."""
    opened = [(line.number, found) for line in odd if line.body[0] == "<" and (found := RAW.match(line.body))]
    if not opened:
        return
    ends = {found[1]: "-->" if found[1] is None else f"</{found[1].lower()}" for _, found in opened}
    closing = {name: [number for number, line in enumerate(lines) if end in line.lower()] for name, end in ends.items()}
    at = 0
    for number, found in opened:
        own = closing[found[1]]
        where = bisect_right(own, number - 1)
        if number >= at and where < len(own):
            at = own[where] + 1
            yield Stretch(number, at, Kind.FIXED, "markup")


def html(lines: Sequence[str], odd: Sequence[Line]) -> Iterator[Stretch]:
    """Blocks of markup inside Markdown: from a known tag to the next blank line."""
    at = 0
    for line in odd:
        if line.number >= at and line.body[0] == "<" and line.indent < 4 and HTML.match(line.body):
            at = _next_blank(lines, line.number)
            yield Stretch(line.number, at, Kind.FIXED, "markup")


def _next_blank(lines: Sequence[str], number: int) -> int:
    while number < len(lines) and lines[number].strip():
        number += 1
    return number


def indented(lines: Sequence[str]) -> Iterator[Stretch]:
    """Indented code of Markdown, behind a blank line; below an item it is the item's text, and no paragraph of its own."""
    listed, blank, at = False, True, 0
    for number, line in enumerate(lines):
        if not line or line.isspace():
            blank = True
            continue
        indent = _indent(line) if line[0] in " \t" else 0
        if number >= at and indent >= CODE_INDENT and blank:
            at = _dedent(lines, number, CODE_INDENT)
            yield Stretch(number, at, *((Kind.LINES, "list") if listed else (Kind.FIXED, "code")))
        elif indent < CODE_INDENT and begins_item(line.lstrip()):
            listed = True
        elif blank and indent < 2:
            listed = False  # a paragraph at the margin ends the list
        blank = False


def begins_item(body: str) -> bool:
    """By a mark of Markdown."""
    return _MARKDOWN_ITEM.match(body) is not None


def _dedent(lines: Sequence[str], number: int, indent: int) -> int:
    """The end of a block of lines that are indented so far; blank lines inside belong to it."""
    end = number
    while number < len(lines):
        line = lines[number]
        if line.strip():
            if _indent(line) < indent:
                break
            end = number + 1
        number += 1
    return end


def _indent(line: str) -> int:
    return len(line[: len(line) - len(line.lstrip())].expandtabs(8))


def literals(lines: Sequence[str], odd: Sequence[Line]) -> Iterator[Stretch]:
    """Literal blocks, directives with what belongs to them, and doctests of RST."""
    at = 0
    for line in odd:
        if line.number < at:
            continue
        if line.body.startswith(".. ") or line.body == "..":
            at = max(_dedent(lines, line.number + 1, line.indent + 1), line.number + 1)
            yield Stretch(line.number, at, Kind.FIXED, "directive")
        elif line.body.startswith(">>> "):
            at = _next_blank(lines, line.number)
            yield Stretch(line.number, at, Kind.FIXED, "code")
        elif line.body.endswith("::") and _deeper(lines, line.number, line.indent):
            at = _dedent(lines, line.number + 2, line.indent + 1)
            yield Stretch(line.number + 2, at, Kind.FIXED, "code")


def rst_tables(lines: Sequence[str], odd: Sequence[Line]) -> Iterator[Stretch]:
    """Grids, to the next blank line; simple tables, from their first to their last border."""
    borders = [line for line in odd if line.body[0] in "=+" and GRID.match(line.body)]
    simple = {line.number for line in borders if line.body[0] == "="}
    at = 0
    for index, line in enumerate(borders):
        if line.number < at:
            continue
        if line.body[0] == "+":
            at = _next_blank(lines, line.number)
        else:
            last = next(
                (
                    own.number
                    for own in borders[index + 1 : index + 4]
                    if own.number in simple and _ends(lines, own.number)
                ),
                -1,
            )
            at = last + 1 if last > 0 else _next_blank(lines, line.number)
        yield Stretch(line.number, at, Kind.FIXED, "table")


def _ends(lines: Sequence[str], number: int) -> bool:
    return number + 1 >= len(lines) or not lines[number + 1].strip()


def cues(lines: Sequence[str], odd: Sequence[Line]) -> Iterator[Stretch]:
    """Subtitles: numbers and times are marks, what is said is lines."""
    at = 0
    for number, line in enumerate(lines):
        body = line.strip()
        if not body:
            yield from _text_of_cue(at, number)
            at = number + 1
        elif (
            CUE_TIME.match(body)
            or body.startswith(("WEBVTT", "NOTE", "STYLE"))
            or (body.isdecimal() and number + 1 < len(lines) and CUE_TIME.match(lines[number + 1].strip()))
        ):
            yield from _text_of_cue(at, number)
            yield Stretch(number, number + 1, Kind.MARK, "cue time")
            at = number + 1
    yield from _text_of_cue(at, len(lines))


def _text_of_cue(first: int, end: int) -> Iterator[Stretch]:
    if first < end:
        yield Stretch(first, end, Kind.LINES, "cue")
