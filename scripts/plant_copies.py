"""Plant copies in a corpus of many genres, and write down which of them must go, for what, and what must stay.

    python scripts/plant_copies.py planted                      # some 2,000 documents
    python scripts/plant_copies.py planted --size 10 --seed 2   # 10 of each kind and language

writes   planted/corpus/main.jsonl and planted/corpus/site-.../pages.jsonl: id, url, text, one object a line;
         planted/truth.jsonl: for each of these lines what must become of it (`Truth`). The same bytes for one size and seed

The text is synthetic, and its kinds are those of whom we know what is right; scripts/bench_copies.py holds a run to them.
"""

import argparse
import json
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Literal

import opencc

if __name__ == "__main__":
    import sys

    sys.path.insert(
        0, str(Path(__file__).parent.parent)
    )  # run as a file, a script does not see the folder it stands in
from scripts.plant_genres import CHINESE, GENRES, LANGUAGES, LAWS, OTHERS, PROSE, Author, news

USUAL = 16  # families of each kind and language: some 2,000 documents
PAGES = (12, 20, 40)  # pages of a site whose furniture must go; under ten it must stay
SMALL_SITE = 6
EDITS = 0.02  # share of letters that a near copy has changed
LEFT = (0.3, 0.9)  # what is left of a truncated copy
BEHIND_SENTENCES = re.compile(r"(?<=[。！？])(?=.)|(?<=[.!?]) ")
Outcome = Literal["goes", "parts", "stays"]
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Planted:
    """A document, and what must become of it: it goes whole, these spans of it go, or it stays as it is."""

    text: str
    outcome: Outcome = "stays"
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Truth:
    """What must become of a line of the corpus.

    survivors  ids of which one must be named for what goes; none where every copy goes
    """

    id: str
    file: str
    line: int
    kind: str
    language: str
    genre: str
    outcome: Outcome
    spans: tuple[Span, ...]
    survivors: tuple[str, ...]


Family = list[Planted]  # in the order of the corpus, in which others stand between them
Kind = Callable[[Author, str], Family]


def goes(text: str) -> Planted:
    """A document that must go."""
    return Planted(text, "goes")


def parts(text: str, gone: Sequence[str], since: int = 0) -> Planted:
    """A document that loses these lines, each the first from this offset on."""
    spans = []
    for line in gone:
        start = text.index(line, since)
        spans.append((start, start + len(line)))
    return Planted(text, "parts", tuple(spans))


def lines_of(author: Author, genre: str) -> list[str]:
    """A new text of this genre."""
    return GENRES[genre](author)


def text_of(author: Author, genre: str) -> str:
    """The same in one piece."""
    return "\n".join(lines_of(author, genre))


# Copies


def whole(author: Author, genre: str) -> Family:
    """The very same."""
    text = text_of(author, genre)
    return [Planted(text), goes(text)]


def near(author: Author, genre: str) -> Family:
    """One letter in fifty is another one, no two of them the same way; figures stay."""
    text = text_of(author, genre)
    return [Planted(text), goes(edited(author, text, EDITS))]


def edited(author: Author, text: str, share: float) -> str:
    """With this share of its letters changed."""
    letters = list(text)
    places = [at for at, letter in enumerate(letters) if letter.isalpha()]
    done: set[tuple[str, str]] = set()
    new = author.either("甚岂尚犹颇竟遂乃亦仅渐略屡骤愈俱皆既", "bcdfghjklmnpqrstvwxyz")
    for at in author.random.sample(places, max(1, int(len(places) * share))):
        pair = letters[at], author.of(new)
        if pair not in done:  # the same replacement twice would be another version
            letters[at] = pair[1]
            done.add(pair)
    return "".join(letters)


def truncated(author: Author, genre: str) -> Family:
    """Cut off at any letter, with 30 to 90 % left."""
    text = text_of(author, genre)
    return [Planted(text), goes(cut(author, text))]


