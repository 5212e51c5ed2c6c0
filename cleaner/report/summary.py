"""A run in a dozen lines or so, and how thoroughly it looked for near duplicates; from its manifest alone."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from cleaner.duplicates.settings import FIELD, NEWEST
from cleaner.report.cells import aligned
from cleaner.text.shown import shown

RULES_SHOWN = 6
LISTED = 20
ALARMS = 3  # of each kind
INDENT = "  "
VERSION = "dedup.version"
WENT = {
    "dedup.document.exact": "equal",
    "dedup.document.near": "nearly the same",
    "dedup.document.contained": "contained in it",
}


def summary(manifest: Mapping[str, Any], out: str, *, look: bool = True) -> list[str]:
    """What was read, what went and by which rule, the weakest decisions; with `look` the command that shows them."""
    if not manifest["inputs"]:
        return ["nothing to clean: no .txt, .md or .jsonl file that can be read"]
    counts = manifest["counts"]
    lines = [_head(manifest, counts), *_applied(counts), *_copies(counts["rules"], out, look=look)]
    if against := manifest["dedup"].get("against"):
        lines.append(f"  for copies that earlier runs kept ({shown(against['index'])}): {against['removed']:,} ×")
    return [
        *lines,
        *_templates(manifest["dedup"].get("templates") or {}),
        *_salvage_counts(manifest),
        *_weakest(counts, out, look=look),
        *_alarms(manifest),
        *unheeded(manifest),
    ]


def passed_over(manifest: Mapping[str, Any]) -> list[str]:
    """Inputs that were skipped or failed, the first twenty, and how many were left out on purpose."""
    kinds = ("skipped", "failed")
    listed = [(kind, one) for kind in kinds for one in manifest[kind][:LISTED]]
    lines = [f"{kind:<7}  {shown(one['path'])}: {shown(one['reason'])}" for kind, one in listed]
    if more := sum(max(len(manifest[kind]) - LISTED, 0) for kind in kinds):
        lines.append(f"… and {more:,} more, all in manifest.json")
    if ignored := manifest["ignored"]:
        counted = Counter(one["reason"].removeprefix("left out: ") for one in ignored)
        reasons = (f"{reason} ({count:,})" if count > 1 else reason for reason, count in sorted(counted.items()))
        lines.append(f"left out {len(ignored):,} {'entry' if len(ignored) == 1 else 'entries'}: {', '.join(reasons)}")
    return lines


def _head(manifest: Mapping[str, Any], counts: Mapping[str, Any]) -> str:
    files, chars_in, chars_out = len(manifest["inputs"]), counts["chars_in"], counts["chars_out"]
    change = 100 * (chars_out - chars_in) / chars_in if chars_in else 0.0
    share = f"{change:+.1f} %".replace("-", "−")
    documents = f"{counts['kept']:,} of {counts['documents']:,} documents kept"
    sources = f"{files:,} {'file' if files == 1 else 'files'}"
    return f"{sources}, {documents}; {chars_in:,} → {chars_out:,} characters ({share})"


def _applied(counts: Mapping[str, Any]) -> list[str]:
    """What was applied, most characters first; then what was only reported."""
    applied = [(rule, one) for rule, one in counts["rules"].items() if one["applied"]]
    applied.sort(key=lambda item: (-item[1]["chars"], item[0]))
    rows = [
        (f"  {rule}", f"{one['applied']:,} ×", f"{one['chars']:,}", "character" + "s" * (one["chars"] != 1))
        for rule, one in applied[:RULES_SHOWN]
    ]
    lines = aligned(rows, right=(1, 2))
    if len(applied) > RULES_SHOWN:
        more = len(applied) - RULES_SHOWN
        lines.append(f"  … and {more} more {'rule' if more == 1 else 'rules'}")
    waiting = sum(one["findings"] - one["applied"] for one in counts["rules"].values())
    if waiting:
        lines.append(f"  reported, not applied: {waiting:,} (flags and suspects)")
    return lines


def _copies(rules: Mapping[str, Mapping[str, int]], out: str, *, look: bool) -> Iterator[str]:
    """What documents went for, and those that stay though they are nearly another."""
    went = [(rules[rule]["applied"], how) for rule, how in WENT.items() if rule in rules and rules[rule]["applied"]]
    if went:
        told = ", ".join(f"{count:,} {how}" for count, how in went)
        yield f"  documents that went for another: {told}"
    if count := rules.get(VERSION, {}).get("findings", 0):
        stay = "version of another document stays" if count == 1 else "versions of other documents stay"
        told = f"  {count:,} {stay}: a figure, a name or a negation differs"
        yield f"{told}; look: clean audit {shown(out)} list --rule {VERSION}" if look else told


def _templates(found: Mapping[str, Any]) -> Iterator[str]:
    """Furniture of sites, and what may be some: lines that many pages share and keep."""
    lines, left = found.get("lines", []), found.get("left", 0)
    sites = len({one["group"] for one in lines})
    stay = f"{_lines(left)} that many documents share {'stays' if left == 1 else 'stay'}"
    if lines:
        went = f"templates: {_lines(len(lines))} of {sites:,} {'site' if sites == 1 else 'sites'} went from all their pages"
        yield f"{went}; {stay}" if left else went
    elif left:
        yield f"templates: none; {stay}"


def _lines(count: int) -> str:
    return f"{count:,} {'line' if count == 1 else 'lines'}"


def _salvage_counts(manifest: Mapping[str, Any]) -> list[str]:
    """What was put together again; nothing where nobody asked for it."""
    if "salvaged" not in manifest:
        return []
    found = manifest["salvaged"]
    copies = f"; {found['copies']:,} more are copies of these" if found["copies"] else ""
    documents = "document" if found["documents"] == 1 else "documents"
    return [f"salvaged {found['documents']:,} {documents}, {found['chars']:,} characters{copies}"]


def _alarms(manifest: Mapping[str, Any]) -> Iterator[str]:
    """What took or lost so much that somebody should look: a few lines of either kind, the gravest first."""
    for kind, told in (("source", _loss), ("rule", _share)):
        alarms = [one for one in manifest.get("alarms", ()) if one["alarm"] == kind]
        yield from (f"alarm: {told(one)}" for one in alarms[:ALARMS])
        if len(alarms) > ALARMS:
            yield f"alarm: … and {len(alarms) - ALARMS:,} more, all in manifest.json"


def _loss(alarm: Mapping[str, Any]) -> str:
    name, documents = shown(alarm["source"]) or "the whole input", alarm["documents"]
    chars = f"{alarm['chars_in'] - alarm['chars_out']:,} of its {alarm['chars_in']:,} characters"
    if not alarm["kept"]:
        return f"{name} lost everything, {_documents(documents)} of {alarm['chars_in']:,} characters"
    return f"{name} lost {documents - alarm['kept']:,} of its {_documents(documents)} and {chars}"


def _share(alarm: Mapping[str, Any]) -> str:
    times, median = alarm["times"], alarm["median"]
    pieces = (
        f"{times:,} pieces, half of them at most {median:,} characters"
        if times > 1
        else f"one piece of {median:,} characters"
    )
    return f"{alarm['rule']} took {100 * alarm['share']:.1f} % of all characters, {pieces}"


def _documents(count: int) -> str:
    return f"{count:,} {'document' if count == 1 else 'documents'}"


def unheeded(manifest: Mapping[str, Any]) -> list[str]:
    """Wishes on which copy stays that no document answered: most often a name is misspelt."""
    keep, lines = manifest["dedup"].get("keep"), list[str]()
    if not keep or not manifest["dedup"]["units"]:
        return lines
    if keep.get("documents_with_value") == 0:
        name = keep["policy"].removeprefix(FIELD)
        wanted = (
            "date in a member that is known for dates"
            if keep["policy"] == NEWEST
            else f"number or ISO 8601 date in its member {name!r}"
        )
        lines.append(f"warning: no record has a {wanted}: with --keep {shown(keep['policy'])} the first copy stays")
    unmet = [repr(prefix) for prefix, count in keep.get("priority", {}).items() if not count]
    if unmet:
        lines.append(f"warning: dedup.priority: no id begins with {shown(' or '.join(unmet))}")
    return lines


def _weakest(counts: Mapping[str, Any], out: str, *, look: bool) -> list[str]:
    if not counts["weakest"]:
        return []
    names = list(dict.fromkeys(shown(one["document"]) for one in counts["weakest"]))
    told = f"weakest removals: {', '.join(names)}"
    return [f"{told}; look: clean audit {shown(out)} show {names[0]}" if look else told]


def thoroughness(manifest: Mapping[str, Any]) -> list[str]:
    """The bands and what they find, crowds, and what a comparison of a sample says about pairs that were overlooked."""
    dedup = manifest.get("dedup") or {}
    if "bands" not in dedup:
        return []
    if not dedup.get("near", True):
        return [f"duplicates: {_units_compared(dedup)}; only equal copies were looked for, and all of them are found"]
    head = f"duplicates: {_units_compared(dedup)}; {dedup['bands']} bands of {dedup['rows']} find a pair of similarity (Jaccard)"
    crowds, sample = _crowds(dedup.get("crowds") or {}), _sample(dedup.get("sample") or {})
    return [head, *(INDENT + line for line in (*_curve(dedup["found_at_jaccard"]), *crowds, *sample))]


def _units_compared(dedup: Mapping[str, Any]) -> str:
    where = ", each with its own document alone" if dedup.get("scope") == "document" else ""
    return f"{compared(dedup)} compared{where}, {dedup['removed']:,} removed"


def compared(dedup: Mapping[str, Any]) -> str:
    """What was compared.

    >>> compared({"units": 3, "paragraphs": 2}), compared({"units": 2, "paragraphs": 0})
    ('1 document and 2 paragraphs', '2 documents')
    """
    if "paragraphs" not in dedup:  # what an earlier version wrote
        return f"{dedup['units']:,} units"
    paragraphs = dedup["paragraphs"]
    counts = (dedup["units"] - paragraphs, "document"), (paragraphs, "paragraph")
    return " and ".join(f"{count:,} {name}{'s' * (count != 1)}" for count, name in counts if count) or "nothing"


def _curve(chances: Mapping[str, float]) -> list[str]:
    percents = [f"{100 * chance:.1f} %".replace("100.0 %", "> 99.9 %") for chance in chances.values()]
    return aligned([[f"J {jaccard}" for jaccard in chances], percents], right=range(len(chances)))


def _crowds(crowds: Mapping[str, int]) -> Iterator[str]:
    if crowds.get("buckets"):
        yield (
            f"crowds: {crowds['units']:,} units in {crowds['buckets']:,} groups of over 200 (the largest {crowds['largest']:,}), "
            "where each is compared with two others and not with all"
        )


def _sample(sample: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    for kind, one in sample.items():
        yield f"check: {one['compared_pairs']:,} pairs of {kind}s that stay, compared one by one: {_overlooked(one)}"


def _overlooked(one: Mapping[str, int]) -> str:
    most = one["missed_pairs_at_most"]
    if not one["found"]:
        return "none overlooked" + (f"; in all at most about {most:,} (95 % sure)" if most else "")
    return f"{one['found']:,} overlooked; in all about {one['missed_pairs']:,}, at most {most:,} (95 % sure)"
