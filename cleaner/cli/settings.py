"""Options → configuration: flags beat the file, the file beats the defaults."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cleaner.text.errors import ConfigError

if TYPE_CHECKING:
    from cleaner.config import Config


def settings_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options from which the configuration is made."""
    options = [
        click.option(
            "--config",
            "config_file",
            type=click.Path(path_type=Path),
            help="Settings; default: the nearest clean.toml or pyproject.toml with [tool.cleaner].",
        ),
        click.option(
            "--preset",
            type=click.Choice(["zh-news", "any", "minimal"]),
            help="Settings to begin with: zh-news (default), any (no splice), minimal (repairs only).",
        ),
        click.option(
            "--level",
            type=click.Choice(["suspect", "likely", "safe"]),
            help="Apply findings from this certainty up. Default: likely.",
        ),
        click.option(
            "--without", multiple=True, metavar="STAGE", help="Leave out a stage, or dedup. May be given again."
        ),
        click.option(
            "--variant",
            metavar="NAME",
            help="Convert the script of Chinese documents: zh-Hans, zh-Hant, zh-TW, zh-HK. Default: off.",
        ),
        click.option(
            "-s",
            "--set",
            "sets",
            multiple=True,
            metavar="STAGE.KEY=VALUE",
            help="Any other setting, as in clean.toml. May be given again.",
        ),
        click.option("--text-field", metavar="NAME", help="Member of a JSON line that holds the text. Default: text."),
        click.option("--encoding", metavar="NAME", help="Encoding of every input. Default: look at each."),
    ]
    for option in reversed(options):
        function = option(function)
    return function


def config_from(config_file: Path | None, sets: tuple[str, ...], without: tuple[str, ...], **flags: Any) -> "Config":
    """Flags beat the file, the file beats the defaults."""
    from cleaner.config import config_of, find_settings, merged

    settings, where = find_settings(Path.cwd(), config_file)
    over: dict[str, Any] = {
        key: flags[key] for key in ("preset", "level", "text_field", "encoding") if flags[key] is not None
    }
    if flags["variant"] is not None:
        over["script"] = {"variant": flags["variant"]}
    for name in without:
        over = merged(over, {name: {"on": False}})
    for given in sets:
        over = merged(over, _one_setting(given))
    config_of(over, "command line")  # so that a mistake in a flag names the flag, not the file
    return config_of(merged(settings, over), where)


def _one_setting(given: str) -> dict[str, Any]:
    import tomllib

    name, sign, value = given.partition("=")
    section, dot, key = name.strip(" ").partition(".")
    if not sign:
        raise ConfigError(f"--set {given}: write STAGE.KEY=VALUE")
    try:
        parsed: Any = tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        parsed = value  # a bare word is a string
    return {section: {key: parsed}} if dot else {section: parsed}
