"""The run directory: who may write it, files that appear whole or not at all, and what of it is ours.

The directory is complete when manifest.json stands in it, and not before. Nothing that the manifest or the plan of an
unfinished run does not list is ever deleted or overwritten.
"""

import errno
import fcntl
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from cleaner.text.errors import ConfigError, LockedError, RunDirError, WriteError

MANIFEST, WORK, LOCK, PLAN, PREVIOUS = "manifest.json", ".work", ".lock", "run.json", "previous.json"
TEMPORARY = ".clean-"  # short: the final name may use up all 255 bytes


@contextmanager
def writing(path: Path) -> Iterator[IO[bytes]]:
    """A file that appears under `path` when the block ends, whole and synced, or not at all."""
    with staging(path.parent) as (file, temporary):
        yield file
    publish(temporary, path)


@contextmanager
def staging(folder: Path) -> Iterator[tuple[IO[bytes], Path]]:
    """A temporary file in `folder`, synced when the block ends and removed when it fails. WriteError where it cannot be."""
    temporary = folder / f"{TEMPORARY}{secrets.token_hex(8)}.tmp"
    try:
        with explained(folder):
            folder.mkdir(parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
            file = os.fdopen(os.open(temporary, flags, 0o666), "wb")
        with explained(folder), file:
            yield file, temporary
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def publish(temporary: Path, path: Path) -> None:
    """Give a staged file its name; what stood there is replaced in one step."""
    with explained(path):
        temporary.replace(path)
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a directory durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Failures to write as WriteError, with the path and a way out."""
    try:
        yield
    except OSError as failure:
        if failure.errno == errno.ENOSPC:
            free = shutil.disk_usage(_nearest(path)).free
            raise WriteError(f"{path}: no space left ({free:,} bytes free); free some, then run again") from failure
        raise WriteError(f"{path}: cannot be written: {failure.strerror or failure}") from failure


def refuse_overlap(out: Path, inputs: Iterable[str]) -> None:
    """ConfigError where the output would be an input or hold one."""
    target = out.resolve()
    for given in inputs:
        root = Path(given).resolve()
        if root == target:
            raise ConfigError(f"{given}: is the input and the output; pass another -o")
        if target in root.parents:
            raise ConfigError(f"{given}: lies inside the output {out}; pass another -o")


@contextmanager
def claimed(out: Path, *, force: bool) -> Iterator[None]:
    """Hold the run directory for writing: made if need be, locked, ours.

    ConfigError where it is a file or holds what is not ours, LockedError where another run has it, WriteError where it
    cannot be written.
    """
    if out.exists() and not out.is_dir():
        raise ConfigError(f"{out}: is a file; -o names a directory")
    if out.is_dir():
        _refuse_foreign(out, force=force)
    with explained(out):
        out.mkdir(parents=True, exist_ok=True)
        handle = os.open(out / LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666)
    try:
        _lock(handle, out)
        with explained(out):
            os.ftruncate(handle, 0)
            os.write(handle, f"{os.getpid()}@{os.uname().nodename}\n".encode())
        try:
            yield
        finally:
            os.ftruncate(handle, 0)  # who held it is of no interest any more
    finally:
        os.close(handle)


def _refuse_foreign(out: Path, *, force: bool) -> None:
    inside = {entry.name for entry in out.iterdir()} - {LOCK}
    if not inside:
        return
    if MANIFEST in inside:
        if not force:
            raise ConfigError(f"{out}: holds a finished run; --force does it again, or pass another -o")
        return
    if not (out / WORK / PLAN).is_file() and inside != {WORK}:
        raise ConfigError(f"{out}: is not empty and not a run of this tool; pass another -o")


def _lock(handle: int, out: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(handle, 300).decode(errors="replace").rstrip("\n")
        raise LockedError(
            f"{out}: another run holds it ({holder or 'unknown'}); wait for it, or pass another -o"
        ) from None
    except OSError as failure:
        raise WriteError(f"{out}: cannot be locked: {failure.strerror}; choose a file system with locks") from failure


def clear_work(out: Path) -> None:
    """Forget what an unfinished run staged."""
    with suppress(FileNotFoundError):
        shutil.rmtree(out / WORK)


def inside(out: Path, name: str) -> Path:
    """The path of an output. RunDirError where the name leads out of the directory."""
    parts = Path(name).parts
    if not parts or Path(name).is_absolute() or ".." in parts or "\0" in name:
        raise RunDirError(f"{out}: {name!r} would lie outside the directory")
    return out / name


def _nearest(path: Path) -> Path:
    while not path.exists():
        path = path.parent
    return path
