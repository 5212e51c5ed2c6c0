"""How lines begin and end that are no paragraphs: items, options, articles, turns, headings, quotations, page marks. Words as data."""

import re
from collections.abc import Iterable

BULLETS = {  # sign: whether it is one without a space behind it
    "・•●○■□▪▫◆◇►▶▷✓✔✗➢➤❖☐☑◎▲△★☆‣⁃∙": "",
    "-*+–—·": "[ \t　]",
    "※": "[ \t　]?",
}
NUMBERS = {
    r"\d{1,3}(?:[.．]\d{1,3}){0,4}[.．、)）:：](?![\d,])": "1. 1) 1.1. １、",
    r"\d{1,3}(?:\.\d{1,3}){1,4}[ \t　]": "1.1 of standards",
    r"[(（]\d{1,3}[)）]|[(（\[]?[0-9]{1,3}[)\]] ": "(1), 1), [1]",
    r"[①-⓿❶-➓㈠-㈩]": "numbers in circles",
    r"[一二三四五六七八九十百]{1,4}[、.．]|[(（][一二三四五六七八九十百]{1,4}[)）]": "一、 （一）",
    r"[(（]?(?:[ivx]{1,6}|[IVX]{1,6})[)）.][ \t]": "roman",
    r"§{1,2} ?\d{1,4}[a-z]?\b": "paragraphs of statutes",
    r"(?:步骤|步驟|题|題|例|Step|Schritt|Étape|Paso|Шаг|手順|단계) ?[0-9一二三四五六七八九十]{1,3}(?:[.．、:：)） ]|$)": "steps",
    r"第[一二三四五六七八九十0-9]{1,3}步": "steps",
}
ARTICLE = re.compile(
    r"第[一二三四五六七八九十百千零〇○两0-9]{1,9}[条條款項项](?:之[一二三四五六七八九十]{1,3})?(?:[ 　:：、，]|(?=[^\W\d的]))|(?:Art(?:icle|ikel|ículo|\.)|Статья|Section|Sec\.|제) ?\d{1,4}[a-z조]?\b[ .:(]|§{1,2} ?\d{1,4}[a-z]?\b"
)
_BULLET = "|".join(f"[{re.escape(signs)}]{behind}" for signs, behind in BULLETS.items())
ITEM = re.compile(rf"(?:{_BULLET}|{'|'.join(NUMBERS)})")
BULLET = re.compile(rf"(?:{_BULLET})")
LETTER = re.compile(r"[(（\[【]?([A-Ha-hＡ-Ｈ])[)）\]】.．、:：][ 　\t]?(?=\S)|([A-D])[ 　\t]{1,4}(?=[^\sa-z])")
_OPTIONS = re.compile(  # A and B in one line: an exam item
    r"(?:^|[\s　)）。？?（(：:_.])[(（]?A[)）.．、:：][^\n]{1,300}?[\s　)）。；;.,，:?？!\w][(（]?B[)）.．、:：]|(?:^|[\s　])[(（]?Ａ[)）.．、][^\n]{1,300}?[(（]?Ｂ[)）.．、]"
    r"|[)）。？?\s]①[^\n②]{1,300}②"
)
LONGEST_OPTIONS = 1000  # code points of a line that are looked at
OPTION_SIGNS = {  # sign of the second answer: what must stand in a text that has a first and a second one in a line
    "②": [("①", "②")],
    "B": [(f"A{sign}", f"B{sign}") for sign in ".．、)）:："],
    "Ｂ": [(f"Ａ{sign}", f"Ｂ{sign}") for sign in ".．、)）:："],
}
BLANKS_TO_FILL = re.compile(r"_{4,}|[（(][ 　]{2,}[)）]|＿{2,}")
_LETTERS = {chr(ord("Ａ") + at): chr(ord("A") + at) for at in range(8)}

DIVISION = re.compile(  # headings by their words
    r"第[一二三四五六七八九十百千零〇○两0-9]{1,9}[章节節回篇编編卷部集幕场場讲講课課单單](?:[ 　:：·]|$|(?=[^\W\d])(?!.{40}))|"
    r"(?:(?:Chapter|CHAPTER|Part|PART|Book|BOOK|Act|ACT|Scene|SCENE|Appendix|Kapitel|Teil|Akt|Szene|Chapitre|Capítulo|Capitolo|Глава|Часть|Действие|제) ?"
    r"(?:[0-9]{1,3}|[IVXLC]{1,8}|[A-Z])(?:[장부절]|\b)(?!.{60}))|(?:序章|序言|楔子|尾声|尾聲|后记|後記|附录|附錄|前言|引子)[一二三四五0-9]?(?:[ 　:：]|$)"
)
ATX = re.compile(r" {0,3}#{1,6}(?:[ \t]+\S|[ \t]*$)")
UNDERLINE = re.compile(r"([=\-~^\"'`#*+:.])\1{2,}$")

