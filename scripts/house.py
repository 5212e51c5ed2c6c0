"""The figures of the house: how big it is, what imports what, and through how many files one document goes.

    python scripts/house.py                          # and how one document of seeds/ goes through it
    python scripts/house.py --document FILE

prints   files and code lines (neither blank, docstring nor comment); lengths of functions, docstrings left out, and which are
         over 60 lines and not compiled; circles of imports; imports that go up; the files that a run over one document
         enters once everything is loaded, by room; names of functions and classes that more than one file defines

`FLOORS` is the order of the rooms; tests/test_floors.py holds it.
"""

import argparse
import ast
import statistics
import sys
import tokenize
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "cleaner"
FLOORS: tuple[
    tuple[str, ...], ...
] = (  # lowest first. A room may import from floors below its own alone, and from itself
    ("text",),
    ("forms",),
    ("document",),
    ("stages", "duplicates", "encoding"),
    ("formats",),
    ("config", "disk"),
    ("pipeline",),
    ("provenance",),
    ("index", "report"),
    ("run",),
    ("cli",),
    ("__init__",),
    ("__main__",),
)
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
LONG = 60  # lines that no function should have
Defined = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Source:
    """A file of the package; `module` is its dotted name below `cleaner`, "" for the face of the package."""

    path: Path
    module: str
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """As it is told: stages/width.py."""
        return self.path.relative_to(PACKAGE).as_posix()

    @property
    def room(self) -> str:
        """The room of `FLOORS` that it stands in: stages."""
        return room_of(self.module)


@dataclass(frozen=True, slots=True)
class Function:
    """A function or method: its lines without the docstring, where it begins, whether it is compiled."""

    length: int
    place: str
    compiled: bool


def sources() -> list[Source]:
    """Every file of the package."""
    return [_source(path) for path in sorted(PACKAGE.rglob("*.py"))]


def _source(path: Path) -> Source:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    text = path.read_text(encoding="utf-8")
    return Source(path, ".".join(part for part in parts if part != "__init__"), text, ast.parse(text))


def room_of(module: str) -> str:
    """The room of a module, or of a name in one: the longest beginning of it that stands in `FLOORS`; else the face."""
    parts = module.split(".")
    beginnings = (".".join(parts[:count]) for count in range(len(parts), 0, -1))
    return next((room for room in beginnings if room in FLOOR), "__init__")


def imported(source: Source) -> Iterator[str]:
    """Every name of ours that a file imports, below `cleaner`, wherever in it; `TYPE_CHECKING` blocks too."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            names = [name.name for name in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{name.name}" for name in node.names]
        else:
            continue
        ours = (
            name.partition(".") for name in names if name != "cleaner.__version__"
        )  # a constant, which loads nothing
        yield from (rest for top, _, rest in ours if top == "cleaner")


def arrows_up(source: Source) -> list[str]:
    """What a file imports from rooms that are not below its own."""
    return [
        f"{source.name} imports {name}"
        for name in imported(source)
        if room_of(name) != source.room and FLOOR[room_of(name)] >= FLOOR[source.room]
    ]


def circle(among: Iterable[Source]) -> list[str]:
    """Modules that import each other in a circle; none where there is no circle."""
    imports = {source.module: set(imported(source)) for source in among}
    graph = {
        module: {name if name in imports else name.rpartition(".")[0] for name in names} - {""}
        for module, names in imports.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def code_lines(source: Source) -> int:
    """Lines that are neither blank, docstring nor comment."""
    lines = source.text.split("\n")
    tokens = tokenize.generate_tokens(StringIO(source.text).readline)
    left_out = {
        token.start[0] for token in tokens if token.type == tokenize.COMMENT and token.line.lstrip().startswith("#")
    }
    for node in ast.walk(source.tree):
        if (docstring := _docstring(node)) is not None:
            left_out.update(range(docstring.lineno, (docstring.end_lineno or 0) + 1))
    return sum(bool(line.strip()) and number not in left_out for number, line in enumerate(lines, 1))


def _docstring(node: ast.AST) -> ast.stmt | None:
    if isinstance(node, ast.Module | Defined) and ast.get_docstring(node, clean=False) is not None:
        return node.body[0]
    return None


def functions(source: Source) -> Iterator[Function]:
    """Every function and method of a file, those inside others too."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            docstring = _docstring(node)
            length = _height(node) - (_height(docstring) if docstring else 0)
            compiled = any(isinstance(one, ast.Name) and one.id == "compiled" for one in node.decorator_list)
            yield Function(length, f"{source.name}:{node.lineno} {node.name}", compiled)


