"""What the documents say is so: commands, excerpts, tables."""

import doctest
import re
from pathlib import Path

import pytest

from cleaner.cli.commands import main
from cleaner.report import rules
from scripts.house import FLOORS, PACKAGE
from tests.conftest import ROOT, SEEDS, Clean

README = (ROOT / "README.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
FOLDERS = "cleaner|docs|fixtures|scripts|seeds|tests"
SHOWN = re.findall(r"```text\n\$ (clean [^\n]+)\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize(("command", "excerpt"), SHOWN, ids=[command for command, _ in SHOWN])
def test_the_readme_shows_what_the_command_says(clean: Clean, tmp_path: Path, command: str, excerpt: str) -> None:
    (tmp_path / "seeds").symlink_to(SEEDS)
    clean("run", "seeds/")
    said = clean(*command.split(" ")[1:]).stdout.split("\n")
    for line in excerpt.split("\n"):
        assert line in ("", "…", *said)


@pytest.mark.parametrize("page", ["forms", "python"])
def test_examples_in_python_are_so(page: str) -> None:
    tried = doctest.testfile(str(ROOT / "docs" / f"{page}.md"), module_relative=False, encoding="utf-8")
    assert tried.attempted and not tried.failed


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


def test_every_room_stands_in_the_architecture_and_no_other() -> None:
    rooms = {path.parent if path.parent != PACKAGE else path for path in PACKAGE.rglob("*.py")}
    named = {f"{room.relative_to(PACKAGE).as_posix()}{'/' * room.is_dir()}" for room in rooms}
    table = ARCHITECTURE.partition("## Rooms")[2].partition("##")[0]
    assert sorted(re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE)) == sorted(named)


def test_the_architecture_names_files_that_are_there() -> None:
    rows = re.findall(r"^\| `([^`]+)/` \|[^|]+\| (.+) \|$", ARCHITECTURE, re.MULTILINE)
    begun_with = [PACKAGE / room / name for room, files in rows for name in re.findall(r"`([\w/]+\.py)`", files)]
    named = [PACKAGE / name for name in re.findall(r"`((?!tests/|scripts/)\w+/[\w/]+\.py)`", ARCHITECTURE)]
    assert begun_with
    assert [path for path in (*begun_with, *named) if not path.exists()] == []


def test_the_architecture_has_the_floors_of_the_house() -> None:
    floors = [" | ".join(rooms) for rooms in FLOORS if rooms[0] not in ("__init__", "__main__")]
    assert f"`{' < '.join(floors)}`" in ARCHITECTURE


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_points_at_is_there(page: Path) -> None:
    """Its links, and the files of ours that it names by their path."""
    text = page.read_text(encoding="utf-8")
    links = [page.parent / link for link in re.findall(r"\]\(([^):]+)\)", text)]
    named = [
        ROOT / path for path in re.findall(rf"[`\s]((?:{FOLDERS})/[\w/-]+\.\w+)", text) if "/N" not in path
    ]  # NAME, NNN: yours
    assert [path for path in (*links, *named) if not path.exists()] == []


def test_a_decision_that_no_longer_holds_names_one_that_does() -> None:
    """It says so in its first line, in italics; the numbers in it are those of other decisions."""
    decisions = {path.name[:3]: path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "decisions").glob("*.md")}
    notes = {number: re.match(r"# [^\n]+\n\n\*([^\n]+)\*\n", text) for number, text in decisions.items()}
    named = {(number, other) for number, note in notes.items() if note for other in re.findall(r"\b0\d\d\b", note[1])}
    assert named
    assert [(number, other) for number, other in sorted(named) if other == number or other not in decisions] == []
