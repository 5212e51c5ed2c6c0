"""The settings of duplicate matching, and the bands that they choose. Imports nothing heavy: the command line reads it."""

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import inf
from typing import Any, Literal, NamedTuple, TypeAlias, get_args

from cleaner.text.errors import ConfigError

LOWEST_THRESHOLD = 0.5  # unrelated English texts of a million characters have J = .37: below this, nothing is proved
SORTED = 32  # bytes a row of a column takes while it is sorted
MOST_PARTS = 64  # each is chosen from the whole column
LARGEST_SEED = 2**32 - 1  # of numpy's RandomState, from which datasketch takes its permutations
RANGES = (("threshold", LOWEST_THRESHOLD, 1), ("shortest", 1, inf), ("seed", 0, LARGEST_SEED), ("memory", 1, inf))

RULES = {
    "dedup.document.exact": "takes out a document that equals one that stays, but for layout, width, case and script",
    "dedup.document.near": "takes out a document that is nearly one that stays and says nothing of its own",
    "dedup.document.contained": "takes out a document of which every longer sentence stands in one that stays, or one much like it:"
    " an excerpt, a truncated copy",
    "dedup.repeat": "takes out a body of text, line by line, that its document has said before: at least 60 letters and two"
    " fifths of the document",
    "dedup.loop": "takes out what comes eight times in a row and more in one line, but for the first time; flags four to seven times",
    "dedup.version": "flags a document that is nearly one that stays, but for figures, a negation, a name throughout, or the number"
    " in its title: both stay",
    "dedup.paragraph.exact": "takes out a paragraph that equals one that stays, but for layout, width, case and script; by default only"
    " from articles and where it is long"
    ' (with `scope = "document"`: of one in its own document)',
    "dedup.paragraph.near": "takes out a paragraph that is nearly one that stays; by default only from articles, where it is long and"
    " has the same figures"
    ' (with `scope = "document"`: of one in its own document)',
    "template.line": "a line at the edge of many documents of one folder or host, in the words of a site and not of a text, goes from"
    " all of them",
}

UnitChoice = Literal["both", "document", "paragraph"]
ParagraphRule = Literal["careful", "all", "off"]
Numbers = Literal["distinct", "same"]
Scope = Literal["corpus", "document"]
Recall = Literal["normal", "thorough"]
CHOICES = {"units": UnitChoice, "paragraphs": ParagraphRule, "numbers": Numbers, "scope": Scope, "recall": Recall}
Keep: TypeAlias = str  # one of POLICIES, or "field:" and the name of a member of the record
NEWEST, NO_COPY = "newest", "none"
POLICIES = ("first", "last", "longest", NEWEST, NO_COPY)
FIELD = "field:"
THOROUGH_FROM = 10  # letters of a document: docs/decisions/031

REPEATED_FROM = 50  # letters of a paragraph of an article that goes as a copy: `articles` asks for more in Latin script
REPEATED_NEAR_FROM = 150  # the same of one that goes as a near copy

PERMUTATIONS = 128  # of a signature
PRICES = (0.05, 0.95)  # of a pair met in vain, of a pair missed; at datasketch's even prices .8 gives 9 x 13: .40 found
THOROUGH = 0.99  # of the pairs at the threshold itself
# Threshold → what datasketch chooses at these prices (a test asks it): to import it takes .5 s.
SETTLED = {0.6: (24, 4), 0.7: (21, 6), 0.75: (18, 7), 0.8: (16, 8), 0.85: (12, 10), 0.9: (9, 14)}
CHOICE_ENDS = 0.995  # from here on datasketch would take one band, which it refuses


