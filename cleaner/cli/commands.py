"""Every verb: what it takes, the one function it calls, what it prints."""

import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from cleaner import __version__
from cleaner.cli.dedup import dedup
from cleaner.cli.index import index
from cleaner.cli.options import PATH, config_from, config_option, settings_options
from cleaner.cli.terminal import Ending, answer, say, say_json, shown_progress
from cleaner.text.shown import shown


@click.group(cls=Ending, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--debug",
    is_flag=True,
    expose_value=False,
    help="Show a traceback where something fails; it may hold text of documents.",
)
@click.version_option(__version__, "-V", "--version", prog_name="clean")
def main() -> None:
    """Clean and deduplicate text corpora, Chinese first.

    Every removal is explained, and every input byte can be given back.

    \b
    clean run seeds/                     clean a directory into cleaned/
    clean audit cleaned                  what did the run do?
    clean audit cleaned show 003         what was found in one document, and why
    clean restore cleaned -o back        the inputs again, byte for byte
    clean verify cleaned                 is it all as the run wrote it?
    clean index build cleaned            remember what was kept, for later runs --against it
    """


@main.command(short_help="Clean files and directories.")
@click.argument("inputs", nargs=-1, required=True, type=click.Path())
@click.option("-o", "--out", default="cleaned", show_default=True, type=PATH, help="The run directory.")
@settings_options
@click.option(
    "--against",
    type=PATH,
    metavar="INDEX",
    help="Take out what earlier runs kept; `clean index` makes the index of them.",
)
@click.option("--workers", type=click.IntRange(1), help="Processes. Default: one a core, one for small inputs.")
@click.option("--dry-run", is_flag=True, help="Do all the work, write nothing, print the summary.")
@click.option("--force", is_flag=True, help="Do a finished run again.")
@click.option("--json", "as_json", is_flag=True, help="Print the manifest on stdout.")
@click.option("-q", "--quiet", is_flag=True, help="No progress, no summary.")
def run(
    inputs: tuple[str, ...],
    out: Path,
    against: Path | None,
    workers: int | None,
    dry_run: bool,
    force: bool,
    as_json: bool,
    quiet: bool,
    **settings: Any,
) -> None:
    """Clean files and directories (.txt, .md, .rst, .srt, .jsonl …) into a run directory.

    \b
    clean run seeds/
    clean run news/ more.jsonl -o out --variant zh-Hans
    clean run seeds/ --dry-run
    clean run news/ --unit paragraph --keep last --threshold .9
    clean run seeds/ --salvage               articles that were taken out go to cleaned/salvaged/
    clean run november/ -o out11 --against index

    Exit codes: 0 all done, 1 done but inputs were skipped or failed, 2 wrong usage, 3 cannot write, 4 damaged run
    directory or index, 5 another run holds it, 130/143 stopped.
    """
    from cleaner.run.engine import engine_for

    with engine_for(inputs, workers) as engine, shown_progress(quiet=quiet or as_json) as progress:
        from cleaner.run import run as runs  # while its processes start

        config = config_from(**settings)
        if dry_run:
            content = runs.dry_run(inputs, out, config, engine=engine, against=against, progress=progress)
        else:
            content = runs.run(inputs, out, config, engine=engine, against=against, progress=progress, force=force)
    _say_run(content, out, dry_run=dry_run, as_json=as_json, quiet=quiet)
    sys.exit(1 if content["skipped"] or content["failed"] else 0)


def _say_run(content: Mapping[str, Any], out: Path, *, dry_run: bool, as_json: bool, quiet: bool) -> None:
    from cleaner.report.summary import passed_over, summary

    if as_json:
        say_json(content)
    elif not quiet:
        say("\n".join(summary(content, str(out), look=not dry_run)), err=True)
        salvaged = f", salvaged in {out}/salvaged" if content.get("salvaged", {}).get("documents") else ""
        written = f"clean text in {out}/corpus{salvaged}, provenance in {out}/provenance.jsonl"
        say("nothing written (dry run)" if dry_run else written, err=True)
    if lines := passed_over(content):
        say("\n".join(lines), err=True)


