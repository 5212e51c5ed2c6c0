"""The command line: parse, call one function, print. Decides nothing about texts."""

from cleaner.cli.commands import main
from cleaner.cli.dedup import dedup

__all__ = ["main"]

main.add_command(dedup)