def cut(author: Author, text: str) -> str:
    """The beginning of a text."""
    return text[: int(len(text) * author.random.uniform(*LEFT))]


def superset(author: Author, genre: str) -> Family:
    """The short one comes first, and ends with a line."""
    lines = lines_of(author, genre)
    kept = max(2, int(len(lines) * author.random.uniform(0.4, 0.85)))
    return [goes("\n".join(lines[:kept])), Planted("\n".join(lines))]


def relaid(author: Author, genre: str) -> Family:
    """Blank lines, full-width indents, other line ends."""
    lines = lines_of(author, genre)
    ways = ("\n\n".join(lines), "\n".join(f"　　{line}" for line in lines), "\r\n".join(lines), "\n\n\n".join(lines))
    return [Planted("\n".join(lines)), goes(author.of(ways))]


def sentences_apart(author: Author, genre: str) -> Family:
    """Every sentence in a line of its own."""
    text = text_of(author, genre)
    return [Planted(text), goes(BEHIND_SENTENCES.sub("\n", text))]


def traditional(author: Author, genre: str) -> Family:
    """In traditional characters; Chinese alone."""
    text = text_of(author, genre)
    return [Planted(text), goes(opencc.OpenCC("s2t").convert(text))] if author.language is CHINESE else []


def wrapped(author: Author, genre: str) -> Family:
    """Broken into lines of one width, with blank lines between paragraphs."""
    lines = lines_of(author, genre)
    width = author.random.randint(28, 40) if author.language is CHINESE else author.random.randint(60, 76)
    return [Planted("\n".join(lines)), goes("\n\n".join("\n".join(textwrap.wrap(line, width)) for line in lines))]


def body_twice(author: Author, genre: str) -> Family:
    """A page whose text was extracted twice: the second one goes, its short lines too."""
    lines = lines_of(author, genre)
    lines.insert(2, author.either("没有人回答。", "Nobody answered."))
    body = "\n".join(lines)
    return [parts(f"{body}\n\n{body}", lines, len(body) + 2)]


# Paragraphs of articles


def paragraph_across(author: Author, _: str) -> Family:
    """An article that holds one paragraph of an earlier one."""
    one, other = news(author), news(author, 5, 8)
    shared = author.of(one[1:])
    other.insert(author.random.randint(2, len(other) - 1), shared)
    return [Planted("\n".join(one)), parts("\n".join(other), [shared])]


def paragraph_near(author: Author, _: str) -> Family:
    """The same for a long one of which a letter or two in a hundred are others."""
    shared = author.paragraph(author.language.size * 3)
    one, other = news(author), news(author, 7, 9)
    one.insert(author.random.randint(2, len(one) - 1), shared)
    changed = edited(author, shared, 0.012)
    other.insert(author.random.randint(2, len(other) - 1), changed)
    return [Planted("\n".join(one)), parts("\n".join(other), [changed])]


def paragraph_within(author: Author, _: str) -> Family:
    """An article that says one of its paragraphs again."""
    lines = news(author, 6, 9)
    again = lines[author.random.randint(1, 3)]
    lines.insert(author.random.randint(5, len(lines)), again)
    text = "\n".join(lines)
    return [parts(text, [again], text.index(again) + 1)]


def loop(author: Author, _: str) -> Family:
    """A sentence that a machine said over and over again, in one line of an article."""
    lines, unit = news(author), author.sentence(1)
    times = author.random.randint(12, 30)
    lines.insert(author.random.randint(2, len(lines)), author.language.gap.join([unit] * times))
    text = "\n".join(lines)
    start = text.index(unit)
    return [
        Planted(
            text,
            "parts",
            ((start + len(unit), start + times * len(unit + author.language.gap) - len(author.language.gap)),),
        )
    ]


# What looks like a copy and stays


def few_in_a_row(author: Author, _: str) -> Family:
    """Four or five times the same: it may be meant."""
    lines, unit = news(author), author.sentence(1)
    lines.insert(author.random.randint(2, len(lines)), author.language.gap.join([unit] * author.random.randint(4, 5)))
    return [Planted("\n".join(lines))]


