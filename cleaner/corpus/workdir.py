"""The run directory: who may write it, files that appear whole or not at all, and what of it is ours.

The directory is complete when manifest.json stands in it, and not before. Nothing that the manifest or the plan of an
unfinished run does not list is ever deleted or overwritten.
"""

import errno
import fcntl
import os
import re
import secrets
import shutil
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from cleaner.text.errors import ConfigError, LockedError, RunDirError, WriteError

CLEAN, PIECES, RECORDS = "clean", "pieces", "provenance"  # folders in WORK
MANIFEST, WORK, LOCK, PLAN, PREVIOUS = "manifest.json", ".work", ".lock", "run.json", "previous.json"
TEMPORARY = re.compile(r"\.clean-[0-9a-f]{16}\.tmp")  # short: the final name may use up all 255 bytes
BUFFER = 1 << 18  # bytes written at a time: documents are small
SIGN = b'{\n "schema": "cleaner/'  # how every sealed file of ours begins


@contextmanager
def writing(path: Path) -> Iterator[IO[bytes]]:
    """A file that appears under `path` when the block ends, whole and synced, or not at all."""
    with staging(path.parent) as (file, temporary):
        yield file
    publish(temporary, path)


@contextmanager
def staging(folder: Path, mark: str = "", *, durable: bool = True) -> Iterator[tuple[IO[bytes], Path]]:
    """A temporary file in `folder`, synced when the block ends and removed when it fails. WriteError where it cannot be.

    mark     hexadecimal digits that its name begins with
    durable  False for what only this run reads again: a run that was cut short begins anew, and nothing is worth a sync.
             Its folder stands already: a worker that goes on when the run is over does not make it again
    """
    temporary = folder / f".clean-{mark + secrets.token_hex(8)[len(mark) :]}.tmp"
    try:
        with explained(folder):
            if durable:
                make_folder(folder)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
            file = os.fdopen(os.open(temporary, flags, 0o666), "wb", BUFFER)
        with explained(folder), file:
            yield file, temporary
            file.flush()
            if durable:
                os.fsync(file.fileno())
    except BaseException:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


@contextmanager
def scratch(folder: Path) -> Iterator[IO[bytes]]:
    """A file without a name, to write and to read again: nothing is left of it, however this process ends."""
    with explained(folder):
        make_folder(folder)
        temporary = folder / f".clean-{secrets.token_hex(8)}.tmp"
        file = os.fdopen(os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "w+b")
    with file:
        temporary.unlink()
        yield file


def publish(temporary: Path, path: Path) -> None:
    """Give a staged file its name; what stood there is replaced in one step."""
    rename(temporary, path)
    sync_folder(path.parent)


def rename(temporary: Path, path: Path) -> None:
    """Give a staged file its name without making that durable: `sync_folder` does, once for many files."""
    with explained(path):
        temporary.replace(path)


def sync_folder(folder: Path) -> None:
    """Make the names in a directory durable."""
    with explained(folder):
        _sync(folder)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_folder(folder: Path) -> None:
    """A directory with all above it, each made durable in its parent."""
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for new in reversed(missing):
        with suppress(FileExistsError):  # another worker was faster
            new.mkdir()
        with suppress(PermissionError):  # a folder may be open for writing and closed for reading
            _sync(new.parent)


def opened(path: Path) -> IO[bytes]:
    """A file for reading, if it is one: a pipe or a link in a directory from somebody else is refused. OSError if not."""
    file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW), "rb")
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError(errno.EINVAL, "not a regular file", str(path))
    return file


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
    target = Path(os.path.realpath(out))
    for given in inputs:
        root = Path(os.path.realpath(given))
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
    with locked(out):
        _refuse_foreign(out, force=force)  # again: another run may have finished while this one waited its turn
        yield


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a directory for writing, made if need be. LockedError where somebody else has it."""
    with explained(folder):
        make_folder(folder)
        handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666)
    try:
        _lock(handle, folder)
        with explained(folder):
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
    for name in sorted(inside):
        if (out / name).is_symlink():
            raise ConfigError(f"{out / name}: is a symbolic link, which no run writes; pass another -o")
    if MANIFEST in inside and _is_ours(out / MANIFEST):
        if not force:
            raise ConfigError(f"{out}: holds a finished run; --force does it again, or pass another -o")
    elif inside and not _is_ours(out / WORK / PLAN) and not (inside == {WORK} and _is_scratch(out / WORK)):
        raise ConfigError(f"{out}: is not empty and not a run of this tool; pass another -o")


def _is_ours(path: Path) -> bool:
    """A manifest or a plan that this tool wrote, even one that was damaged since."""
    try:
        with opened(path) as file:
            return file.read(len(SIGN)) == SIGN
    except OSError:
        return False


def _is_scratch(work: Path) -> bool:
    """Nothing but a file whose writing was cut short: a run that was killed as it began."""
    return work.is_dir() and all(TEMPORARY.fullmatch(entry.name) for entry in work.iterdir())


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
    parts = Path(name).parts if isinstance(name, str) else ()
    if not parts or Path(name).is_absolute() or ".." in parts or "\0" in name:
        raise RunDirError(f"{out}: {name!r} would lie outside the directory")
    path = out / name
    real, home = os.path.realpath(path.parent), os.path.realpath(out)
    if real != home and not real.startswith(f"{home}/"):
        raise RunDirError(f"{path}: a link leads it outside the directory")
    return path


def _nearest(path: Path) -> Path:
    while not path.exists():
        path = path.parent
    return path
