"""Two verbs over handles run everything: `map_shards` and `shuffle`. Here on one machine; other engines are one file each.

A handle names work or a file; texts and columns do not travel through the first process. What a function computes never
depends on the engine, the number of workers or the order in which they end. A class with these methods is an engine.
"""

import errno
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from itertools import chain, islice
from multiprocessing import resource_tracker
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self, TypeVar

import numpy as np

from cleaner.formats.listing import FORMATS
from cleaner.run.staging import Columns, Handle
from cleaner.text.errors import CleanerError
from cleaner.text.threads import in_threads

WORTH_PROCESSES = 8 << 20  # bytes of input: for less, starting them takes longer than they save
LOADED = "cleaner.run.cleaning", "cleaner.run.writing"  # by the process that workers are forked from
LOADED_WITH_CODE = "cleaner.run.preloaded"  # by the same, where there is so much work that machine code pays
NO_MORE = (errno.EAGAIN, errno.EMFILE, errno.ENFILE, errno.ENOMEM)  # processes, or handles to speak with them
SPARE = 8  # pipes for what starts the workers; each of them has one

S = TypeVar("S")
R = TypeVar("R")
Reduce = Callable[[Columns], Columns]


class Engine(Protocol):
    """Where shards are worked on."""

    def map_shards(self, fn: Callable[[S], R], handles: Iterable[S]) -> Iterator[R]:
        """`fn` of every handle, in their order; `fn` can be pickled and may run twice."""

    def shuffle(self, handles: Sequence[Handle], key: str, parts: int, reduce: Reduce) -> Sequence[Handle]:
        """Bring rows with equal keys together and reduce each part: see `shuffle` below."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...


def shuffle(handles: Sequence[Handle], key: str, parts: int, reduce: Reduce) -> list[Handle]:
    """What `reduce` makes of each part of the rows that these handles name, beside the first of them.

    key    names columns, of which the first decides on the part: rows that are equal in it share one
    parts  1 or more; memory and parallel work depend on it, results must not
    """
    rows = [handle.columns(key) for handle in handles]
    columns = {name: np.concatenate([one[name] for one in rows]) for name in rows[0]}
    del rows
    folder, (decides, *_) = handles[0].path.parent, columns.values()
    if parts == 1:
        return [Handle.of(folder, reduce(columns))]
    part = (decides.view(np.uint64) % np.uint64(parts)).astype(np.uint16)
    chosen = ({name: column[part == number] for name, column in columns.items()} for number in range(parts))
    return [Handle.of(folder, reduce(one)) for one in chosen]


class Threads:
    """This process alone: one worker, or threads where compiled code does most of the work."""

    def __init__(self, workers: int = 1) -> None:
        self.workers = workers

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        pass

    def map_shards(self, fn: Callable[[S], R], handles: Iterable[S]) -> Iterator[R]:
        return in_threads(fn, handles, self.workers)

    def shuffle(self, handles: Sequence[Handle], key: str, parts: int, reduce: Reduce) -> Sequence[Handle]:
        return shuffle(handles, key, parts, reduce)


class Processes(Threads):
    """Worker processes for shards, this one for the shuffle.

    They start when there is work for them and stay for the next phase, so that a run loads its tables once; they end
    with the `with` block. All are forked from one process that has loaded what they need, and nothing of ours.
    """

    def __init__(self, workers: int, loaded: Sequence[str] = LOADED) -> None:
        super().__init__(workers)
        self._loaded = loaded
        self._pool: ProcessPoolExecutor | None = None
        self._started: set[BaseProcess] = set()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """After a failure or Ctrl-C nobody waits for what is still being worked on."""
        pool, self._pool = self._pool, None
        if pool is None:
            return
        if kind is not None:
            for worker in self._started:
                worker.kill()
        pool.shutdown(cancel_futures=True)

    def map_shards(self, fn: Callable[[S], R], handles: Iterable[S]) -> Iterator[R]:
        """Processes take shards as soon as there are any; one shard alone is worked on here.

        Work begins at once, not when the first result is asked for: until then this process can load what it needs.
        """
        handles = iter(handles)
        first = list(islice(handles, 2))
        if min(self.workers, len(first)) < 2:
            return map(fn, chain(first, handles))
        with _told(self.workers):
            return _results(deque(self._begun(fn, handle) for handle in chain(first, handles)), self.workers)

    def _begun(self, fn: Callable[[S], R], handle: S) -> Future[R]:
        """Work in a process, which is started if need be."""
        with _undisturbed():
            if self._pool is None:
                _refuse_more_than_handles(self.workers)
                context = _context(self._loaded)
                self._pool = ProcessPoolExecutor(self.workers, mp_context=context, initializer=_follow_parent)
            others = set(multiprocessing.active_children())
            future = self._pool.submit(fn, handle)
            self._started |= set(multiprocessing.active_children()) - others
            return future


def _refuse_more_than_handles(workers: int) -> None:
    """OSError where this process has too few handles to speak with so many workers: the server would fail without a word of ours."""
    with ExitStack() as held:
        for _ in range(workers + SPARE):
            for handle in os.pipe():
                held.callback(os.close, handle)


def _context(loaded: Sequence[str]) -> multiprocessing.context.BaseContext:
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(loaded))
    return context


def _results(begun: deque[Future[R]], workers: int) -> Iterator[R]:
    with _told(workers):
        while begun:
            yield begun.popleft().result()


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Ctrl-C and SIGTERM wait for the end of the block: nobody would know of a worker that is half started.

    A process that is started meanwhile never hears of Ctrl-C, which a terminal sends to all: it is for this one to answer.
    """
    with _put_off() if threading.current_thread() is threading.main_thread() else nullcontext():
        resource_tracker.ensure_running()  # before the mask, which it would lift
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)


