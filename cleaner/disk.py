"""Files that appear whole or not at all, inputs that are read as they were listed, locks. The only room that opens files."""

import errno
import fcntl
import os
import re
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from cleaner.formats.shards import Piece
from cleaner.text.errors import InputError, LockedError, RunDirError, WriteError

_CHUNK = 1 << 20

LOCK = ".lock"
TEMPORARY = re.compile(r"\.clean-[0-9a-f]{16}\.tmp")  # short: the final name may use up all 255 bytes
MARK = 8  # digits of a temporary name that say which output it is for: of the sha256 of the output's name
BUFFER = 1 << 18  # bytes written at a time: documents are small


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
def output(path: Path) -> Iterator[IO[bytes]]:
    """As `writing`, for an output without a run directory around it, after temporary files for this output that nobody holds are gone.

    WriteError, too, where another process clears away just now.
    """
    mark = mark_of(path)
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


@contextmanager
def scratch(folder: Path) -> Iterator[IO[bytes]]:
    """A file without a name, to write and to read again: nothing is left of it, however this process ends."""
    with explained(folder):
        make_folder(folder)
        temporary = folder / f".clean-{secrets.token_hex(8)}.tmp"
        file = os.fdopen(os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "w+b")
    try:
        temporary.unlink()
        yield file
    finally:
        with suppress(OSError):  # what a full disk did not take is not wanted any more: the first failure is told
            file.close()


@contextmanager
def scratch_folder(folder: Path, mark: str) -> Iterator[Path]:
    """A folder for what only this process reads; what killed processes left of such for the same mark is cleared away."""
    _clear(folder, mark)
    with explained(folder):
        make_folder(folder)
        path = folder / f".clean-{mark + secrets.token_hex(8)[len(mark) :]}.tmp"
        path.mkdir(0o700)
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with suppress(OSError):  # a file system without locks: then nobody clears away either
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield path
    finally:
        os.close(handle)
        shutil.rmtree(path, ignore_errors=True)


def mark_of(path: Path) -> str:
    """The digits by which temporary files say that they are for this output."""
    return sha256(os.fsencode(path.name)).hexdigest()[:MARK]


class FileBytes:
    """The bytes of a file as they are sliced; not mapped, since somebody else may cut a file short."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._handle = file, file.fileno()

    @classmethod
    def of(cls, path: Path) -> "FileBytes":
        """Those of a file of ours."""
        return cls(opened(path))

    @property
    def size(self) -> int:
        """How many there are."""
        return os.fstat(self._handle).st_size

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def __getitem__(self, cut: slice) -> bytes:
        at, stop = cut.start, cut.stop
        data = os.pread(self._handle, stop - at, at)
        while at + len(data) < stop and (more := os.pread(self._handle, stop - at - len(data), at + len(data))):
            data += more  # the system reads 2 GB at once at most
        return data


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
    return _regular(str(path), os.O_NOFOLLOW)


def numbers(path: Path, first: int, count: int) -> Any:
    """So many 64-bit numbers of a file of ours, from this one on, as an array."""
    import numpy as np  # a tenth of a second: many who use this room need none

    return np.fromfile(path, dtype=np.int64, count=count, offset=8 * first)


def opened_input(path: str) -> IO[bytes]:
    """An input for reading, through links. OSError where it is gone, or something else stands there now."""
    return _regular(path)


def _regular(path: str, flags: int = 0) -> IO[bytes]:
    file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | flags), "rb")
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError(errno.EINVAL, "not a regular file", path)
    return file


def piece_bytes(piece: Piece) -> bytes:
    """The bytes of a piece. InputError where the file cannot be read or changes meanwhile."""
    source = piece.source
    if piece.failure is not None:
        raise InputError(piece.failure)
    try:
        with opened_input(source.path) as file:
            file.seek(piece.start)
            data = file.read(piece.end - piece.start)
            after = Path(source.path).stat()
    except OSError as failure:
        known = failure.errno == errno.EINVAL
        raise InputError(f"{failure.strerror}" if known else f"cannot be read: {failure.strerror}") from failure
    if (after.st_size, after.st_mtime_ns) != (source.size, source.changed) or len(data) != piece.end - piece.start:
        raise InputError(f"changed while it was read ({source.size:,} bytes when listed, {after.st_size:,} now)")
    return data


def digest(path: Path) -> tuple[int, str]:
    """Bytes and sha256 of a file of ours."""
    size, sha = 0, sha256()
    with opened(path) as file:
        while chunk := file.read(_CHUNK):
            size += len(chunk)
            sha.update(chunk)
    return size, sha.hexdigest()


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


def _clear(folder: Path, mark: str) -> None:
    with suppress(OSError):  # no folder yet, or one that cannot be listed
        for path in folder.iterdir():
            if TEMPORARY.fullmatch(path.name) and path.name.startswith(f".clean-{mark}"):
                _remove_stale(path)


def _remove_stale(path: Path) -> None:
    with suppress(OSError):  # held, or gone already
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        finally:
            os.close(handle)
