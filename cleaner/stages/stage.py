"""What a stage is: the shape every stage has, ours or yours. No rule lives here."""

from collections.abc import Iterable, Mapping
from typing import Protocol, runtime_checkable

from cleaner.document import Document, Finding


@runtime_checkable
class Stage(Protocol):
    """One document in, findings out (offsets of `doc.text`); a stage says what it found and changes nothing.

    A frozen dataclass whose fields ARE its settings, so that configuration needs no second description of them. Heavy
    tables sit behind cached module functions: a pickled stage stays a few bytes.
    """

    @property
    def name(self) -> str:
        """The stage's name: its section in the configuration and the first part of its rule ids."""

    @property
    def rules(self) -> Mapping[str, str]:
        """Every rule id it may report, with one line that says what the rule does."""

    def __call__(self, doc: Document) -> Iterable[Finding]: ...
