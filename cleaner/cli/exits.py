"""How the command ends: one line and an exit code for everything that goes wrong, in one place."""

import os
import signal
import sys
from typing import Any, NoReturn

import click

from cleaner.text.errors import CleanerError


class Ending(click.Group):
    """A group of commands whose failures end in one line on stderr and the code that stands with the error."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        signal.signal(signal.SIGTERM, _stop)
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
        except BrokenPipeError:  # `| head` has read enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(0)
        except Exception as defect:
            _tell(f"a defect of ours, {type(defect).__name__}: {defect}; with --debug it shows where", 1)


class _Stopped(BaseException):
    """SIGTERM arrived."""


def _stop(*_: object) -> NoReturn:
    raise _Stopped


def _tell(message: str, code: int) -> NoReturn:
    """End with one line; with --debug, which may show text of documents, with the traceback."""
    if "--debug" in sys.argv:
        raise  # called from an except clause only
    click.echo(f"Error: {message}", err=True)
    sys.exit(code)


def _leave(code: int) -> NoReturn:
    """Go at once: workers follow when their parent is gone."""
    click.echo("\nstopped; inputs are untouched and nothing is half-written; the same command begins again", err=True)
    sys.stderr.flush()
    os._exit(code)
