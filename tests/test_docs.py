"""What the documents say is so: commands, excerpts, tables."""

import re
from pathlib import Path

import pytest

from cleaner.cli.command import main
from cleaner.report import rules
from tests.conftest import ROOT, SEEDS, Clean

README = (ROOT / "README.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"```text\n\$ (clean [^\n]+)\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize(("command", "excerpt"), SHOWN, ids=[command for command, _ in SHOWN])
def test_the_readme_shows_what_the_command_says(clean: Clean, tmp_path: Path, command: str, excerpt: str) -> None:
    (tmp_path / "seeds").symlink_to(SEEDS)
    clean("run", "seeds/")
    said = clean(*command.split(" ")[1:]).stdout.split("\n")
    for line in excerpt.split("\n"):
        assert line in ("", "…", *said)


def test_every_excerpt_is_looked_at() -> None:
    assert SHOWN


def test_the_table_of_rules_is_current() -> None:
    """`make docs` rewrites it."""
    assert (ROOT / "docs" / "rules.md").read_text(encoding="utf-8") == rules.markdown() + "\n"


@pytest.mark.parametrize("verb", sorted(main.commands))
def test_every_verb_has_help_with_an_example(clean: Clean, verb: str) -> None:
    said = clean(verb, "--help").stdout
    assert f"clean {verb}" in said.split("\n", 1)[1]


def test_every_verb_stands_in_the_readme() -> None:
    assert all(f"clean {verb}" in README for verb in main.commands)
