"""Lines of programs, of settings and of markup, by what they look like; and texts that are nothing else. Parses nothing."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from cleaner.forms.line import Line

TAGS = (  # by known name alone: a quotation may say <Acme Corp> of a company
    "a|abbr|article|aside|audio|b|blockquote|body|br|button|canvas|center|code|col|colgroup|dd|details|dialog|div|dl|dt|em|fieldset|"
    "figcaption|figure|font|footer|form|h[1-6]|head|header|hr|html|i|iframe|img|input|label|legend|li|link|main|meta|nav|ol|option|p|"
    "path|picture|pre|script|section|select|small|source|span|strong|style|sub|summary|sup|svg|table|tbody|td|textarea|tfoot|th|thead|"
    "title|tr|u|ul|video|g|rect|circle"
)
CODE: dict[
    str, str
] = {  # one line of a program, sure enough to count; matched at the start of the line without its indent
    r"(?:async )?def \w+ ?[(\[]|class \w+ ?[:({]|lambda ": "Python, Ruby",
    r"import [\w.]+(?:, [\w.]+)*(?: as \w+)?;?$|from [\w.]+ import \S|import .* from ['\"]|import \(": "Python, Java, JavaScript, Go",
    r"(?:if|elif|while|with|for|except|match|case) [^。，]*:\s*(?:#.*)?$|(?:else|try|finally|except):": "Python",
    r"return(?: [^。，.]*)?;?$|(?:raise|yield|await|del|assert|not) [\w.]+[(.,\[=]|(?:pass|break|continue|fi|done|esac|end);?$": "statements",
    r"(?:public|private|protected|static|final|const|let|var|val|fn|func|function|export|typedef|struct|enum|interface|impl|trait|"
    r"module|namespace|package|using|extern|void|int|char|float|double|bool|unsigned|template|auto|type|pub|use)\b"
    r"[^。，]*[;{=(]\s*(?://.*)?$": "declarations of the family of C",
    r"(?:if|for|while|switch|catch|else if|\} else|elseif|foreach|until|when) ?\(.*\)": "C, Java, JavaScript, PHP",
    r"[})\]]+[;,)]*(?: ?(?:else|while|catch|finally)\b.*)?$|[{(\[]$": "closing and opening brackets",
    r"[A-Za-z_$@\w][\w.$@\[\]'\"]*(?: ?: ?[\w\[\], .|]+)? ?(?:[-+*/|&^%:.?]|//|\*\*|<<|>>|\|\|)?=(?![=>]) ?\S": "assignments, settings",
    r"[A-Za-z_$][\w.$]*\((?!\d[a-z]?\)).*\)[;:,]?(?: *(?:#|//).*)?$|[\w.]+\($|[A-Za-z_$][\w.$]*\([^()]*[,(\[{]$": "calls",
    r"@\w[\w.]*(?:\(.*\)?)?$": "decorators",
    r"#(?:include|define|undef|ifn?def|endif|if|else|pragma)\b|#!": "preprocessor, interpreters",
    r">>> |\.\.\. |In \[\d*\]:|Out\[\d*\]:|[\w.-]+@[\w.-]+[:~].*[$#] |[$%] [a-z./]": "prompts",
    r"(?:sudo|pip3?|npm|npx|yarn|apt|apt-get|brew|conda|docker|kubectl|git|cargo|go|curl|wget|chmod|mkdir|cd|ssh|scp|tar) "
    r"(?:-|[\w./~$-]+$|[a-z]+ [\w./~$@:-]+(?: |$)(?!.*[.。!?]$))": "commands of a shell",
    r"[a-z][\w.-]* (?:[^。，.]* )?--?[a-z][\w-]*(?:[ =]\S.*)?$": "commands with options",
    r"(?:SELECT\b.*\b(?:FROM\b|\*)|INSERT INTO |CREATE (?:TABLE|INDEX|VIEW|DATABASE) |UPDATE \w+ SET |DELETE FROM |ALTER TABLE |DROP TABLE )": "SQL",
    r"[\"'][^\"'\n]{1,80}[\"'] ?= ?[\"'\[{\w+-]": "settings with names in quotes",
    r"\"[^\"\n]{0,80}\" ?: ?\S|\"[^\"]*\",$|'[^']*',$|[\"'][^\s\"']*[\"']$|\{.*\}[,;]?$|\[.*\][,;]$": "JSON, literals",
    r"\\[a-zA-Z]+[{\[]|\\[a-zA-Z]+$|%%": "TeX",
    r"(?:- +)?[\w.-]+: *[|>][+-]?$|!\w+ |&\w+$|---$": "YAML",
    r"\[[\w. :\"-]+\]$": "sections of settings",
    r"(?:msgid|msgstr|msgctxt|msgid_plural)(?:\[\d\])? \"": "catalogues of translations",
    r"<\?(?:xml|php)|<!(?:DOCTYPE|--|\[CDATA)|\?>": "markup",
    rf"</?(?:{TAGS})(?:\s[^<>]*)?/?>|</?(?:{TAGS})(?:\s[\w-]+=.*)?$|</[\w:.-]+>$|<[\w:.-]+(?:\s[\w:.-]+=\"[^\"]*\")*/?>.*</[\w:.-]+>$": "markup",
}
COMMENT = re.compile(r"#(?!#)|//|/\*|\*/|\* |--+ |;; |%% |<!--|\"\"\"|'''|r\"\"\"|REM ")
CLOSERS_ONLY = re.compile(r"[\s{}()\[\];,'\"]+$")
_CODE = re.compile("|".join(f"(?:{pattern})" for pattern in CODE))
_STATEMENT = re.compile(
    r"[^。，]*(?:\w\(|[=<>{}\[\]]|\bnew\b|->|::)[^。，]*[;{]\s*(?://.*|/\*.*)?$|[^。，]* (?:=>|->) ?\{?$|\S+ ?\{$"
)
_KEYWORD = re.compile(  # with which a line of a program may begin that has no sign in it
    r"(?:return|pass|break|continue|fi|done|esac|end|else|try|msgid|msgstr|msgctxt|import|from|raise|yield|await|del|not|assert|sudo|pip3?|npm|npx|yarn|apt|apt-get|brew|"
    r"conda|docker|kubectl|git|cargo|go|curl|wget|chmod|mkdir|cd|ssh|scp|tar|SELECT|INSERT|UPDATE|DELETE|DROP|ALTER|CREATE)\b|[\"']|[a-z].* -"
)
_SIGNS = re.compile(r"[^(){}\[\]=<>;_/\\$&|+*@#^~]+")
_NOT_CODE = re.compile(  # stripped before looking: prose quotes code, links and formulas
    r"`[^`\n]{1,200}`|!?\[[^\[\]\n]{0,200}\]\([^()\n]{0,300}\)|\$[^$\n]{1,200}\$|https?://\S+|<https?://[^>\s]+>"
)
DENSE = 0.13  # share of signs of programs among the drawn characters: references reach .08
KEY = re.compile(
    r"(?:- +)*(?:[\w./$@<-][\w./$@<>*-]*|\"[^\"]{1,60}\"|'[^']{1,60}'|\w[\w/ ()-]{0,40}\w)\s*:(?:\s+\S.*)?$|- +\S|[-]{3}$|\? \S"
)
TOP_LEVEL = re.compile(
    r"(?:import \w[\w.]*(?:,| as |;|$)|from [\w.]+ import [\w(*]|(?:async )?def \w+\(|class \w+[(:])"
)
PROGRAM, SURE, ONLY = 0.35, 0.2, 0.6  # shares of lines: of a program in the widest sense, code; code alone
PARAGRAPHS = 0.2  # share of plain paragraphs above which a text is no program
KEYS = 0.6  # share of keys, and of what is nested below them, in settings
HEAD, TAIL = 300, 100  # code points of a line that are looked at: patterns with two loose ends take the square of it
PIPED = "|>"  # rows of tables and quotations are dense, and no code
FEWEST_KEYS = 0.15  # the rest are values of several lines
SEPARATORS = ",\t;|"
LONGEST_VALUE = 24  # code points
EVEN, FEWEST_ROWS = 0.9, 3  # share of rows with one number of separators


class Program(NamedTuple):
    """How many lines of a text are code, and how many belong to a program in the widest sense."""

    code: int
    program: int
    total: int


def code(line: Line) -> bool:
    """The line is one of a program, of settings or of markup.

    >>> from cleaner.forms.line import line_of
    >>> [code(line_of(0, raw)) for raw in ("    return a + b", "数量 = 3", "<Acme Corp> said so.", "See `a = b` below.")]
    [True, True, False, False]
    """
    body = line.body
    if line.bare and not _KEYWORD.match(body):
        return False
    if len(body) > HEAD + TAIL:
        body = body[:HEAD] + body[-TAIL:]
    if "`" in body or "](" in body or "://" in body or body.count("$") > 1:
        body = _NOT_CODE.sub("", body).strip()
        if not body:
            return False
    if _CODE.match(body) or _STATEMENT.match(body):
        return not _said(body, line)
    return len(body) >= 8 and body[0] not in PIPED and dense(body)


def _said(body: str, line: Line) -> bool:
    """A sentence after all: it ends as one, and has none of a program's signs but those in it."""
    return line.closed and body[-1] in ".。！？…" and not dense(body)


