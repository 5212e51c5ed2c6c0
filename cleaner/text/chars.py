"""Tables of characters, each entry with the reason why it is there. No rules: what to do with them is said in the stages.

The keys are pieces of a regex class ("\\u2000-\\u200a" is a range), so that a table becomes a class by joining its keys.
"""

from collections.abc import Iterable


def members(pieces: Iterable[str]) -> str:
    """The inside of a regex class, `[…]`, that holds all these pieces.

    >>> members(["a-c", "9"])
    'a-c9'
    """
    return "".join(pieces)


def spelled(pieces: Iterable[str]) -> str:
    """The same characters one by one, as `str.strip` wants them.

    >>> spelled(["a-c", "9"])
    'abc9'
    """
    spans = ((piece[0], piece[-1]) for piece in pieces)
    return "".join(chr(code) for first, last in spans for code in range(ord(first), ord(last) + 1))


def ranges(codes: Iterable[int]) -> str:
    """The inside of a regex class that holds these code points, which come in order.

    >>> ranges([97, 98, 99, 57])
    'a-c9-9'
    """
    spans: list[list[int]] = []
    for code in codes:
        if spans and spans[-1][1] == code - 1:
            spans[-1][1] = code
        else:
            spans.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in spans)


BREAKS = {
    "\r": "Mac OS 9, and half of every Windows line end",
    "\x0b": "a soft line break of word processors",
    "\x0c": "a page break of typesetting and of PDF text",
    "\x85": "the next-line of mainframes and of ISO 8859",
    "\u2028": "a line break inside JSON and rich text",
    "\u2029": "a paragraph break of rich text",
}
SPACES = {  # NOT here: TAB, which separates columns, and U+1680, which is drawn as a stroke
    " ": "the one space that stays",
    "\xa0": "no-break space of web pages and word processors",
    "\u2000-\u200a": "spaces of a given width, from e-books and typesetting",
    "\u202f": "narrow no-break space of French and of Mongolian",
    "\u205f": "space of formulas",
    "\u3000": "the full-width space of Chinese typesetting",
    "\ue5e5": "U+3000 as Python decodes it from the GBK bytes A3 A0; browsers give U+3000",
}
OTHER_SPACES = {piece: reason for piece, reason in SPACES.items() if piece != " "}
CONTROLS = {  # NOT here: TAB, LF, and what BREAKS holds
    "\x00-\x08": "NUL padding of fixed records, backspaces of terminals",
    "\x0e-\x1f": "Ctrl-Z of DOS files, separators of data bases, stray escapes",
    "\x7f-\x84": "DEL, and C1 controls that no text uses",
    "\x86-\x9f": "more of C1, left over from a wrong code page",
}
NEVER_NEEDED = {
    "\xad": "soft hyphen: hyphenation hints of e-books",
    "\u2060-\u2064": "word joiner and invisible operators",
    "\u206a-\u206f": "deprecated format controls",
    "\ufeff": "byte order marks of files that were pasted together",
    "\ufff9-\ufffc": "anchors of annotations and of embedded objects",
}
BIDI = {
    "\u061c": "Arabic letter mark",
    "\u200e\u200f": "direction marks, left to right and right to left",
    "\u202a-\u202c": "embeddings and their end",
    "\u2066-\u2069": "isolates and their end",
}
OVERRIDES = {"\u202d\u202e": "they show text in another order than it is stored in: the means of spoofed file names"}
TAGS = {"\U000e0001\U000e0020-\U000e007f": "invisible ASCII: flags of regions, and hidden prompts"}
VARIATION_SELECTORS = {
    "\u180b-\u180d": "Mongolian letter forms",
    "\ufe00-\ufe0f": "emoji or text style, standard forms",
    "\U000e0100-\U000e01ef": "registered glyphs of ideographs, as in names",
}
JOIN = {  # scripts that spell with joiners: a joiner after one of these is orthography
    "\u0590-\u109f": "Hebrew, Arabic, Indic scripts, Thai, Lao, Tibetan, Myanmar",
    "\u1780-\u18af": "Khmer, Mongolian",
}
EMOJI = {  # what may stand before a zero-width joiner inside one emoji
    "\xa9\xae\u203c\u2049\u20e3\u2122\u2139": "signs with an emoji form, keycaps",
    "\u2190-\u27bf\u2b00-\u2bff\u3030\ufe0f": "arrows, symbols, dingbats, the emoji selector",
    "\U0001f000-\U0001faff\U000e0020-\U000e007f": "emoji proper, and the tail of a flag",
}
RTL = {  # letters by which a line is taken for one that runs from right to left; U+061C is a mark, not a letter
    "\u0590-\u061b\u061d-\u08ff": "Hebrew, Arabic, Syriac, Thaana, NKo, Samaritan",
    "\ufb1d-\ufdff\ufe70-\ufefc": "their presentation forms",
    "\U00010800-\U00010fff\U0001e800-\U0001efff": "historic and newer scripts",
}
MONGOLIAN = {"\u1800-\u18af": "the script in which U+202F joins a suffix to its word"}
ZH_START = {  # a line that begins so is prose of East Asia: spaces before it are typesetting
    "\u2e80-\u2fdf\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff": "ideographs and radicals",
    "\u3001-\u30ff\u3100-\u312f": "CJK signs, kana, bopomofo",
    "\uac00-\ud7af": "Hangul",
    "\uff01-\uffef": "full-width forms",
    "“‘—…●": "quotes, dashes and bullets that open Chinese lines",
}
HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
BLANK_LETTERS = {  # character: (the script where it has work to do, why it stands elsewhere)
    "\u034f": ("\u0300-\u036f\u0590-\u05ff", "combining grapheme joiner: outside Hebrew and stacked accents it hides"),
    "\u115f": ("\u1100-\u11ff\ua960-\ua97c\uac00-\ud7fb", "Hangul choseong filler, used as a blank name"),
    "\u1160": ("\u1100-\u11ff\ua960-\ua97c\uac00-\ud7fb", "Hangul jungseong filler, used as a blank name"),
    "\u17b4": ("\u1780-\u17ff", "inherent vowel of Khmer, not drawn"),
    "\u17b5": ("\u1780-\u17ff", "inherent vowel of Khmer, not drawn"),
    "\u180e": ("\u1800-\u18af", "vowel separator of Mongolian, once a space"),
    "\u2800": ("\u2801-\u28ff", "the blank of Braille, used as a blank name"),
    "\u3164": ("\u1100-\u11ff\u3131-\u318e\uac00-\ud7fb", "Hangul filler, used as a blank name"),
    "\uffa0": ("\uffa1-\uffdc\uac00-\ud7fb", "half-width Hangul filler, used as a blank name"),
}
PRIVATE = {
    "\ue000-\ue5e4\ue5e6-\uf8ff": "private use: meaning unknown here; U+E5E5 is a space, see SPACES",
    "\U000f0000-\U000ffffd\U00100000-\U0010fffd": "private use planes",
}
UNDECODED = "\udc80-\udcff"  # a byte that was not UTF-8, as errors="surrogateescape" carries it
SURROGATES = "\ud800-\udfff"
ASTRAL = "\U00010000-\U0010ffff"
