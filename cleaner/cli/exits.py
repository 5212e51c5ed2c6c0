"""How the command ends: one line and an exit code for everything that goes wrong, in one place."""

import io
import os
import signal
import sys
from contextlib import suppress
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
        except (click.Abort, KeyboardInterrupt):
            _leave(130)
        except _Stopped:
            _leave(143)
        except Exception as defect:
            _tell(f"a defect of ours, {type(defect).__name__}: {defect}; with --debug it shows where", 1)

    def invoke(self, ctx: click.Context) -> Any:
        """The verb; what fails in writing its report is told here, before click answers it."""
        try:
            out = super().invoke(ctx)
            for stream in (sys.stdout, sys.stderr):
                if stream is not None:
                    stream.flush()
            return out
        except BrokenPipeError:  # `| head` has read enough
            _silence()
            sys.exit(0)
        except OSError as failure:
            _silence()
            raise WriteError(f"{failure.filename or 'standard output'}: {failure.strerror or failure}") from failure


def _silence() -> None:
    """Give Python's last flush somewhere to go."""
    null = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()
            continue
        with suppress(OSError, ValueError, AttributeError):
            os.dup2(null, stream.fileno())


class _Stopped(BaseException):
    """SIGTERM arrived."""


def _stop(*_: object) -> NoReturn:
    raise _Stopped


def _tell(message: str, code: int) -> NoReturn:
    """End with one line; with --debug, which may show text of documents, with the traceback."""
    if "--debug" in sys.argv:
        raise  # called from an except clause only
    click.echo(f"Error: {shown(message)}", err=True)
    sys.exit(code)


def _leave(code: int) -> NoReturn:
    """Go at once: workers follow when their parent is gone."""
    click.echo("\nstopped; inputs are untouched and nothing is half-written; the same command begins again", err=True)
    sys.stderr.flush()
    os._exit(code)