def paragraph_figures(author: Author, _: str) -> Family:
    """A long paragraph of another year: its letters are the same, its figures are not."""
    told = author.either("当年共有{}人参加，收入{}万元。", "In that year {} people took part and {} dollars came in.")
    shared = author.paragraph(author.language.size * 3) + author.language.gap + told
    family = []
    for _year in range(2):
        lines = news(author, 7, 9)
        lines.insert(author.random.randint(2, len(lines) - 1), shared.format(*author.random.sample(range(100, 999), 2)))
        family.append(Planted("\n".join(lines)))
    return family


def paragraph_short(author: Author, _: str) -> Family:
    """A sentence in a line of its own that two articles share: a formula, too short to tell."""
    shared = author.sentence(2 if author.language is CHINESE else 1)
    one, other = news(author), news(author)
    for lines in (one, other):
        lines.insert(author.random.randint(2, len(lines) - 1), shared)
    return [Planted("\n".join(one)), Planted("\n".join(other))]


def passage(author: Author, _: str) -> Family:
    """A long passage in two texts that are no articles: a matter for a person."""
    shared = author.paragraph(author.language.size * 6)
    one, other = GENRES["dialogue"](author), GENRES["recipe"](author)
    return [Planted("\n".join([*one, "", shared])), Planted("\n".join([*other, "", shared]))]


def figures(author: Author, _: str) -> Family:
    """Another year's report: every figure is another one."""
    lines = news(author)
    count = author.either(
        "共有{}个登记在册，其中{}个是新的。", "In all {} were counted, {} of them for the first time."
    )

    def year() -> str:
        own = [line + count.format(*(author.random.randint(100, 999) for _ in range(2))) for line in lines[1:]]
        return "\n".join([lines[0], *own])

    return [Planted(year()), Planted(year())]


TERMS = {
    "zh": (("反补贴", "反倾销"), ("甲公司", "乙公司"), ("上半年", "下半年"), ("东城区", "西城区")),
    "en": (("anti-dumping", "anti-subsidy"), ("Northern", "Southern"), ("lessee", "lessor"), ("summer", "autumn")),
}


def term(author: Author, _: str) -> Family:
    """The same form for another subject: one term is another one, wherever it stands."""
    one, other = author.random.choice(TERMS[author.language.name])
    lines = news(author)
    told = author.either("本案所称{}措施以公告为准。", "What counts as {} here is laid down in the notice.")
    text = "\n".join([lines[0], *(line + author.language.gap + told for line in lines[1:])])
    return [Planted(text.replace("{}", one)), Planted(text.replace("{}", other))]


def titles(author: Author, _: str) -> Family:
    """Issues of a series: titles equal but for their numbers, texts nearly so."""
    name, lines = author.title()[:14], news(author)[1:]
    first = author.random.randint(10, 80)
    numbered = author.either("{}（第{}期）", "{}, part {}")
    again = edited(author, "\n".join(lines), 0.004)
    return [
        Planted("\n".join([numbered.format(name, first), *lines])),
        Planted(f"{numbered.format(name, first + 1)}\n{again}"),
    ]


def every_third_new(author: Author, _: str) -> Family:
    """A text of which every third paragraph is new: no copy, and in pieces if the others went."""
    lines = news(author, 6, 9)
    other = [author.paragraph() if at % 3 == 2 else line for at, line in enumerate(lines)]
    return [Planted("\n".join(lines)), Planted("\n".join(other))]


def said(author: Author) -> str:
    """Leads on to a quotation."""
    name = author.of(author.language.people)
    return author.either(f"{name}在论坛里写道：", f"{name} wrote:")


def quoted(author: Author, lines: Sequence[str]) -> str:
    """As a quotation: between marks, or as a mail has it."""
    if author.random.random() < 0.5:
        return "\n".join(f"> {line}" for line in lines)
    opening, closing = author.language.quotes
    return opening + "\n".join(lines) + closing


