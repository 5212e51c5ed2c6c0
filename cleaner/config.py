"""TOML and keyword arguments → the very dataclasses that do the work. Knows no document; nothing is named twice.

A table of settings looks like this, whether it comes from `clean.toml`, `[tool.cleaner]` or keywords:
`{"level": "likely", "splice": {"on": False}, "script": {"variant": "zh-Hans"}, "mine": {"use": "my.module:Stage"}}`.
"""

import json
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, fields, is_dataclass
from difflib import get_close_matches
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from cleaner.document import Certainty
from cleaner.duplicates.settings import Dedup
from cleaner.formats.members import members_listed
from cleaner.stages.order import ORDER, stage_class
from cleaner.stages.stage import PlainStage, Stage
from cleaner.text.errors import ConfigError

LEVELS = {certainty.name.lower(): certainty for certainty in Certainty}
FILES = ("clean.toml", "pyproject.toml")
NEEDS = {"rejoin": "splice"}  # off by itself where the other is off: it would glue what splice would have parted
ON_REQUEST = frozenset({"unwrap"})  # stages that run only where the settings say so
OWN = "patterns"  # the stage of the user's patterns, whose lists stand on top: [[remove]], [[keep]]
PRESETS: dict[str, dict[str, Any]] = {
    "zh-news": {},  # the defaults: what a corpus of articles needs
    "any": {"splice": False},  # no judgement on what an article is: forums, code, mixed web pages
    "minimal": {  # repairs what is broken and takes out equal documents; no width, spacing or layout is touched
        **dict.fromkeys(("compat", "width", "compose", "spacing", "furniture", "splice", "rejoin"), False),
        "dedup": {"units": "document", "near": False},
    },
}


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that decides what a run does.

    stages      in the order they run
    dedup       how duplicates are found over a corpus; None switches it off
    level       findings below it are reported and not applied
    keep        ids of findings that a person overruled ("f:5d02…")
    text_field  the member of a JSON line that holds the text, by a path; or several, with commas
    encoding    of inputs that the user knows: (pattern of names, encoding), the first that fits; others are looked at
    """

    stages: tuple[Stage, ...]
    dedup: Dedup | None
    level: Certainty = Certainty.LIKELY
    keep: frozenset[str] = frozenset()
    text_field: str = "text"
    encoding: tuple[tuple[str, str], ...] = ()

    def toml(self) -> str:
        """The settings as TOML that gives the very same configuration again."""
        own = next((_lists_of(stage) for stage in self.stages if stage.name == OWN), {})
        on = {stage.name: _settings_of(stage) for stage in self.stages if stage.name != OWN}
        off = {name: {"on": False} for name in ORDER if name not in on and name != OWN}
        dedup = {"on": False} if self.dedup is None else {"on": True, **_values(self.dedup)}
        head: dict[str, Any] = {"level": self.level.name.lower(), "keep": self.keep, "text-field": self.text_field}
        if "keep" in own and self.keep:  # one key for both
            head["keep"] = [*sorted(self.keep), *own.pop("keep")]
        elif "keep" in own:
            del head["keep"]
        if self.encoding:
            head["encoding"] = dict(self.encoding)
        sections = {**on, **off, "dedup": dedup}
        written = [f"\n[{name}]\n{_toml_lines(table)}" for name, table in sections.items()]
        written += [f"\n[[{name}]]\n{_toml_lines(table)}" for name, tables in own.items() for table in tables]
        return _toml_lines(head) + "".join(written)

    def digest(self) -> str:
        """sha256 of the settings."""
        return sha256(self.toml().encode()).hexdigest()


def config_of(settings: Mapping[str, Any], where: str = "settings") -> Config:
    """The configuration these settings ask for; what they do not name is as in their `preset`, by default zh-news.

    ConfigError where a name or a value is unknown, with the nearest known one.
    """
    preset = settings.get("preset", "zh-news")
    if preset not in PRESETS:
        raise ConfigError(f"{where}: preset is {preset!r}; it is one of {', '.join(map(repr, PRESETS))}")
    settings = merged(PRESETS[preset], {key: value for key, value in settings.items() if key != "preset"})
    settings, own = _own_patterns(settings, where)
    head = {name: value for key, value in settings.items() if (name := key.replace("-", "_")) in _HEAD}
    others = (key for key in settings if key.replace("-", "_") not in _HEAD)
    sections = _unwrap_by_rejoin({key: _section(key, settings[key], where) for key in others}, where)
    stages = tuple(_stages(sections, where, own))
    dedup = sections.get("dedup", {})
    return Config(
        stages=stages,
        dedup=_filled(Dedup, dedup, f"{where}: dedup") if dedup.get("on", True) else None,
        **{key: read(head[key], f"{where}: {key}") for key, read in _HEAD.items() if key in head},
    )


def dedup_of(settings: Mapping[str, Any], where: str = "settings") -> Dedup:
    """The settings of duplicates alone. ConfigError where one does not exist or has no such value."""
    found: Dedup = _filled(Dedup, settings, f"{where}: dedup")
    return found


def find_settings(start: Path, given: Path | None = None) -> tuple[dict[str, Any], str]:
    """The settings of the file given, or of the nearest `clean.toml` or `pyproject.toml` with [tool.cleaner] above `start`.

    Returns them with the name of the file, or nothing at all where there is no such file.
    """
    if given is not None:
        return _settings_in(given) or {}, str(given)
    for folder in (start, *start.parents):
        for path in (folder / name for name in FILES):
            if path.is_file() and (table := _settings_in(path)) is not None:
                return table, path.name
    return {}, "defaults"


def merged(settings: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Two tables of settings as one; the second wins, section by section and key by key."""
    out = dict(settings)
    for key, value in over.items():
        mine = out.get(key)
        out[key] = merged(mine, value) if isinstance(mine, Mapping) and isinstance(value, Mapping) else value
    return out


