"""The laws of `Change`, and the documents that stand on them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.text.change import Change, Edit
from cleaner.text.errors import ChangeError

TEXT = st.text(alphabet="ab　中。\n😀", max_size=12)


@st.composite
def changes(draw: st.DrawFn, text: str) -> Change:
    """Any change of this text: touching edits, insertions and no-ops among them."""
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8)))
    spans = zip(cuts[::2], cuts[1::2], strict=False)
    return Change.of(len(text), [Edit(start, end, draw(st.sampled_from(["", "x", "yz"]))) for start, end in spans])


@st.composite
def chains(draw: st.DrawFn) -> tuple[str, Change, Change, Change]:
    """A text and three changes, each of what the one before leaves."""
    text = start = draw(TEXT)
    steps = []
    for _ in range(3):
        step = draw(changes(text))
        text = step.apply(text)
        steps.append(step)
    return start, steps[0], steps[1], steps[2]


@given(chains())
def test_invert_undoes_and_is_its_own_inverse(case: tuple[str, Change, Change, Change]) -> None:
    text, change, *_ = case
    after = change.apply(text)
    back = change.invert(text)
    assert len(after) == change.new_length
    assert back.apply(after) == text
    assert back.invert(after) == change


@given(chains())
def test_then_applies_like_one_after_the_other(case: tuple[str, Change, Change, Change]) -> None:
    text, first, second, _ = case
    assert first.then(second).apply(text) == second.apply(first.apply(text))


@given(chains())
def test_then_is_associative_as_a_value(case: tuple[str, Change, Change, Change]) -> None:
    _, first, second, third = case
    assert first.then(second).then(third) == first.then(second.then(third))


@given(chains())
def test_what_then_makes_is_canonical(case: tuple[str, Change, Change, Change]) -> None:
    _, first, second, _ = case
    both = first.then(second)
    assert Change.of(both.length, both.edits) == both


@given(chains())
def test_every_kept_character_maps_to_itself_and_back(case: tuple[str, Change, Change, Change]) -> None:
    text, change, *_ = case
    after, there, back = change.apply(text), change.mapper(), change.mapper(back=True)
    replaced = {at for edit in change.edits for at in range(edit.start, edit.end)}
    for at in set(range(len(text))) - replaced:
        start, end = there(at, at + 1)
        assert (end - start, after[start:end]) == (1, text[at])
        assert back(start, end) == (at, at + 1)


@given(chains(), st.data())
def test_a_mapped_span_holds_every_kept_character(
    case: tuple[str, Change, Change, Change], data: st.DataObject
) -> None:
    text, change, *_ = case
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(text))] * 2)))
    new_start, new_end = change.mapper()(start, end)
    assert 0 <= new_start <= new_end <= change.new_length
    kept = [at for at in range(start, end) if not any(e.start <= at < e.end for e in change.edits)]
    for at in kept:
        one_start, one_end = change.mapper()(at, at + 1)
        assert new_start <= one_start < one_end <= new_end


@pytest.mark.parametrize(
    ("edits", "apply"),
    [
        ([Edit(2, 4), Edit(3, 6)], "01" + "6789"),
        ([Edit(4, 6, "x"), Edit(2, 4)], "01x6789"),
        ([Edit(3, 3, "a"), Edit(3, 3, "b")], "012ab3456789"),
        ([Edit(5, 5)], "0123456789"),
        ([Edit(0, 10)], ""),
    ],
    ids=["removals overlap", "touching, out of order", "two insertions", "nothing", "everything"],
)
def test_of(edits: list[Edit], apply: str) -> None:
    assert Change.of(10, edits).apply("0123456789") == apply


@pytest.mark.parametrize(
    ("edits", "says"),
    [
        ([Edit(2, 5, "x"), Edit(4, 6)], "overlap"),
        ([Edit(2, 6), Edit(3, 3, "x")], "overlap"),
        ([Edit(8, 11)], "outside a text of 10"),
        ([Edit(-1, 2)], "outside"),
        ([Edit(4, 2)], "outside"),
    ],
)
def test_edits_that_cannot_be_meant_are_refused(edits: list[Edit], says: str) -> None:
    with pytest.raises(ChangeError, match=says):
        Change.of(10, edits)


def test_another_text_is_refused_with_both_numbers() -> None:
    with pytest.raises(ChangeError, match="fits 3 code points, the text has 4"):
        Change.of(3, [Edit(0, 1)]).apply("四个字。")
    with pytest.raises(ChangeError, match="leaves 2 code points is followed by one for 3"):
        Change.of(3, [Edit(0, 1)]).then(Change.of(3))
