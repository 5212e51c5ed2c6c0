"""`clean index`: what runs kept, remembered for later runs."""

from pathlib import Path
from typing import Any

import click

from cleaner.cli.options import PATH
from cleaner.cli.terminal import say, say_json
from cleaner.text.shown import shown

_json_option = click.option("--json", "as_json", is_flag=True, help="What the index holds, as JSON on stdout.")
_out = click.argument("out", type=PATH)
_index = click.argument("index", type=PATH)


@click.group(short_help="Remember what runs kept, for later runs.")
def index() -> None:
    """Remember what runs kept, so that later runs take out what is there already.

    \b
    clean run october/ -o out10
    clean index build out10 -o index
    clean run november/ -o out11 --against index
    clean index add index out11

    An index holds band keys, hashes and the texts themselves, and stands alone: the runs may be moved or deleted. What
    was kept is never decided again, so the result is not that of one run over everything.
    """


@index.command(short_help="A new index of what a run kept.")
@_out
@click.option("-o", "--index", "target", default="index", show_default=True, type=PATH, help="Its directory.")
@_json_option
def build(out: Path, target: Path, as_json: bool) -> None:
    """Make an index of what a finished run kept: its documents and their paragraphs.

    \b
    clean index build cleaned -o index

    Exit codes: 0 done, 2 wrong usage, 3 cannot write, 4 damaged run, 5 somebody else writes the index.
    """
    from cleaner.index import adding as indexing

    _say_index(target, indexing.build(out, target), as_json=as_json)


@index.command(short_help="What one more run kept, into an index.")
@_index
@_out
@_json_option
def add(index: Path, out: Path, as_json: bool) -> None:
    """Add what a finished run kept to an index. What is in it already is not touched.

    \b
    clean index add index cleaned

    Exit codes: 0 done, 2 wrong usage, 3 cannot write, 4 damaged index or run, 5 somebody else writes the index.
    """
    from cleaner.index import adding as indexing

    _say_index(index, indexing.add(index, out), as_json=as_json)


@index.command(short_help="Is an index as it was written?")
@_index
@_json_option
def verify(index: Path, as_json: bool) -> None:
    """Compare every byte of an index with its sha256, and tell what it holds.

    \b
    clean index verify index

    Exit codes: 0 as written, 2 no index, 4 damaged.
    """
    from cleaner.index import adding as indexing

    _say_index(index, indexing.check(index), as_json=as_json)


def _say_index(index: Path, header: dict[str, Any], *, as_json: bool) -> None:
    from cleaner.index.adding import as_json as told

    content = told(index, header)
    if as_json:
        say_json(content)
        return
    runs = "1 run" if len(content["runs"]) == 1 else f"{len(content['runs']):,} runs"
    say(
        f"{shown(str(index))}: {content['documents']:,} documents of {runs}, {content['units']:,} units, "
        f"{content['bytes'] / 1e6:,.1f} MB",
        err=True,
    )
