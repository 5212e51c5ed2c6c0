"""An output without a run directory around it. What killed processes left of it is cleared away by the next one.

A temporary file tells by its name which output it is for, and by a lock that somebody lives who writes it.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import IO

from cleaner.corpus.workdir import TEMPORARY, publish, staging
from cleaner.text.errors import WriteError

MARK = 8  # digits of a temporary name: the sha256 of the output's


@contextmanager
def output(path: Path) -> Iterator[IO[bytes]]:
    """As `workdir.writing`, after temporary files for this output that nobody holds are gone.

    WriteError, too, where another process clears away just now.
    """
    mark = sha256(os.fsencode(path.name)).hexdigest()[:MARK]
    _clear(path.parent, mark)
    with ExitStack() as held:
        with staging(path.parent, mark) as (file, temporary):
            held.callback(os.close, os.dup(file.fileno()))  # the lock is held until the file has its name
            with suppress(OSError):  # a file system without locks: then nobody clears away either
                fcntl.flock(file, fcntl.LOCK_EX)
            if not temporary.exists():
                raise WriteError(f"{path}: another process writes it; wait for it, or pass another name")
            yield file
        publish(temporary, path)


def _clear(folder: Path, mark: str) -> None:
    with suppress(OSError):  # no folder yet, or one that cannot be listed
        for path in folder.iterdir():
            if TEMPORARY.fullmatch(path.name) and path.name.startswith(f".clean-{mark}"):
                _remove_stale(path)


def _remove_stale(path: Path) -> None:
    with suppress(OSError):  # held, or gone already
        handle = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_NOFOLLOW)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()
        finally:
            os.close(handle)