@main.command(short_help="What a run did, and why.")
@click.argument("out", type=PATH)
@click.argument("verb", required=False, type=click.Choice(["summary", "show", "where", "list", "forms"]))
@click.argument("target", required=False)
@click.option("--rule", help="Only this rule, or rules that begin so: splice, splice.foreign.")
@click.option("--certainty", type=click.Choice(["suspect", "likely", "safe"]), help="Only findings of this certainty.")
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
def audit(
    out: Path, verb: str | None, target: str | None, rule: str | None, certainty: str | None, as_json: bool
) -> None:
    """What a run did, what it removed from a document and why, where a character came from, what kind a line is of.

    \b
    clean audit cleaned                               the run in a few lines
    clean audit cleaned list                          its documents
    clean audit cleaned list --rule dedup.version     those that have such findings
    clean audit cleaned show 003                      the findings of the document that begins with 003
    clean audit cleaned show 003 --rule splice        only these
    clean audit cleaned show 003/2                    article 2 that was salvaged from it, with --salvage
    clean audit cleaned where corpus/003_x.txt:1200   the source of clean character 1200 (counted from 0)
    clean audit cleaned forms 003                     its clean text, with the kind of every line (docs/forms.md)
    """
    from cleaner.report import audit as audits

    if verb in ("show", "where", "forms") and target is None:
        raise click.UsageError(f"clean audit {out} {verb} wants a {'place' if verb == 'where' else 'document'}")
    if verb not in ("show", "list") and (rule or certainty):
        raise click.UsageError(
            "--rule and --certainty choose among findings: clean audit OUT show DOC, or the documents that have such: "
            "clean audit OUT list"
        )
    verbs = {
        "show": lambda: audits.of_document(out, target or "", rule, certainty),
        "where": lambda: audits.of_place(out, target or ""),
        "list": lambda: audits.of_documents(out, rule, certainty),
        "forms": lambda: audits.of_form(out, target or ""),
    }
    content, lines = verbs[verb]() if verb in verbs else audits.of_run(out)
    answer(content, lines, as_json=as_json)


@main.command(short_help="The inputs of a run again, byte for byte.")
@click.argument("out", type=PATH)
@click.argument("names", nargs=-1)
@click.option("-o", "--to", "target", required=True, type=PATH, help="Where the inputs go; made if need be.")
def restore(out: Path, names: tuple[str, ...], target: Path) -> None:
    """Write the inputs of a run again, byte for byte, each checked against its sha256.

    \b
    clean restore cleaned -o back
    clean restore cleaned 003 -o back        only inputs whose name begins with 003
    """
    from cleaner.provenance.restore import restore as restored

    done = restored(out, target, names)
    for line in done.damaged:
        say(f"damaged  {shown(line)}", err=True)
    for path in done.missing:
        say(f"missing  {shown(path)}: the run had skipped it", err=True)
    say(f"{done.files:,} {'file' if done.files == 1 else 'files'} restored to {target}", err=True)
    sys.exit(4 if done.damaged else 1 if done.missing else 0)


@main.command(short_help="Is a run as it was written?")
@click.argument("out", type=PATH)
@click.option("--json", "as_json", is_flag=True, help="The result as JSON on stdout.")
def verify(out: Path, as_json: bool) -> None:
    """Compare every file of a run with its manifest, and bring every source back in memory. Silent if all is well.

    \b
    clean verify cleaned

    Exit codes: 0 as written, 1 files lie there that the run did not write, 4 damaged.
    """
    from cleaner.provenance.verify import verify as verified

    done = verified(out)
    lines = [f"damaged  {shown(line)}" for line in done.damaged] + [f"unlisted {shown(name)}" for name in done.unlisted]
    answer({"schema": "cleaner/verify/1", **asdict(done)}, lines, as_json=as_json)
    sys.exit(4 if done.damaged else 1 if done.unlisted else 0)


@main.command(short_help="Every rule, and what it does.")
@config_option
@click.option("--json", "as_json", is_flag=True, help="The table as JSON.")
@click.option("--markdown", is_flag=True, help="The table as docs/rules.md has it, whatever the settings.")
def rules(config_file: Path | None, as_json: bool, markdown: bool) -> None:
    """Every rule, and what it does; with them your own patterns and stages, as the settings have them.

    \b
    clean rules
    clean rules --json
    clean rules --config my.toml
    """
    from cleaner.report import rules as tables

    stages = () if markdown else config_from(config_file, ()).stages
    table = tables.markdown() if markdown else tables.rule_table(stages)
    answer({"schema": "cleaner/rules/1", "rules": tables.rules(stages)}, [table], as_json=as_json)


@main.command(short_help="The effective settings as TOML.")
@settings_options
@click.option("--json", "as_json", is_flag=True, help="The settings as JSON.")
def config(as_json: bool, **settings: Any) -> None:
    """The effective settings as TOML, ready to be saved as clean.toml.

    \b
    clean config > clean.toml
    clean config --preset any -s dedup.threshold=0.9
    """
    import tomllib

    effective = config_from(**settings).toml()
    content = {"schema": "cleaner/config/1", **tomllib.loads(effective)}
    answer(content, [effective.rstrip("\n")], as_json=as_json)


main.add_command(dedup)
main.add_command(index)
