"""Settings: what a file, a flag or a keyword may say, and what it is told when it may not."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

import cleaner
from cleaner.config import PRESETS, Config, config_of, find_settings, merged
from cleaner.document import Certainty, Document, Finding
from cleaner.text.errors import ConfigError
from tests.conftest import Clean, plant


@dataclass(frozen=True, slots=True)
class Shout:
    """A stage from outside: flags what is loud."""

    sign: str = "！"
    name: str = "shout"

    def __call__(self, doc: Document) -> list[Finding]:
        return [Finding(at, at + 1, "shout.mark") for at, c in enumerate(doc.text) if c == self.sign]


def hush(doc: Document) -> list[Finding]:
    """A plain function as a stage."""
    return [Finding(0, 1, "hush.first")]


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"level": "suspect", "keep": ["f:2", "f:1"], "text-field": "content", "encoding": "gb18030"},
        {"splice": False, "dedup": {"threshold": 0.9, "units": "document"}, "script": {"variant": "zh-Hans"}},
        {"dedup": {"scope": "document", "recall": "thorough", "keep": "field:score"}},
        {"dedup": False, "shout": {"use": "tests.test_config:Shout", "sign": '?"\\\n'}},
        {"encoding": {"old/*.txt": "gb18030", "*": "utf-8"}},
        {"hush": {"use": "tests.test_config:hush"}},
    ],
)
def test_settings_written_out_give_the_same_configuration(settings: dict[str, object]) -> None:
    config = config_of(settings)
    again = config_of(tomllib.loads(config.toml()))
    assert again == config
    assert again.toml() == config.toml()


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"levl": "safe"}, "unknown setting 'levl'; did you mean 'level'?"),
        ({"level": "sure"}, "level is 'sure'; it is one of 'suspect', 'likely', 'safe'"),
        ({"splice": {"limits": 1}}, "splice has no setting 'limits'; did you mean 'limit'?"),
        ({"splice": {"limit": "high"}}, "splice.limit is 'high'; it wants float"),
        ({"splice": {"cues": 1}}, "splice.cues is 1; it wants bool"),
        ({"script": {"variant": "zh-CN"}}, "script.variant is 'zh-CN'; it is one of"),
        ({"dedup": {"threshold": 2.0}}, "settings: dedup: threshold is 2.0, it must lie between"),
        ({"dedup": {"scope": "file"}}, "settings: dedup.scope is 'file'; it is one of 'corpus', 'document'"),
        ({"preset": "minimal", "dedup": {"scope": "document"}}, "settings: dedup: scope is 'document', where"),
        ({"mine": {"use": "no.such:Stage"}}, "mine: cannot use 'no.such:Stage'"),
        ({"mine": {"use": "tests.test_config:Nothing"}}, "cannot use"),
        ({"splyce": {"limit": 1}}, "unknown setting 'splyce'; did you mean 'splice'?"),
        ({"text_field": "\udcff"}, "text_field is '\\udcff', which is not UTF-8"),
        ({"dedup": {"keep": "field:\udcff"}}, "dedup.keep is 'field:\\udcff', which is not UTF-8"),
        ({"encoding": "utf-99"}, "encoding is 'utf-99'"),
        ({"encoding": {"a/*": "utf-99"}}, "encoding of a/* is 'utf-99'"),
    ],
)
def test_what_is_not_known_is_an_error(settings: dict[str, object], says: str) -> None:
    with pytest.raises(ConfigError) as error:
        config_of(settings)
    assert says in str(error.value)


def test_the_nearest_file_wins_and_flags_win_over_it(tmp_path: Path) -> None:
    plant(
        tmp_path,
        {
            "pyproject.toml": '[tool.cleaner]\nlevel = "safe"\n',
            "sub/clean.toml": 'level = "suspect"\n',
            "other/pyproject.toml": "[tool.x]\n",
        },
    )
    for folder, level in (("sub/deeper", Certainty.SUSPECT), ("other", Certainty.SAFE)):
        settings, _ = find_settings(tmp_path / folder)
        assert config_of(settings).level is level
    assert config_of(merged(settings, {"level": "likely"})).level is Certainty.LIKELY


def test_a_preset_is_where_settings_begin() -> None:
    stages = {preset: [stage.name for stage in config_of({"preset": preset}).stages] for preset in PRESETS}
    assert "splice" in stages["zh-news"]
    assert not {"splice", "rejoin"} & set(stages["any"])
    assert "width" not in stages["minimal"]
    assert cleaner.clean("Ａ　\x00", preset="minimal").text == "Ａ　"
    assert cleaner.clean("Ａ", preset="minimal", width=True).text == "A"
    with pytest.raises(ConfigError, match="preset is 'news'"):
        config_of({"preset": "news"})


def test_keywords_reach_the_stages() -> None:
    assert cleaner.clean("一！二！", shout={"use": "tests.test_config:Shout"}, level="likely").text == "一二"
    assert cleaner.Pipeline.default(hush={"use": "tests.test_config:hush"})("一二").text == "二"


def test_a_pipeline_from_a_file(tmp_path: Path) -> None:
    plant(tmp_path, {"my.toml": "[spacing]\non = false\n"})
    assert cleaner.Pipeline.from_config(tmp_path / "my.toml")("　　一").text == "　　一"
    with pytest.raises(ConfigError, match=r"none\.toml: cannot be read"):
        cleaner.Pipeline.from_config(tmp_path / "none.toml")


def test_the_effective_settings_can_be_saved_and_used(clean: Clean, tmp_path: Path) -> None:
    said = clean(
        "config", "--level", "safe", "-s", "dedup.threshold=0.9", "-s", "script.variant=zh-Hant", "--without", "splice"
    ).stdout
    plant(tmp_path, {"clean.toml": said})
    assert clean("config").stdout == said
    config: Config = config_of(tomllib.loads(said))
    assert (config.level, config.dedup and config.dedup.threshold) == (Certainty.SAFE, 0.9)
    assert "splice" not in [stage.name for stage in config.stages]


@pytest.mark.parametrize(
    ("flags", "setting"),
    [
        (["--threshold", "0.9"], {"threshold": 0.9}),
        (["--recall", "thorough"], {"recall": "thorough"}),
        (["--keep", "field:score"], {"keep": "field:score"}),
        (["--unit", "paragraph"], {"units": "paragraph"}),
        (["--unit", "document"], {"units": "document"}),
        (["--unit", "paragraph, document"], {"units": "both"}),
        (["--scope", "document"], {"scope": "document"}),
        (["--scope", "document", "-s", "dedup.scope=corpus"], {"scope": "corpus"}),
    ],
)
def test_flags_are_settings_of_dedup(
    clean: Clean, tmp_path: Path, flags: list[str], setting: dict[str, object]
) -> None:
    file = '[dedup]\nthreshold = 0.7\nkeep = "last"\n'
    plant(tmp_path, {"clean.toml": file})
    said = tomllib.loads(clean("config", *flags).stdout)
    assert config_of(said) == config_of(merged(tomllib.loads(file), {"dedup": setting}))


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        (["--threshold", "9"], "command line: dedup: threshold is 9.0, it must lie between 0.5 and 1"),
        (["--threshold", "high"], "Invalid value for '--threshold': 'high' is not a valid float"),
        (["--recall", "all"], "command line: dedup.recall is 'all'; it is one of 'normal', 'thorough'"),
        (
            ["--keep", "best"],
            "command line: dedup: keep is 'best', it must be one of 'first', 'last', 'longest', 'newest', 'none', 'field:",
        ),
        (["--unit", "document,line"], "--unit document,line: 'line' is no unit; write document, paragraph, or"),
        (["--unit", ""], "--unit : '' is no unit"),
        (["--scope", "file"], "command line: dedup.scope is 'file'; it is one of 'corpus', 'document'"),
        (["-s", "rejoin.longest=1"], "command line: rejoin has no setting 'longest'"),
        (["--preset", "any", "-s", "rejoin.longest=1"], "command line: rejoin has no setting 'longest'"),
        (["-s", "splice.bogus=1"], "command line: splice has no setting 'bogus'"),
        (["-s", "splicer=false"], "command line: unknown setting 'splicer'"),
        (["--scope", "document", "--unit", "document"], "set units to 'paragraph', or scope to 'corpus'"),
    ],
)
def test_a_wrong_flag_is_named(clean: Clean, flags: list[str], says: str) -> None:
    assert says in clean("config", *flags, code=2).stderr


@dataclass(frozen=True, slots=True)
class Picky:
    """A stage with settings of other kinds than ours have."""

    where: Path = Path()
    most: int | None = None
    words: tuple[str, ...] = ()
    name: str = "picky"

    def __call__(self, doc: Document) -> list[Finding]:
        return []


def test_settings_of_other_kinds() -> None:
    given = {"where": Path("a"), "most": 3, "words": ["b", "c"]}
    made: object = config_of({"picky": {"use": "tests.test_config:Picky", **given}}).stages[-1]
    assert made == Picky(Path("a"), 3, ("b", "c"))
    for key, value, says in (
        ("where", "a", "settings: picky.where is 'a'; it wants Path"),
        ("most", True, "settings: picky.most is True; it wants int | None"),
        ("words", ["b", 1], 'settings: picky.words is [\'b\', 1]; it wants a list of strings, like ["a", "b"]'),
        ("words", ["\udcff"], "settings: picky.words is ['\\udcff'], which is not UTF-8; write it as UTF-8"),
    ):
        with pytest.raises(ConfigError) as error:
            config_of({"picky": {"use": "tests.test_config:Picky", key: value}})
        assert str(error.value) == says
