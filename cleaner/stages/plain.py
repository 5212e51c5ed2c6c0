"""A plain function `f(doc) -> findings` where a stage is wanted. Adds a name and nothing else."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cleaner.document import Document, Finding


@dataclass(frozen=True, slots=True)
class PlainStage:
    """`function` under a name; `use` is where it can be imported from, for the record."""

    name: str
    function: Callable[[Document], Iterable[Finding]]
    use: str = ""

    @property
    def rules(self) -> Mapping[str, Any]:
        """Unknown before it runs: a function declares nothing."""
        return {}

    def __call__(self, doc: Document) -> Iterable[Finding]:
        return self.function(doc)
