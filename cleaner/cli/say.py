"""Print, whatever the reader of our output does: who stops reading does not change what a verb finds or how it ends."""

import os
import sys
from contextlib import suppress

import click


def say(text: str = "", *, err: bool = False) -> None:
    """One piece of output on stdout, or on stderr; nothing any more once nobody reads it."""
    try:
        click.echo(text, err=err)
    except BrokenPipeError:  # `| head` has read enough
        stream = sys.stderr if err else sys.stdout
        with suppress(OSError, ValueError, AttributeError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