def dense(body: str) -> bool:
    """Signs of programs are frequent in it."""
    return len(_SIGNS.sub("", body)) >= DENSE * len(body)


def programs(lines: Sequence[Line], coded: Sequence[bool], prose: int) -> Program:
    """The count of a text; its plain paragraphs are `prose` lines more, and are no code."""
    if not any(coded):
        return Program(0, 0, len(lines) + prose)
    margin = 0 if prose else min(line.indent for line in lines)
    wide = sum(
        own or (line.indent >= margin + 2 and not line.body[0] > "\u2e80") or goes_with_code(line)
        for line, own in zip(lines, coded, strict=True)
    )
    return Program(sum(coded), wide, len(lines) + prose)


def goes_with_code(line: Line) -> bool:
    """No code by itself, but found among it: a comment, brackets alone."""
    return not line.bare and (COMMENT.match(line.body) is not None or CLOSERS_ONLY.match(line.body) is not None)


def whole(lines: Sequence[Line], coded: Sequence[bool], prose: int, marked: bool) -> str:
    """What the whole of a text is: code, data, markup; nothing where it is a text. `marked`: it shows marks of Markdown."""
    first, last = lines[0].body, lines[-1].body
    if first.startswith(("#!", "<?xml", "<?php", "<!DOCTYPE", "<!doctype", "<html", "%YAML", "{\\rtf")):
        return "code" if first[1] == "!" else "markup"
    if member(first, last, lines):
        return "data"
    count = programs(lines, coded, prose)
    if _is_program(count, lines) and not marked:
        return "code"
    if count.total >= FEWEST_ROWS and (_settings(lines, prose) or (prose == 0 and rows(lines))):
        return "data"
    return ""


