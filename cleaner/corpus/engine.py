"""Two verbs run everything: `map_shards` and `shuffle`. Here on one machine; other engines are one file each.

What a function computes never depends on the engine, the number of workers or the order in which they end.
"""

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from importlib import import_module
from itertools import chain, islice
from multiprocessing import get_context
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar

from cleaner.text.errors import CleanerError
from cleaner.text.machine_code import alone, claim

if TYPE_CHECKING:
    import numpy as np

    Columns = Mapping[str, np.ndarray[Any, Any]]

S = TypeVar("S")
R = TypeVar("R")


class Engine(Protocol):
    """Where shards are worked on."""

    def map_shards(self, fn: Callable[[S], R], shards: Iterable[S]) -> Iterator[R]:
        """`fn` of every shard, in the order of the shards; `fn` can be pickled and may run twice."""

    def end(self) -> None:
        """No more shards come; return when what worked on them has ended."""

    def shuffle(self, rows: "Columns", key: str, parts: int, reduce: Callable[["Columns"], "Columns"]) -> "Columns":
        """Bring rows with equal keys together and reduce each part; rows are equally long numpy columns."""


class Local:
    """This machine: processes for shards, memory for the shuffle. One worker runs everything in this process.

    Processes start when there is work for them, or with `start`, and stay for the next phase, so that a run loads its
    tables once; they end with the `with` block.
    """

    def __init__(self, workers: int = 1) -> None:
        self.workers = workers
        self._pool: ProcessPoolExecutor | None = None

    def start(self, *modules: str) -> None:
        """Start the processes ahead of their work, with these modules loaded.

        Before it has done anything the command is forked, which spares each worker a fifth of a second. Later, and in
        anybody else's program, a fork would copy locks, threads and what these hold.
        """
        if self.workers < 2:
            return
        fork = sys.platform == "linux" and alone()
        if fork:
            _load(modules)
        self._started(modules, fork=fork)

    def end(self, *, wait: bool = True) -> None:
        """No more shards come: the processes end."""
        if self._pool is not None:
            self._pool.shutdown(wait=wait, cancel_futures=True)
            self._pool = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.end(wait=kind is None)  # after Ctrl-C nobody waits: workers end with this process

    def map_shards(self, fn: Callable[[S], R], shards: Iterable[S]) -> Iterator[R]:
        """Processes take shards as soon as there are any; one shard alone is worked on here."""
        shards = iter(shards)
        first = list(islice(shards, 2))
        work = map if min(self.workers, len(first)) < 2 else self._in_processes
        return work(fn, chain(first, shards))

    def shuffle(self, rows: "Columns", key: str, parts: int, reduce: Callable[["Columns"], "Columns"]) -> "Columns":
        from cleaner.dedup.shuffle import shuffle

        return shuffle(rows, key, parts, reduce)

    def _in_processes(self, fn: Callable[[S], R], shards: Iterable[S]) -> Iterator[R]:
        """Work begins at once, not when the first result is asked for: until then this process can load what it needs."""
        with _told():
            return _watched(self._started().map(fn, shards))

    def _started(self, modules: tuple[str, ...] = (), *, fork: bool = False) -> ProcessPoolExecutor:
        if self._pool is None:
            with _told(), _uninterrupted():
                self._pool = _pool(self.workers, modules, "fork" if fork else "spawn")
        return self._pool


def _pool(workers: int, modules: tuple[str, ...], method: str) -> ProcessPoolExecutor:
    """Processes that load these modules; CleanerError where the system has no more of them to give."""
    try:
        pool = ProcessPoolExecutor(workers, mp_context=get_context(method), initializer=_follow_parent)
        for _ in range(workers):
            pool.submit(_load, modules)  # starts one, or all where they are forked
    except OSError as failure:
        if method == "fork":
            _end_children()
        message = f"cannot start {workers} worker processes: {failure.strerror}; run again with fewer --workers"
        raise CleanerError(message) from failure
    return pool


def _end_children() -> None:
    """Those that were forked wait for work that never comes. Ours are all the children of a process that forks."""
    for child in multiprocessing.active_children():
        child.kill()
        child.join()


def _watched(results: Iterator[R]) -> Iterator[R]:
    with _told():
        yield from results


@contextmanager
def _told() -> Iterator[None]:
    """The death of a worker in words."""
    try:
        yield
    except BrokenProcessPool:
        raise CleanerError(
            "a worker process died, most likely for want of memory; run again with fewer --workers"
        ) from None


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Processes that are started here are deaf to Ctrl-C from their first moment on, and to SIGTERM until they are set up.

    In this one such a signal waits: Python would lose what its handler raises in the middle of a fork.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _load(modules: tuple[str, ...]) -> None:
    for module in modules:
        import_module(module)


def _follow_parent() -> None:
    """A worker ignores Ctrl-C, which is its parent's to answer, and ends when the parent does."""
    claim()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # not the handler that a fork inherits
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    parent = multiprocessing.parent_process()
    assert parent is not None  # only workers run this

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
