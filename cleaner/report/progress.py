"""Progress by bytes on stderr, and only where a person watches."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def shown_progress(*, quiet: bool) -> Iterator[Callable[[str, int, int], None]]:
    """A function (phase, bytes done, bytes in all) that draws a bar for each phase."""
    if quiet or sys.stderr is None or not sys.stderr.isatty():
        yield lambda phase, done, total: None
        return
    from tqdm import tqdm

    bars: dict[str, Any] = {}

    def show(phase: str, done: int, total: int) -> None:
        if phase not in bars:
            bars[phase] = tqdm(desc=phase, total=total, unit="B", unit_scale=True, leave=False)
        bars[phase].update(done - bars[phase].n)

    try:
        yield show
    finally:
        for bar in bars.values():
            bar.close()