def _is_program(count: Program, lines: Sequence[Line]) -> bool:
    if count.total < 2 or count.total - len(lines) > PARAGRAPHS * count.total:
        return False
    if count.code > ONLY * count.total:
        return True
    if count.program >= PROGRAM * count.total and count.code >= SURE * count.total:
        return True
    top = sum(line.indent == 0 and TOP_LEVEL.match(line.body) is not None for line in lines)
    return (top >= 3 and count.code >= 0.1 * count.total) or (
        top >= 1 and lines[0].body.startswith(("#", '"""', "'''", 'r"""', "import ", "from "))
    )


def member(first: str, last: str, lines: Sequence[Line]) -> bool:
    """The whole is a JSON value, or a JSON value a line."""
    if first[0] not in "{[" or last[-1] not in "}]":
        return False
    if all(line.body[0] in "{[" and line.body[-1] in "}]" for line in lines[:20]):
        return _reads(first) or first in "{["
    return len(first) == 1 or re.match(r"[{\[]\s*(?:[\"{\[}\]]|-?\d)", first) is not None


def _reads(body: str) -> bool:
    if len(body) > 100_000:
        return re.match(r"[{\[]\s*[\"{\[]", body) is not None
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return False
    return True


def _settings(lines: Sequence[Line], prose: int) -> bool:
    """Keys, and values nested below them: YAML."""
    if sum(":" in line.body for line in lines) < FEWEST_KEYS * len(lines):
        return False
    keys = nested = below = 0
    indent, block, names = -1, -1, set()
    for line in lines:
        if 0 <= block < line.indent:
            below += 1  # a text of several lines as a value
            continue
        block = -1
        if line.body[0] == "#":
            below += 1
        elif (KEY.match(line.body[:HEAD]) and not line.body.startswith(("- ", "? "))) or (
            line.body.startswith("- ") and ": " in line.body
        ):
            keys += 1
            names.add(line.body.partition(":")[0])
            nested += line.indent > max(indent, 0) or (line.body.startswith("- ") and line.indent >= indent >= 0)
            indent = line.indent
            if line.body[-1] in "|>" or line.body[-2:] in ("|-", ">-", "|+", ">+"):
                block = line.indent
        elif line.body.startswith("- ") or line.indent > indent >= 0:
            below += 1
    total = len(lines) + prose
    return (
        keys >= 3
        and nested >= 1
        and keys + below >= max(KEYS * total, total - 2 if prose else 0)
        and keys >= FEWEST_KEYS * total
    )


def rows(lines: Sequence[Line]) -> bool:
    """Rows of values: one number of separators in nearly all of them, and none a sentence; comments left out."""
    if sum(line.closed for line in lines) > (1 - EVEN) * len(lines):
        return False
    own = [line for line in lines if line.body[0] != "#"]
    if len(own) < FEWEST_ROWS or sum(line.closed for line in own) > (1 - EVEN) * len(own):
        return False
    return any(_separated([line.body for line in own], sign) for sign in SEPARATORS)


def _separated(bodies: Sequence[str], sign: str) -> bool:
    often, times = Counter(body.count(sign) for body in bodies).most_common(1)[0]
    if not often or times < EVEN * len(bodies):
        return False
    spaced = sum(f"{sign} " in body for body in bodies) > len(bodies) / 2
    return often > 2 or (often > 1 and not spaced) or _values(bodies, sign)


def _values(bodies: Sequence[str], sign: str) -> bool:
    """Few columns: of values, not of the parts of sentences."""
    cells = [cell.strip() for body in bodies for cell in body.split(sign)]
    return sign == "\t" or sum(" " not in cell and len(cell) <= LONGEST_VALUE for cell in cells) >= EVEN * len(cells)
