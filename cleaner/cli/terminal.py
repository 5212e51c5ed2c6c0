"""What the command says on a terminal, and how it ends: output, progress, one line and an exit code for what goes wrong."""

import io
import json
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, NoReturn

import click

from cleaner.text.errors import CleanerError, WriteError
from cleaner.text.shown import shown


class Ending(click.Group):
    """A group of commands whose failures end in one line on stderr and the code that stands with the error."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        signal.signal(signal.SIGTERM, _stop)
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):  # a console that lacks a sign shows its code
                stream.reconfigure(errors="backslashreplace")
        try:
            return super().main(*args, **{**kwargs, "standalone_mode": False})
        except click.exceptions.Exit as end:
            sys.exit(end.exit_code)
        except click.ClickException as error:
            error.show()
            sys.exit(error.exit_code)
        except CleanerError as error:
            _tell(str(error), error.code)
        except (click.Abort, KeyboardInterrupt) as stop:
            _leave(130, begun=isinstance(stop, click.Abort))  # click has begun a new line then
        except _Stopped:
            _leave(143)
        except Exception as defect:
            _tell(f"a defect of ours, {type(defect).__name__}: {defect}; `clean --debug …` shows where", 1)

    def invoke(self, ctx: click.Context) -> Any:
        """The verb; a report that cannot be written is told here, before click answers it in its own way."""
        try:
            return super().invoke(ctx)
        except OSError as failure:
            if failure.filename is not None:
                raise
            raise WriteError(f"standard output: {failure.strerror or failure}") from failure


class _Stopped(BaseException):
    """SIGTERM arrived."""


def _stop(*_: object) -> NoReturn:
    raise _Stopped


def _tell(message: str, code: int) -> NoReturn:
    """End with one line; with --debug, which may show text of documents, with the traceback."""
    if "--debug" in sys.argv:
        raise  # called from an except clause only
    say(f"Error: {shown(message)}", err=True)
    sys.exit(code)


def _leave(code: int, *, begun: bool = False) -> NoReturn:
    """End; who is asked again to stop ends at once."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    line = "stopped; inputs are untouched and nothing is half-written; the same command begins again"
    say(line if begun else f"\n{line}", err=True)
    sys.exit(code)


def say(text: str = "", *, err: bool = False) -> None:
    """One piece of output on stdout, or on stderr; nothing any more once nobody reads it.

    Whatever the reader of our output does: who stops reading changes neither what a verb finds nor how it ends.
    """
    try:
        click.echo(text, err=err)
    except BrokenPipeError:  # `| head` has read enough
        stream = sys.stderr if err else sys.stdout
        with suppress(OSError, ValueError, AttributeError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def answer(content: Mapping[str, Any], lines: Iterable[str], *, as_json: bool) -> None:
    """What a verb found: for a program, or for a person line by line."""
    if as_json:
        say_json(content)
    else:
        for line in lines:
            say(line)


def say_json(content: Any, *, err: bool = False) -> None:
    """The same for a program."""
    say(json.dumps(content, ensure_ascii=False, indent=1).encode("utf-8", "backslashreplace").decode(), err=err)


@contextmanager
def shown_progress(*, quiet: bool) -> Iterator[Callable[[str, int, int], None]]:
    """A function (phase, bytes done, bytes in all) that draws a bar on stderr for each phase, where a person watches."""
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
