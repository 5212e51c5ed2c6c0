"""The same file as a Chinese author would have written it: names, keys and words replaced, structure untouched.

Nothing is translated: a word always becomes the same word of two to four Han characters. What may not hold Han stays.
"""

import io
import keyword
import re
import token
import tokenize
from collections.abc import Callable, Iterator
from functools import cache
from zlib import crc32

HAN = "天地人和水火山木金土日月星云雨风花草心手口目力行言文学校书画歌声光影东西南北春夏秋冬年时分秒数据值表列名号码量长宽高度路口门窗市区省县国家公司"
WORDS = re.compile(r"[A-Za-z]{2,}(?: [A-Za-z]{2,})*")  # words with single spaces between them: Chinese writes none
FIXED = {*keyword.kwlist, *keyword.softkwlist, "self", "cls"}
ODD = re.compile(
    r"[\\{}%<>]"
)  # strings with escapes, places to fill in or tags: a word in them may be more than a word
KEY_YAML = re.compile(r"^(\s*(?:- +)*)([A-Za-z_][\w-]*)(?=:(?:\s|$))", re.M)
KEY_TOML = re.compile(r"^(\s*)([A-Za-z_][\w-]*)(?=\s*=)", re.M)
KEY_INI = re.compile(r"^()([A-Za-z_][\w.-]*)(?=\s*[=:])", re.M)
KEY_JSON = re.compile(r'(")([A-Za-z_][\w-]*)(?="\s*:)')


@cache
def han(word: str) -> str:
    """Two to four Han characters that stand for this word, always the same."""
    digest = crc32(word.encode())
    return "".join(HAN[digest >> shift & 0x3F] for shift in range(0, 6 * (2 + digest % 3), 6))


def python(text: str) -> str:
    """A module with Chinese names, strings and comments. SyntaxError or TokenError where it is no module.

    Keywords, names with two underscores, byte strings and strings that hold escapes or places to fill in stay. Names that
    begin with an underscore keep it; a name and its attribute of the same name stay the same.
    """
    lines = text.splitlines(keepends=True)
    for found in reversed(list(_replaceable(text))):
        (row, start), (last, end) = found.start, found.end
        before, after = lines[row - 1][:start], lines[last - 1][end:]
        lines[row - 1 : last] = (before + _in_chinese(found) + after).splitlines(keepends=True)
    return "".join(lines)


def _replaceable(text: str) -> Iterator[tokenize.TokenInfo]:
    for found in tokenize.generate_tokens(io.StringIO(text, newline="").readline):
        if found.type == token.NAME:
            replace = found.string not in FIXED and not found.string.startswith("__")
        elif found.type == token.STRING:
            prefix = found.string[: found.string.index(found.string[-1])].lower()
            replace = not {"b", "f"} & set(prefix) and not ODD.search(found.string)
        else:
            replace = found.type == token.COMMENT
        if replace:
            yield found


def _in_chinese(found: tokenize.TokenInfo) -> str:
    if found.type == token.NAME:
        bare = found.string.lstrip("_")
        return "_" * (len(found.string) - len(bare)) + (han(bare) if bare else "")
    return WORDS.sub(lambda words: "".join(map(han, words[0].split(" "))), found.string)


def _with_keys(pattern: re.Pattern[str], quote: str = "") -> Callable[[str], str]:
    return lambda text: pattern.sub(lambda found: f"{found[1]}{quote}{han(found[2])}{quote}", text)


yaml = _with_keys(KEY_YAML)
toml = _with_keys(KEY_TOML, '"')  # a bare key of TOML is ASCII
ini = _with_keys(KEY_INI)
json = _with_keys(KEY_JSON)
