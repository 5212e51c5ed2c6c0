"""`clean` as a process. Loads the command line only when it runs, since every worker process loads this module."""


def program() -> None:
    """Run the command line."""
    from cleaner.cli.commands import main

    main(prog_name="clean")
