"""How thoroughly a run looked for near duplicates, in plain words, from its manifest alone."""

from collections.abc import Iterator, Mapping
from typing import Any

from cleaner.report.cells import table

INDENT = "  "


def lines(manifest: Mapping[str, Any]) -> list[str]:
    """The bands and what they find, crowds, and what a comparison of a sample says about pairs that were overlooked."""
    dedup = manifest.get("dedup") or {}
    if "bands" not in dedup:
        return []
    if not dedup.get("near", True):
        return [f"duplicates: {_units(dedup)}; only equal copies were looked for, and all of them are found"]
    return [
        f"duplicates: {_units(dedup)}; {dedup['bands']} bands of {dedup['rows']} find a pair of similarity (Jaccard)",
        *(INDENT + line for line in _curve(dedup["found_at_jaccard"])),
        *(INDENT + line for line in _crowds(dedup.get("crowds") or {})),
        *(INDENT + line for line in _sample(dedup.get("sample") or {})),
    ]


def _units(dedup: Mapping[str, Any]) -> str:
    where = ", each with its own document alone" if dedup.get("scope") == "document" else ""
    return f"{dedup['units']:,} units compared{where}, {dedup['removed']:,} removed"


def _curve(chances: Mapping[str, float]) -> list[str]:
    percents = [f"{100 * chance:.1f} %".replace("100.0 %", "> 99.9 %") for chance in chances.values()]
    return table([[f"J {jaccard}" for jaccard in chances], percents], right=range(len(chances)))


def _crowds(crowds: Mapping[str, int]) -> Iterator[str]:
    if crowds.get("buckets"):
        yield (
            f"crowds: {crowds['units']:,} units in {crowds['buckets']:,} groups of over 200 (the largest {crowds['largest']:,}), "
            "where each is compared with two others and not with all"
        )


def _sample(sample: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    for kind, one in sample.items():
        yield f"check: {one['compared_pairs']:,} pairs of {kind}s that stay, compared one by one: {_found(one)}"


def _found(one: Mapping[str, int]) -> str:
    most = one["missed_pairs_at_most"]
    if not one["found"]:
        return "none overlooked" + (f"; in all at most about {most:,} (95 % sure)" if most else "")
    return f"{one['found']:,} overlooked; in all about {one['missed_pairs']:,}, at most {most:,} (95 % sure)"
