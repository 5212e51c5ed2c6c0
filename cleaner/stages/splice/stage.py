"""The stage: gate, rounds of judging until nothing new goes, findings with their evidence."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, ClassVar

from cleaner.document import Certainty, Document, Finding
from cleaner.stages.splice.cues import Trust, kinds
from cleaner.stages.splice.decide import Verdict
from cleaner.stages.splice.pieces import Piece, pieces
from cleaner.stages.splice.repeats import originals
from cleaner.stages.splice.stray import strays
from cleaner.stages.splice.units import FEWEST, Paragraph, readable, split
from cleaner.stages.splice.words import words
from cleaner.text.change import Mapper

SHORTEST = 500  # code points of a document that is judged at all
ROUNDS = 4  # a foreign block that is gone can lay bare another one; more than two rounds are rare


@dataclass(frozen=True, slots=True)
class Splice:
    """Take out fragments of other articles that a page or a bad extraction put into this one.

    limit         probability from which on a block is taken out
    prior         share of the documents that are expected to hold foreign pieces: lower is more careful
    min_block     CJK characters (others: three times as many) under which a block needs a strong cue
    share_limit   part of the document that words alone may take; beyond it every block needs a strong cue
    digest_guard  hold back in documents that look like a round-up of many items
    cues          use jump lines, bylines, datelines, labels, captions and repeats
    salvage       a run writes what it took out as documents of their own, see `salvage.py`
    """

    limit: float = 0.95
    prior: float = 0.5
    min_block: int = 80
    share_limit: float = 0.6
    digest_guard: bool = True
    cues: bool = True
    salvage: bool = False

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
        if len(doc.text) < SHORTEST:
            return
        paragraphs = split(doc.text)
        if sum(paragraph.long for paragraph in paragraphs) < FEWEST or not readable(doc.text):
            return
        found, labels = self._foreign(paragraphs), list(strays(paragraphs))
        if not found and not labels:
            return
        back = doc.change.mapper(back=True)
        yield from self._findings(found, back)
        for paragraph, length, siblings in labels:
            evidence = {
                "label": paragraph.text[:length],
                "heading": paragraph.text[length:],
                "quoted_in": list(back(paragraphs[0].start, paragraphs[0].end)),
                "siblings": [list(back(sibling.start, sibling.end)) for sibling in siblings],
            }
            evidence["words"] = words("splice.stray-label", evidence)
            yield Finding(paragraph.start, paragraph.start + length, "splice.stray-label", evidence=evidence)

    def _foreign(self, paragraphs: Sequence[Paragraph]) -> list[Piece]:
        """All pieces, held back where they are too much."""
        found = self._pieces(paragraphs)
        return self._within_share(found, sum(len(paragraph.text) for paragraph in paragraphs)) if found else []

    def _findings(self, found: Sequence[Piece], back: Mapper) -> Iterator[Finding]:
        """What is said of the pieces, in order of the text; each article has a number."""
        articles: dict[int, int] = {}
        order: dict[int, Iterator[int]] = {}
        for piece in sorted(found, key=lambda piece: piece.paragraphs[0].start):
            article = articles.setdefault(id(piece.verdict.block), len(articles) + 2)
            place = next(order.setdefault(article, count(1)))
            yield _finding(piece, article, place, self.limit, back)

    def _pieces(self, paragraphs: Sequence[Paragraph]) -> list[Piece]:
        """All pieces, round after round on what the one before left: so a second run finds nothing new to take."""
        from cleaner.stages.splice.judge import judge  # with it come numpy and numba, which take their time to load
        from cleaner.stages.splice.pages import Pages

        found: list[Piece] = []
        rest, known, read = list(paragraphs), kinds(paragraphs) if self.cues else {}, Pages()
        for _ in range(ROUNDS):
            lines = {at: known[own.number] for at, own in enumerate(rest) if own.number in known} if known else {}
            copies = originals(rest)
            now = list(pieces(rest, lines, copies, judge(rest, lines, copies, self, read)))
            sure = [piece for piece in now if piece.certainty > Certainty.SUSPECT]
            if not sure:
                return found + now
            found += sure
            gone = {paragraph.number for piece in sure for paragraph in piece.paragraphs}
            rest = [paragraph for paragraph in rest if paragraph.number not in gone]
        return found

    def _within_share(self, found: list[Piece], length: int) -> list[Piece]:
        """All are held back where they take too much of the document and words alone speak for one of them."""
        taken = [piece for piece in found if piece.certainty > Certainty.SUSPECT]
        size = sum(len(paragraph.text) for piece in taken if piece.rule != "repeat" for paragraph in piece.paragraphs)
        repeats = sum(len(p.text) for piece in taken if piece.rule == "repeat" for p in piece.paragraphs)
        if size <= self.share_limit * (length - repeats) or all(p.verdict.block.trust >= Trust.STRONG for p in taken):
            return found
        why = f"all that was found is {round(100 * size / (length - repeats))} % of the document: it needs review"
        held = {id(piece.verdict): piece.verdict.held(why) for piece in found}
        return [
            Piece(piece.rule, piece.paragraphs, held[id(piece.verdict)], Certainty.SUSPECT, piece.copy)
            for piece in found
        ]


def _finding(piece: Piece, article: int, order: int, limit: float, back: Mapper) -> Finding:
    rule = f"splice.{piece.rule}"
    evidence: dict[str, Any] = {
        "article": article,
        "order": order,
        "paragraphs": len(piece.paragraphs),
        "characters": sum(len(paragraph.text) for paragraph in piece.paragraphs),
    }
    if piece.rule == "foreign":
        evidence |= _measured(piece.verdict, limit)
        evidence["cut"] = not piece.paragraphs[-1].closed and piece.paragraphs[-1].long
    if piece.copy:
        evidence["copy"] = {"span": list(back(piece.copy.start, piece.copy.end)), "jaccard": 1.0, "common_run": 1.0}
    evidence["held_back"] = piece.verdict.held_back
    evidence["words"] = words(rule, evidence)
    return Finding(piece.paragraphs[0].start, piece.paragraphs[-1].end, rule, "", piece.certainty, evidence)


def _measured(verdict: Verdict, limit: float) -> dict[str, Any]:
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