@contextmanager
def _put_off() -> Iterator[None]:
    """Signals wait for the end of the block, whichever thread they reach: handlers run in the first one."""
    came: list[int] = []
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in before:
        signal.signal(number, lambda number, _: came.append(number))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        for sent in came:
            signal.raise_signal(sent)


@contextmanager
def _told(workers: int) -> Iterator[None]:
    """In words: the death of a worker, and a system that has no more processes to give."""
    try:
        yield
    except BrokenProcessPool:
        message = "a worker process died, most likely for want of memory; run again with fewer --workers"
        raise CleanerError(message) from None
    except OSError as failure:
        if failure.errno not in NO_MORE or failure.filename is not None:
            raise
        message = f"cannot start {workers} worker processes: {failure.strerror}; run again with fewer --workers"
        raise CleanerError(message) from failure


def _follow_parent() -> None:
    """A worker ignores Ctrl-C, which is its parent's to answer, and ends when the parent does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    parent = multiprocessing.parent_process()
    assert parent is not None  # only workers run this

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def engine_for(inputs: Sequence[str], workers: int | None) -> Threads:
    """The engine of a run over these files and directories.

    workers  None is one a core, but one alone where starting others costs more than it gives
    """
    large = _large(inputs)
    count = workers or (cores() if large else 1)
    return Processes(count, (LOADED_WITH_CODE,) if large else LOADED) if count > 1 else Threads()


def _large(inputs: Iterable[str]) -> bool:
    """Whether there is so much that processes pay. Looks at no more files than it takes to know."""
    size = 0
    for file in chain.from_iterable(map(_files, inputs)):
        with suppress(OSError):
            size += file.stat().st_size
        if size >= WORTH_PROCESSES:
            return True
    return False


def _files(given: str) -> Iterator[Path]:
    if Path(given).is_file():
        yield Path(given)
    for folder, _, names in os.walk(given):
        yield from (Path(folder, name) for name in names if Path(name).suffix.lower() in FORMATS)


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
