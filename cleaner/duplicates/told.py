"""A text as it is compared with another one: its key, its sentences, its lines and words. Compares nothing."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from cleaner.duplicates.key import SIZE, keyed
from cleaner.duplicates.sentences import LETTERS, bounds
from cleaner.forms import Kind, form_of
from cleaner.forms.line import ENDS

SHORT = 100, 250  # letters of a text that is one message, one question: of Han, of other scripts
WIDE = "\u2e80"  # from here on letters are Han, kana, and such that say as much
NUMBER = r"\d+(?:[.,:/-]\d+)*%?|[〇零一二三四五六七八九十百千万亿]+"
ITEM = re.compile(r"\s*[(（]?\d{1,3}[.．、)）:：](?!\d)")  # the number of an item says nothing
_LEADS_ON = frozenset(":：")
_WORD = re.compile(NUMBER + r"|[^\W\d_\u2e80-\U0003ffff]+|.", re.DOTALL)
_MARKED = re.compile(r"^[ \t]*>|写道|寫道|wrote:|schrieb|écrit|написал", re.MULTILINE)


class Sentence(NamedTuple):
    """A sentence: its span of the text, where its key starts in the key of the text, the key, and letters of it."""

    start: int
    end: int
    at: int
    key: str
    letters: int

    def counts(self, text: str) -> bool:
        """It says something: it is long enough, or ends as a sentence, or leads on to something."""
        last = text[self.start : self.end].rstrip()[-1:]
        return self.letters >= LETTERS or ((last in ENDS or last in _LEADS_ON) and sum(map(str.isalpha, self.key)) > 1)


class Word(NamedTuple):
    """A word as it is compared, and as it stands in its text, with the spaces before it."""

    key: str
    text: str


@dataclass(frozen=True)  # no slots: what is asked for is kept
class Told:
    """A text as it is compared: its key, its sentences, and for each offset of it how much of the key stands before it."""

    text: str
    key: str
    sentences: tuple[Sentence, ...]
    letters: int
    places: Sequence[int] = ()

    @classmethod
    def of(cls, text: str) -> "Told":
        """This text."""
        keys = keyed([text])
        key = keys.codes.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")
        at, letters = keys.at.tolist(), keys.letters.tolist()
        places = ((start, end, at[start], at[end]) for start, end in bounds(text))
        found = (Sentence(s, e, a, key[a:b], letters[b] - letters[a]) for s, e, a, b in places if a < b)
        return cls(text, key, tuple(found), letters[-1], at)

    @cached_property
    def short(self) -> bool:
        """It is one message, one question, one definition: each word of it counts."""
        wide = sum(letter >= WIDE for letter in self.key if letter.isalnum())
        return wide / SHORT[0] + (self.letters - wide) / SHORT[1] < 1

    @cached_property
    def shingles(self) -> frozenset[str]:
        """The shingles of its key."""
        return shingles_of(self.key)

    @cached_property
    def starts(self) -> list[int]:
        """Where in its key each sentence starts."""
        return [sentence.at for sentence in self.sentences]

    @cached_property
    def first(self) -> dict[str, int]:
        """The number of the first sentence with each key."""
        return {sentence.key: number for number, sentence in reversed(list(enumerate(self.sentences)))}

    @cached_property
    def lines(self) -> frozenset[str]:
        """The keys of its lines."""
        ends = [at for at, letter in enumerate(self.text) if letter == "\n"]
        cuts = [0, *(self.places[at] for at in ends), len(self.key)]
        return frozenset(self.key[start:end] for start, end in pairwise(cuts) if start < end)

    def words(self, sentence: Sentence) -> list[Word]:
        """The numbers, words of alphabets and single characters of a sentence, without the number of an item."""
        marked = ITEM.match(self.text, sentence.start, sentence.end)
        behind = marked.end() if marked else sentence.start
        places, words = self.places, list[Word]()
        for one in _WORD.finditer(self.text, behind, sentence.end):
            if key := self.key[places[one.start()] : places[one.end()]]:
                words.append(Word(key, self.text[behind : one.end()]))
                behind = one.end()
        return words

    @cached_property
    def quoted(self) -> float:
        """The share of its letters that stands in blocks of quotation."""
        if not _MARKED.search(self.text):
            return 0.0
        blocks = [block for block in form_of(self.text).blocks if block.kind is Kind.QUOTATION]
        starts = [block.start for block in blocks]
        inside = (
            one.letters
            for one in self.sentences
            if (at := bisect_right(starts, one.start)) and one.start < blocks[at - 1].end
        )
        return sum(inside) / max(self.letters, 1)

    def within(self, start: int, end: int) -> "Told":
        """The stretch of it from one sentence to before another."""
        own = self.sentences[start:end]
        return Told(self.text, "".join(one.key for one in own), own, sum(one.letters for one in own))


def shingles_of(key: str) -> frozenset[str]:
    """SIZE successive code points each; of a shorter key itself."""
    return frozenset(key[at : at + SIZE] for at in range(max(len(key) - SIZE, 0) + 1)) if key else frozenset()
