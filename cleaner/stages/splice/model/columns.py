"""Every column that the trees of the model read: its name, and why it is there; and what is known of a unit.

The order is that of the trained model. A new column comes at the end of its table, and the model is trained anew.
"""

from collections.abc import Iterator
from typing import Annotated, Any, NamedTuple, get_type_hints

MARKS = {  # how a text is written: its house style parts it from others
    "stops": "。！？!?",
    "commas": "，,、；;",
    "quotes": '“”「」"『』',
    "latin": "abcdefghijklmnopqrstuvwxyz",
    "digits": "0123456789０１２３４５６７８９",
    "spaces": " \u3000",
    "brackets": "()（）【】[]《》〈〉:：",
    "persons": "我你您們们",
}
BOTH = ("lower", "higher")  # of the values of the two units
SIDES = ("block", "main")
AGAINST = tuple(f"{mark}.{side}" for mark in MARKS for side in ("block", "over_main"))


class Unit(NamedTuple):
    """What is known of a unit, whole numbers."""

    characters: Annotated[int, "code points: how much it weighs"]
    terms: Annotated[int, "terms: how much it can share"]
    closed: Annotated[int, "1 where it ends as a sentence ends"]
    headed: Annotated[int, "1 where a line like a heading stands right above"]
    opening: Annotated[int, "how much its first terms are those of the opening of an article"]
    ending: Annotated[int, "how much its last terms are those of the ending of an article"]
    common: Annotated[int, "how often terms stand in it that are common in its language"]
    counted: Annotated[int, "how often all terms stand in it, as far as they count"]
    marks: Annotated[int, "how many of each kind of mark it has", tuple(MARKS)]


class FirstRound(NamedTuple):
    """Of a pair of units: do the two belong together, by their words?"""

    cosine: Annotated[int, "words in common, the rarer the heavier"]
    rarity: Annotated[int, "rare words in common, in nats: names and subjects"]
    rarity_rate: Annotated[int, "the same by length, since long units share more by chance"]
    merge: Annotated[int, "nats by which one source of words explains both better than two do"]
    merge_rate: Annotated[int, "the same by the terms of the shorter unit"]
    characters: Annotated[int, "lengths: short units say little", BOTH]
    distance: Annotated[int, "units from one to the other: articles come in stretches"]
    unseen: Annotated[int, "shared terms that the background has never seen: surely names"]
    hold: Annotated[int, "mean cosine to all units: some hold to everything, some to nothing", BOTH]
    hold_page: Annotated[int, "the same of the whole page, to compare with"]
    way: Annotated[int, "the best way over a third unit, as strong as its weaker half"]
    ways: Annotated[int, "mean of all such ways: common neighbours"]
    units: Annotated[int, "units of the page: the figures above depend on it"]
    strongest: Annotated[int, "strongest cosine of the unit that has the weaker one: does it belong anywhere?"]
    closed: Annotated[int, "the upper unit ends as a sentence ends: if not, it was cut"]
    vector: Annotated[int, "nearness of subjects, where words differ"]
    lean: Annotated[int, "mean nearness of subjects to all units", BOTH]
    lean_page: Annotated[int, "the same of the whole page"]
    bridge: Annotated[int, "the best way over a third unit by subjects"]
    headline_rarity: Annotated[int, "rare words in common with the headline, in nats", BOTH]
    headline_vector: Annotated[int, "nearness of subjects to the headline", BOTH]
    opening: Annotated[int, "the unit between that is most like the opening of an article"]
    ending: Annotated[int, "the unit between that is most like the ending of an article"]
    turn: Annotated[int, "the boundary between that is most like one from article to article"]
    headings: Annotated[int, "lines like headings between"]
    lower_opening: Annotated[int, "how much the lower unit itself is like an opening"]
    marks: Annotated[int, "difference of the rates of each kind of mark, in percent", tuple(MARKS)]


class SecondRound(NamedTuple):
    """Of a pair of units: do the two belong together, by the links of round one?"""

    link: Annotated[int, "the link of round one, in nats"]
    way: Annotated[int, "the best way over a third unit"]
    ways: Annotated[int, "mean of all such ways"]
    correlation: Annotated[int, "whether both are linked to the same units, apart from how strongly"]
    difference: Annotated[int, "mean difference of their links to others"]
    boundary: Annotated[int, "the weakest boundary between, from links up to three units away"]
    boundary_wide: Annotated[int, "the weakest boundary between, from all links across"]
    boundaries: Annotated[int, "mean of the boundaries between"]
    distance: Annotated[int, "units from one to the other"]
    hold: Annotated[int, "mean link to all units", BOTH]
    hold_page: Annotated[int, "the same of the whole page"]
    units: Annotated[int, "units of the page"]
    characters: Annotated[int, "lengths: short units say little", BOTH]
    merge_rate: Annotated[int, "as in round one: the trees need it beside the links"]


