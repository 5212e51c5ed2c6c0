"""A run against an index: which of its units were kept before. Stages the copies that stay like a last shard of the run,
so that evidence is made of them in the same way; after that the index is not needed any more.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from cleaner.duplicates.articles import Articles, free_among
from cleaner.duplicates.known import Lookup, spans_of, units_left
from cleaner.duplicates.settings import Dedup
from cleaner.duplicates.units import DOCUMENT, BandKeys, Ids, Units
from cleaner.duplicates.verify import Fetch, Removals
from cleaner.formats.carrier import text_bytes
from cleaner.index.reading import Index
from cleaner.provenance.record import Parts, back_in, back_part, dumped
from cleaner.run.staging import Row, Shards, staged

TOLD = 20  # units that tie together what was apart


class Earlier:
    """The new units that an index knows; `left` are the units without them."""

    def __init__(
        self, index: Index, units: Units, bands: BandKeys, fetch: Fetch, settings: Dedup, articles: Articles
    ) -> None:
        def free(rows: Ids) -> Ids:
            return free_among(units, rows, articles)

        self._index, self._units = index, units
        search = Lookup(units, bands, fetch, index.segments, index.fetch, settings, free, index.free)
        self._known, self._matches = search.known()
        self.left = units_left(units, self._known)

    def staged(self, shards: Shards, first_row: Ids, gone: Removals) -> tuple[Removals, dict[str, Any]]:
        """Stage the copies that stay; all that goes, for others of the run or for these, and what a manifest says of it.

        Units that were kept before are numbered behind those of the run.
        """
        index, known = self._index, self._still_there(gone.unit)
        keepers, which = np.unique(known.keeper, return_inverse=True)
        names, rows = np.unique(index.documents(keepers), return_inverse=True)
        self._stage(shards, len(first_row) - 1, names, _old_units(index, keepers, rows))
        known = replace(known, keeper=which + len(self._units))
        return Removals.join([gone, known]).by_unit(), self._report(shards, first_row, known)

    def _still_there(self, gone: Ids) -> Removals:
        """Without paragraphs of documents that went whole, for another document of the run."""
        units, unit = self._units, self._known.unit
        dropped = units.document[gone[units.kind[gone] == DOCUMENT]]
        return self._known.where((units.kind[unit] == DOCUMENT) | ~np.isin(units.document[unit], dropped))

    def _stage(self, shards: Shards, shard: int, documents: Ids, units: Units) -> None:
        with staged(shards.place(shard), shard) as stager:
            stager.add(units)
            for document in documents.tolist():
                record: Mapping[str, Any] = self._index.record(document)
                text = text_bytes(record["text"])
                head = dumped({"id": record["id"], "source": record["source"]})[:-1]
                parts = Parts(head, back=back_part(back_in(record["back"], record["text"])))
                stager.put(Row(0, True, len(record["text"]), parts, text, 0, len(text)))

    def _report(self, shards: Shards, first_row: Ids, known: Removals) -> dict[str, Any]:
        (bridging,) = np.nonzero((self._matches[known.unit] > 1) & ~known.exact)
        units = known.unit[bridging[:TOLD]]
        told = []
        for row, matches in zip(self._units.document[units].tolist(), self._matches[units].tolist(), strict=True):
            shard = int(first_row.searchsorted(row, "right")) - 1
            told.append({"document": shards[shard].id(row - int(first_row[shard])), "matches": matches})
        header = self._index.header
        counts = {name: sum(one[name] for one in header["segments"]) for name in ("documents", "units")}
        head = {"index": self._index.name, "sha256": self._index.sha256, "runs": header["runs"], **counts}
        return head | {"removed": len(known), "bridging": len(bridging), "bridging_first": told}


def _old_units(index: Index, keepers: Ids, rows: Ids) -> Units:
    """The copies that stay; only their spans are of use any more."""
    _, _, start, size, kind = spans_of(index.segments, keepers)
    blank = np.zeros((len(keepers), 2), dtype=np.int64)
    near = np.zeros(len(keepers), dtype=np.bool_)
    return Units(rows, kind.astype(np.uint8), start, start + size, blank[:, 0], blank, near, blank[:, :0])
