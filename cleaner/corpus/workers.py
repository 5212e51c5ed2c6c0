"""How many processes a run has; they start before they are needed, while others read settings. Loads little itself."""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from cleaner.corpus.engine import Local
from cleaner.corpus.source import FORMATS

_WORTH_PROCESSES = 4 << 20  # bytes of input
_PASSES = "cleaner.corpus.first_pass", "cleaner.corpus.second_pass"


def engine_for(inputs: Sequence[str], workers: int | None) -> Local:
    """The engine of a run over these files and directories, its processes on their way.

    workers  None is one a core, but one alone where starting others costs more than it gives
    """
    large = _large(inputs)
    engine = Local(workers or (_cores() if large else 1))
    if large:
        engine.start(*_PASSES)
    return engine


def _large(inputs: Iterable[str]) -> bool:
    """Whether there is so much that processes pay. Looks at no more files than it takes to know."""
    size = 0
    for path in inputs:
        for file in _files(path):
            with suppress(OSError):
                size += file.stat().st_size
            if size >= _WORTH_PROCESSES:
                return True
    return False


def _files(given: str) -> Iterator[Path]:
    if Path(given).is_file():
        yield Path(given)
    for folder, _, names in os.walk(given):
        yield from (Path(folder, name) for name in names if Path(name).suffix.lower() in FORMATS)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
