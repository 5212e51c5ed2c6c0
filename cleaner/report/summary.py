"""A run in at most a dozen lines, from its manifest alone."""

from collections.abc import Mapping
from typing import Any

from cleaner.report.cells import table
from cleaner.text.shown import shown

RULES_SHOWN = 6
LISTED = 20


def summary(manifest: Mapping[str, Any], out: str, *, look: bool = True) -> list[str]:
    """What was read, what went and by which rule, the weakest decisions; with `look` the command that shows them."""
    if not manifest["inputs"]:
        return ["nothing to clean: no .txt, .md or .jsonl file that can be read"]
    counts = manifest["counts"]
    lines = [_head(manifest, counts)]
    lines += _rules(counts)
    if against := manifest["dedup"].get("against"):
        lines.append(f"  for copies that earlier runs kept ({shown(against['index'])}): {against['removed']:,} ×")
    lines += _salvaged(manifest)
    lines += _weakest(counts, out, look=look)
    return lines


def passed(manifest: Mapping[str, Any]) -> list[str]:
    """Inputs that were skipped or failed, the first twenty, and how many were left out on purpose."""
    lines = [f"skipped  {shown(one['path'])}: {shown(one['reason'])}" for one in manifest["skipped"][:LISTED]]
    lines += [f"failed   {shown(one['path'])}: {shown(one['reason'])}" for one in manifest["failed"][:LISTED]]
    if more := sum(max(len(manifest[kind]) - LISTED, 0) for kind in ("skipped", "failed")):
        lines.append(f"… and {more:,} more, all in manifest.json")
    if ignored := manifest["ignored"]:
        lines.append(f"left out {len(ignored):,} {'entry' if len(ignored) == 1 else 'entries'}: {_reasons(ignored)}")
    return lines


def _head(manifest: Mapping[str, Any], counts: Mapping[str, Any]) -> str:
    files, chars_in, chars_out = len(manifest["inputs"]), counts["chars_in"], counts["chars_out"]
    change = 100 * (chars_out - chars_in) / chars_in if chars_in else 0.0
    share = f"{change:+.1f} %".replace("-", "−")
    documents = f"{counts['kept']:,} of {counts['documents']:,} documents kept"
    return (
        f"{files:,} {'file' if files == 1 else 'files'}, {documents}; {chars_in:,} → {chars_out:,} characters ({share})"
    )


def _rules(counts: Mapping[str, Any]) -> list[str]:
    """What was applied, most characters first; then what was only reported."""
    applied = [(rule, one) for rule, one in counts["rules"].items() if one["applied"]]
    applied.sort(key=lambda item: (-item[1]["chars"], item[0]))
    rows = [
        (f"  {rule}", f"{one['applied']:,} ×", f"{one['chars']:,}", "character" + "s" * (one["chars"] != 1))
        for rule, one in applied[:RULES_SHOWN]
    ]
    lines = table(rows, right=(1, 2))
    if len(applied) > RULES_SHOWN:
        more = len(applied) - RULES_SHOWN
        lines.append(f"  … and {more} more {'rule' if more == 1 else 'rules'}")
    waiting = sum(one["findings"] - one["applied"] for one in counts["rules"].values())
    if waiting:
        lines.append(f"  reported, not applied: {waiting:,} (flags and suspects)")
    return lines


def _salvaged(manifest: Mapping[str, Any]) -> list[str]:
    """What was put together again; nothing where nobody asked for it."""
    if "salvaged" not in manifest:
        return []
    found = manifest["salvaged"]
    copies = f"; {found['copies']:,} more are copies of these" if found["copies"] else ""
    documents = "document" if found["documents"] == 1 else "documents"
    return [f"salvaged {found['documents']:,} {documents}, {found['chars']:,} characters{copies}"]


def _weakest(counts: Mapping[str, Any], out: str, *, look: bool) -> list[str]:
    if not counts["weakest"]:
        return []
    names = list(dict.fromkeys(shown(one["document"]) for one in counts["weakest"]))
    told = f"weakest removals: {', '.join(names)}"
    return [f"{told}; look: clean audit {shown(out)} show {names[0]}" if look else told]


def _reasons(ignored: list[Mapping[str, str]]) -> str:
    counted: dict[str, int] = {}
    for one in ignored:
        reason = one["reason"].removeprefix("left out: ")
        counted[reason] = counted.get(reason, 0) + 1
    return ", ".join(f"{reason} ({count:,})" if count > 1 else reason for reason, count in sorted(counted.items()))