TURN = re.compile(
    r"[【\[（(]?([^\s　：:。，,？?！!；;0-9０-９“”\"()（）]{1,12}(?: [A-Z][\w.'-]{0,15}){0,2})[】\])）]?[ 　]?[：:](?![/\d])"
)
ANSWERS = re.compile(
    r"(?:问|問|答|Q|A|Question|Answer|Frage|Antwort|Вопрос|Ответ|질문|답변|質問|回答|س|ج)[\d一二三四五]{0,2}[：:.][ 　]?"
)
SAID = re.compile(  # a sentence that introduces: never the name of a speaker
    r".*(?:说|說|道|称|稱|指出|表示|强调|強調|认为|認為|如下|写道|寫道|问|問|答|讲|講|告诉|透露|介绍|提出|要求|是|为|為|有|在于|即|said|says|asked|added|wrote|that|is|are|follows)$"
)
WROTE = re.compile(
    r".{0,60}\b(?:wrote|writes|schrieb|écrit|a écrit|escribió|написал|пишет|ha scritto)(?: \(.{0,40}\))?:$|.{0,60}(?:写道|寫道|發表於|发表于|のメッセージ)[：:]$|引用[^。，]{0,30}[：:]$|"
    r"-{2,} ?(?:Original Message|Forwarded message|原始邮件|转发的邮件)"
)
REFERENCES = re.compile(
    r"[#\s]*(?:参考文献|參考文獻|参考资料|引用文献|References|REFERENCES|Bibliography|BIBLIOGRAPHY|Works Cited|Literatur(?:verzeichnis)?|Références|Bibliographie|Bibliografía|Bibliografia|Литература|Список литературы|참고문헌|المراجع)[：:.\s]*$"
)
REFERENCE = re.compile(r"[\[［【]\d{1,3}[\]］】] ?\S|\d{1,3}\. (?=[A-Z][^.]{1,80}\()")

LONGEST_PAGE = 24  # code points of a line with the number of a page
YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
PAGE = re.compile(
    r"[-–—·• ]*(?:第 ?)?\d{1,4}(?: ?[页頁])?[-–—·• ]*$|(?:Page|page|PAGE|Seite|p\.|P\.|стр\.|페이지) ?\d{1,4}(?: (?:of|von|de|из) \d{1,4})?$|第 ?\d{1,4} ?[页頁](?:[ ，,]*[共/] ?\d{1,4} ?[页頁])?$|\d{1,4} ?/ ?\d{1,4}$|[ivxlc]{1,7}$"
)
RULE = re.compile(r"([-─━═=_*~·•.—＊－＿＝#＃+※◇◆○●☆★…])(?:[ 　]?\1){2,}$|\* ?\* ?\*$|⁂$|[-*]{3,}$")
CUE_TIME = re.compile(r"(?:\d{1,2}:)?\d{1,2}:\d{2}[,.]\d{1,3} *--> *(?:\d{1,2}:)?\d{1,2}:\d{2}[,.]\d{1,3}")
LYRIC_TIME = re.compile(r"\[\d{1,2}:\d{2}(?:[.:]\d{1,3})?\]")


def may_have_options(text: str) -> bool:
    """The signs of a first and a second answer stand in it somewhere."""
    for second, pairs in OPTION_SIGNS.items():
        if second in text and any(one in text and other in text for one, other in pairs):
            return True
    return False


def options(body: str) -> bool:
    """Answers of an exam item, two or more in one line.

    >>> options("A. oats  B. barley"), options("Vitamin A. It is found in liver.")
    (True, False)
    """
    head = body[:LONGEST_OPTIONS]
    return may_have_options(head) and _OPTIONS.search(head) is not None


def item_mark(body: str) -> str:
    """The mark of an item that a line begins with, without its space; letters are no marks by themselves.

    >>> item_mark("（二）加强监管"), item_mark("- oats"), item_mark("J. Smith")
    ('（二）', '-', '')
    """
    found = ITEM.match(body)
    return found[0].strip() if found and (found.end() < len(body) or not BULLET.match(body)) else ""


def letter(body: str) -> str:
    """Which letter of a list a line may begin with: A to H, in small letters the same."""
    found = LETTER.match(body)
    if not found:
        return ""
    sign = found[1] or found[2]
    return _LETTERS.get(sign, sign).upper()


def speakers(bodies: Iterable[str]) -> frozenset[str]:
    """Who speaks: the same prefix before a colon twice, and those of question and answer."""
    seen: set[str] = set()
    twice: set[str] = set()
    for body in bodies:
        if found := TURN.match(body[:60]):
            name = found[1]
            if not SAID.match(name):
                (twice if name in seen else seen).add(name)
    return frozenset(twice)


def turn(body: str, names: frozenset[str]) -> bool:
    """A turn of one of these speakers, or of question and answer."""
    found = TURN.match(body[:60])
    return (found is not None and found[1] in names) or (names != frozenset() and ANSWERS.match(body) is not None)
