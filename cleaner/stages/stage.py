"""What a stage is: the shape every stage has, ours or yours, and a plain function in that shape. No rule lives here."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from cleaner.document import Document, Finding, Guard
from cleaner.text.signs import Signs


@runtime_checkable
class Stage(Protocol):
    """One document in, findings out (offsets of `doc.text`); a stage says what it found and changes nothing.

    A frozen dataclass whose fields ARE its settings, so that configuration needs no second description of them. Heavy
    tables sit behind cached module functions: a pickled stage stays a few bytes.

    A stage may have two more members. `wakes: Signs`: it finds nothing in a text that shows none of them, and then it is
    not called (see `wakes_of`). `guarded(doc)`: spans of `doc.text` that no stage may change; or None (see `guarding`).
    """

    @property
    def name(self) -> str:
        """The stage's name: its section in the configuration and the first part of its rule ids."""

    @property
    def rules(self) -> Mapping[str, str]:
        """Every rule id it may report, with one line that says what the rule does."""

    def __call__(self, doc: Document) -> Iterable[Finding]: ...


def wakes_of(stage: Stage) -> Signs | None:
    """The signs without which the stage finds nothing in a text; None where it names none and so looks at every text."""
    signs: Signs | None = getattr(stage, "wakes", None)
    return signs


def guarding(stages: Iterable[Stage]) -> Iterator[tuple[str, Callable[[Document], Iterable[Guard]]]]:
    """Those of these stages that guard anything, by name, and what tells which spans of a document they guard."""
    for stage in stages:
        if guarded := getattr(stage, "guarded", None):
            yield stage.name, guarded


@dataclass(frozen=True, slots=True)
class PlainStage:
    """A plain function `f(doc) -> findings` under a name; `use` is where it can be imported from, for the record."""

    name: str
    function: Callable[[Document], Iterable[Finding]]
    use: str = ""

    @property
    def rules(self) -> Mapping[str, Any]:
        """Unknown before it runs: a function declares nothing."""
        return {}

    def __call__(self, doc: Document) -> Iterable[Finding]:
        return self.function(doc)
