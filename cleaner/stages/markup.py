"""HTML, Markdown and formulas that stayed in a text. Flags them; decodes entities only where asked to."""

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from cleaner.document import Certainty, Document, Finding
from cleaner.text.change import Edit, places
from cleaner.text.signs import Signs

ENTITY = re.compile("&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][0-9A-Za-z]{1,31});")
TAG = re.compile("</?[A-Za-z][^<>\n]{0,200}>")
MARKDOWN = re.compile("(?m:^)(?:#{1,6} |```)|\\*\\*|\\[[^\\[\\]\n]{1,100}\\]\\([^()\n]{1,200}\\)")
FORMULA = re.compile("(?m:^)=")
LINE_STARTS = "#`="


@dataclass(frozen=True, slots=True)
class Markup:
    """Flag what a browser, a renderer or a spreadsheet would take for more than text.

    An extraction that went wrong leaves `&nbsp;` and `<p>`. To decode them is not safe: `&lt;b&gt;` in a lesson on HTML
    means its characters, and decoding makes markup that was none.

    unescape_html  "once": decode every entity, one time; `&amp;lt;` becomes `&lt;`

    >>> [(f.rule, f.count) for f in Markup()(Document.of("A&nbsp;B<br>**C**"))]
    [('markup.entity', 1), ('markup.tag', 1), ('markup.markdown', 2)]
    >>> [f.rule for f in Markup()(Document.of("=1+1"))]
    ['markup.formula']
    """

    unescape_html: Literal["off", "once"] = "off"
    name: ClassVar[str] = "markup"
    wakes: ClassVar[Signs] = Signs(
        (("&", "#A-Za-z"), ("<", "/A-Za-z"), ("*]", "*("), ("\n", LINE_STARTS)),
        first=((LINE_STARTS,),),
    )
    rules: ClassVar[Mapping[str, str]] = {
        "markup.entity": "flags HTML entities; with unescape-html = 'once' decodes them",
        "markup.tag": "flags HTML tags",
        "markup.markdown": "flags headings, emphasis, links and fences of Markdown",
        "markup.formula": "flags a line that begins with =, which a spreadsheet would run",
    }

    def __call__(self, doc: Document) -> Iterator[Finding]:
        text = doc.text
        if self.unescape_html == "once":
            found = ((hit, html.unescape(hit[0])) for hit in ENTITY.finditer(text))
            edits = [Edit(*hit.span(), char) for hit, char in found if char != hit[0]]
            yield from Finding.bulk("markup.entity", edits, Certainty.LIKELY)
        else:
            yield from _flag("markup.entity", ENTITY, text, "&")
        yield from _flag("markup.tag", TAG, text, "<")
        yield from _flag("markup.markdown", MARKDOWN, text, "#", "`", "**", "](")
        yield from _flag("markup.formula", FORMULA, text, "=")


def _flag(rule: str, pattern: re.Pattern[str], text: str, *signs: str) -> Iterator[Finding]:
    """Every place where the pattern fits; it is tried only where one of its signs stands in the text."""
    if any(sign in text for sign in signs):
        yield from Finding.flags(rule, places(pattern, text))
