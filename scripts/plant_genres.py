"""Texts of many genres for `plant_copies.py`, Chinese and English, made of word lists by chance; knows nothing of copies.

Sentences are clauses put together freely, so that two of them share hardly more than words: a text by fixed patterns
would look like a copy of every other one. What texts of a genre repeat honestly (a formula, an option, a row, a turn, a
line of code) comes from a pool of a few lines, all of them long enough to be taken for copies.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from scripts.make_corpus import (
    ENGLISH_HOW,
    ENGLISH_NAMES,
    ENGLISH_PLACES,
    ENGLISH_SUBJECTS,
    GIVEN,
    HOW,
    LINKS,
    PLACES,
    SUBJECTS,
    SURNAMES,
    TIMES,
)

ENGLISH_NOUNS = (
    "answer archive balcony basket bicycle blanket bottle bridge bucket calendar candle carpet ceiling chimney clock coat "
    "corner courtyard cupboard curtain diary drawer engine envelope fence garden glacier hammer hillside island kettle "
    "ladder lantern letter mirror mountain museum needle notebook orchard painting path pencil photograph pillow porch "
    "promise question ribbon river roof rumour saddle shadow shelf signal staircase stove suitcase table tower umbrella "
    "valley village wagon wallet whistle window workshop"
)
ENGLISH_VERBS = (
    "abandon admire avoid borrow carry count cover describe draw exchange fetch follow forget gather guard hide ignore "
    "imitate inherit lend lift mend miss notice open owe paint praise push recall replace save sell sketch steal survive "
    "trust visit wash welcome"
)
ENGLISH_OPENERS = (
    "last winter|by the end of the week|in spite of the rain|before dawn|for once|to everybody's surprise|after lunch|"
    "on the second floor|at the time|as far as anyone can tell|in those days|without a word|a little later|on paper"
)
ENGLISH_TAILS = (
    "beyond the old railway|with both hands|for no good reason|as if nothing had happened|under a grey sky|until the money "
    "ran out|in front of the neighbours|at half the price|with a pot of tea|as her mother had done|along the north wall"
)
TAILS = "之后才放心 的时候谁也没有料到 也算有了交代 起来比想象的难 得差不多了 就像当年一样 总归是件好事 还要再等一等 比从前快多了 却没有人提起"


@dataclass(frozen=True, slots=True)
class Language:
    """What tells one language from another here.

    gap      between two sentences
    joints   between two clauses; the last sign of a sentence is of `ends`
    size     letters that a closed paragraph has at least: over the 50 Han, 120 others that a repeated paragraph needs
    """

    name: str
    gap: str
    joints: Sequence[str]
    ends: Sequence[str]
    size: int
    quotes: tuple[str, str]
    nouns: Sequence[str]
    verbs: Sequence[str]
    how: Sequence[str]
    places: Sequence[str]
    people: Sequence[str]
    openers: Sequence[str]
    tails: Sequence[str]


def _words(subjects: Mapping[str, tuple[str, str]], part: int) -> list[str]:
    return sorted({word for subject in subjects.values() for word in subject[part].split()})


CHINESE = Language(
    "zh", "", ("，", "，", "；"), ("。", "。", "。", "！", "？"), 64, ("“", "”"),
    _words(SUBJECTS, 0), _words(SUBJECTS, 1), HOW, PLACES, [one + other for one in SURNAMES for other in GIVEN],
    [*TIMES, *LINKS], TAILS.split(),
)  # fmt: skip
ENGLISH = Language(
    "en", " ", (", and ", ", while ", ", although ", "; ", ", because "), (".", ".", ".", "!"), 160, ("“", "”"),
    [*_words(ENGLISH_SUBJECTS, 0), *ENGLISH_NOUNS.split()], [*_words(ENGLISH_SUBJECTS, 1), *ENGLISH_VERBS.split()], ENGLISH_HOW,
    ENGLISH_PLACES, ENGLISH_NAMES, ENGLISH_OPENERS.split("|"), ENGLISH_TAILS.split("|"),
)  # fmt: skip
LANGUAGES = (CHINESE, ENGLISH)


class Author:
    """Writes in one language; every choice comes from one generator of random numbers."""

    def __init__(self, random: Random, language: Language) -> None:
        self.random, self.language = random, language
        self._pools: dict[str, list[str]] = {}

    def of(self, words: Sequence[str]) -> str:
        """One of these words."""
        return words[int(self.random.random() * len(words))]

    def noun(self) -> str:
        """A noun."""
        return self.of(self.language.nouns)

    def _clause_zh(self) -> str:
        of, words, chance = self.of, self.language, self.random.random
        who = of([of(words.people), f"{of(words.places)}的{self.noun()}", f"{self.noun()}和{self.noun()}", self.noun()])
        what = of([f"{self.noun()}与{self.noun()}", f"{of(words.places)}{self.noun()}", self.noun()])
        count = f"{int(chance() * 900) + 12}个" if chance() < 0.12 else ""
        opener = of(words.openers) if chance() < 0.3 else ""
        return f"{opener}{who}{of(words.how) * (chance() < 0.6)}{of(words.verbs)}{count}{what}{of(words.tails) * (chance() < 0.3)}"

    def _clause_en(self) -> str:
        of, words, chance = self.of, self.language, self.random.random
        who = of(
            [of(words.people), f"the {self.noun()} of {of(words.places)}", f"the {self.noun()}", f"a {self.noun()}"]
        )
        what = of([f"the {self.noun()} and the {self.noun()}", f"the {self.noun()}", f"every {self.noun()}"])
        if chance() < 0.12:
            what = f"{int(chance() * 900) + 12} {self.noun()}s"
        opener = f"{of(words.openers)} " if chance() < 0.3 else ""
        how, will = f" {of(words.how)}" * (chance() < 0.5), of(["will", "could", "did not", "had to", "would"])
        return f"{opener}{who} {will}{how} {of(words.verbs)} {what}" + f" {of(words.tails)}" * (chance() < 0.4)

    def clause(self) -> str:
        """Half a sentence, without an end."""
        return self._clause_zh() if self.language is CHINESE else self._clause_en()

    def sentence(self, clauses: int = 0) -> str:
        """A sentence of so many clauses, or two to four in Chinese, two or three in English."""
        count = clauses or 2 + int(self.random.random() * (3 if self.language is CHINESE else 2))
        text = self.clause()
        for _ in range(count - 1):
            text += self.of(self.language.joints) + self.clause()
        return text[0].upper() + text[1:] + self.of(self.language.ends)

    def paragraph(self, size: int = 0) -> str:
        """Closed sentences in one line, at least so many letters of them."""
        text = self.sentence()
        while sum(map(str.isalnum, text)) < (size or self.language.size) or self.random.random() < 0.4:
            text += self.language.gap + self.sentence()
        return text

    def title(self) -> str:
        """A headline: no end mark."""
        return self.sentence(1)[:-1]

    def either(self, chinese: str, english: str) -> str:
        """What stands in a text of this language."""
        return chinese if self.language is CHINESE else english

    def pooled(self, name: str, make: Callable[[], str], size: int = 12) -> str:
        """One of a few lines that all texts of a genre share."""
        if name not in self._pools:
            self._pools[name] = [make() for _ in range(size)]
        return self.of(self._pools[name])


def news(author: Author, least: int = 4, most: int = 9) -> list[str]:
    """A headline and closed paragraphs."""
    return [author.title(), *(author.paragraph() for _ in range(author.random.randint(least, most)))]


def blog(author: Author) -> list[str]:
    """As news, with a place to greet from and a short last line."""
    lines = news(author, 3, 7)
    return [*lines, author.either("先写到这里。", "So much for today.")]


def exam(author: Author) -> list[str]:
    """Items with four options, of which many stand in other exams as well; the question of an item is its own."""
    lines = [author.either("期末练习", "End of term exercises")]
    for number in range(1, author.random.randint(4, 8)):
        lines.append(f"{number}. {author.sentence(2)[:-1]}" + author.either("（　　）", " because (   )"))
        lines += [f"{letter}. {_option(author)}" for letter in "ABCD"]
    return lines


def _option(author: Author) -> str:
    own = author.random.random() < 0.5
    return author.sentence(2) if own else author.pooled("option", lambda: author.sentence(3))


def votes(author: Author) -> list[str]:
    """Minutes: who was there, motions, and the same formula under each of them."""
    formula = author.either(
        "主席宣布：本项议案经出席委员过半数表决同意，获得通过，交由秘书处办理并予以公告。",
        "The chair declared the motion carried by a majority of the members present and referred it to the clerk.",
    )
    present = author.pooled("present", lambda: _present(author), 3)
    lines = [f"{author.of(author.language.places)}{author.either('委员会会议记录', ' committee, minutes')}", present]
    for number in range(1, author.random.randint(4, 7)):
        yes, no = author.random.randint(5, 40), author.random.randint(0, 9)
        lines.append(f"{author.either('第', 'Item ')}{number}{author.either('项：', ': ')}{author.sentence()}")
        lines.append(author.either(f"表决结果：同意{yes}票，反对{no}票。", f"Ayes {yes}, noes {no}."))
        lines.append(formula)
    return lines


def _present(author: Author) -> str:
    names = author.random.sample(list(author.language.people), 12)
    return author.either("出席：", "Present: ") + author.either("、", ", ").join(names)


def statute(author: Author) -> list[str]:
    """Numbered clauses; the last ones are formulas that stand in every statute."""
    formulas = author.either(
        "违反前款规定的，由主管部门责令限期改正，逾期不改正的，依照有关法律的规定予以处罚。|"
        "本条例自公布之日起施行，此前发布的规定与本条例不一致的，以本条例的规定为准。",
        "Whoever contravenes this section is liable on summary conviction to a fine as laid down in the schedule of penalties.|"
        "The council has given its consent; this act comes into force on the day after it has been published.",
    ).split("|")
    own = [author.sentence(2) for _ in range(author.random.randint(6, 12))]
    lines = [author.either(f"{author.noun()}管理条例", f"Act on the {author.noun()}")]
    for number, clause in enumerate([*own[:3], formulas[0], *own[3:], *formulas], 1):
        lines.append(author.either(f"第{number}条　", f"§ {number} ") + clause)
    return lines


def contract(author: Author) -> list[str]:
    """Articles, each of which ends with the same clause on delay, so that it counts for each of them."""
    clause = author.pooled("delay", lambda: author.either("逾期的，", "In case of delay, ") + author.sentence(3), 4)
    lines = [author.either(f"{author.noun()}买卖合同", f"Contract on the sale of a {author.noun()}")]
    for number in range(1, author.random.randint(4, 7)):
        lines += [author.either(f"第{number}条　{author.title()[:8]}", f"Article {number} {author.noun().title()}")]
        lines += [author.sentence(), author.sentence(), clause]
    return lines


def recipe(author: Author) -> list[str]:
    """Things to take, things to do; some of these are done in every kitchen."""
    lines = [author.title()]
    unit = author.either("克", " g")
    lines += [f"- {author.noun()} {author.random.randint(2, 50) * 10}{unit}" for _ in range(6)]
    for number in range(1, author.random.randint(5, 9)):
        own = author.random.random() < 0.6
        lines.append(f"{number}. {author.sentence() if own else author.pooled('step', author.sentence, 8)}")
    return lines


def dialogue(author: Author) -> list[str]:
    """A talk between two; the host says what he says every evening."""
    host, guest = author.either("主持人", "Host"), author.of(author.language.people)
    colon = author.either("：", ": ")
    greeting = author.pooled("greeting", lambda: author.paragraph(40), 3)
    goodbye = author.pooled("goodbye", lambda: author.paragraph(40), 3)
    lines = [f"{host}{colon}{greeting}"]
    for _ in range(author.random.randint(4, 8)):
        lines += [f"{guest}{colon}{author.sentence()}", f"{host}{colon}{author.sentence(1)}"]
    return [*lines, f"{host}{colon}{goodbye}"]


def song(author: Author) -> list[str]:
    """Verses, and three times the same refrain of long lines."""
    refrain = [author.sentence(2)[:-1], author.sentence(2)[:-1]]
    lines = [author.either(f"{author.noun()}之歌", f"Song of the {author.noun()}")]
    for _ in range(3):
        lines += ["", *(author.clause() for _ in range(4)), "", *refrain]
    return lines


def poem(author: Author) -> list[str]:
    """Short lines; the first of them comes again at the end of each stanza."""
    first = author.clause()
    lines = [author.noun().title(), "", first]
    for _ in range(3):
        lines += [*(author.clause() for _ in range(3)), first, ""]
    return lines[:-1]


def code(author: Author) -> list[str]:
    """A module in Python: a notice, imports and a way to open a file that stand in others, too."""
    owner = author.either("深圳市某某科技有限公司版权所有", "Copyright by the authors of the tide tables")
    lines = [
        f"# {owner}, see LICENSE for what you may do with it.",
        f'"""{author.sentence(1)}"""',
        "from __future__ import annotations",
        "from collections.abc import Iterable, Iterator, Mapping, Sequence",
        f"import {'_'.join(author.of(ENGLISH.nouns) for _ in range(2))}",
    ]
    for _ in range(author.random.randint(2, 4)):
        name, thing, verb = (author.of(words) for words in (ENGLISH.nouns, ENGLISH.nouns, ENGLISH.verbs))
        lines += [
            "",
            f"def {verb}_{name}({thing}: Mapping[str, str]) -> Iterator[str]:",
            f'    """{author.clause()}"""',
        ]
        lines += ['    with open("settings.csv", encoding="utf-8", newline="") as source_of_rows:']
        lines += [f"        for {name} in source_of_rows:", f"            yield {thing}.{verb}({name}, {len(name)})"]
    return lines


def table(author: Author) -> list[str]:
    """A table in Markdown: head and some rows are those of other tables."""
    head = author.either("| 名称 | 说明 | 数量 |", "| name | what it is for | pieces |")
    lines = [f"# {author.title()}", "", head, "| --- | --- | --- |"]
    for _ in range(author.random.randint(5, 10)):
        own = author.random.random() < 0.6
        lines.append(_row(author) if own else author.pooled("row", lambda: _row(author)))
    return lines


def _row(author: Author) -> str:
    return f"| {author.noun()} | {author.sentence(2)[:-1]} | {author.random.randint(2, 99)} |"


Genre = Callable[[Author], list[str]]
PROSE: Mapping[str, Genre] = {"news": news, "blog": blog}  # what a page is made of: may be laid out in any way
LAWS: Mapping[str, Genre] = {"statute": statute, "contract": contract}
OTHERS: Mapping[str, Genre] = {
    "exam": exam,
    "votes": votes,
    "recipe": recipe,
    "dialogue": dialogue,
    "song": song,
    "poem": poem,
    "code": code,
    "table": table,
}
GENRES: Mapping[str, Genre] = {**PROSE, **LAWS, **OTHERS}
