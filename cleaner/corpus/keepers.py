"""The documents of the copies that stay, read from what was staged, for the evidence of a removal. Finds nothing."""

from functools import lru_cache
from typing import Any

import msgspec

from cleaner.corpus.record import Brief, back_in, brief_of
from cleaner.corpus.staged import StagedFiles
from cleaner.document import content_digest
from cleaner.text.change import Mapper

REMEMBERED = 256  # documents


class Kept(msgspec.Struct, omit_defaults=True):
    """A copy that stays, as evidence names it: its document, its span there, and the sha256 of that.

    run  the earlier run that kept it, if it was not this one
    """

    id: str
    path: str
    span: tuple[int, int]
    sha256: str
    run: dict[str, Any] | None = None


class Keepers:
    """All of them; the last ones are remembered."""

    def __init__(self, files: StagedFiles) -> None:
        self._files = files
        self.of = lru_cache(REMEMBERED)(self._of)  # arguments as in `Duplicate`

    def _of(self, shard: int, record: int, text: int, end: int) -> "Keeper":
        return Keeper(self._files, brief_of(self._files.record(shard, record)), (shard, text, end))


class Keeper:
    """A document of which a copy stays. Its text is read when it is needed: what is told of a whole document says enough.

    place  shard, start and end of its text, in bytes
    """

    def __init__(self, files: StagedFiles, brief: Brief, place: tuple[int, int, int]) -> None:
        self._files, self._brief, self._place = files, brief, place
        self._read: tuple[str, str, Mapper] | None = None

    def kept(self, start: int, end: int) -> Kept:
        """A span of its text, where it stands in its source, and the digest of that."""
        brief = self._brief
        if (sha := self._known(start, end)) is None:
            _, raw, to_source = self._texts()
            start, end = to_source(start, end)
            sha = content_digest(raw[start:end])
        return Kept(brief.id, brief.source.path, (start, end), sha, brief.source.run)

    def differ(self, text: str, start: int, end: int) -> tuple[str, ...]:
        """In what a text differs from this span, which has the same key."""
        if (known := self._known(start, end)) is not None and known == content_digest(text):
            return ()
        kept = self._texts()[0][start:end]
        if text == kept:
            return ()
        from cleaner.dedup.explain import explain

        return explain(text, kept)

    def _known(self, start: int, end: int) -> str | None:
        """The sha256 of a whole text that is as it came; else it must be read."""
        brief = self._brief
        return None if start or end != brief.clean.chars or brief.back else brief.clean.sha256

    def _texts(self) -> tuple[str, str, Mapper]:
        """The text, the text as it came, and the way of spans back to that."""
        if self._read is None:
            text = self._files.text(*self._place)
            back = back_in(self._brief.back, text)
            self._read = text, back.apply(text), back.mapper()
        return self._read
