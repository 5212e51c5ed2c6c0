"""The settings of duplicate matching. Imports nothing heavy: the command line reads it at its start."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal, TypeAlias, get_args

from cleaner.text.errors import ConfigError

LOWEST_THRESHOLD = 0.5  # unrelated English texts of a million characters have J = .37: below this, nothing is proved
SORTED = 32  # bytes a row of a column takes while it is sorted
MOST_PARTS = 64  # each is chosen from the whole column
LARGEST_SEED = 2**32 - 1  # of numpy's RandomState, from which datasketch takes its permutations

RULES = {
    "dedup.document.exact": "a document whose comparison key equals that of a document that stays goes",
    "dedup.document.near": "a document whose shingles are nearly those of a document that stays goes",
    "dedup.document.rest": "white space that is left of a document whose every paragraph went for a copy goes too",
    "dedup.paragraph.exact": "a paragraph whose comparison key equals that of a paragraph that stays goes"
    ' (with `scope = "document"`: of one in its own document)',
    "dedup.paragraph.near": "a paragraph whose shingles are nearly those of a paragraph that stays goes"
    ' (with `scope = "document"`: of one in its own document)',
}

UnitChoice = Literal["both", "document", "paragraph"]
Scope = Literal["corpus", "document"]
Recall = Literal["normal", "thorough"]
Keep: TypeAlias = str  # "first", "last", "longest" or "field:" and the name of a member of the record
POLICIES = ("first", "last", "longest")
FIELD = "field:"
THOROUGH_FROM = 10  # letters of a document: docs/decisions/031


@dataclass(frozen=True, slots=True)
class Dedup:
    """What counts as a duplicate, and which copy stays.

    units      whole documents, their paragraphs, or both: documents first, then paragraphs of documents that stay
    scope      where a copy is looked for: in the whole corpus, or in the "document" alone. Then paragraphs are compared with
               those of their own document, and documents with nothing
    near       near copies as well; False leaves equal copies (equal but for layout, width, case, script)
    threshold  Jaccard similarity of 5-character shingles from which on a near copy goes, .5 to 1
    shortest   letters a paragraph needs to go at all, and a document to go as a near copy (see recall)
    recall     "thorough" finds .998 instead of .947 of the pairs at J = .8, costs about a third more memory, and takes
               documents as near copies from 10 letters on
    keep       of equal right: the first in source order, the last, the longest (then the first), or, with "field:NAME", the
               one whose record has the largest number in its member NAME (then the first; records without one come last)
    seed       of the permutations; another seed misses other pairs
    memory     MB for band keys, about 2 MB for 15,000 units: where there are more, they lie in a file beside the output
               while the run lasts, and are sorted in partitions. As much for the texts until they are matched: where
               there are more, they are read from files. Changes no result

    >>> Dedup(threshold=1.2)
    Traceback (most recent call last):
        ...
    cleaner.text.errors.ConfigError: dedup: threshold is 1.2, it must lie between 0.5 and 1
    """

    units: UnitChoice = "both"
    scope: Scope = "corpus"
    near: bool = True
    threshold: float = 0.8
    shortest: int = 25
    recall: Recall = "normal"
    keep: Keep = "first"
    seed: int = 1
    memory: int = 256

    def __post_init__(self) -> None:
        _one_of("units", self.units, UnitChoice)
        _one_of("scope", self.scope, Scope)
        if self.scope == self.units:
            raise ConfigError(
                "dedup: scope is 'document', where only paragraphs are compared, and units is 'document'; "
                "set units to 'paragraph', or scope to 'corpus'"
            )
        _one_of("recall", self.recall, Recall)
        if self.keep not in POLICIES and not (
            isinstance(self.keep, str) and self.keep.startswith(FIELD) and self.keep != FIELD
        ):
            raise ConfigError(
                f"dedup: keep is {self.keep!r}, it must be one of 'first', 'last', 'longest', 'field:NAME'"
            )
        if not isinstance(self.near, bool):
            raise ConfigError(f"dedup: near is {self.near!r}, it must be true or false")
        _within("threshold", self.threshold, LOWEST_THRESHOLD, 1)
        _whole("shortest", self.shortest)
        _within("shortest", self.shortest, 1)
        _whole("seed", self.seed)
        _within("seed", self.seed, 0, LARGEST_SEED)
        _whole("memory", self.memory)
        _within("memory", self.memory, 1)

    @property
    def documents(self) -> bool:
        """Whether whole documents are compared; alone in its scope, a document has nothing to be compared with."""
        return self.units != "paragraph" and self.scope == "corpus"

    @property
    def paragraphs(self) -> bool:
        """Whether paragraphs are compared."""
        return self.units != "document"

    @property
    def field(self) -> str | None:
        """The member of a record whose number decides which copy stays.

        >>> Dedup(keep="field:score").field, Dedup().field
        ('score', None)
        """
        return self.keep.removeprefix(FIELD) if self.keep.startswith(FIELD) else None

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

        >>> Dedup().near_from, Dedup(recall="thorough").near_from
        ((25, 25), (10, 25))
        """
        document = min(self.shortest, THOROUGH_FROM) if self.recall == "thorough" else self.shortest
        return document, self.shortest

    @property
    def limit(self) -> Fraction:
        """The threshold as the fraction that was written down, so that 4 of 5 reaches .8.

        >>> Dedup(threshold=0.8).limit
        Fraction(4, 5)
        """
        return Fraction(str(self.threshold))


def _one_of(name: str, value: object, choices: Any) -> None:
    if value not in get_args(choices):
        names = ", ".join(repr(choice) for choice in get_args(choices))
        raise ConfigError(f"dedup: {name} is {value!r}, it must be one of {names}")


def _within(name: str, value: object, low: float, high: float | None = None) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ConfigError(f"dedup: {name} is {value!r}, it must be a number")
    if high is None and value < low:
        raise ConfigError(f"dedup: {name} is {value}, it must be at least {low}")
    if high is not None and not low <= value <= high:
        raise ConfigError(f"dedup: {name} is {value}, it must lie between {low} and {high}")


def _whole(name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ConfigError(f"dedup: {name} is {value!r}, it must be a whole number")