def quoting_comment(author: Author, genre: str) -> Family:
    """A comment that quotes a paragraph or two, and says something itself."""
    lines = lines_of(author, genre)
    start = author.random.randint(1, len(lines) - 3)
    quote = quoted(author, lines[start : start + author.random.randint(1, 2)])
    return [Planted("\n".join(lines)), Planted("\n".join([said(author), quote, author.paragraph()]))]


def quoting_whole(author: Author, genre: str) -> Family:
    """A document that quotes another one whole, with a sentence or without."""
    lines = lines_of(author, genre)
    own = [author.sentence(1)] * (author.random.random() < 0.5)
    return [Planted("\n".join(lines)), Planted("\n".join([said(author), quoted(author, lines), *own]))]


def quoted_before(author: Author, genre: str) -> Family:
    """The one that quotes comes first; what it quotes stays all the same."""
    return quoting_whole(author, genre)[::-1]


def own_answer(author: Author, _: str) -> Family:
    """One long question, two answers: without its question an answer is worth nothing."""
    ask, reply = author.either("问：", "Question: "), author.either("答：", "Answer: ")
    question = author.paragraph()
    return [Planted(f"{ask}{question}\n{reply}{author.paragraph()}") for _ in range(2)]


def honest(author: Author, genre: str) -> Family:
    """Two texts of a genre that share what all of its texts share."""
    return [Planted(text_of(author, genre)) for _ in range(2)]


@dataclass(frozen=True, slots=True)
class Plan:
    """A kind of copy, and in what genres it is planted, in turn."""

    make: Kind
    genres: tuple[str, ...]


ALL, NEWS, PAGE, LAW = tuple(GENRES), ("news",), tuple(PROSE), tuple(PROSE) + tuple(LAWS)
COPIES: Mapping[str, Plan] = {
    "whole copy": Plan(whole, ALL),
    "near copy": Plan(near, ALL),
    "truncated": Plan(truncated, ALL),
    "superset": Plan(superset, ALL),
    "re-laid": Plan(relaid, LAW),
    "sentences apart": Plan(sentences_apart, PAGE),
    "traditional": Plan(traditional, ALL),
    "hard-wrapped": Plan(wrapped, LAW),
    "body twice": Plan(body_twice, PAGE),
    "paragraph across": Plan(paragraph_across, NEWS),
    "paragraph near": Plan(paragraph_near, NEWS),
    "paragraph within": Plan(paragraph_within, NEWS),
    "loop": Plan(loop, NEWS),
}
HONEST: Mapping[str, Plan] = {
    "figures changed": Plan(figures, NEWS),
    "term replaced": Plan(term, NEWS),
    "titles by number": Plan(titles, NEWS),
    "every third new": Plan(every_third_new, NEWS),
    "quoting comment": Plan(quoting_comment, PAGE),
    "quoting whole": Plan(quoting_whole, PAGE),
    "quoted before": Plan(quoted_before, PAGE),
    "own answer": Plan(own_answer, ("question",)),
    "few in a row": Plan(few_in_a_row, NEWS),
    "paragraph figures": Plan(paragraph_figures, NEWS),
    "paragraph short": Plan(paragraph_short, NEWS),
    "passage": Plan(passage, ("dialogue and recipe",)),
    **{f"genre: {name}": Plan(honest, (name,)) for name in (*LAWS, *OTHERS)},
}

FURNITURE = {
    "zh": (
        ("首页 > 新闻频道 > 本地要闻 > 正文", "分享到：微信 微博 空间 贴吧", "字号：大 中 小 打印本页"),
        ("责任编辑：本网编辑部", "声明：本网转载文章只为传递信息，不代表本网赞同其观点。", "版权所有 未经授权不得转载"),
    ),
    "en": (
        ("Home > News > Local > Article", "Share this page on all your networks", "Print this page or send it by mail"),
        (
            "Previous article Next article Back to top",
            "The views expressed here are those of the author alone.",
            "Copyright the publishers, all rights reserved",
        ),
    ),
}


