"""What one text says that another does not: sentences of its own, figures and names that were changed, quotation. Decides nothing.

Texts are compared by their keys, sentence by sentence in order; characters only where two sentences stand in one place.
"""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from itertools import accumulate, pairwise
from typing import NamedTuple

from cleaner.duplicates.key import SIZE, keyed
from cleaner.duplicates.sentences import LETTERS, bounds
from cleaner.forms import Kind, form_of
from cleaner.forms.line import ENDS

LONGEST_TITLE = 100  # code points
SHORT = 100, 250  # letters of a text that is one message, one question: of Han, of other scripts
NEGATIONS = frozenset(  # one more or less, and a text says the contrary
    [
        "不",
        "没",
        "沒",
        "未",
        "非",
        "无",
        "無",
        "勿",
        "莫",
        "否",
        "not",
        "no",
        "nor",
        "never",
        "neither",
        "without",
        "cannot",
        "unable",
        "isn",
        "aren",
        "wasn",
        "weren",
        "doesn",
        "don",
        "didn",
        "won",
        "wouldn",
        "couldn",
        "shouldn",
        "hasn",
        "haven",
        "hadn",
        "nicht",
        "nichts",
        "kein",
        "keine",
        "keinen",
        "keiner",
        "nie",
        "niemals",
        "ohne",
        "ne",
        "pas",
        "non",
        "jamais",
        "sans",
        "sin",
        "nunca",
        "не",
        "нет",
        "ни",
        "никогда",
        "без",
    ]
)
MISPRINTS = 3  # in a text: fewer may be meant
LETTERS_A_MISPRINT = 6  # of a word
SHORT_LINE = 40  # code points of a line that may be an answer
FEWEST = 5  # letters of one that may be misprinted: of fewer each counts
OWN = 0.7  # share of its shingles that stand in the other text, below which a sentence may be one of its own
QUOTED = 0.3  # share of letters in blocks of quotation
HEAD = 40  # code points of a key by which a text is looked for in another
VARIANTS = "象像 了瞭 着著 伙夥 借藉 么麽 吊弔 沉沈 帐账 炮砲 唇脣 托託"  # spellings that scripts share: a changed one is no other word
ALIKE = 0.6  # ratio (difflib) from which on two sentences in one place are one, edited
NEAR_BY = 6  # sentences of the other text that are looked at
LONGEST = 2000  # code points of a sentence that is compared by its characters
PROBE, PROBES = 20, 200  # code points by which a text is looked for in a longer one, and how many such
MUCH_LONGER, WINDOW = (
    4,
    1.5,
)  # times the length: of so long a text only a stretch counts, in which the shared sentences stand
OPENING = "“‘「『《\"'„«‹>:："  # what stands before a copy that is quoted, or introduced
_LEADS_ON = frozenset(":：")
_NUMBER = re.compile(r"\d+(?:[.,:/-]\d+)*%?|[〇零一二三四五六七八九十百千万亿]+")
_FIGURE = re.compile(_NUMBER.pattern + "|[a-z]")
_MARKED = re.compile(r"^[ \t]*>|写道|寫道|wrote:|schrieb|écrit|написал", re.MULTILINE)
_WORD = re.compile(_NUMBER.pattern + r"|[^\W\d_\u2e80-\U0003ffff]+|.", re.DOTALL)
_ITEM = re.compile(r"\s*[(（]?\d{1,3}[.．、)）:：](?!\d)")
_SAME = frozenset(frozenset(pair) for pair in VARIANTS.split())
_DIGITS = re.compile(r"[0-9]+|[〇零一二三四五六七八九十百千]+")


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
        wide = sum(letter >= "\u2e80" for letter in self.key if letter.isalnum())
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

    def words(self, sentence: Sentence) -> list[Word]:
        """The numbers, words of alphabets and single characters of a sentence, without the number of an item."""
        marked = _ITEM.match(self.text, sentence.start, sentence.end)
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
        keys = [Told.of(line).key for line in self.whole.text.split("\n") if line.strip()]
        return not any(
            key == own.key or (cut and key.startswith(own.key)) or (misprinted and _ratio(key, own.key) >= ALIKE)
            for key in keys
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
            found = 0 if other is None else misprints(*_keys(self.whole.words(other), self.gone.words(sentence)))
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
        title = _ITEM.sub("", first.key, count=1)
        return title not in self.whole.first and all(not key.endswith(title) for key in self.whole.first)

    @property
    def titles(self) -> bool:
        """The first lines are titles, equal but for numbers."""
        lines = (told.text.lstrip().partition("\n")[0].strip() for told in (self.kept, self.gone))
        one, other = (line[marked.end() :] if (marked := _ITEM.match(line)) else line for line in lines)
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
    last = (
        places[bisect_left(places, end + room) - 1] + PROBE + step
    )  # what is behind the last one is less than a probe
    first, end = (bisect_right(kept.starts, place) for place in (places[-at], last))
    return max(first - 1, 0), end


def shingles_of(key: str) -> frozenset[str]:
    """SIZE successive code points each; of a shorter key itself."""
    return frozenset(key[at : at + SIZE] for at in range(max(len(key) - SIZE, 0) + 1)) if key else frozenset()


def _pairs_of(key: str) -> frozenset[str]:
    return frozenset(map("".join, pairwise(key)))


def _ratio(one: str, other: str) -> float:
    """How much of two keys is the same, in the same order: difflib's ratio, or less where it is enough."""
    if max(len(one), len(other)) > LONGEST:
        return 0.0
    first, last = _shared_ends(one, other)
    at_ends = 2 * (first + last) / (len(one) + len(other))
    if at_ends >= ALIKE:
        return at_ends
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.ratio() if matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE else 0.0


def _shared_ends(one: Sequence[str], other: Sequence[str]) -> tuple[int, int]:
    """How many items two sequences share at the start, and behind these at the end."""
    shorter = min(len(one), len(other))
    first = next((at for at in range(shorter) if one[at] != other[at]), shorter)
    last = next((at for at in range(shorter - first) if one[-1 - at] != other[-1 - at]), shorter - first)
    return first, last


def replaced(kept: Sequence[Word], gone: Sequence[Word]) -> Iterator[Changed]:
    """What stands in one sentence where the other has something else, word by word; of what only one has negations alone.

    >>> one, other = Told.of("The Price is 1.022"), Told.of("the price is  1.032")
    >>> one, other = ([Word(key, key) for key in text.split()] for text in ("from 1.022 on", "from 1.032 on"))
    >>> [(change.kept, change.gone) for change in replaced(one, other)]
    [('1.022', '1.032')]
    """
    ours, theirs = ([word.key for word in words] for words in (kept, gone))
    first, last = _shared_ends(ours, theirs)
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


def _keys(*sides: Sequence[Word]) -> Iterator[list[str]]:
    return ([word.key for word in words] for words in sides)


def misprints(kept: Sequence[str], gone: Sequence[str]) -> int | None:
    """In how many words two sentences differ by a letter; None where they differ in more than that.

    >>> misprints(["the", "harbour"], ["the", "harbeur"]), misprints(["start"], ["stop"]), misprints(["can"], ["can", "not"])
    (1, None, None)
    """
    count = 0
    for kind, a, b, c, d in SequenceMatcher(None, kept, gone, autojunk=False).get_opcodes():
        if kind == "equal" or not any(map(str.isalnum, "".join((*kept[a:b], *gone[c:d])))):
            continue
        if _same("".join(kept[a:b]), "".join(gone[c:d])):
            continue
        if b - a != d - c or not all(map(_one_letter, kept[a:b], gone[c:d])):
            return None
        count += b - a
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
