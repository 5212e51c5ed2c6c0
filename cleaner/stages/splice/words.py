"""One plain English sentence or two from the evidence, from which a reader can disagree."""

from collections.abc import Iterable, Mapping
from typing import Any


def words(rule: str, evidence: Mapping[str, Any]) -> str:
    """What the fields of this evidence say.

    >>> words("splice.repeat", {"article": 2, "copy": {"span": [10, 70]}, "held_back": ""})
    'Repeats word for word the paragraph at 10-70 of the source, which was taken for a part of article 2: it falls with it.'
    """
    return {
        "splice.foreign": _foreign,
        "splice.repeat": _repeat,
        "splice.label": _label,
        "splice.caption": _caption,
        "splice.stray-label": _stray,
    }[rule](evidence)


def _foreign(evidence: Mapping[str, Any]) -> str:
    lowest, mean = evidence["usual_shared"]
    block = evidence["block"]
    long = f"{block} long paragraphs share" if block > 1 else "one long paragraph shares"
    parts = [
        f"Taken for a part of another article (number {evidence['article']}): its {long} {evidence['rare_shared']} rare"
        f" {evidence['terms']} with the {evidence['main']} of the main article; stretches of this length in the main"
        f" article share {lowest} with its rest at the least, {mean:g} on average. The model gives {min(100 * evidence['p'], 99.9):.1f} %"
        f" that it is foreign; {100 * evidence['limit']:g} % are asked for where no line of the page proves it.",
        *(_cue(name, line) for name, line in _first_of_each(evidence["cues"]).items()),
    ]
    if evidence["gap"] > 0:
        parts.append("Its paragraphs hold to each other better than to the main article.")
    if evidence["cut"]:
        parts.append("It ends inside a sentence.")
    return _held(" ".join(parts), evidence)


def _repeat(evidence: Mapping[str, Any]) -> str:
    start, end = evidence["copy"]["span"]
    text = (
        f"Repeats word for word the paragraph at {start}-{end} of the source, which was taken for a part of article"
        f" {evidence['article']}: it falls with it."
    )
    return _held(text, evidence)


def _label(evidence: Mapping[str, Any]) -> str:
    text = f"A line of the page that stands beside a part of article {evidence['article']}: it falls with it."
    return _held(text, evidence)


def _caption(evidence: Mapping[str, Any]) -> str:
    text = f"The line under a photo, among parts of other articles, as it seems of article {evidence['article']}."
    return _held(text, evidence)


def _stray(evidence: Mapping[str, Any]) -> str:
    siblings = len(evidence["siblings"])
    return (
        f"The first paragraph quotes the heading “{evidence['heading']}” word for word without “{evidence['label']}”, and"
        f" {siblings} more headings, which stand without any label: “{evidence['label']}” was set beside the heading."
    )


def _first_of_each(cues: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Each kind of cue once, with the first line that fired: a page can repeat twenty paragraphs."""
    lines: dict[str, str] = {}
    for cue in cues:
        lines.setdefault(cue["cue"], cue["line"])
    return lines


def _cue(name: str, line: str) -> str:
    return {
        "jump line": f"It stands under “{line}”, the line of an article that began on another page.",
        "repeated paragraph": f"Its paragraph “{line}…” stands on this page twice, with other text between.",
        "after the end byline": f"The main article ended before it with “{line}”.",
        "second headline and dateline": f"It begins like a news item of its own: “{line}”.",
        "page label": f"The page label “{line}” stands before it.",
        "photo caption": f"The photo caption “{line}” stands before it.",
    }[name]


def _held(text: str, evidence: Mapping[str, Any]) -> str:
    return f"{text} Left in place: {evidence['held_back']}." if evidence["held_back"] else text
