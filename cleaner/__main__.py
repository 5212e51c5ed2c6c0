"""`python -m cleaner` is the command `clean`."""

from cleaner.cli.program import program

program()
