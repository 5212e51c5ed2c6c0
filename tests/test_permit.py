"""What the kinds of lines permit: each row is a text before and after the layout of a default run, and the name of its file."""

import pytest

from cleaner.document import Document
from cleaner.pipeline import Pipeline
from cleaner.stages.order import LAYOUT, ORDER, stage_class

PIPELINE = Pipeline(tuple(stage_class(name)() for name in ORDER if name in LAYOUT))
ZH = "今年以来，工业经济稳定恢复，主要指标好于预期，企业效益继续改善，就业形势总体稳定，市场信心有所增强。"
OTHER = "下半年各地将继续推进重点项目建设，扩大有效投资，改善营商环境，帮助企业解决用工和融资方面的困难。"
EN = "The committee met on Tuesday evening to vote on the budget of the parish, and nobody was against it in the end."
SAME = ""  # the text stays as it is

TEXTS = {
    "spaces inside prose": (f"{ZH[:7]}  {ZH[7:]}\n", "", f"{ZH[:7]} {ZH[7:]}\n"),
    "spaces between columns": ("姓名    电话    地址\n张某            北京\n李某    123     上海\n", "", SAME),
    "a TAB between values of a long line": (f"{EN}  \t  {EN}\n\n{ZH}\n", "", SAME),
    "a TAB behind a paragraph": (f"{ZH}\t\n", "", f"{ZH}\n"),
    "a manual, set in by seven": (f"       {EN}  It was cold.\n", "", SAME),
    "paragraphs set in by four": (f"    {ZH}\n    {OTHER}\n", "", f"{ZH}\n{OTHER}\n"),
    "paragraphs set in by two and by four": (f"  {ZH}\n\n    {OTHER}\n", "", SAME),
    "a turn and a heading set in as the paragraphs are": (
        f"　　一、总体要求\n　　{ZH}\n　　记者：怎么看？\n　　{OTHER}\n　　记者：还有呢？\n",
        "",
        f"一、总体要求\n{ZH}\n记者：怎么看？\n{OTHER}\n记者：还有呢？\n",
    ),
    "verse set in, beside paragraphs that are not": (f"{ZH}\n\n　春眠不觉晓\n　　处处闻啼鸟\n\n{OTHER}\n", "", SAME),
    "a title alone": ("　　江边的早晨\n", "", "江边的早晨\n"),
    "a paragraph of a list item in Markdown": (f"1. 第一步\n\n   {ZH}\n", "a.md", SAME),
    "a paragraph set in by a full-width space in Markdown": (f"# 标题\n\n　　{ZH}\n", "a.md", f"# 标题\n\n{ZH}\n"),
    "a hard break of Markdown": (f"{EN}  \n{EN}\n", "a.md", SAME),
    "the same in plain text": (f"{EN}  \n{EN}\n", "", f"{EN}\n{EN}\n"),
    "spaces in code inside a line of Markdown": (f"{EN} Say `a  b` aloud.\n", "a.md", SAME),
    "blank lines between the functions of a module": ("import os\n\n\ndef a():\n    return os.sep\n", "", SAME),
    "full-width letters in a program": ("def a():\n    return 'ＡＢＣ'\n\n\nprint(a())\n", "", SAME),
    "full-width letters in prose": (
        "ＧＤＰ增长百分之五，比去年同期加快一个百分点，好于预期。\n",
        "",
        "GDP增长百分之五，比去年同期加快一个百分点，好于预期。\n",
    ),
    "CR LF in a program": (
        "import os\r\n\r\ndef a():\r\n    return os.sep\r\n",
        "",
        "import os\n\ndef a():\n    return os.sep\n",
    ),
    "a form feed in a program": (
        "import os\nimport sys\n\f\ndef a():\n    return os.sep\n\n\ndef b(x):\n    sys.exit(x)\n",
        "",
        SAME,
    ),
    "rows of values": ("no,name,said\n1,Ann,It rains  a lot. \n2,Bo,It does not.\n", "", SAME),
    "times of subtitles": ("1\n00:00:01,000 --> 00:00:02,000 \nHello  there\n", "a.srt", SAME),
}


@pytest.mark.parametrize(("raw", "name", "expected"), TEXTS.values(), ids=TEXTS)
def test_what_the_kinds_permit(raw: str, name: str, expected: str) -> None:
    done = PIPELINE(Document.of(raw, name))
    assert done.text == (expected or raw)
    assert PIPELINE(Document.of(done.text, name)).text == done.text
    assert done.change.invert(raw).apply(done.text) == raw
