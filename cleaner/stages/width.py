"""Full-width letters and digits become ASCII, with the signs that belong to them. Chinese punctuation stays as it is."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from cleaner.document import Document, Finding
from cleaner.text.change import Edit
from cleaner.text.signs import Signs

FULL_DIGITS, FULL_LETTERS = "\uff10-\uff19", "\uff21-\uff3a\uff41-\uff5a"
TO_ASCII = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}  # what `str.translate` wants
# A word or number with the signs tied to it, one edit: converted one by one, ７．８％ would end as 7．8％. Each sign looks
# one character back and one ahead, so that the whole is linear; it begins with a class, which a search skips to.
TOKEN = re.compile(
    "[＃＠＄W](?:(?<=[W])|(?=[W]))(?:"
    "[W]"
    "|(?<=[W])[．／－＆＿＝](?=[W])"  # ７．８, Ａ／Ｂ, Ｒ＆Ｄ
    "|(?<=[D])：(?=[D])"  # ０８：１５, never 会议：３
    "|(?<=[D])％(?!％)"  # ％％ is a placeholder of a program
    "|(?<=[W＋])＋"  # Ｇ＋＋
    "|[＃＠＄](?=[W])"  # ａ＠ｂ
    ")*".replace("W", FULL_DIGITS + FULL_LETTERS).replace("D", FULL_DIGITS)
)


@dataclass(frozen=True, slots=True)
class Width:
    """Turn ２０２５年 into 2025年, and ７．８％ into 7.8% as a whole.

    Newspapers and government sites were typed in full width throughout. The signs of Chinese, ，。：（）, are full width
    by right and stay; so does a full-width sign that stands alone.

    >>> Document.of("ＧＤＰ增长７．８％，至０８：１５。").revise(Width()(Document.of("ＧＤＰ增长７．８％，至０８：１５。"))).text
    'GDP增长7.8%，至08:15。'
    >>> [f.rule for f in Width()(Document.of("２０２５年"))]
    ['width.ascii']
    """

    fullwidth: Literal["auto", "keep"] = "auto"
    name: ClassVar[str] = "width"
    wakes: ClassVar[Signs] = Signs(((FULL_DIGITS + FULL_LETTERS,),))
    rules: ClassVar[Mapping[str, str]] = {
        "width.ascii": "turns full-width letters and digits, and signs between them, into ASCII",
    }

    def __call__(self, doc: Document) -> Iterator[Finding]:
        text = doc.text
        if self.fullwidth == "keep" or text.isascii():
            return
        edits = [Edit(hit.start(), hit.end(), hit[0].translate(TO_ASCII)) for hit in TOKEN.finditer(text)]
        yield from Finding.bulk("width.ascii", edits)
