"""How the command ends: one line and an exit code for everything that goes wrong, in one place."""

import io
import os
import signal
import sys
from typing import Any, NoReturn

import click

from cleaner.cli.say import say
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
        except (click.Abort, KeyboardInterrupt):
            _leave(130)
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


def _leave(code: int) -> NoReturn:
    """Go at once, workers first: they would wonder where everything went."""
    say("\nstopped; inputs are untouched and nothing is half-written; the same command begins again", err=True)
    sys.stderr.flush()
    if "multiprocessing" in sys.modules:
        _end_workers()
    os._exit(code)


def _end_workers() -> None:
    from multiprocessing import active_children, util

    for worker in active_children():
        worker.kill()
    util._run_finalizers(0)  # type: ignore[attr-defined]  # as at any exit: else Python warns of semaphores when we are gone
