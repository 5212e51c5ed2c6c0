"""Functions over items in threads: order, failures, and what is told to those that still run."""

from collections.abc import Iterator
from threading import Event

import pytest

from cleaner.text.threads import in_threads


def test_results_come_in_order_and_few_items_are_taken_ahead() -> None:
    taken = []

    def items() -> Iterator[int]:
        for number in range(20):
            taken.append(number)
            yield number

    results = in_threads(lambda number: -number, items(), 2)
    assert next(results) == 0
    assert len(taken) <= 4
    assert list(results) == [-number for number in range(1, 20)]


def test_after_a_failure_what_still_runs_is_told_and_waited_for() -> None:
    stop, ended = Event(), Event()

    def work(number: int) -> None:
        if number == 0:
            raise ValueError("no")
        assert stop.wait(30)
        ended.set()

    with pytest.raises(ValueError, match="no"):
        list(in_threads(work, range(9), 2, stop.set))
    assert stop.is_set()
    assert ended.is_set()
