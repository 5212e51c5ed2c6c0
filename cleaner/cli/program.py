"""`clean` as a process. Loads the command line only when it runs, since every worker process loads this module."""


def program() -> None:
    """Run the command line."""
    import gc

    from cleaner.cli.commands import main

    try:
        main(prog_name="clean")
    finally:
        gc.freeze()  # the process ends: what stands is not looked through for garbage once more
