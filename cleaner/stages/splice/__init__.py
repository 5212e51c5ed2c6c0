"""Find and take out fragments of other articles inside a document. See docs/decisions/020 to 024.

Here: the gate, rounds of judging until nothing new goes, and findings with their evidence.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, ClassVar

from cleaner.document import Certainty, Document, Finding
from cleaner.stages.splice.joined import JoinedPage, may_be_wrapped
from cleaner.stages.splice.page import (
    FEWEST,
    Paragraph,
    Stray,
    Trust,
    kinds_of_lines,
    originals,
    readable,
    strays,
)
from cleaner.stages.splice.verdict import Fragment, Settings, Verdict, fallen
from cleaner.text.change import Mapper

SHORTEST = 500  # code points of a document that is judged at all
ROUNDS = 4  # a foreign block that is gone can lay bare another one; more than two rounds are rare

EXPLAINED = {  # what is said of a finding, by its evidence; of foreign pieces see `_foreign_explained`
    "splice.repeat": "Repeats word for word the paragraph at {copy[span][0]}-{copy[span][1]} of the source, which was taken"
    " for a part of article {article}: it falls with it.",
    "splice.label": "A line of the page that stands beside a part of article {article}: it falls with it.",
    "splice.caption": "The line under a photo, among parts of other articles, as it seems of article {article}.",
    "splice.stray-label": "The first paragraph quotes the heading “{heading}” word for word without “{label}”, and {others}"
    " more headings, which stand without any label: “{label}” was set beside the heading.",
}
CUES_EXPLAINED = {
    "jump line": "It stands under “{line}”, the line of an article that began on another page.",
    "repeated paragraph": "Its paragraph “{line}…” stands on this page twice, with other text between.",
    "after the end byline": "The main article ended before it with “{line}”.",
    "second headline and dateline": "It begins like a news item of its own: “{line}”.",
    "page label": "The page label “{line}” stands before it.",
    "photo caption": "The photo caption “{line}” stands before it.",
}


@dataclass(frozen=True, slots=True)
class Splice(Settings):
    """Take out fragments of other articles that a page or a bad extraction put into this one; its fields: `Settings`."""

    name: ClassVar[str] = "splice"
    rules: ClassVar[Mapping[str, str]] = {
        "splice.foreign": "takes out a piece of another article",
        "splice.repeat": "takes out a later copy of a paragraph that goes as a piece of another article",
        "splice.label": "takes out a page label or jump line beside a piece of another article",
        "splice.caption": "takes out a photo caption among pieces of other articles",
        "splice.stray-label": "strips a layout label glued to a heading that the lead quotes without it",
    }

    def __call__(self, doc: Document) -> Iterator[Finding]:
        """What is foreign in `doc.text`. Text that is short, or in a script without known words, is left alone."""
        if len(doc.text) < SHORTEST or doc.text.count("\n") < FEWEST - 1:
            return
        page, (found, labels) = self._judged(doc)
        if not found and not labels:
            return
        here, back = page.change.mapper(back=True), doc.change.then(page.change).mapper(back=True)
        for finding in (*self._findings(found, back), *_stray_labels(labels, page.paragraphs[0], back)):
            yield finding.moved(here, applied=False)

    def _judged(self, doc: Document) -> tuple[JoinedPage, tuple[list[Fragment], list[Stray]]]:
        """The page, and what is foreign on it. To tell the form takes time, and it forbids more than it finds.

        So it is asked where lines may have to be joined first, and where something was found without it.
        """
        if not may_be_wrapped(doc.text):
            page = JoinedPage.as_it_stands(doc.text)
            found = self._foreign(page)
            if not any(found) or doc.form.all_prose:
                return page, found
        page = JoinedPage.of(doc.form)
        return page, self._foreign(page)

    def _foreign(self, page: JoinedPage) -> tuple[list[Fragment], list[Stray]]:
        paragraphs = page.paragraphs
        if sum(paragraph.unit for paragraph in paragraphs) < FEWEST or not readable(page.text):
            return [], []
        return self._within_share(self._pieces(paragraphs), paragraphs), list(strays(paragraphs))

    def _findings(self, found: Sequence[Fragment], back: Mapper) -> Iterator[Finding]:
        """What is said of the pieces, in order of the text; each article has a number."""
        articles: dict[int, int] = {}
        order: dict[int, Iterator[int]] = {}
        for piece in sorted(found, key=lambda piece: piece.paragraphs[0].start):
            article = articles.setdefault(id(piece.verdict.block), len(articles) + 2)
            place = next(order.setdefault(article, count(1)))
            yield _finding(piece, article, place, self.limit, back)

    def _pieces(self, paragraphs: Sequence[Paragraph]) -> list[Fragment]:
        """All pieces, round after round on what the one before left: so a second run finds nothing new to take."""
        from cleaner.stages.splice.judge import PageCache, judge  # with it comes numpy, which takes its time to load

        found: list[Fragment] = []
        rest, known, read = list(paragraphs), kinds_of_lines(paragraphs) if self.cues else {}, PageCache()
        for _ in range(ROUNDS):
            lines = {at: known[own.number] for at, own in enumerate(rest) if own.number in known} if known else {}
            copies = originals(rest)
            now = list(fallen(rest, lines, copies, judge(rest, lines, copies, self, read)))
            sure = [piece for piece in now if piece.certainty > Certainty.SUSPECT]
            if not sure:
                return found + now
            found += sure
            gone = {paragraph.number for piece in sure for paragraph in piece.paragraphs}
            rest = [paragraph for paragraph in rest if paragraph.number not in gone]
        return found

    def _within_share(self, found: list[Fragment], paragraphs: Sequence[Paragraph]) -> list[Fragment]:
        """All are held back where they take too much of the document and words alone speak for one of them."""
        taken = [piece for piece in found if piece.certainty > Certainty.SUSPECT]
        if all(piece.verdict.block.trust >= Trust.STRONG for piece in taken):
            return found
        size = sum(piece.characters for piece in taken if piece.rule != "repeat")
        whole = sum(len(paragraph.text) for paragraph in paragraphs)
        whole -= sum(piece.characters for piece in taken if piece.rule == "repeat")
        if size <= self.share_limit * whole:
            return found
        why = f"all that was found is {round(100 * size / whole)} % of the document: it needs review"
        held = {id(piece.verdict): piece.verdict.held(why) for piece in found}
        return [piece._replace(verdict=held[id(piece.verdict)], certainty=Certainty.SUSPECT) for piece in found]


def _finding(piece: Fragment, article: int, order: int, limit: float, back: Mapper) -> Finding:
    rule = f"splice.{piece.rule}"
    evidence: dict[str, Any] = {
        "article": article,
        "order": order,
        "paragraphs": len(piece.paragraphs),
        "characters": piece.characters,
    }
    if piece.rule == "foreign":
        evidence |= _block_evidence(piece.verdict, limit)
        evidence["cut"] = not piece.paragraphs[-1].closed and piece.paragraphs[-1].long
    if piece.copy:
        evidence["copy"] = {"span": list(back(piece.copy.start, piece.copy.end)), "jaccard": 1.0, "common_run": 1.0}
    evidence["held_back"] = piece.verdict.held_back
    evidence["words"] = in_words(rule, evidence)
    return Finding(piece.paragraphs[0].start, piece.paragraphs[-1].end, rule, "", piece.certainty, evidence)


def _stray_labels(labels: Iterable[Stray], lead: Paragraph, back: Mapper) -> Iterator[Finding]:
    """What is said of labels glued to headings, see `page.strays`."""
    for paragraph, length, siblings in labels:
        evidence = {
            "label": paragraph.text[:length],
            "heading": paragraph.text[length:],
            "quoted_in": list(back(lead.start, lead.end)),
            "siblings": [list(back(sibling.start, sibling.end)) for sibling in siblings],
        }
        evidence["words"] = in_words("splice.stray-label", evidence | {"others": len(siblings)})
        yield Finding(paragraph.start, paragraph.start + length, "splice.stray-label", evidence=evidence)


def _block_evidence(verdict: Verdict, limit: float) -> dict[str, Any]:
    """What speaks for and against the whole block, of which the piece may be a part."""
    block, measures = verdict.block, verdict.block.measures
    lowest, mean = measures.usual_shared
    return {
        "block": len(block.paragraphs),
        "main": block.main,
        "p": round(verdict.probability, 6),
        "limit": limit,
        "link": round(measures.link, 2),
        "usual": [round(value, 2) for value in measures.usual],
        "inside": round(measures.inside, 2),
        "gap": round(block.gap, 2),
        "terms": "pairs of characters" if block.cjk else "words",
        "rare_shared": measures.rare_shared,
        "usual_shared": [lowest, round(mean, 1)],
        "cues": [{"cue": cue.name, "line": cue.line} for cue in block.cues],
    }


def in_words(rule: str, evidence: Mapping[str, Any]) -> str:
    """One plain English sentence or two from the evidence, from which a reader can disagree.

    >>> in_words("splice.repeat", {"article": 2, "copy": {"span": [10, 70]}, "held_back": ""})
    'Repeats word for word the paragraph at 10-70 of the source, which was taken for a part of article 2: it falls with it.'
    """
    text = _foreign_explained(evidence) if rule == "splice.foreign" else EXPLAINED[rule].format(**evidence)
    return f"{text} Left in place: {evidence['held_back']}." if evidence.get("held_back") else text


def _foreign_explained(evidence: Mapping[str, Any]) -> str:
    lowest, mean = evidence["usual_shared"]
    block = evidence["block"]
    long = f"{block} long paragraphs share" if block > 1 else "one long paragraph shares"
    cues: dict[str, str] = {}  # each kind once, with the first line that fired: a page can repeat twenty paragraphs
    for cue in evidence["cues"]:
        cues.setdefault(cue["cue"], cue["line"])
    parts = [
        f"Taken for a part of another article (number {evidence['article']}): its {long} {evidence['rare_shared']} rare"
        f" {evidence['terms']} with the {evidence['main']} of the main article; stretches of this length in the main"
        f" article share {lowest} with its rest at the least, {mean:g} on average. The model gives {min(100 * evidence['p'], 99.9):.1f} %"
        f" that it is foreign; {100 * evidence['limit']:g} % are asked for where no line of the page proves it.",
        *(CUES_EXPLAINED[name].format(line=line) for name, line in cues.items()),
    ]
    if evidence["gap"] > 0:
        parts.append("Its paragraphs hold to each other better than to the main article.")
    if evidence["cut"]:
        parts.append("It ends inside a sentence.")
    return " ".join(parts)
