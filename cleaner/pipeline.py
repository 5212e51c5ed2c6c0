"""Fold one document through the stages. Knows no other document: duplicates are a matter of the corpus."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from reprlib import repr as short
from typing import TYPE_CHECKING, Any

from cleaner.document import Certainty, Document, Finding, Guard
from cleaner.formats.members import Members, Text, replaced
from cleaner.formats.records import rows, texts_at
from cleaner.stages.order import CARRY, LAYOUT, STIRS
from cleaner.stages.permit import permitted, unrestricted
from cleaner.stages.stage import Stage, guarding, wakes_of
from cleaner.text.machine_code import pays
from cleaner.text.signs import Lookout

if TYPE_CHECKING:
    from cleaner.config import Config

ROUNDS = 6  # a third is rare: a removed tag can expose a joiner, composing re-orders marks
SAVES = 8  # a look at a text saves so much less than signatures do, by which `pays` is measured
_read = {"code_points": 0}  # by all pipelines of this process


@dataclass(frozen=True)  # no slots: what the stages wake for is worked out once and kept
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

    def __reduce__(self) -> tuple[Any, ...]:
        return Pipeline, (self.stages, self.level, self.keep)  # a pickled one stays a few bytes

    def __call__(self, doc: Document | str) -> Document:
        """The document with everything found in it, and its text after what was applied.

        TypeError where it is neither a text nor a Document.
        """
        doc, awake = self._settled(self.guard(_document(doc)))
        doc = self.guard(doc) if doc.change.edits else doc
        for stage in self.stages:
            if stage.name not in LAYOUT and stage.name in awake:
                before, doc = doc.text, self._through(stage, doc, _Forms())
                if doc.text != before:
                    doc, awake = self._settled(doc, again=True)
        return doc

    def map(self, docs: Iterable[Document | str]) -> Iterator[Document]:
        """A stream of documents, in order, one at a time in memory.

        TypeError where this is one text and not many, and, with its position from 0, where one of them is no text.
        """
        if isinstance(docs, str | bytes | bytearray | Document | Mapping):
            way_out = "give its values" if isinstance(docs, Mapping) else "put it in a list"
            raise TypeError(f"map wants many texts, not one {type(docs).__name__}; {way_out}")
        return (self(_document(doc, f" at position {at}")) for at, doc in enumerate(docs))

    def map_records(self, records: Any, text: str | Sequence[str] = "text") -> Iterator[dict[str, Any]]:
        """A stream of records with their text cleaned and everything else as it was, in order, one at a time in memory.

        records  mappings, or a table: a HuggingFace data set, a frame of pandas or polars, an Arrow table
        text     the member that holds the text, or a path to it (`doc.text`, `/doc/text`, `messages[].content`), or
                 several; each text is cleaned on its own
        returns  new mappings, one for each, even where nothing of a text is left

        TypeError, with the position from 0, where something is no record or a member no text; InputError where a member
        is missing.

        >>> list(Pipeline.default(splice=False).map_records([{"id": 7, "doc": {"text": "　　ＧＤＰ增长。"}}], text="doc.text"))
        [{'id': 7, 'doc': {'text': 'GDP增长。'}}]
        """
        members, given = Members.of(text), rows(records, "map_records")
        return (self._record(record, members, at) for at, record in enumerate(given))

    def _record(self, record: Any, members: Members, at: int) -> dict[str, Any]:
        if not isinstance(record, Mapping):
            hint = "; map takes texts" if isinstance(record, str) else ""
            raise TypeError(
                f"a record (mapping) is wanted at position {at}, not {type(record).__name__}: {short(record)}{hint}"
            )
        texts = texts_at(record, members, at)
        return replaced(record, [Text(place, self(_document(text)).text) for place, text in texts])

    def guard(self, doc: Document, *, again: bool = False) -> Document:
        """The document with all that its settings keep guarded: what is found in its source, and in its text as it stands.

        Where that cannot be told all of it is.

        again  it was guarded before: say nothing of what failed
        """
        for name, guarded in self._guarding:
            try:
                found = list(guarded(Document.of(doc.raw, doc.id)))
                if doc.change.edits:
                    back = doc.change.mapper(back=True)
                    found += (Guard(*back(one.start, one.end), one.rule) for one in guarded(doc))
                doc = doc.guard(found) if found else doc
            except Exception as failure:  # a stage may be anybody's code: it must not stop a run
                doc = doc.guard([Guard(0, len(doc.raw), f"error.{name}")])
                doc = doc if again else doc.revise([_failed(name, failure, doc)])
        return doc

    @cached_property
    def _guarding(self) -> tuple[tuple[str, Callable[[Document], Iterable[Guard]]], ...]:
        return tuple(guarding(self.stages))

    @property
    def salvages(self) -> bool:
        """Whether articles that are taken out are put together again."""
        return any(getattr(stage, "salvage", False) for stage in self.stages)

    def settle(self, doc: Document, *, again: bool = False) -> Document:
        """Characters and layout, until nothing is found any more.

        again  the text was settled before: report only what is applied, since flags were reported then
        """
        return self._settled(doc, again=again)[0]

    def _settled(self, doc: Document, *, again: bool = False) -> tuple[Document, frozenset[str]]:
        """The same, and which stages may find anything in its text."""
        stirred, awake, forms = LAYOUT, self._awake(doc.text), _Forms()
        for turn in range(ROUNDS):
            changed: set[str] = set()
            for stage in self.stages:
                if stage.name in stirred and stage.name in awake:
                    before, doc = doc.text, self._through(stage, doc, forms, flags=not (again or turn), again=again)
                    if doc.text != before:
                        changed.add(stage.name)
                        forms.plain = forms.plain and stage.name in CARRY
                        awake = self._awake(doc.text)  # a later stage of this turn meets what was laid bare
            if not changed:
                return doc, awake
            stirred = frozenset().union(*(STIRS.get(name, LAYOUT) for name in changed))
        evidence = {"rounds": ROUNDS}
        return doc.revise([Finding(0, len(doc.text), "error.not-stable", None, Certainty.SUSPECT, evidence)]), awake

    def _awake(self, text: str) -> frozenset[str]:
        """The names of the stages that may find anything; a few more as long as a compiled look does not pay."""
        _read["code_points"] += len(text)
        look = self._lookout.told if pays(_read["code_points"] // SAVES) else self._lookout.hinted
        return look(text)

    @cached_property
    def _lookout(self) -> Lookout:
        try:
            return _lookout_of(self.stages)
        except TypeError:  # a stage from outside that cannot be hashed
            return _lookout_of.__wrapped__(self.stages)

    def _through(
        self, stage: Stage, doc: Document, forms: "_Forms", *, flags: bool = True, again: bool = False
    ) -> Document:
        """One stage; where it fails the document passes unharmed and says so."""
        least = self.level if again else Certainty.SUSPECT
        try:
            found = [one for one in stage(doc) if one.certainty >= least and (flags or not one.flag)]
            found = forms.permitted(found, doc)
            return doc.revise(found, self.level, self.keep) if found else doc
        except Exception as failure:  # a stage may be anybody's code: it must not stop a run
            return doc.revise([_failed(stage.name, failure, doc)])


@dataclass(slots=True)
class _Forms:
    """The form of a document on its way. `plain`: everything was found to be permitted, and nothing has changed that since."""

    plain: bool = False

    def permitted(self, found: list[Finding], doc: Document) -> list[Finding]:
        """What the kinds of its lines permit of what was found."""
        if self.plain or not any(finding.text is not None for finding in found):
            return found
        form = doc.form
        self.plain = unrestricted(form)
        return found if self.plain else list(permitted(found, form))


def _failed(name: str, failure: Exception, doc: Document) -> Finding:
    """The flag of a stage that failed on a document."""
    evidence = {"error": type(failure).__name__, "message": str(failure)[:200]}
    return Finding(0, len(doc.text), f"error.{name}", None, Certainty.SUSPECT, evidence)


@lru_cache
def _lookout_of(stages: tuple[Stage, ...]) -> Lookout:
    """A lookout for the signs of these stages, which takes some ms to make."""
    return Lookout((stage.name, wakes_of(stage)) for stage in stages)


def _document(given: Document | str, where: str = "") -> Document:
    if isinstance(given, Document):
        return given
    if isinstance(given, str):
        return Document.of(given)
    hint = "; decode it first" if isinstance(given, bytes | bytearray) else ""
    raise TypeError(f"a text (str) or a Document is wanted{where}, not {type(given).__name__}: {short(given)}{hint}")
