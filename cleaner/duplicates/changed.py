"""In which words two sentences differ that stand in one place, and what such a difference may mean. Decides on no text."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from cleaner.duplicates.told import NUMBER, Word

NEGATIONS = frozenset(  # one more or less, and a text says the contrary
    word
    for words in (
        "不 没 沒 未 非 无 無 勿 莫 否",
        "not no nor never neither without cannot unable",
        "isn aren wasn weren doesn don didn won wouldn couldn shouldn hasn haven hadn",  # what stands before ’t
        "nicht nichts kein keine keinen keiner nie niemals ohne",
        "ne pas non jamais sans sin nunca",  # French, and Spanish
        "не нет ни никогда без",
    )
    for word in words.split()
)
VARIANTS = "象像 了瞭 着著 伙夥 借藉 么麽 吊弔 沉沈 帐账 炮砲 唇脣 托託"  # spellings that scripts share: a changed one is no other word
LETTERS_A_MISPRINT = 6  # of a word
_FIGURE = re.compile(f"{NUMBER}|[a-z]")
_SAME = frozenset(frozenset(pair) for pair in VARIANTS.split())


class Changed(NamedTuple):
    """What stands in one place of two texts, as keys: of the one that stays, of the one that may go.

    texts     the same as they have it, to be shown
    contrary  one of the two denies what the other says
    """

    kept: str
    gone: str
    texts: tuple[str, str]
    contrary: bool = False

    @property
    def figures(self) -> bool:
        """A number, or a letter that stands for something, stands where another did."""
        return all(_FIGURE.fullmatch(part) is not None for part in (self.kept, self.gone))


def replaced(kept: Sequence[Word], gone: Sequence[Word]) -> Iterator[Changed]:
    """What stands in one sentence where the other has something else, word by word; of what only one has negations alone.

    >>> one, other = ([Word(key, key) for key in text.split()] for text in ("from 1.022 on", "from 1.032 on"))
    >>> [(change.kept, change.gone) for change in replaced(one, other)]
    [('1.022', '1.032')]
    """
    ours, theirs = ([word.key for word in words] for words in (kept, gone))
    first, last = shared_ends(ours, theirs)
    middle = ours[first : len(ours) - last], theirs[first : len(theirs) - last]
    for kind, a, b, c, d in SequenceMatcher(None, *middle, autojunk=False).get_opcodes():
        change = _changed(kept[first + a : first + b], gone[first + c : first + d])
        if (kind == "replace" and not _same(change.kept, change.gone)) or (kind != "equal" and change.contrary):
            yield change


def _changed(kept: Sequence[Word], gone: Sequence[Word]) -> Changed:
    there, here = ("".join(word.text for word in words).strip() for words in (kept, gone))
    ours, theirs = [word.key for word in kept], [word.key for word in gone]
    denies = sum(key in NEGATIONS for key in ours) != sum(key in NEGATIONS for key in theirs)
    misprinted = len(ours) == len(theirs) and all(map(_one_letter, ours, theirs))
    return Changed("".join(ours), "".join(theirs), (there, here), denies and not misprinted)


def misprints(kept: Sequence[Word], gone: Sequence[Word]) -> int | None:
    """In how many words two sentences differ by a letter; None where they differ in more than that.

    >>> the, harbour, harbeur, stop = (Word(key, key) for key in ("the", "harbour", "harbeur", "stop"))
    >>> misprints([the, harbour], [the, harbeur]), misprints([the], [stop]), misprints([the], [the, harbour])
    (1, None, None)
    """
    ours, theirs = ([word.key for word in words] for words in (kept, gone))
    count = 0
    for kind, a, b, c, d in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        here, there = ours[a:b], theirs[c:d]
        if (
            kind == "equal"
            or not any(map(str.isalnum, "".join((*here, *there))))
            or _same("".join(here), "".join(there))
        ):
            continue
        if len(here) != len(there) or not all(map(_one_letter, here, there)):
            return None
        count += len(here)
    return count


def _one_letter(one: str, other: str) -> bool:
    """Two words that differ in one letter of six, or are one letter each."""
    unlike = sum(a != b for a, b in zip(one, other, strict=False))
    return len(one) == len(other) and unlike <= 1 + len(one) // LETTERS_A_MISPRINT and not one.isdecimal()


def _same(one: str, other: str) -> bool:
    return len(one) == len(other) and all(a == b or frozenset((a, b)) in _SAME for a, b in zip(one, other, strict=True))


def often(changed: Sequence[Changed]) -> int:
    """How often the replacement comes that comes most often."""
    return max(Counter((change.kept, change.gone) for change in changed).values(), default=0)


def shared_ends(one: Sequence[str], other: Sequence[str]) -> tuple[int, int]:
    """How many items two sequences share at the start, and behind these at the end."""
    shorter = min(len(one), len(other))
    first = next((at for at in range(shorter) if one[at] != other[at]), shorter)
    last = next((at for at in range(shorter - first) if one[-1 - at] != other[-1 - at]), shorter - first)
    return first, last
