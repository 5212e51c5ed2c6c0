"""`clean dedup`: duplicates out of one JSON lines file, nothing else done to it."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cleaner.cli.options import PATH, config_from, dedup_options
from cleaner.cli.terminal import say, say_json
from cleaner.text.errors import ConfigError
from cleaner.text.shown import shown

if TYPE_CHECKING:
    from cleaner.run.dedup import Outcome

LISTED = 20


@click.command(short_help="Take duplicates out of a JSON lines file.")
@click.argument("source", metavar="IN.jsonl", type=click.Path())
@click.option(
    "-o", "--out", required=True, metavar="OUT.jsonl", type=click.Path(), help="The lines that stay; - is stdout."
)
@click.option(
    "--removed",
    metavar="REMOVED.jsonl",
    type=PATH,
    help="What goes: a line of id, kept (the copy that stays; other with --keep none), jaccard, exact each.",
)
@dedup_options
@click.option("--threads", type=click.IntRange(1), help="Default: one a core. Changes no result.")
@click.option("--force", is_flag=True, help="Replace outputs that stand there already.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON, on stderr where stdout has the lines.")
@click.option("-q", "--quiet", is_flag=True, help="No summary.")
def dedup(
    source: str,
    out: str,
    removed: Path | None,
    threads: int | None,
    force: bool,
    as_json: bool,
    quiet: bool,
    **settings: Any,
) -> None:
    """Take duplicates out of a JSON lines file (- is stdin), and do nothing else to it.

    Lines that stay keep every byte; of a document that loses paragraphs only the text changes. Documents and paragraphs
    (blocks of prose, never a line of code, of a table, of a list) are compared as `clean run` compares them, but nothing is normalised before, and no provenance is kept.

    \b
    clean dedup in.jsonl -o out.jsonl --removed removed.jsonl
    clean dedup in.jsonl -o out.jsonl --paragraphs off      whole lines alone, with care
    clean dedup in.jsonl -o out.jsonl --scope document      repeats inside each document alone
    zcat in.jsonl.gz | clean dedup - -o - | gzip > out.jsonl.gz

    Exit codes: 0 all done, 1 done but some lines are no documents (they stay as they are), 2 wrong usage, 3 cannot
    write, 130/143 stopped.
    """
    config = config_from(**settings)
    if config.dedup is None:
        raise ConfigError("dedup is switched off in the settings, and clean dedup does nothing else")
    from cleaner.run.dedup import STREAM, dedup_file

    outcome = dedup_file(source, out, removed, config.dedup, text_field=config.text_field, threads=threads, force=force)
    _say_outcome(outcome, out, as_json=as_json, quiet=quiet, err=not as_json or out == STREAM)
    sys.exit(1 if outcome.failed else 0)


def _say_outcome(outcome: "Outcome", out: str, *, as_json: bool, quiet: bool, err: bool) -> None:
    from cleaner.report.summary import compared, unheeded

    content = asdict(outcome)
    if as_json:
        say_json({"schema": "cleaner/dedup/1", **content}, err=err)
    elif not quiet:
        stay = outcome.documents - outcome.dropped
        twice = f"what {outcome.twice:,} of the documents said twice stays once; " if outcome.twice else ""
        say(
            f"{compared(content)} compared, {outcome.removed:,} removed as copies; {twice}"
            f"{stay:,} of {outcome.documents:,} documents stay in {shown(out)}",
            err=True,
        )
        for line in unheeded({"dedup": content}):
            say(line, err=True)
    for one in outcome.failed[:LISTED]:
        say(f"failed   {shown(one.path)}: {shown(one.reason)}; the line stays as it is", err=True)
    if more := len(outcome.failed[LISTED:]):
        say(f"… and {more:,} more", err=True)
