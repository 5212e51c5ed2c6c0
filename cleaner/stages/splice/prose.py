"""Whether a paragraph is made of sentences, or of code, paths, tables and markup, whose lines repeat honestly."""

import re

PROSE = 0.6  # of the characters stand in words: of JSON, commands and tables half at most, of news more in 499 of 500
INSIDE = str.maketrans("", "", "-'’")  # don't, mother-in-law
MARKS = ".,;:!?…()\"'“”‘’«»¿¡"  # that stand at the edge of a word
MARKS_CJK = "，。、；：？！…（）《》“”"
_HAN = re.compile("[\u4e00-\u9fef]+")  # letters throughout


def prose(text: str, cjk: bool) -> bool:
    """Most of its characters, white space aside, stand in words.

    >>> prose("The build of 2021 was signed by the same key, as the list below shows.", False)
    True
    >>> prose('"BuildArn": "arn:aws:build/a1b2", "Status": "READY",', False)
    False
    >>> prose("会议同意了2021年的计划，并决定公布名单。", True), prose("│ 状态 │ 12:03:44 │ 0x00ff12ab │", True)
    (True, False)
    """
    tokens = text.split()
    enough = PROSE * sum(map(len, tokens))
    if sum(map(len, _HAN.findall(text) if cjk else filter(str.isalpha, tokens))) >= enough:
        return True  # plain words are soon counted, and most often they are enough
    inside = sum(sign.isalpha() or sign in MARKS_CJK for sign in text) if cjk else sum(map(_word, tokens))
    return inside >= enough


def _word(token: str) -> int:
    """How long it is if it is a word, with the marks around it."""
    return len(token) if token.strip(MARKS).translate(INSIDE).isalpha() else 0
