"""A disk that fails at the n-th call, and the command in a forked child: a start costs 20 ms there, not 400.

Calls are counted where Python meets the system: whichever module of the package makes them, they are seen here.
"""

import errno
import io
import os
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from cleaner.text import threads

CRASHED = 99  # exit code of a child that died at the call it was told to die at
HUNG = -1
ERRORS = {"ENOSPC": errno.ENOSPC, "EIO": errno.EIO}
CAN_FAIL = frozenset({"open", "mkdir", "write", "fsync", "replace"})  # nobody runs out of space in unlink


class Disk:
    """Counts every call that changes a file; the one numbered `at` (from 0) crashes the process or fails.

    how    "crash", "ENOSPC", "EIO"; a write is cut in half first, as a full disk does it
    calls  what was called so far: (name, path) in order
    """

    def __init__(self, at: int = -1, how: str = "crash") -> None:
        self.at, self.how = at, how
        self.calls: list[tuple[str, str]] = []

    def __call__(self, name: str, path: object, halfway: Callable[[], object] = lambda: None) -> None:
        self.calls.append((name, os.fsdecode(str(path))))
        if len(self.calls) - 1 != self.at or (self.how != "crash" and name not in CAN_FAIL):
            return
        halfway()
        if self.how == "crash":
            os._exit(CRASHED)
        raise OSError(ERRORS[self.how], os.strerror(ERRORS[self.how]))


class _Raw(io.FileIO):
    """An open file whose writes are counted."""

    def __init__(self, handle: int, disk: Disk) -> None:
        super().__init__(handle, "wb")
        self._disk = disk

    def write(self, data: Any, /) -> int:
        view = memoryview(data)
        self._disk("write", _named(self.fileno()), lambda: super(_Raw, self).write(view[: len(view) // 2]))
        return super().write(view)


def _named(handle: int) -> str:
    return str(Path(f"/proc/self/fd/{handle}").readlink()) if Path("/proc/self/fd").is_dir() else str(handle)


class _OneByOne(Executor):
    """Work of threads in this one, so that the n-th call is the same in every run."""

    def __init__(self, _: int) -> None:
        pass

    def submit(self, function: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(function(*given, **named))
        except BaseException as failure:
            done.set_exception(failure)
        return done


@contextmanager
def on(disk: Disk) -> Iterator[Disk]:
    """All file calls of this process go to `disk` first. Nothing is really synced: no test here cuts the power."""
    names = ("open", "mkdir", "replace", "unlink", "rmdir", "write", "ftruncate", "fsync", "fdopen")
    real: dict[str, Callable[..., Any]] = {name: getattr(os, name) for name in names}

    def counted(name: str) -> Callable[..., Any]:
        def call(path: Any, *rest: Any, **named: Any) -> Any:
            changes = not Path(path).exists() if name == "mkdir" else name != "open" or (rest and rest[0] & os.O_CREAT)
            if changes:
                disk(name, _named(path) if isinstance(path, int) else rest[0] if name == "replace" else path)
            return real[name](path, *rest, **named) if name != "fsync" else None

        return call

    def fdopen(handle: int, mode: str = "r", *rest: Any, **named: Any) -> Any:
        return io.BufferedWriter(_Raw(handle, disk)) if mode == "wb" else real["fdopen"](handle, mode, *rest, **named)

    try:
        for name in names:
            setattr(os, name, counted(name) if name != "fdopen" else fdopen)
        setattr(threads, "ThreadPoolExecutor", _OneByOne)  # noqa: B010  # mypy lets nobody assign to a class
        yield disk
    finally:
        setattr(threads, "ThreadPoolExecutor", ThreadPoolExecutor)  # noqa: B010
        for name, function in real.items():
            setattr(os, name, function)


class Ended(NamedTuple):
    """How a child ended: exit code (HUNG where it had to be killed), what it said on stdout and on stderr."""

    code: int
    out: str
    err: str


def forked(act: Callable[[], object], folder: Path, *, encoding: str = "utf-8", errors: str = "strict") -> Ended:
    """Run `act` in a forked child whose directory is `folder`; a child that takes 20 seconds hangs.

    encoding, errors  of its stdout, as PYTHONIOENCODING sets them
    """
    said = folder / f".said-{time.monotonic_ns()}"
    pid = child(act, folder, said, encoding, errors)
    code = _reaped(pid, time.monotonic() + 20)
    out, err = ((said.with_name(said.name + end)) for end in (".out", ".err"))
    ended = Ended(code, out.read_text(encoding, "replace"), err.read_text("utf-8"))
    out.unlink()
    err.unlink()
    return ended


def child(act: Callable[[], object], folder: Path, said: Path, encoding: str = "utf-8", errors: str = "strict") -> int:
    """The pid of a forked child that does `act` in `folder` and ends."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 warns of threads; none is used in the child
        pid = os.fork()
    if pid:
        return pid
    code = 70
    try:
        os.chdir(folder)
        sys.stdout = said.with_name(said.name + ".out").open("w", encoding=encoding, errors=errors)
        sys.stderr = said.with_name(said.name + ".err").open("w", encoding="utf-8", errors="backslashreplace")
        act()
        code = 0
    except SystemExit as end:
        code = int(end.code or 0)
    except BaseException:
        traceback.print_exc()
    finally:  # whatever happens: a child that went on would run the rest of the tests as well
        try:
            _flush(sys.stdout)
            _flush(sys.stderr)
        finally:
            os._exit(code)


def _flush(stream: TextIO | None) -> None:
    with suppress(OSError, ValueError):  # nobody may be there to read it
        if stream is not None:
            stream.flush()


def _reaped(pid: int, until: float) -> int:
    while time.monotonic() < until:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.002)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return HUNG


def descendants(pid: int) -> list[int]:
    """All processes below this one, by /proc: workers are children of a server that is its child."""
    found: list[int] = []
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):  # the thread ended
            for one in children.read_text().split():
                found += [int(one), *descendants(int(one))]
    return found


def alive(pid: int) -> bool:
    """Whether this process runs; one that nobody has asked for its end does not."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def left_of(pids: Sequence[int], seconds: float = 2) -> list[int]:
    """Which of these processes still run after so long; none as soon as none does."""
    until = time.monotonic() + seconds
    while (running := [pid for pid in pids if alive(pid)]) and time.monotonic() < until:
        time.sleep(0.02)
    return running


def command(*arguments: object) -> Callable[[], object]:
    """The command with these arguments, for `forked`."""
    from cleaner.cli.commands import main

    return lambda: main([str(one) for one in arguments], prog_name="clean")
