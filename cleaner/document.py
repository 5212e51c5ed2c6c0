"""A document, what was found in it, and the one method that changes it. Knows no stage, no file, no settings."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from functools import cached_property
from hashlib import sha256
from typing import Any, NamedTuple

from cleaner.forms import Form, form_of, format_named
from cleaner.text.change import NOWHERE, Change, Edit, Mapper

KEPT, OTHER = "kept", "other"  # in evidence: the copy that stays; the other copy, where none is to stay


class Certainty(IntEnum):
    """How sure a rule is; a run applies what reaches its level.

    SUSPECT is reported and stays, LIKELY goes by default, SAFE keeps the meaning (normalisation).
    """

    SUSPECT = 1
    LIKELY = 2
    SAFE = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found in [start, end), code points, and what it proposes to put there.

    text      the new text; "" removes; None is a flag, which never changes anything
    evidence  what was MEASURED and the limit it was held against; JSON values only
    edits     a bulk rule makes ONE finding of all its edits: then [start, end) is their hull and `text` only tells a
              flag from a change
    applied   set by `Document.revise`

    A stage gives offsets of `doc.text`; the findings of a document are in offsets of `doc.raw`.
    """

    start: int
    end: int
    rule: str
    text: str | None = ""
    certainty: Certainty = Certainty.LIKELY
    evidence: Mapping[str, Any] = field(default_factory=dict)
    applied: bool = False
    edits: tuple[Edit, ...] = ()

    @classmethod
    def bulk(
        cls,
        rule: str,
        edits: Iterable[Edit],
        certainty: Certainty = Certainty.SAFE,
        *,
        evidence: Mapping[str, Any] | None = None,
    ) -> Iterator["Finding"]:
        """One finding for all edits of a rule that may fire thousands of times, or none where it did not fire.

        >>> [finding.count for finding in Finding.bulk("spacing.indent", [Edit(0, 2), Edit(9, 11)])]
        [2]
        """
        together = tuple(sorted(edits))
        if together:
            start, end = together[0].start, max(edit.end for edit in together)
            yield cls(start, end, rule, "", certainty, evidence or {}, edits=together)

    @classmethod
    def flags(cls, rule: str, edits: Iterable[Edit]) -> Iterator["Finding"]:
        """The same for a rule that only reports: no level applies what it found."""
        return (replace(found, text=None) for found in cls.bulk(rule, edits, Certainty.SUSPECT))

    @property
    def flag(self) -> bool:
        """Reported only: no level applies it."""
        return self.text is None

    @property
    def where(self) -> tuple[Edit, ...]:
        """Its edits: many for a bulk rule, else the one."""
        return self.edits or (Edit(self.start, self.end, self.text or ""),)

    @property
    def count(self) -> int:
        """How many times the rule fired."""
        return len(self.edits) or 1

    def only(self, edits: Iterable[Edit]) -> Iterator["Finding"]:
        """The finding of a bulk rule with these of its edits, or none where there are none."""
        together = tuple(edits)
        if len(together) == len(self.edits):
            yield self
        elif together:
            end = max(edit.end for edit in together)
            yield replace(self, start=together[0].start, end=end, edits=together)

    def moved(self, to: Mapper, *, applied: bool) -> "Finding":
        """The same finding with its spans carried elsewhere; a removal around an older one is cut in pieces."""
        if to is NOWHERE and applied == self.applied:
            return self
        start, end = to(self.start, self.end)
        edits = tuple(_moved(self.edits, to))
        return Finding(start, end, self.rule, self.text, self.certainty, self.evidence, applied, edits)


class Guard(NamedTuple):
    """A span that nothing may change, and the rule that says so."""

    start: int
    end: int
    rule: str


@dataclass(frozen=True)  # no slots: where they end is worked out once and kept
class Guards:
    """The guarded spans of one text, in order, none of which meets another.

    >>> guards = Guards((Guard(2, 4, "patterns.credits"),))
    >>> [guards.at(Edit(*span)) for span in ((0, 2), (0, 3), (3, 3), (2, 2), (4, 9))]
    ['', 'patterns.credits', 'patterns.credits', '', '']
    """

    spans: tuple[Guard, ...]

    @cached_property
    def _ends(self) -> list[int]:
        return [one.end for one in self.spans]

    def at(self, edit: Edit) -> str:
        """The rule that guards what this edit would change, if only one character of it; "" where there is none."""
        first = bisect_right(self._ends, edit.start)
        return self.spans[first].rule if first < len(self.spans) and self.spans[first].start < edit.end else ""

    def over(self, finding: Finding) -> str:
        """The same for a finding as a whole."""
        return next(filter(None, map(self.at, finding.where)), "")


