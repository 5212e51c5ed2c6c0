"""Why a duplicate goes: which copy stays for it, and how alike the two were measured to be. Takes nothing away."""

import msgspec

from cleaner.corpus.duplicates import Duplicate
from cleaner.corpus.keepers import Keepers, Kept
from cleaner.dedup.settings import Dedup
from cleaner.document import Finding


class Evidence(msgspec.Struct, omit_defaults=True):
    """As a record holds it; a struct, which is made and written in a fraction of a dict's time.

    shingles  that both texts have, and that either has
    keep      the policy that decided which copy stays
    estimate  of the similarity, by their signatures, where they are no exact copies
    """

    kept: Kept
    jaccard: float
    threshold: float
    shingles: tuple[int, int]
    keep: str
    estimate: float | None = None
    words: str = ""


def evidence_of(one: Duplicate, text: str, keepers: Keepers, settings: Dedup) -> Evidence:
    """Of a duplicate in this text."""
    keeper = keepers.of(one.kept_shard, one.kept_record, one.kept_text, one.kept_end)
    kept = keeper.kept(one.kept_start, one.kept_stop)
    differ = keeper.differ(text[one.start : one.end], one.kept_start, one.kept_stop) if one.exact else ()
    return Evidence(
        kept,
        round(one.common / one.union, 6),
        settings.threshold,
        (one.common, one.union),
        settings.keep,
        round(one.estimate, 3) if one.estimate >= 0 else None,
        _words(one, kept, differ),
    )


def finding_of(one: Duplicate, text: str, keepers: Keepers, settings: Dedup, *, applied: bool = False) -> Finding:
    """A duplicate in this text, with its evidence."""
    evidence = msgspec.to_builtins(evidence_of(one, text, keepers, settings))
    return Finding(one.start, one.end, one.rule, evidence=evidence, applied=applied)


def _words(one: Duplicate, kept: Kept, differ: tuple[str, ...]) -> str:
    kind = "document" if one.whole else "paragraph"
    name = kept.id if kept.run is None else f"{kept.id} of the run {kept.run['out']}"
    if one.exact:
        but = f", equal but for {' and '.join(differ)}" if differ else ", word for word"
        return f"This {kind} stands in {name} as well{but}; that copy stays."
    return f"{one.common:,} of the {one.union:,} five-character sequences of this {kind} and of the one that stays in {name} are the same."
