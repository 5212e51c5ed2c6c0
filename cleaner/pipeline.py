"""Fold one document through the stages. Knows no other document: duplicates are a matter of the corpus."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cleaner.document import Certainty, Document, Finding
from cleaner.stages.order import LAYOUT, WAKES
from cleaner.stages.stage import Stage

if TYPE_CHECKING:
    from cleaner.config import Config

ROUNDS = 6  # a third is rare: a removed tag can expose a joiner, composing re-orders marks


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Stages in order, the level that findings must reach to be applied, and the findings a person overruled.

    The stages that settle characters and layout run until they find nothing more, and again after any later stage that
    changed the text, so that cleaning a clean text finds nothing.
    """

    stages: tuple[Stage, ...]
    level: Certainty = Certainty.LIKELY
    keep: frozenset[str] = frozenset()

    @classmethod
    def default(cls, **settings: Any) -> "Pipeline":
        """The stages in their default order; keywords are settings as in clean.toml.

        ConfigError where a setting does not exist or has no such value.

        >>> pipe = Pipeline.default(level="safe", splice=False)
        >>> [doc.text for doc in pipe.map(["　　一。", "二。\\n\\n\\n\\n三。"])]
        ['一。', '二。\\n\\n三。']
        """
        from cleaner.config import config_of

        return cls.of(config_of(settings))

    @classmethod
    def from_config(cls, path: str | Path) -> "Pipeline":
        """The stages that a TOML file asks for. ConfigError where the file is missing or says what is not there."""
        from cleaner.config import config_of, find_settings

        settings, where = find_settings(Path(), Path(path))
        return cls.of(config_of(settings, where))

    @classmethod
    def of(cls, config: "Config") -> "Pipeline":
        """The part of a configuration that concerns single documents."""
        return cls(config.stages, config.level, config.keep)

    def __call__(self, doc: Document | str) -> Document:
        """The document with everything found in it, and its text after what was applied."""
        doc = self.settle(Document.of(doc) if isinstance(doc, str) else doc)
        for stage in self.stages:
            if stage.name not in LAYOUT:
                after = self._through(stage, doc)
                doc = after if after.text == doc.text else self.settle(after, again=True)
        return doc

    def map(self, docs: Iterable[Document | str]) -> Iterator[Document]:
        """A stream of documents, in order, one at a time in memory."""
        return map(self, docs)

    @property
    def settles(self) -> bool:
        """Whether some stage looks at characters and layout."""
        return any(stage.name in LAYOUT for stage in self.stages)

    def settle(self, doc: Document, *, again: bool = False) -> Document:
        """Characters and layout, until nothing is found any more.

        again  the text was settled before: report only what is applied, since flags were reported then
        """
        awake = LAYOUT
        for turn in range(ROUNDS):
            changed: set[str] = set()
            for stage in self.stages:
                if stage.name in awake:
                    before, doc = doc.text, self._through(stage, doc, flags=not (again or turn))
                    if doc.text != before:
                        changed.add(stage.name)
            if not changed:
                return doc
            awake = frozenset().union(*(WAKES.get(name, LAYOUT) for name in changed))
        return doc.revise([Finding(0, len(doc.text), "error.not-stable", None, Certainty.SUSPECT, {"rounds": ROUNDS})])

    def _through(self, stage: Stage, doc: Document, *, flags: bool = True) -> Document:
        """One stage; where it fails the document passes unharmed and says so."""
        try:
            found = [finding for finding in stage(doc) if flags or not finding.flag]
            return doc.revise(found, self.level, self.keep) if found else doc
        except Exception as failure:  # a stage may be anybody's code: it must not stop a run
            evidence = {"error": type(failure).__name__, "message": str(failure)[:200]}
            flag = Finding(0, len(doc.text), f"error.{stage.name}", None, Certainty.SUSPECT, evidence)
            return doc.revise([flag])