@dataclass(frozen=True, slots=True)
class Document:
    """A text on its way through the stages.

    raw       as decoded; never changes
    text      as it stands
    change    from `raw` to `text`
    findings  all that was found so far, in offsets of `raw`
    meta      whatever came with it: fields of its record, path, encoding
    guarded   spans of `raw` that nothing may change, in order, none of which meets another
    """

    id: str
    raw: str
    text: str
    change: Change
    findings: tuple[Finding, ...] = ()
    meta: Mapping[str, Any] = field(default_factory=dict)
    guarded: tuple[Guard, ...] = ()

    @classmethod
    def of(cls, raw: str, id: str = "", meta: Mapping[str, Any] | None = None) -> "Document":
        """A document to which nothing has happened yet."""
        return cls(id, raw, raw, Change(len(raw)), meta=meta or {})

    @property
    def form(self) -> Form:
        """What kind of text every line of `text` belongs to. The format is told by the name of the file, which `id` is."""
        return form_of(self.text, format_named(self.id))

    @property
    def kept(self) -> bool:
        """False where the whole text was removed: that is how a document is dropped. Only-spaces documents are kept."""
        return bool(self.text) or all(f.certainty is Certainty.SAFE for f in self.findings if f.applied)

    def applies(self, finding: Finding, level: Certainty, keep: frozenset[str]) -> bool:
        """Whether `revise` would apply this finding (offsets of `text`)."""
        if finding.flag or finding.certainty < level or (self.guarded and self.guards().over(finding)):
            return False
        return not (keep and self._overruled(finding.moved(self.change.mapper(back=True), applied=True), keep))

    def _overruled(self, moved: Finding, keep: frozenset[str]) -> bool:
        """Whether a person overruled this finding (offsets of `raw`)."""
        return finding_id(moved, content_digest(self.raw)) in keep

    def guard(self, spans: Iterable[Guard]) -> "Document":
        """The same document with these spans of `raw` guarded, too; what meets becomes one."""
        found: list[Guard] = []
        for one in sorted({*self.guarded, *spans}):
            if found and one.start < found[-1].end:
                found[-1] = found[-1]._replace(end=max(found[-1].end, one.end))
            else:
                found.append(one)
        return replace(self, guarded=tuple(found))

    def guards(self) -> "Guards":
        """The guarded spans as they stand in `text`."""
        to = self.change.mapper()
        return Guards(tuple(Guard(*to(one.start, one.end), one.rule) for one in self.guarded))

    def revise(
        self,
        findings: Iterable[Finding],
        level: Certainty = Certainty.LIKELY,
        keep: frozenset[str] = frozenset(),
    ) -> "Document":
        """Note these findings (offsets of `text`) and apply those that reach the level, all at once.

        What is guarded stays: a finding that would change any of it is noted and not applied; a bulk rule loses those of
        its edits that would.

        keep  ids of findings that a person overruled: noted, not applied
        ChangeError where two findings want to put different text in one place
        """
        found = list(self._beside_guards(findings))
        if not found:
            return self
        to_raw = self.change.mapper(back=True)
        noted: list[Finding] = []
        edits: list[Edit] = []
        for finding, guard in found:
            moved = finding.moved(to_raw, applied=not (finding.flag or guard) and finding.certainty >= level)
            if guard:
                moved = replace(moved, evidence={**moved.evidence, "held_back": f"kept by {guard}"})
            if moved.applied and keep and self._overruled(moved, keep):
                moved = replace(moved, applied=False, evidence={**moved.evidence, "held_back": "kept by the settings"})
            if moved.applied:
                edits += finding.where
            noted.append(moved)
        change = Change.of(len(self.text), edits)
        findings = _all_found(self.findings, noted)
        return Document(
            self.id, self.raw, change.apply(self.text), self.change.then(change), findings, self.meta, self.guarded
        )

    def _beside_guards(self, findings: Iterable[Finding]) -> Iterator[tuple[Finding, str]]:
        """What these findings may change; with it, where that is nothing of a finding that has one edit, what guards it."""
        guards = self.guards() if self.guarded else None
        for finding in findings:
            if guards is None or finding.flag:
                yield finding, ""
            elif finding.edits:
                yield from ((left, "") for left in finding.only(edit for edit in finding.edits if not guards.at(edit)))
            else:
                yield finding, guards.over(finding)


def content_digest(raw: str) -> str:
    """sha256 of a source text."""
    return sha256(raw.encode("utf-8", "surrogatepass")).hexdigest()


def finding_id(finding: Finding, content: str) -> str:
    """A name for one decision, from its content alone: rule, document (`content_digest` of its source), span, other copy.

    It survives reruns, other orders and renamed files, so that a person's decision about it lasts.
    """
    copy = other_copy(finding.evidence) or {}
    parts = f"{finding.rule}\0{content}\0{finding.start}\0{finding.end}\0{copy.get('sha256', '')}"
    return f"f:{sha256(parts.encode()).hexdigest()[:16]}"


def other_copy(evidence: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The copy for which a duplicate goes, whether that one stays or not; None where the evidence is no duplicate's."""
    return evidence.get(KEPT) or evidence.get(OTHER)


def _all_found(before: tuple[Finding, ...], noted: list[Finding]) -> tuple[Finding, ...]:
    """All findings; a bulk rule that fires again, on a text that was settled before, adds to the finding it made then.

    What was not applied is found again as long as the text is looked at: it is noted once.
    """
    if not before:
        return tuple(noted)
    earlier = {_kind(finding): at for at, finding in enumerate(before) if finding.edits}
    out = list(before)
    for finding in noted:
        at = earlier.get(_kind(finding)) if finding.edits else None
        if at is None:
            out += [finding] if finding.applied or finding not in before else []
        else:
            new = finding.edits if finding.applied else set(finding.edits).difference(out[at].edits)
            edits = tuple(sorted((*out[at].edits, *new)))
            end = max(out[at].end, finding.end)
            out[at] = replace(out[at], start=min(out[at].start, finding.start), end=end, edits=edits)
    return tuple(out)


def _kind(finding: Finding) -> tuple[str, bool, Certainty, str]:
    return finding.rule, finding.applied, finding.certainty, repr(sorted(finding.evidence.items()))


def _moved(edits: tuple[Edit, ...], to: Mapper) -> Iterable[Edit]:
    if not to.starts:
        return edits
    return (
        Edit(left, right, edit.text)
        for edit in edits
        for left, right in ((to(edit.start, edit.end),) if edit.text else to.pieces(edit.start, edit.end))
    )
