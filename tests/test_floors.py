"""The house: imports go down, never up and never in a circle; nothing private of others; start-up loads nothing heavy."""

import ast
import subprocess
import sys
from collections.abc import Iterator

import pytest

from scripts.house import FLOOR, LONG, Source, arrows_up, circle, functions, sources

SOURCES = sources()
HEAVY = {"numpy", "numba", "scipy", "datasketch", "ftfy", "opencc", "charset_normalizer"}

UNDOCUMENTED = {"json.decoder", "json.encoder", "json.scanner"}  # all of them, but for what `json` itself names
DOCUMENTED = {"json.decoder.JSONDecodeError", "json.decoder.JSONDecoder", "json.encoder.JSONEncoder"}
UNDOCUMENTED_PARTS = {"scan_once"}  # of objects: of a json.JSONDecoder
OF_NAMED_TUPLES = {"_asdict", "_field_defaults", "_fields", "_make", "_replace"}  # public, in spite of their names
WORKER_ENDS = ("run/engine.py", "_follow_parent")  # the one place that may: its parent is gone, nobody waits for it
STILL: set[tuple[str, str]] = set()  # places still to go: an entry that no longer occurs is taken out here


def test_every_room_has_a_floor_and_every_floor_a_room() -> None:
    assert {source.room for source in SOURCES} == set(FLOOR)
    assert [source.name for source in SOURCES if source.room == "__init__"] == ["__init__.py"]  # no room is missing


def test_no_function_is_too_long() -> None:
    """Compiled ones may be: what they call costs time to compile, and some of them are one loop over many columns."""
    long = [one.place for source in SOURCES for one in functions(source) if one.length > LONG and not one.compiled]
    assert long == []


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_imports_go_down(source: Source) -> None:
    assert not arrows_up(source)


def test_no_circles() -> None:
    assert not circle(SOURCES)


def origins(source: Source) -> dict[str, str]:
    """Each name that a file imports from elsewhere, and what it stands for: util → multiprocessing.util."""
    found: dict[str, str] = {}
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            found |= {
                name.asname or top(name.name): name.name if name.asname else top(name.name) for name in node.names
            }
        elif isinstance(node, ast.ImportFrom):
            found |= {name.asname or name.name: f"{node.module}.{name.name}" for name in node.names}
    return {name: origin for name, origin in found.items() if top(origin) != "cleaner"}


def top(name: str) -> str:
    return name.split(".")[0]


def dotted(node: ast.expr, known: dict[str, str]) -> str:
    """What an expression of names and dots stands for; "" where it begins with no name that was imported."""
    if isinstance(node, ast.Name):
        return known.get(node.id, "")
    if isinstance(node, ast.Attribute) and (before := dotted(node.value, known)):
        return f"{before}.{node.attr}"
    return ""


def own_names(source: Source) -> set[str]:
    """Names that a file defines itself, or gives to `self`: what it may call by an underscore."""
    nodes = list(ast.walk(source.tree))
    defined = {node.name for node in nodes if isinstance(node, ast.ClassDef | ast.FunctionDef)}
    stored = {node.attr for node in nodes if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)}
    fields = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return defined | stored | fields


def is_private(name: str) -> bool:
    return name.startswith("_") and not (name.startswith("__") and name.endswith("__")) and name not in OF_NAMED_TUPLES


def private_parts(source: Source) -> Iterator[str]:
    """What a file imports or calls that others keep to themselves."""
    known, own = origins(source), own_names(source)
    for origin in known.values():
        if any(is_private(part) for part in origin.split(".")) or undocumented(origin):
            yield origin
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute):
            name = dotted(node, known)
            if (is_private(node.attr) and (name or node.attr not in own)) or node.attr in UNDOCUMENTED_PARTS:
                yield name or f"….{node.attr}"
            elif undocumented(name):
                yield name


def undocumented(name: str) -> bool:
    return name.rpartition(".")[0] in UNDOCUMENTED and name not in DOCUMENTED


def touched_modules(source: Source) -> Iterator[str]:
    """Where a file puts something into `sys.modules`, or takes something out of it."""
    known = origins(source)
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
            target: ast.expr = node.value
        elif isinstance(node, ast.Attribute) and node.attr in {"clear", "pop", "popitem", "setdefault", "update"}:
            target = node.value
        elif isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
            target = node
        else:
            continue
        if dotted(target, known) == "sys.modules":
            yield "sys.modules"


def ends_of_workers(source: Source) -> int:
    """How often a file ends its process at once where that is allowed."""
    file, function = WORKER_ENDS
    if source.name != file:
        return 0
    return sum(
        dotted(call, origins(source)) == "os._exit"
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef) and node.name == function
        for call in ast.walk(node)
        if isinstance(call, ast.Attribute)
    )


def test_nothing_private_of_others() -> None:
    """No private name of the standard library or of a package; no `os._exit` but one; nothing put into `sys.modules`."""
    found = {(source.name, name) for source in SOURCES for name in (*private_parts(source), *touched_modules(source))}
    allowed = {(source.name, "os._exit") for source in SOURCES if ends_of_workers(source)}
    assert found - STILL - allowed == set(), "written anew"
    assert STILL - found == set(), "gone: take it out of STILL"


def test_one_place_ends_a_worker_at_once() -> None:
    file = next(source for source in SOURCES if source.name == WORKER_ENDS[0])
    assert ends_of_workers(file) == 1
    assert sum(name == "os._exit" for name in private_parts(file)) == 1


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("import os\nos._exit(1)", ["os._exit"]),
        ("from os import _exit as leave", ["os._exit"]),
        ("import concurrent.futures as f\nf.process._threads_wakeups", ["concurrent.futures.process._threads_wakeups"]),
        ("pool._pool.join()", ["…._pool"]),
        ("from json.decoder import JSONDecodeError, py_scanstring", ["json.decoder.py_scanstring"]),
        ("import json\njson.scanner.make_scanner", ["json.scanner.make_scanner"]),
        ("import json.decoder\njson.decoder.scanstring", ["json.decoder.scanstring"]),
        ("import json\njson.JSONDecoder().scan_once", ["….scan_once"]),
        ("from numpy.core import _methods", ["numpy.core._methods"]),
        ("import sys\nsys.modules['numba'] = None", ["sys.modules"]),
        ("from sys import modules\ndel modules['numba']", ["sys.modules"]),
        ("import sys\nsys.modules.setdefault('numba', None)", ["sys.modules"]),
        ("import sys\nold = sys.modules.get('numba')\nif 'numba' in sys.modules: pass", []),
        ("class A:\n    def _b(self): return self._b()\nrow._replace(a=1)\nfrom cleaner.x import _y", []),
    ],
)
def test_what_is_private_is_seen(code: str, told: list[str]) -> None:
    source = Source(SOURCES[0].path, "", code, ast.parse(code))
    assert [*private_parts(source), *touched_modules(source)] == told


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["run", "--help"], ["audit", "--help"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys\n"
        "from cleaner.cli.commands import main\n"
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
