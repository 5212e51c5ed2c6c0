"""What holds of every corpus, whatever is a copy of what in it: small corpora made of few paragraphs, through a run."""

import textwrap
from collections.abc import Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from cleaner.text.paragraphs import bounds
from scripts.plant_copies import edited
from scripts.plant_genres import LANGUAGES, Author
from tests.copies import Fate, fates, stands
from tests.dedup_texts import key_of

EVERY_COPY = "template."  # of what such rules take no copy is left that could be named
EXAMPLES = 25  # a run is some 30 ms
PHASES = Phase.explicit, Phase.generate  # not shrunk: it takes hundreds of runs, and six short texts can be read
STOCK = {
    language.name: [author.paragraph() for _ in range(8)] + [author.sentence(1) for _ in range(3)]
    for language in LANGUAGES
    for author in [Author(Random(5), language)]
}
Corpus = list[str]


@st.composite
def texts(draw: st.DrawFn, language: str) -> str:
    """Some paragraphs of the stock, one a line."""
    lines = draw(st.lists(st.sampled_from(STOCK[language]), min_size=1, max_size=6))
    return "\n".join(lines)


@st.composite
def copies(draw: st.DrawFn, text: str, language: str) -> str:
    """The text again: as it was, cut off, laid out anew, with some letters changed, quoted, twice, with a line of its own."""
    author = Author(draw(st.randoms(use_true_random=False)), next(one for one in LANGUAGES if one.name == language))
    joined = {
        "same": text,
        "cut": text[: len(text) * draw(st.integers(30, 90)) // 100],
        "wrapped": "\n\n".join(textwrap.fill(line, 34) for line in text.split("\n")),
        "indented": "\n\n".join(f"　　{line}" for line in text.split("\n")),
        "edited": edited(author, text, 0.02),
        "quoted": f"{author.either('他写道：', 'He wrote:')}\n“{text}”",
        "twice": f"{text}\n\n{text}",
        "with a line": f"{text}\n{author.sentence()}",
    }
    return joined[draw(st.sampled_from(sorted(joined)))]


@st.composite
def corpora(draw: st.DrawFn) -> Corpus:
    """Two to six documents in one language, half of them copies of others.

    No copies of copies: where A is like B and B like C, but A not like C, what stays depends on the order by right.
    """
    language = draw(st.sampled_from(sorted(STOCK)))
    own = draw(st.lists(texts(language), min_size=1, max_size=3))
    made = [draw(copies(draw(st.sampled_from(own)), language)) for _ in range(draw(st.integers(1, 3)))]
    return draw(st.permutations([*own, *made]))


def ran(corpus: Sequence[str]) -> list[Fate]:
    """The fate of each."""
    with TemporaryDirectory() as home:
        return fates(Path(home), corpus)


def holds(every: Sequence[Fate], number: int, start: int, end: int) -> bool:
    """Whether something else that stays is named for each removal that touches this span."""
    took = [one for one in every[number].removals if one.span[0] < end and start < one.span[1]]
    return bool(took) and all(stands(one, every) for one in took)


law = settings(max_examples=EXAMPLES, phases=PHASES)


@law
@given(corpora())
def test_no_paragraph_is_lost(corpus: Corpus) -> None:
    """Each stands in an output, or a copy that stays is named for it."""
    every = ran(corpus)
    left = [key_of(fate.left) for fate in every]
    for number, text in enumerate(corpus):
        for start, end in bounds(text):
            key = key_of(text[start:end])
            assert any(key in one for one in left) or holds(every, number, start, end), text[start:end]


@law
@given(corpora(), st.randoms(use_true_random=False))
def test_the_order_changes_which_copy_stays_and_never_how_many(corpus: Corpus, random: Random) -> None:
    again = list(corpus)
    random.shuffle(again)
    assert sum(fate.gone for fate in ran(corpus)) == sum(fate.gone for fate in ran(again))


@law
@given(corpora())
def test_a_second_run_finds_nothing(corpus: Corpus) -> None:
    left = [fate.left for fate in ran(corpus) if not fate.gone]
    assert [fate.removals for fate in ran(left)] == [()] * len(left)


@law
@given(corpora())
def test_each_removal_names_a_copy_that_stays(corpus: Corpus) -> None:
    every = ran(corpus)
    named = [one for fate in every for one in fate.removals if not one.rule.startswith(EVERY_COPY)]
    assert [one for one in named if not stands(one, every)] == []


@law
@given(corpora())
def test_no_document_is_left_in_pieces(corpus: Corpus) -> None:
    """What stays keeps half of its letters, and a document that holds nothing twice loses none for one that goes."""
    for fate, text in zip(ran(corpus), corpus, strict=True):
        letters = sum(map(str.isalnum, text))
        assert fate.gone or 2 * sum(map(str.isalnum, fate.left)) >= letters * (not _twice(text))


def _twice(text: str) -> bool:
    """Whether some line of it stands in it again."""
    keys = [key_of(text[start:end]) for start, end in bounds(text)]
    return len({*keys}) < len(keys)
