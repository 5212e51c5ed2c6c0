"""The command line: parse, call one function, print. Decides nothing about texts."""

from cleaner.cli.commands import main

__all__ = ["main"]