@dataclass(frozen=True, slots=True)
class Dedup:
    """What counts as a duplicate, and which copy stays.

    units      whole documents, their paragraphs, or both: documents first, then paragraphs of documents that stay. A paragraph is
               a block of prose, a hard-wrapped one as a whole; never a line of code, a table, a list, verse, a turn, a heading
    paragraphs "careful": only long closed paragraphs of articles go as copies, and whole documents that say nothing of their
               own; "all": every paragraph that stands elsewhere goes, however little is left, and documents from the
               threshold on; "off": only documents go, as carefully
    numbers    "same": figures do not tell documents apart; "distinct": where they alone differ, both documents stay
    templates  lines that stand at the edge of many documents of one folder, file or host are furniture of its pages, and go from
               all of them: by default of `clean run` alone, and where `paragraphs` is "careful"
    scope      where a copy is looked for: in the whole corpus, or in the "document" alone. Then paragraphs are compared with
               those of their own document, and documents with nothing
    near       near copies as well; False leaves equal copies (equal but for layout, width, case, script)
    threshold  Jaccard similarity of 5-character shingles from which on a near copy goes, .5 to 1
    shortest   letters a paragraph needs to go at all, and a document to go as a near copy (see recall)
    recall     "thorough" finds .998 instead of .947 of the pairs at J = .8, costs about a third more memory, and takes
               documents as near copies from 10 letters on
    keep       of equal right: the first in source order, which is that of the command line and then of names; the last; the
               longest; with "field:NAME" the one whose record has the largest number or the newest ISO 8601 date in its member
               NAME (a date counts as its seconds since 1970; whatever else comes last); the "newest" by the usual members
               that hold dates (formats/rank.py). Of equals the first. With "none" nothing stays of what would go: the copy
               that would have stayed goes too
    priority   beginnings of ids: of copies, that stays whose id begins with an earlier one, before `keep` is asked; ids that
               begin with none of them come last
    seed       of the permutations; another seed misses other pairs
    memory     MB for keys that are sorted at a time, 32 bytes a unit: where there are more, they are sorted in partitions.
               Changes no result

    >>> Dedup(threshold=1.2)
    Traceback (most recent call last):
        ...
    cleaner.text.errors.ConfigError: dedup: threshold is 1.2, it must lie between 0.5 and 1
    """

    units: UnitChoice = "both"
    paragraphs: ParagraphRule = "careful"
    numbers: Numbers = "distinct"
    templates: bool = True
    scope: Scope = "corpus"
    near: bool = True
    threshold: float = 0.8
    shortest: int = 25
    recall: Recall = "normal"
    keep: Keep = "first"
    priority: tuple[str, ...] = ()
    seed: int = 1
    memory: int = 256

    def __post_init__(self) -> None:
        for name, choices in CHOICES.items():
            _one_of(name, getattr(self, name), choices)
        if self.scope == self.units:
            raise ConfigError(
                "dedup: scope is 'document', where only paragraphs are compared, and units is 'document'; "
                "set units to 'paragraph', or scope to 'corpus'"
            )
        by_field = isinstance(self.keep, str) and self.keep.startswith(FIELD) and self.keep != FIELD
        if self.keep not in POLICIES and not by_field:
            policies = ", ".join(map(repr, (*POLICIES, f"{FIELD}NAME")))
            raise ConfigError(f"dedup: keep is {self.keep!r}, it must be one of {policies}")
        _reachable(self.priority)
        for name in ("near", "templates"):
            if not isinstance(getattr(self, name), bool):
                raise ConfigError(f"dedup: {name} is {getattr(self, name)!r}, it must be true or false")
        for name, low, high in RANGES:
            _within(name, getattr(self, name), low, high)

    @property
    def of_documents(self) -> bool:
        """Whether whole documents are compared; alone in its scope, a document has nothing to be compared with."""
        return self.units != "paragraph" and self.scope == "corpus"

    @property
    def of_paragraphs(self) -> bool:
        """Whether paragraphs are compared."""
        return self.units != "document" and self.paragraphs != "off"

    @property
    def careful(self) -> bool:
        """Whether a document goes only where it says nothing of its own; alone, documents go from the threshold on."""
        return self.units == "both" and self.scope == "corpus" and self.paragraphs != "all"

    @property
    def of_repeats(self) -> bool:
        """Whether what a text says twice, in order, goes out of it."""
        return self.of_paragraphs and self.paragraphs == "careful"

    @property
    def of_templates(self) -> bool:
        """Whether a run takes out what stands on every page of a site; sentences tell which pages say something of their own."""
        return self.templates and self.careful and self.of_repeats

    @property
    def field(self) -> str | None:
        """The member of a record whose number or date decides which copy stays.

        >>> Dedup(keep="field:score").field, Dedup().field
        ('score', None)
        """
        return self.keep.removeprefix(FIELD) if self.keep.startswith(FIELD) else None

    @property
    def by_value(self) -> bool:
        """Whether something in the records decides which copy stays."""
        return self.field is not None or self.keep == NEWEST

    @property
    def held_bytes(self) -> int:
        """What band keys may take in memory."""
        return self.memory << 20

    def parts(self, units: int) -> int:
        """In how many parts a column of so many units is sorted, so that one fits into the memory allowed.

        >>> Dedup().parts(1_000_000), Dedup(memory=16).parts(1_000_000)
        (1, 2)
        """
        return min(1 + units * SORTED // self.held_bytes, MOST_PARTS)

    @property
    def near_from(self) -> tuple[int, int]:
        """Letters from which on a document, and a paragraph, is matched near.

        >>> Dedup().near_from, Dedup(paragraphs="all", recall="thorough").near_from
        ((25, 150), (10, 25))
        """
        document = min(self.shortest, THOROUGH_FROM) if self.recall == "thorough" else self.shortest
        return document, max(self.shortest, REPEATED_NEAR_FROM if self.paragraphs == "careful" else 0)

    @property
    def paragraph_from(self) -> int:
        """Letters from which on a paragraph may go at all."""
        return max(self.shortest, REPEATED_FROM if self.paragraphs == "careful" else 0)

    @property
    def limit(self) -> Fraction:
        """The threshold as the fraction that was written down, so that 4 of 5 reaches .8.

        >>> Dedup(threshold=0.8).limit
        Fraction(4, 5)
        """
        return Fraction(str(self.threshold))

    @property
    def bands(self) -> "Bands":
        """The bands of the threshold."""
        return bands_for(self.threshold, self.recall)


class Bands(NamedTuple):
    """b bands of r signature values each: two units meet where all values of one band are equal."""

    b: int
    r: int

    def chance(self, jaccard: float) -> float:
        """Probability that a pair of this similarity meets in some band.

        >>> round(Bands(16, 8).chance(0.8), 3), round(Bands(9, 13).chance(0.8), 3)
        (0.947, 0.399)
        """
        return float(1 - (1 - jaccard**self.r) ** self.b)

    def promised(self, met: int) -> float:
        """The similarity that so many equal bands speak for: (share of equal bands)^(1 / r). For show, decides nothing.

        >>> Bands(16, 8).promised(16), Bands(16, 8).promised(3)
        (1.0, 0.811)
        """
        return round(float((met / self.b) ** (1 / self.r)), 3)


@cache
def bands_for(threshold: float, recall: Recall = "normal") -> Bands:
    """The bands for a threshold: datasketch's optimum for prices that favour recall; `thorough`: the widest that find .99.

    >>> bands_for(0.8), bands_for(0.8, "thorough")
    (Bands(b=16, r=8), Bands(b=21, r=6))
    """
    if recall == "thorough":
        widest_first = (Bands(PERMUTATIONS // rows, rows) for rows in range(PERMUTATIONS, 0, -1))
        return next(bands for bands in widest_first if bands.chance(threshold) >= THOROUGH)
    if threshold in SETTLED:
        return Bands(*SETTLED[threshold])
    if threshold > CHOICE_ENDS:
        return Bands(2, PERMUTATIONS // 2)
    from datasketch import MinHashLSH

    best = MinHashLSH(threshold=threshold, num_perm=PERMUTATIONS, weights=PRICES)
    return Bands(best.b, best.r)


def _one_of(name: str, value: object, choices: Any) -> None:
    if value not in get_args(choices):
        names = ", ".join(repr(choice) for choice in get_args(choices))
        raise ConfigError(f"dedup: {name} is {value!r}, it must be one of {names}")


def _reachable(priority: object) -> None:
    """Refuse beginnings that are none, or that no id can have which has not an earlier one as well."""
    if not isinstance(priority, tuple) or not all(isinstance(one, str) and one for one in priority):
        raise ConfigError(
            f"dedup: priority is {priority!r}, it must be a list of beginnings of ids, like ['books/', 'web/']"
        )
    for at, later in enumerate(priority):
        if earlier := next((one for one in priority[:at] if later.startswith(one)), None):
            raise ConfigError(
                f"dedup: priority has {later!r} behind {earlier!r}, which every such id begins with as well; put {later!r} first"
                if later != earlier
                else f"dedup: priority has {later!r} twice"
            )


def _within(name: str, value: object, low: float, high: float) -> None:
    """Refuse what is no number from low to high, or no whole one where low is whole."""
    whole = isinstance(low, int)
    if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
        raise ConfigError(f"dedup: {name} is {value!r}, it must be a {'whole ' if whole else ''}number")
    if not low <= value <= high:
        told = f"lie between {low} and {high}" if high < inf else f"be at least {low}"
        raise ConfigError(f"dedup: {name} is {value}, it must {told}")
