"""`clean` with all its subcommands."""

from cleaner.cli.commands import main
from cleaner.cli.dedup import dedup

__all__ = ["main"]

main.add_command(dedup)
