"""Options → configuration: flags beat the file, the file beats the defaults."""

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cleaner.stages.order import ORDER
from cleaner.text.errors import ConfigError

if TYPE_CHECKING:
    from cleaner.config import Config


PATH = click.Path(path_type=Path)

_HELP = {  # of each flag; those from --threshold on are settings of [dedup]
    "--config": "Settings; default: the nearest clean.toml or pyproject.toml with [tool.cleaner].",
    "--preset": "Settings to begin with: zh-news (default), any (no splice), minimal (repairs only).",
    "--level": "Apply findings from this certainty up. Default: likely.",
    "--without": "Leave out a stage, or dedup. May be given again.",
    "--variant": "Convert the script of Chinese documents: zh-Hans, zh-Hant, zh-TW, zh-HK. Default: off.",
    "--set": "Any other setting, as in clean.toml. May be given again.",
    "--salvage": "Write the articles that splice took out as documents of their own, in OUT/salvaged/.",
    "--text-field": "Member of a JSON line that holds the text, or a path to it: doc.text, /doc/text. For clean dedup also several, "
    "with commas: instruction,input, or messages[].content; then a line stays or goes whole. Default: text.",
    "--encoding": "Encoding of every input. Default: look at each.",
    "--threshold": "Jaccard similarity from which on a near paragraph goes. Decides on whole documents only with --paragraphs all"
    " or --unit document; by default these go where they say nothing of their own. Default: .8.",
    "--recall": "normal, or thorough: more near copies are found. Default: normal.",
    "--keep": "Which copy stays: first (default), last, longest, newest, field:NAME (its largest number or date), none.",
    "--unit": "What is compared: document, paragraph, or both: document,paragraph (default). With document alone similarity decides,"
    " without care: for whole documents with care write --paragraphs off.",
    "--paragraphs": "careful (default): long ones of articles go, and documents that say nothing of their own; all: every one that"
    " stands elsewhere, and documents from the threshold on; off: documents alone, with care.",
    "--scope": "Where a copy is looked for: corpus, or document: paragraphs in their own document alone. Default: corpus.",
    "--shortest": "Letters that a paragraph or a near copy needs to go (a document with --recall thorough: 10). Default: 25.",
    "--exact": "Only equal copies, but for layout, width, case and script.",
    "--memory": "For band keys, and for texts. Default: 256.",
}


def _option(flag: str, *names: str, **how: Any) -> Callable[..., Any]:
    return click.option(*names, flag, help=_HELP[flag], **how)


config_option = _option("--config", "config_file", type=PATH)
_SETS = _option("--set", "-s", "sets", multiple=True, metavar="STAGE.KEY=VALUE")
_TEXT_FIELD = _option("--text-field", metavar="PATH")
_DUPLICATES = (
    _option("--threshold", type=float),
    _option("--recall", metavar="NAME"),
    _option("--keep", metavar="NAME"),
    _option("--unit", metavar="NAMES"),
    _option("--paragraphs", metavar="NAME"),
    _option("--scope", metavar="NAME"),
)


def settings_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options from which the configuration is made."""
    options = (
        config_option,
        _option("--preset", type=click.Choice(["zh-news", "any", "minimal"])),
        _option("--level", type=click.Choice(["suspect", "likely", "safe"])),
        _option("--without", multiple=True, metavar="STAGE"),
        _option("--variant", metavar="NAME"),
        _SETS,
        _option("--salvage", is_flag=True),
        _TEXT_FIELD,
        _option("--encoding", metavar="NAME"),
    )
    return _with([*options, *_DUPLICATES], function)


def dedup_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options that concern duplicates alone."""
    options = (
        _option("--shortest", type=int),
        _option("--exact", is_flag=True),
        _option("--memory", type=int, metavar="MB"),
    )
    older = click.option("--units", hidden=True)  # as --unit was called at first
    return _with([config_option, *_DUPLICATES, older, *options, _SETS, _TEXT_FIELD], function)


def _with(options: Sequence[Callable[..., Any]], function: Callable[..., Any]) -> Callable[..., Any]:
    """The function under these options, the first of them on top."""
    return reduce(lambda inner, option: option(inner), reversed(options), function)


def _dedup_flags(flags: dict[str, Any]) -> dict[str, Any]:
    """Those of the flags that are settings of [dedup]."""
    names = ("threshold", "recall", "keep", "paragraphs", "scope", "shortest", "memory")
    over = {name: flags[name] for name in names if flags.get(name) is not None}
    for units in (flags[flag] for flag in ("units", "unit") if flags.get(flag) is not None):
        over["units"] = _unit_setting(units)
    return over | ({"near": False} if flags.get("exact") else {})


def _unit_setting(given: str) -> str:
    """The setting that a list of units asks for."""
    names = {"document", "paragraph"} if given == "both" else {name.strip() for name in given.split(",")}
    if unknown := sorted(names - {"document", "paragraph"}):
        raise ConfigError(
            f"--unit {given}: {unknown[0]!r} is no unit; write document, paragraph, or document,paragraph"
        )
    return "both" if len(names) > 1 else names.pop()


def config_from(
    config_file: Path | None, sets: tuple[str, ...], without: tuple[str, ...] = (), **flags: Any
) -> "Config":
    """Flags beat the file, the file beats the defaults."""
    from cleaner.config import config_of, find_settings, merged

    settings, where = find_settings(Path.cwd(), config_file)
    plain = ("preset", "level", "text_field", "encoding")
    over: dict[str, Any] = {name: flags[name] for name in plain if flags.get(name) is not None}
    if flags.get("variant") is not None:
        over["script"] = {"variant": flags["variant"]}
    if dedup := _dedup_flags(flags):
        over["dedup"] = dedup
    for name in without:
        over = merged(over, {name: {"on": False}})
    for given in sets:
        over = merged(over, _one_setting(given))
    config_of(_only(over), "command line")  # so that a mistake in a flag names the flag, not the file
    config = config_of(merged(settings, over), where)
    if not flags.get("salvage"):
        return config
    if all(stage.name != "splice" for stage in config.stages):
        raise ConfigError("--salvage: splice is off, and only what it takes out can be salvaged; leave --salvage away")
    return config_of(merged(settings, merged(over, {"splice": {"salvage": True}})), where)


def _only(over: Mapping[str, Any]) -> dict[str, Any]:
    """These settings with every stage off that they do not name, so that none is loaded to check them."""
    named = {name: {"on": True, **table} for name, table in over.items() if name in ORDER and isinstance(table, dict)}
    return {**dict.fromkeys(ORDER, False), **over, **named}


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
