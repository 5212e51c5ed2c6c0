"""What a run should not do unnoticed: a source that lost much, a rule that took much. Counts only; judges no removal."""

from collections import Counter
from typing import Any

from cleaner.provenance.tally import NO_SHARE, Share, Tally

FEWEST = 20  # documents: half of fewer goes by chance
LARGE = 0.1  # of all characters: so much is told even where it is one document
MOST_LOST = 0.5  # of the documents, or of the characters, of a source
MOST_TAKEN = 0.05  # of all characters, by one rule


def alarms_of(tally: Tally) -> list[dict[str, Any]]:
    """Sources that lost everything or over half, then rules that took over a twentieth, those of most characters first.

    Nothing of a corpus of under FEWEST documents. Safe repairs are no reason: what they take, nobody misses.
    """
    if tally.documents < FEWEST:
        return []
    return [*_sources(tally), *_rules(tally)]


def _sources(tally: Tally) -> list[dict[str, Any]]:
    shares = {
        name: one for name, one in _with_folders(tally.sources).items() if _weighs(one, tally) and _lost_much(one)
    }
    told: dict[str, Share] = {}
    for name in sorted(filter(None, shares)):  # a folder before what is in it
        share, above = shares[name], [told[one] for one in _folders(name) if one in told]
        nothing_left = not share[1] and all(one[1] for one in above)  # where the folder has something left, news
        if not above or nothing_left:
            told[name] = share
    if not told and "" in shares:
        told[""] = shares[""]
    worst = sorted(told.items(), key=lambda item: (item[1][3] - item[1][2], item[0]))
    members = ("documents", "kept", "chars_in", "chars_out")
    return [{"alarm": "source", "source": name, **dict(zip(members, share, strict=True))} for name, share in worst]


def _with_folders(sources: dict[str, Share]) -> dict[str, Share]:
    """The sources, and every folder with all that lies below it; "" is all of them."""
    out: dict[str, Share] = {}
    for name, share in sources.items():
        for one in {name, *_folders(name)}:
            before = out.get(one, NO_SHARE)
            out[one] = (before[0] + share[0], before[1] + share[1], before[2] + share[2], before[3] + share[3])
    return out


def _folders(name: str) -> list[str]:
    """The folders in which a source lies, the outermost first.

    >>> _folders("web/2024/a.jsonl"), _folders("web/2024/")
    (['', 'web/', 'web/2024/'], ['', 'web/'])
    """
    parts = name.removesuffix("/").split("/") if name else []
    return ["/".join([*parts[:depth], ""]) for depth in range(len(parts))]


def _weighs(share: Share, tally: Tally) -> bool:
    return share[0] >= FEWEST or share[2] >= LARGE * tally.chars_in


def _lost_much(share: Share) -> bool:
    documents, kept, chars_in, chars_out = share
    return kept < documents * (1 - MOST_LOST) or chars_out < chars_in * (1 - MOST_LOST)


def _rules(tally: Tally) -> list[dict[str, Any]]:
    taken = {rule: sum(length * times for length, times in one.items()) for rule, one in tally.lengths.items()}
    worst = sorted((-chars, rule) for rule, chars in taken.items() if chars > MOST_TAKEN * tally.chars_in)
    return [_rule(rule, -chars, tally) for chars, rule in worst]


def _rule(rule: str, chars: int, tally: Tally) -> dict[str, Any]:
    lengths, share = tally.lengths[rule], round(chars / tally.chars_in, 4)
    median = _median(lengths)
    return {"alarm": "rule", "rule": rule, "share": share, "chars": chars, "times": lengths.total(), "median": median}


def _median(lengths: Counter[int]) -> int:
    """The length that half of all pieces reach at most.

    >>> _median(Counter({2: 3, 900: 2}))
    2
    """
    before, half = 0, lengths.total() / 2
    for length, times in sorted(lengths.items()):
        before += times
        if before >= half:
            return length
    return 0