def _settings_in(path: Path) -> dict[str, Any] | None:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as failure:
        raise ConfigError(f"{path}: cannot be read as TOML: {failure}") from failure
    if path.name != "pyproject.toml":
        return content
    tool: dict[str, Any] | None = content.get("tool", {}).get("cleaner")
    return tool


def _stages(sections: Mapping[str, Mapping[str, Any]], where: str, own: Stage | None = None) -> Iterator[Stage]:
    """The package's stages in their order, then others in the order they are named; `own`: that of the user's patterns."""
    for name in ORDER:
        table = sections.get(name, {})
        if name == OWN:
            if table.keys() - {"on"}:
                raise ConfigError(f"{where}: {name} has no setting but on; patterns stand in [[remove]] and [[keep]]")
            yield from [own] if own is not None and table.get("on", True) else []
        elif table.get("on", _by_default(name, sections)):
            yield _filled(stage_class(name), table, f"{where}: {name}")
    for name, table in sections.items():
        if name not in ORDER and name != "dedup":
            stage = _foreign(name, table, where)
            if table.get("on", True):
                yield stage


def _by_default(name: str, sections: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether a stage runs where its own section does not say."""
    return name not in ON_REQUEST and (name not in NEEDS or bool(sections.get(NEEDS[name], {}).get("on", True)))


def _own_patterns(settings: Mapping[str, Any], where: str) -> tuple[dict[str, Any], Stage | None]:
    """The settings without the user's patterns, and the stage that these make: [[remove]], and the tables in `keep`.

    The ids of findings in `keep` stay.
    """
    others = {key: value for key, value in settings.items() if key != "remove"}
    lists = {name: _listed(settings[name], name, where) for name in ("remove", "keep") if name in settings}
    kept = [one for one in lists.get("keep", ()) if not isinstance(one, str)]
    if kept:
        others["keep"] = [one for one in lists["keep"] if isinstance(one, str)]
    if not kept and not lists.get("remove"):
        return others, None
    from cleaner.stages.patterns import Patterns  # a run without patterns loads none of it
    from cleaner.stages.patterns.table import patterns_of

    own = Patterns(patterns_of("remove", lists.get("remove", ()), where), patterns_of("keep", kept, where))
    if both := {one.name for one in own.remove} & {one.name for one in own.keep}:
        raise ConfigError(f"{where}: remove and keep both have a pattern {min(both)!r}; give one of them another name")
    return others, own


def _listed(value: Any, name: str, where: str) -> Sequence[Any]:
    if isinstance(value, Mapping):
        raise ConfigError(f"{where}: {name} is a table; write [[{name}]] in two brackets, one for each pattern")
    if isinstance(value, str) or not isinstance(value, Sequence | Set):
        raise ConfigError(f"{where}: {name} is {value!r}; it is a list of patterns")
    return tuple(value)


def _foreign(name: str, table: Mapping[str, Any], where: str) -> Stage:
    """A stage from outside: `use = "module:Stage"`, or an entry point of the group cleaner.stages."""
    target = table.get("use")
    try:
        if target is None:
            from importlib.metadata import entry_points  # .02 s to load

            named = entry_points(group="cleaner.stages", name=name)
            if not named:
                raise ConfigError(f"{where}: unknown setting {name!r}{_hint(name, [*ORDER, 'dedup', *_HEAD])}")
            kind = next(iter(named)).load()
        else:
            module, _, attribute = str(target).partition(":")
            kind = getattr(import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as failure:
        raise ConfigError(f"{where}: {name}: cannot use {target!r}: {failure}") from failure
    if isinstance(kind, type) and is_dataclass(kind):
        stage: Stage = _filled(kind, {key: table[key] for key in table if key != "use"}, f"{where}: {name}")
        return stage
    return PlainStage(name, kind, str(target or name))


def _filled(kind: type[Any], table: Mapping[str, Any], where: str) -> Any:
    """An instance of a settings dataclass; every key must be a field and every value must fit its type."""
    hints = get_type_hints(kind)
    allowed = {field.name: hints[field.name] for field in fields(kind)}
    given = {key.replace("-", "_"): value for key, value in table.items() if key != "on"}
    for key, value in given.items():
        if key not in allowed:
            raise ConfigError(f"{where} has no setting {key!r}{_hint(key, allowed)}")
        given[key] = _fitting(value, allowed[key], f"{where}.{key}")
    try:
        return kind(**given)
    except ConfigError as error:  # it begins with the name of the section
        raise ConfigError(f"{where.rpartition(': ')[0]}: {error}") from None


def _fitting(value: Any, hint: Any, where: str) -> Any:
    """The value as the field wants it. ConfigError where it is of another type or not one of a closed set."""
    import msgspec  # .02 s to load, and many a call has no settings

    try:
        msgspec.json.encode(value, enc_hook=str)
        return msgspec.convert(value, hint)
    except UnicodeEncodeError:  # half of a pair is what Python makes of bytes in an argument that are no UTF-8
        raise ConfigError(f"{where} is {value!r}, which is not UTF-8; write it as UTF-8") from None
    except (msgspec.ValidationError, TypeError):
        one_of = f"is one of {', '.join(map(repr, get_args(hint)))}" if get_origin(hint) is Literal else ""
        wanted = 'a list of strings, like ["a", "b"]' if hint == tuple[str, ...] else _named(hint)
        raise ConfigError(f"{where} is {value!r}; it {one_of or f'wants {wanted}'}") from None


def _named(hint: Any) -> str:
    return hint.__name__ if isinstance(hint, type) else str(hint)


def _level(value: Any, where: str) -> Certainty:
    if isinstance(value, Certainty):
        return value
    if value in LEVELS:
        return LEVELS[value]
    raise ConfigError(f"{where} is {value!r}; it is one of {', '.join(map(repr, LEVELS))}")


def _encoding(value: Any, where: str) -> tuple[tuple[str, str], ...]:
    """One name for every input, or a table {"old/*.txt" = "gb18030"}."""
    if isinstance(value, Mapping):
        return tuple((str(pattern), _codec(name, f"{where} of {pattern}")) for pattern, name in value.items())
    return (("*", _codec(value, where)),)


def _codec(value: Any, where: str) -> str:
    try:
        "".encode(_fitting(value, str, where))
    except (LookupError, UnicodeError):
        raise ConfigError(
            f"{where} is {value!r}, an encoding that Python does not know; try utf-8, gb18030, big5"
        ) from None
    return str(value)


def _text_field(value: Any, where: str) -> str:
    """A member that holds text, by a path, or several with commas."""
    try:
        members_listed(_fitting(value, str, where))
    except ConfigError as failure:
        raise failure if str(failure).startswith(where) else ConfigError(f"{where}: {failure}") from None
    return str(value)


_HEAD: dict[str, Callable[[Any, str], Any]] = {
    "level": _level,
    "keep": lambda value, where: frozenset(_fitting(value, tuple[str, ...], where)),
    "text_field": _text_field,
    "encoding": _encoding,
}


def _section(key: str, value: Any, where: str) -> Mapping[str, Any]:
    """The table of one stage; `splice = false` is short for a table that switches it off."""
    if isinstance(value, bool):
        return {"on": value}
    if isinstance(value, Mapping):
        return value
    raise ConfigError(f"{where}: unknown setting {key!r}{_hint(key, [*_HEAD, *ORDER, 'dedup'])}")


def _unwrap_by_rejoin(sections: Mapping[str, Mapping[str, Any]], where: str) -> Mapping[str, Mapping[str, Any]]:
    """`rejoin.unwrap = true`, as it was written before unwrap became a stage, switches that stage on."""
    rejoin = sections.get("rejoin", {})
    if "unwrap" not in rejoin:
        return sections
    on = _fitting(rejoin["unwrap"], bool, f"{where}: rejoin.unwrap")
    others = {key: value for key, value in rejoin.items() if key != "unwrap"}
    return {**sections, "rejoin": others, "unwrap": {"on": on, **sections.get("unwrap", {})}}


def _hint(name: str, known: Mapping[str, Any] | list[str]) -> str:
    near = get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else f"; known are {', '.join(sorted(known))}"


def _settings_of(stage: Stage) -> dict[str, Any]:
    """The section that makes this stage again."""
    kind = type(stage)
    if isinstance(stage, PlainStage):
        return {"on": True, "use": stage.use}
    ours = kind.__module__ == f"cleaner.stages.{stage.name}"
    use = {} if ours else {"use": f"{kind.__module__}:{kind.__qualname__}"}
    return {"on": True, **use, **_values(stage)}


def _lists_of(own: Any) -> dict[str, list[dict[str, Any]]]:
    """The lists of patterns that make the stage of the user's own again."""
    from cleaner.stages.patterns.table import table_of

    lists = {
        name: [table_of(one, certain=name == "remove") for one in getattr(own, name)] for name in ("keep", "remove")
    }
    return {name: tables for name, tables in lists.items() if tables}


def _values(settings: Any) -> dict[str, Any]:
    """The fields of a settings dataclass; what is None is left out, since TOML has no such value."""
    values = {field.name.replace("_", "-"): getattr(settings, field.name) for field in fields(settings)}
    return {key: value for key, value in values.items() if value is not None}


def _toml_lines(table: Mapping[str, Any]) -> str:
    return "".join(f"{key} = {_toml(value)}\n" for key, value in table.items())


def _toml(value: Any) -> str:
    """A value on one line: but for the sign between key and value, and DEL, TOML writes such values as JSON does."""
    if isinstance(value, float):
        return repr(value)  # JSON has no inf
    return json.dumps(value, ensure_ascii=False, separators=(", ", " = "), default=sorted).replace("\x7f", "\\u007f")
