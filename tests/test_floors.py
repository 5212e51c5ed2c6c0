"""The house: imports go down, never up and never in a circle; start-up loads nothing heavy."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "cleaner"
FLOOR = {
    "text": 0,
    "document": 1,
    "stages": 2,
    "dedup": 2,
    "config": 3,
    "pipeline": 4,
    "corpus": 5,
    "report": 6,
    "cli": 7,
}
FLOOR |= {"__init__": 8, "__main__": 9}
FILES = sorted(PACKAGE.rglob("*.py"))
HEAVY = {"numpy", "numba", "scipy", "datasketch", "ftfy", "opencc", "charset_normalizer"}


def module_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(path: Path) -> Iterator[str]:
    """Every name of ours that a file imports, wherever in it; `TYPE_CHECKING` blocks too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names if name.name.split(".")[0] == "cleaner")
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "cleaner":
            yield from (f"{node.module}.{name.name}" for name in node.names)


def room(name: str) -> str:
    return [*name.split("."), "__init__"][1]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_imports_go_down(path: Path) -> None:
    here = "__init__" if path == PACKAGE / "__init__.py" else room(module_of(path))
    for name in imported(path):
        there = room(name) if room(name) in FLOOR else "__init__"  # cleaner.__version__ and the like
        if name == "cleaner.__version__":
            continue  # a constant of the face, which loads nothing
        assert there == here or FLOOR[there] < FLOOR[here], f"{here} may not import {name}"


def test_no_circles() -> None:
    modules = {module_of(path) for path in FILES}
    graph = {
        module_of(path): {name if name in modules else name.rpartition(".")[0] for name in imported(path)}
        for path in FILES
    }
    for needs in graph.values():
        needs -= {"cleaner"}  # the face, for its version
    TopologicalSorter(graph).prepare()


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["run", "--help"], ["audit", "--help"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys\n"
        "from cleaner.cli.command import main\n"
        "try:\n    main(sys.argv[1:], prog_name='clean')\n"
        "except SystemExit: pass\n"
        "print(*sorted(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in done.stderr.split()}
    assert "click" in loaded
    assert not loaded & HEAVY


def test_the_package_runs_as_a_module() -> None:
    done = subprocess.run([sys.executable, "-m", "cleaner", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("clean, version ")