def pages(author: Author, count: int) -> Iterator[Planted]:
    """Pages of a site: all furniture goes, the first copy too, from ten of them on."""
    above, below = FURNITURE[author.language.name]
    for _ in range(count):
        text = "\n".join([*above, *news(author, 3, 6), *below])
        yield parts(text, [*above, *below]) if count >= min(PAGES) else Planted(text)


@dataclass(frozen=True, slots=True)
class Corpus:
    """Lines of JSON by file, and what must become of each."""

    files: Mapping[str, Sequence[str]]
    truth: Sequence[Truth]

    def write(self, folder: Path) -> None:
        """The files below `corpus/`, the truth beside it."""
        for name, lines in self.files.items():
            path = folder / "corpus" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        rows = (json.dumps(asdict(one), ensure_ascii=False) for one in self.truth)
        (folder / "truth.jsonl").write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")


@dataclass(frozen=True, slots=True)
class _Placed:
    """A document on its way to a place in the corpus."""

    planted: Planted
    kind: str
    language: str
    genre: str
    family: str
    at: float


def _placed(random: Random, size: int) -> Iterator[_Placed]:
    for author in [Author(random, language) for language in LANGUAGES]:
        for kind, plan in {**COPIES, **HONEST}.items():
            for number in range(size):
                genre = plan.genres[number % len(plan.genres)]
                family = plan.make(author, genre)
                places = sorted(random.random() for _ in family)
                name = f"{author.language.name}/{kind}/{number}"
                for planted, at in zip(family, places, strict=True):
                    yield _Placed(planted, kind, author.language.name, genre, name, at)


def _sites(random: Random) -> Iterator[tuple[str, list[_Placed]]]:
    """Name of the site's file, pages."""
    for language in LANGUAGES:
        for count in (SMALL_SITE, *PAGES):
            site = pages(Author(random, language), count)
            placed = [_Placed(page, f"site of {count}", language.name, "news", "", 0) for page in site]
            yield f"site-{language.name}-{count}/pages.jsonl", placed


def plant(size: int = USUAL, seed: int = 1) -> Corpus:
    """A corpus with so many families of each kind and language, and the sites."""
    random = Random(seed)
    return _written({"main.jsonl": sorted(_placed(random, size), key=lambda one: one.at), **dict(_sites(random))})


def _written(placed: Mapping[str, Sequence[_Placed]]) -> Corpus:
    rows = [(name, line, one) for name, every in placed.items() for line, one in enumerate(every, 1)]
    stay: dict[str, list[str]] = {}
    for number, (_, _, one) in enumerate(rows):
        if one.planted.outcome != "goes" and one.family:
            stay.setdefault(one.family, []).append(f"{number:06}")
    files: dict[str, list[str]] = {name: [] for name in placed}
    truth = []
    for number, (name, line, one) in enumerate(rows):
        files[name].append(_record(f"{number:06}", Path(name).parent.name or one.genre, one.planted.text))
        truth.append(_told(f"{number:06}", name, line, one, stay))
    return Corpus(files, truth)


def _record(id: str, host: str, text: str) -> str:
    record = {"id": id, "url": f"https://{host.replace(' ', '-')}.example/{id}", "text": text}
    return json.dumps(record, ensure_ascii=False)


def _told(id: str, file: str, line: int, one: _Placed, stay: Mapping[str, Sequence[str]]) -> Truth:
    outcome, spans = one.planted.outcome, one.planted.spans
    named = () if outcome == "stays" else tuple(stay.get(one.family, ()))
    others = tuple(other for other in named if other != id)
    survivors = others or named  # what is said twice in one document goes for that document
    return Truth(id, file, line, one.kind, one.language, one.genre, outcome, spans, survivors)


def main() -> None:
    """Read the command line, write the corpus and its truth."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", type=int, default=USUAL, help="families of each kind and language")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    plant(options.size, options.seed).write(options.folder)


if __name__ == "__main__":
    main()