class BlockColumns(NamedTuple):
    """Of a block and the main article it is held against: is the block foreign?"""

    between: Annotated[int, "mean link of block and main, in nats"]
    strongest: Annotated[int, "strongest link of both: one true link is enough to belong"]
    strongest_three: Annotated[int, "mean of the three strongest, since one may be chance"]
    inside: Annotated[int, "mean link within the block: is it one article?"]
    inside_main: Annotated[int, "mean link within main: is that one?"]
    characters: Annotated[int, "lengths: short blocks say little", SIDES]
    share: Annotated[int, "part of the page: what is most of it is hardly foreign", SIDES]
    units: Annotated[int, "how many each has", SIDES]
    clusters: Annotated[int, "of the page at this stop: many make a round-up"]
    cosine_whole: Annotated[int, "words in common of both as a whole"]
    usual: Annotated[int, "mean link of stretches of main to the rest of main: what is usual in this article"]
    usual_lowest: Annotated[int, "the lowest of these"]
    usual_spread: Annotated[int, "how much they differ"]
    under_lowest: Annotated[int, "how far the block is over the loosest stretch of main"]
    deviation: Annotated[int, "how many spreads the block is from what is usual"]
    runs: Annotated[int, "stretches of the page that it stands in: true pieces are few"]
    at_start: Annotated[int, "it holds the first unit"]
    at_end: Annotated[int, "it holds the last unit: what is appended is often foreign"]
    lead: Annotated[int, "mean link to the first unit of main, which says what it is about"]
    cut: Annotated[int, "a unit of it ends inside a sentence"]
    cut_before: Annotated[int, "main is cut where the block begins"]
    double: Annotated[int, "highest cosine of a unit of it with any other: copies"]
    others: Annotated[int, "mean link to all that is not of it"]
    merge: Annotated[int, "mean merge score with main"]
    merge_most: Annotated[int, "highest merge score with main"]
    rarity_rate: Annotated[int, "rare words in common with main by length"]
    rarest: Annotated[int, "most rare words in common of two units"]
    page_units: Annotated[int, "units of the page"]
    cosine_most: Annotated[int, "highest cosine of block and main"]
    edge: Annotated[int, "mean link to the two units on either side"]
    gap: Annotated[int, "how much better it holds together than to main"]
    drawn: Annotated[int, "the unit of it that main draws most"]
    torn: Annotated[int, "the unit of it that main draws most, against its own block"]
    lent: Annotated[int, "the unit of main that the block draws most, against main"]
    cosine: Annotated[int, "mean cosine of block and main"]
    cosine_over_lowest: Annotated[int, "the same against the loosest stretch of main"]
    cosine_ratio: Annotated[int, "the same by what is usual in main"]
    cosine_deviation: Annotated[int, "the same in spreads"]
    merge_over_lowest: Annotated[int, "mean merge score against the loosest stretch of main"]
    merge_over_usual: Annotated[int, "mean merge score against what is usual in main"]
    cosine_inside: Annotated[int, "mean cosine within each", SIDES]
    across: Annotated[int, "mean link of main before the block with main behind it; -9 where there is none"]
    position: Annotated[int, "where on the page it begins"]
    merge_spread: Annotated[int, "how much the merge scores of stretches of main differ"]
    stop: Annotated[int, "how strict the clustering was that proposed it"]
    marks: Annotated[int, "rate of each kind of mark in percent, and how much that is over main's", AGAINST]
    open: Annotated[int, "part of the units that end inside a sentence", SIDES]
    vector: Annotated[int, "nearness of subjects of both as a whole"]
    vector_most: Annotated[int, "nearest units of both"]
    vector_mean: Annotated[int, "mean nearness of units of both"]
    vector_main: Annotated[int, "mean nearness of the units of main to each other"]
    opening: Annotated[int, "how its stretches begin, like openings or not"]
    opening_most: Annotated[int, "the unit of it most like an opening"]
    ending_before: Annotated[int, "how what stands before its stretches ends"]
    ending: Annotated[int, "how its stretches end"]
    opening_behind: Annotated[int, "how what stands behind its stretches begins"]
    turn_in: Annotated[int, "how much its beginnings are like boundaries of articles"]
    turn_out: Annotated[int, "how much its ends are like boundaries of articles"]
    main_opening: Annotated[int, "the unit of main, but for the first, most like an opening: main may be two"]
    main_ending: Annotated[int, "the unit inside main most like an ending"]
    main_last: Annotated[int, "how main ends"]
    headings: Annotated[int, "headings above its stretches"]
    main_headings: Annotated[int, "headings inside main: an article in sections"]
    headline_cosine: Annotated[int, "words in common with the headline, and most of a unit", (*SIDES, "most")]
    headline_rarity: Annotated[int, "rare words in common with the headline", (*SIDES, "most")]
    headline_vector: Annotated[int, "nearness of subjects to the headline", (*SIDES, "most")]


def columns(table: Any) -> Iterator[tuple[str, str]]:
    """Name and reason of every column of a table, in order."""
    for name, hint in get_type_hints(table, include_extras=True).items():
        reason, *parts = hint.__metadata__
        yield from ((f"{name}.{part}", reason) for part in parts[0]) if parts else ((name, reason),)


def _starts(table: Any) -> list[int]:
    """Where each name of a table begins: the first of its columns."""
    firsts: dict[str, int] = {}
    for at, (name, _) in enumerate(columns(table)):
        firsts.setdefault(name.partition(".")[0], at)
    return list(firsts.values())


UNIT = Unit(*_starts(Unit))
FIRST = FirstRound(*_starts(FirstRound))
SECOND = SecondRound(*_starts(SecondRound))
BLOCK = BlockColumns(*_starts(BlockColumns))
_ROWS = {"first": FirstRound, "second": SecondRound, "block": BlockColumns}
WIDTHS = {name: len(list(columns(table))) for name, table in _ROWS.items()}  # how many columns each has
