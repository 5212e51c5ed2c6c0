"""What one text says that another does not: sentences of its own, other words, another title. Decides nothing.

Texts are compared by their keys, sentence by sentence in order; characters only where two sentences stand in one place.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from itertools import accumulate, pairwise

from cleaner.duplicates.changed import Changed, misprints, replaced, shared_ends
from cleaner.duplicates.sentences import LETTERS
from cleaner.duplicates.told import ITEM, Sentence, Told, shingles_of
from cleaner.forms.line import ENDS

LONGEST_TITLE = 100  # code points
MISPRINTS = 3  # in a text: fewer may be meant
SHORT_LINE = 40  # code points of a line that may be an answer
FEWEST = 5  # letters of one that may be misprinted: of fewer each counts
OWN = 0.7  # share of its shingles that stand in the other text, below which a sentence may be one of its own
QUOTED = 0.3  # share of letters in blocks of quotation
HEAD = 40  # code points of a key by which a text is looked for in another
ALIKE = 0.6  # ratio (difflib) from which on two sentences in one place are one, edited
NEAR_BY = 6  # sentences of the other text that are looked at
LONGEST = 2000  # code points of a sentence that is compared by its characters
PROBE, PROBES = 20, 200  # code points by which a text is looked for in a longer one, and how many such
MUCH_LONGER = 4  # times the length: of so long a text only a stretch counts, in which the other stands
WINDOW = 1.5  # times the length of the other, that such a stretch has at most
OPENING = "“‘「『《\"'„«‹>:："  # what stands before a copy that is quoted, or introduced
_DIGITS = re.compile(r"[0-9]+|[〇零一二三四五六七八九十百千]+")


@dataclass(frozen=True)  # no slots: what is asked for is kept
class Telling:
    """What `gone` says beside `kept`, where the two are alike.

    kept   the stretch of `whole` that counts
    share  shingles of `gone` that stand in it, and all of `gone`
    """

    kept: Told
    gone: Told
    share: tuple[int, int]
    whole: Told

    @classmethod
    def of(cls, kept: Told, gone: Told, share: tuple[int, int] | None = None) -> "Telling":
        """The two, of a much longer text the stretch alone in which the other stands: chance shares much with a long text.

        share  where it is known, of the whole
        """
        whole = kept
        if len(kept.key) > MUCH_LONGER * len(gone.key):
            kept, share = kept.within(*_stretch(kept, gone)), None
        return cls(kept, gone, share or (len(gone.shingles & kept.shingles), len(gone.shingles)), whole)

    @cached_property
    def _places(self) -> list[int]:
        """For each sentence of `gone` the number of an equal one of `kept`, -1 where there is none."""
        return [self.kept.first.get(sentence.key, -1) for sentence in self.gone.sentences]

    @cached_property
    def _unequal(self) -> list[tuple[int, Sentence]]:
        """Sentences of `gone` that do not stand in `kept` word for word, by number.

        Of a short text none may be part of a longer sentence there, but for the last one, where it may be cut.
        """
        last = len(self.gone.sentences) - 1
        return [
            (number, sentence)
            for number, (sentence, place) in enumerate(zip(self.gone.sentences, self._places, strict=True))
            if place < 0 and (sentence.key not in self.kept.key or (self.gone.short and number < last))
        ]

    def _beside(self, number: int) -> Sentence | None:
        """The sentence of `kept` between the neighbours of this one that is like it: one, edited."""
        sentence = self.gone.sentences[number]
        before, behind = self._before[number] + 1, self._behind[number]
        around = self.kept.sentences[max(before - NEAR_BY, 0) : before + NEAR_BY]
        return _most_like(sentence, self.kept.sentences[before:behind]) or _most_like(sentence, around)

    @cached_property
    def _before(self) -> list[int]:
        """For each sentence the place of the last one in front of it that has any, -1 where none has."""
        return list(accumulate(self._places, _last))

    @cached_property
    def _behind(self) -> list[int]:
        """The same of the next one behind it."""
        return list(accumulate([len(self.kept.sentences), *self._places[:0:-1]], _last))[::-1]

    @property
    def own(self) -> bool:
        """It has a sentence of its own, or another answer."""
        return self._answers or any(
            sentence.counts(self.gone.text) and self._new(sentence) and self._beside(number) is None
            for number, sentence in self._unequal
        )

    @property
    def _answers(self) -> bool:
        """Its last line is short, and no line of the other text: an answer, a vote, a verdict. A cut line goes on there."""
        above, _, last = self.gone.text.rstrip().rpartition("\n")
        if len(last) > SHORT_LINE or not above:
            return False
        own, upper = Told.of(last), above.rstrip().rpartition("\n")[2]
        if not 0 < own.letters < LETTERS or (Told.of(upper).key + own.key) in self.whole.key:
            return False
        cut, misprinted = last.rstrip()[-1] not in ENDS, own.letters >= FEWEST
        return own.key not in self.whole.lines and not any(
            (cut and key.startswith(own.key)) or (misprinted and _ratio(key, own.key) >= ALIKE)
            for key in self.whole.lines
        )

    def _new(self, sentence: Sentence) -> bool:
        shingles = shingles_of(sentence.key)
        return sum(shingle in self.kept.key for shingle in shingles) < OWN * len(shingles)

    @property
    def word_for_word(self) -> bool:
        """Every longer sentence of it stands there, and together they are half of it."""
        if any(sentence.letters >= LETTERS for _, sentence in self._unequal):
            return False
        long = sum(sentence.letters for sentence in self.gone.sentences if sentence.letters >= LETTERS)
        return 2 * long >= self.gone.letters

    @cached_property
    def changed(self) -> list[Changed]:
        """What was replaced, in order."""
        pairs = ((self._beside(number), sentence) for number, sentence in self._unequal)
        words = ((self.whole.words(other), self.gone.words(own)) for other, own in pairs if other is not None)
        return [change for pair in words for change in replaced(*pair)]

    @cached_property
    def misprints(self) -> int | None:
        """In how many words the two differ by a letter; None where a word is more, less or another one."""
        count = 0
        for number, sentence in self._unequal:
            other = self._beside(number)
            if other is None and sentence.counts(self.gone.text):
                return None
            found = 0 if other is None else misprints(self.whole.words(other), self.gone.words(sentence))
            if found is None:
                return None
            count += found
        return count

    @property
    def misprinted(self) -> bool:
        """What differs, if anything, is printed otherwise: in a few words it may be meant."""
        return self.misprints == 0 or (self.misprints is not None and self.misprints >= MISPRINTS)

    @property
    def retitled(self) -> bool:
        """Its first sentence is a title, or says at once what it is about, and is none of the other text."""
        first = self.gone.sentences[0]
        if first.end - first.start > LONGEST_TITLE:
            return False
        title = ITEM.sub("", first.key, count=1)
        return title not in self.whole.first and all(not key.endswith(title) for key in self.whole.first)

    @property
    def titles(self) -> bool:
        """The first lines are titles, equal but for numbers."""
        lines = (told.text.lstrip().partition("\n")[0].strip() for told in (self.kept, self.gone))
        one, other = (line[marked.end() :] if (marked := ITEM.match(line)) else line for line in lines)
        return other[-1:] not in ENDS and one != other and _DIGITS.sub("0", one) == _DIGITS.sub("0", other)

    @property
    def introduced(self) -> bool:
        """What the other has of it stands in quotation there, or something leads on to it."""
        if self.whole.quoted >= QUOTED:
            return True
        at = self.whole.key.find(self.gone.sentences[0].key[:HEAD])
        if at < 0:
            at = next((self.kept.sentences[place].at for place in self._places if place >= 0), 0)
        before = self.whole.text[: bisect_right(self.whole.places, at) - 1].rstrip()[-1:]
        return before != "" and before in OPENING


def _most_like(sentence: Sentence, others: Sequence[Sentence]) -> Sentence | None:
    """The one of these that is this one, edited."""
    if len(others) > 2 * NEAR_BY:
        others = (*others[:NEAR_BY], *others[-NEAR_BY:])
    pairs = _pairs_of(sentence.key)
    best = max(others, key=lambda other: len(pairs & _pairs_of(other.key)), default=None)
    return best if best is not None and _ratio(best.key, sentence.key) >= ALIKE else None


def _last(before: int, place: int) -> int:
    return place if place >= 0 else before


def _stretch(kept: Told, gone: Told) -> tuple[int, int]:
    """The sentences of the longer text from first to last that hold most of the other, no longer than WINDOW times it."""
    step = max(PROBE, len(gone.key) // PROBES)
    probes = (gone.key[at : at + PROBE] for at in range(0, len(gone.key) - PROBE + 1, step))
    places = sorted(place for probe in probes if (place := kept.key.find(probe)) >= 0)
    if not places:
        return 0, 0
    room = WINDOW * len(gone.key)
    _, at, end = max((bisect_left(places, place + room) - at, -at, place) for at, place in enumerate(places))
    last = places[bisect_left(places, end + room) - 1] + PROBE + step  # less than a probe is behind the last one
    first, end = (bisect_right(kept.starts, place) for place in (places[-at], last))
    return max(first - 1, 0), end


def _pairs_of(key: str) -> frozenset[str]:
    return frozenset(map("".join, pairwise(key)))


def _ratio(one: str, other: str) -> float:
    """How much of two keys is the same, in the same order: difflib's ratio, or less where it is enough."""
    if max(len(one), len(other)) > LONGEST:
        return 0.0
    first, last = shared_ends(one, other)
    at_ends = 2 * (first + last) / (len(one) + len(other))
    if at_ends >= ALIKE:
        return at_ends
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.ratio() if matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE else 0.0
