"""`clean` as a process: it ends once its work is done, and leaves its memory to the operating system."""

import atexit
import os
import sys
import threading
from typing import NoReturn

from cleaner.text.machine_code import claim


def program() -> NoReturn:
    """Run the command line and end the process.

    To take apart what a large run holds would keep its user waiting for a third of a second. Threads are joined, what
    was registered for the exit runs and streams are flushed, as multiprocessing ends its children; where that fails,
    Python ends the process in its own way, and says why.
    """
    from cleaner.cli.command import main  # here, since every worker process loads this module

    claim()
    code: int | str | None = None
    try:
        main(prog_name="clean")
    except SystemExit as end:
        code = end.code
    if not isinstance(code, str) and _settled():
        os._exit(code or 0)
    sys.exit(code)


def _settled() -> bool:
    threading._shutdown()  # type: ignore[attr-defined]  # not in typeshed; what the interpreter calls first of all
    atexit._run_exitfuncs()
    try:
        for stream in filter(None, (sys.stdout, sys.stderr)):  # a process may be started without
            stream.flush()
    except (OSError, ValueError):  # nobody reads any more, or the stream is closed
        return False
    return True
