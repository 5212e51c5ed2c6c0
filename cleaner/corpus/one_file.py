"""`clean dedup`: the input opened, or stdin laid into a file; outputs that appear whole. Decides nothing about texts."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import gettempdir
from typing import IO

from cleaner.corpus.output import output
from cleaner.corpus.survivors import Outcome, write_survivors
from cleaner.corpus.workdir import explained, make_folder, opened, scratch
from cleaner.dedup.settings import Dedup
from cleaner.text.errors import ConfigError

STREAM = "-"


def dedup_file(
    source: str,
    out: str,
    removed: Path | None,
    settings: Dedup,
    *,
    text_field: str = "text",
    threads: int | None = None,
    force: bool = False,
) -> Outcome:
    """Write the lines of a JSON lines file that stay to `out`, and rows on those that go to `removed`.

    source, out  "-" is stdin, or stdout
    threads      None is one a core

    ConfigError where the input cannot be read or an output stands already (without `force`) or is the input; WriteError
    where an output cannot be written.
    """
    targets = [path for path in (None if out == STREAM else Path(out), removed) if path is not None]
    _refuse(source, targets, force=force)
    folder = targets[0].parent if targets else Path(gettempdir())
    with ExitStack() as open_files:
        given = open_files.enter_context(_input(source, folder))
        kept = open_files.enter_context(_output(out))
        rows = open_files.enter_context(output(removed)) if removed is not None else None
        return write_survivors(
            given, kept, rows, settings, name=source, text_field=text_field, threads=threads or _cores(), folder=folder
        )


def _refuse(source: str, targets: list[Path], *, force: bool) -> None:
    real = [os.path.realpath(path) for path in targets]
    if len(set(real)) < len(real):
        raise ConfigError(f"{targets[0]}: is named for what stays and for what goes; give --removed another name")
    for path, name in zip(targets, real, strict=True):
        if source != STREAM and name == os.path.realpath(source):
            raise ConfigError(f"{path}: is the input and an output; pass another name")
        if path.is_dir():
            raise ConfigError(f"{path}: is a directory; clean dedup writes one file")
        if path.exists() and not path.is_file():  # /dev/null would be replaced by a file for everybody
            raise ConfigError(f"{path}: is no file, and only files are replaced; use - for stdout")
        if path.exists() and not force:
            raise ConfigError(f"{path}: stands there already; --force replaces it")


@contextmanager
def _input(source: str, folder: Path) -> Iterator[IO[bytes]]:
    """The input as a file that can be read more than once."""
    if source != STREAM:
        try:
            file = opened(Path(os.path.realpath(source)))
        except OSError as failure:
            raise ConfigError(f"{source}: cannot be read: {failure.strerror}") from failure
        with file:
            yield file
        return
    make_folder(folder)
    with scratch(folder) as file:
        with explained(folder):
            shutil.copyfileobj(sys.stdin.buffer, file, 1 << 20)
        file.seek(0)
        yield file


@contextmanager
def _output(out: str) -> Iterator[IO[bytes]]:
    if out == STREAM:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    else:
        with output(Path(out)) as file:
            yield file


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