def _height(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def repeated_names(among: Iterable[Source]) -> dict[str, list[str]]:
    """Names of functions and classes that more than one file defines, with these files; the most frequent first."""
    files: dict[str, list[str]] = defaultdict(list)
    for source in among:
        for name in {node.name.lstrip("_") for node in source.tree.body if isinstance(node, Defined)}:
            files[name].append(source.name)
    several = {name: its for name, its in files.items() if len(its) > 1}
    return dict(sorted(several.items(), key=lambda item: (-len(item[1]), item[0])))


def entered(document: Path) -> tuple[dict[str, list[str]], int]:
    """The files that a run over one document enters, by folder, and how often it goes from one file to another."""
    from cleaner.config import config_of
    from cleaner.run.run import run

    config = config_of({})
    with TemporaryDirectory() as folder:
        run([str(document)], Path(folder) / "first", config)  # loads and compiles
        with _watched() as calls:
            run([str(document)], Path(folder) / "second", config)
    rooms: dict[str, list[str]] = defaultdict(list)
    for path in dict.fromkeys(calls):
        rooms[path.parent.relative_to(PACKAGE).as_posix()].append(path.stem)
    return dict(rooms), sum(a != b for a, b in zip(["", *calls], calls, strict=False))


@contextmanager
def _watched() -> Iterator[list[Path]]:
    """The files of ours whose functions are called, call by call."""
    calls: list[Path] = []
    ours = f"{PACKAGE}/"

    def watch(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(ours):
            calls.append(Path(frame.f_code.co_filename))

    sys.setprofile(watch)
    try:
        yield calls
    finally:
        sys.setprofile(None)


def size(among: list[Source]) -> Iterator[str]:
    """Files and code lines, by room."""
    lines, files = Counter[str](), Counter[str]()
    for source in among:
        lines[source.room] += code_lines(source)
        files[source.room] += 1
    yield f"{files.total():,} files, {lines.total():,} code lines, {lines.total() / files.total():.0f} a file"
    yield from (f"  {room:12}{files[room]:4,} files{lines[room]:8,} code lines" for room in FLOOR if files[room])


def lengths(among: list[Source]) -> Iterator[str]:
    """How long functions are, and which are too long."""
    every = sorted((one for source in among for one in functions(source)), key=lambda one: one.length)
    middle = statistics.median(one.length for one in every)
    yield (
        f"{len(every):,} functions: median {middle:g} lines, p90 {every[len(every) * 9 // 10].length}, "
        f"longest {every[-1].length}"
    )
    long = [one for one in reversed(every) if one.length > LONG]
    yield from listed(f"over {LONG} lines", [f"{one.place}, {one.length}" for one in long if not one.compiled])
    yield from listed(f"over {LONG} lines, compiled", [f"{one.place}, {one.length}" for one in long if one.compiled])


def listed(label: str, items: list[str]) -> Iterator[str]:
    """A label with the number of items, and the items below it."""
    yield f"{label}: {len(items) or 'none'}"
    yield from (f"  {item}" for item in items)


def journey(document: Path) -> Iterator[str]:
    """Where one document goes."""
    rooms, changes = entered(document)
    count = sum(map(len, rooms.values()))
    yield f"{document.name} enters {count} files, with {changes:,} changes of file"
    for room, files in sorted(rooms.items(), key=lambda item: -len(item[1])):
        yield f"  {'(top)' if room == '.' else room} {len(files)}: {', '.join(sorted(files))}"


def names(repeated: Mapping[str, list[str]]) -> Iterator[str]:
    """Which names stand for several things."""
    yield from listed(
        "names that more than one file defines",
        [f"{name} {len(files)}: {', '.join(files)}" for name, files in repeated.items()],
    )


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--document", type=Path, default=min((ROOT / "seeds").glob("003*")), help="default: one of seeds/"
    )
    document = parser.parse_args().document
    every = sources()
    print(*size(every), sep="\n")
    print(*lengths(every), sep="\n")
    print(*listed("circles", [" → ".join(circle(every))] if circle(every) else []), sep="\n")
    print(*listed("imports that go up", [arrow for source in every for arrow in arrows_up(source)]), sep="\n")
    print(*journey(document), sep="\n")
    print(*names(repeated_names(every)), sep="\n")


if __name__ == "__main__":
    main()
