"""Two verbs run everything: `map_shards` and `shuffle`. Here on one machine; other engines are one file each.

What a function computes never depends on the engine, the number of workers or the order in which they end.
"""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from cleaner.text.errors import CleanerError

if TYPE_CHECKING:
    import numpy as np

    Columns = Mapping[str, np.ndarray[Any, Any]]

S = TypeVar("S")
R = TypeVar("R")


class Engine(Protocol):
    """Where shards are worked on."""

    def map_shards(self, fn: Callable[[S], R], shards: Sequence[S]) -> Iterator[R]:
        """`fn` of every shard, in the order of the shards; `fn` can be pickled and may run twice."""

    def shuffle(self, rows: "Columns", key: str, parts: int, reduce: Callable[["Columns"], "Columns"]) -> "Columns":
        """Bring rows with equal keys together and reduce each part; rows are equally long numpy columns."""


@dataclass(frozen=True, slots=True)
class Local:
    """This machine: processes for shards, memory for the shuffle. One worker runs everything in this process."""

    workers: int = 1

    def map_shards(self, fn: Callable[[S], R], shards: Sequence[S]) -> Iterator[R]:
        workers = min(self.workers, len(shards))
        return map(fn, shards) if workers < 2 else _in_processes(fn, shards, workers)

    def shuffle(self, rows: "Columns", key: str, parts: int, reduce: Callable[["Columns"], "Columns"]) -> "Columns":
        from cleaner.dedup.shuffle import shuffle

        return shuffle(rows, key, parts, reduce)


def _in_processes(fn: Callable[[S], R], shards: Sequence[S], workers: int) -> Iterator[R]:
    # spawn: a forked worker keeps the parent's lock and outlives its death
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_follow_parent)
    try:
        yield from pool.map(fn, shards)
    except BrokenProcessPool:
        raise CleanerError(
            "a worker process died, most likely for want of memory; run again with fewer --workers"
        ) from None
    finally:
        pool.shutdown(wait=False, cancel_futures=True)  # after Ctrl-C nobody waits: workers end with this process


def _follow_parent() -> None:
    """A worker ignores Ctrl-C, which is its parent's to answer, and ends when the parent does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    assert parent is not None  # only workers run this

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
