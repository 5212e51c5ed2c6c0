"""What other people's parsers see in a text, as lines that can be compared. One function a kind; ValueError where it does not parse.

What a cleaner may change is left out of the lines: letters keep their width and spaces in running prose, nothing more.
"""

import ast
import configparser
import csv
import io
import json
import re
import subprocess
import tomllib
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import yaml
from docutils import nodes
from docutils.core import publish_doctree
from docutils.utils import SystemMessage
from markdown_it import MarkdownIt
from markdown_it.token import Token

Seen = list[str]
TIMES = re.compile(r"(?:\d+:)?\d\d:\d\d[.,]\d{3} --> (?:\d+:)?\d\d:\d\d[.,]\d{3}")
UNSPACED = re.compile(  # scripts that put no space between words: a line break there is not a word boundary
    r"(?<=[\u0e00-\u0eff\u0f00-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])\s+"
    r"(?=[\u0e00-\u0eff\u0f00-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])"
)
LISTS = (nodes.bullet_list, nodes.enumerated_list, nodes.definition_list, nodes.field_list, nodes.option_list)


def letters(text: str) -> str:
    """Letters, marks and digits alone, in their usual form: what no character rule may touch."""
    return "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c)[0] in "LMN")


def python(text: str) -> Seen:
    """Every node of the tree with all its constants. Of docstrings the letters: characters in them may be normalised, and
    spaces, but none may go. Comments are not seen.
    """
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and (
            docstring := ast.get_docstring(node, clean=False)
        ):
            node.body[0] = ast.Expr(ast.Constant(letters(docstring)))
    return ast.dump(tree, indent=0).split("\n")


def yaml_values(text: str) -> Seen:
    """Values of every document in a YAML stream."""
    try:
        return [line for value in yaml.load_all(text, yaml.CSafeLoader) for line in _values(value)]
    except yaml.YAMLError as failure:
        raise ValueError(str(failure)) from failure


def toml_values(text: str) -> Seen:
    """Values of a TOML document."""
    return list(_values(tomllib.loads(text)))


def json_values(text: str) -> Seen:
    """Values of a JSON document."""
    return list(_values(json.loads(text)))


def ini_values(text: str) -> Seen:
    """Sections, keys and values of an INI file, in their own letters."""
    parser = configparser.RawConfigParser()
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # the documented way to keep capitals
    try:
        parser.read_string(text)
    except configparser.Error as failure:
        raise ValueError(str(failure)) from failure
    return list(_values({name: dict(parser[name]) for name in parser}))


def _values(value: Any, path: str = "") -> Iterator[str]:
    """One line a leaf: the way to it, and what stands there."""
    if isinstance(value, dict) and value:
        for key, one in value.items():
            yield from _values(one, f"{path}/{key!r}")
    elif isinstance(value, list) and value:
        for number, one in enumerate(value):
            yield from _values(one, f"{path}/{number}")
    else:
        yield f"{path} = {value!r}"


def markdown(text: str) -> Seen:
    """Tokens of CommonMark with tables; of running prose no letters, but where it breaks, and its code, links and tags."""
    return [line for token in _markdown_it().parse(text) for line in _token(token)]


def beside_paragraphs(text: str) -> Seen:
    """The same without paragraphs that stand in nothing: a repeated one may go whole, as a copy."""
    tokens = _markdown_it().parse(text)
    inside = {at + 1 for at, token in enumerate(tokens) if token.type == "paragraph_open" and token.level == 0}
    return [
        line
        for at, token in enumerate(tokens)
        if at not in inside and not (token.level == 0 and token.type in ("paragraph_open", "paragraph_close"))
        for line in _token(token)
    ]


@lru_cache(maxsize=1)
def _markdown_it() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table")


def _token(token: Token) -> Iterator[str]:
    if token.type == "inline":
        yield from (_one(child) for child in token.children or () if child.type != "text")
    else:
        yield _one(token)


def _one(token: Token) -> str:
    return f"{token.type} {token.level} {token.markup} {token.info} {token.attrs} {token.hidden} {token.content!r}"


def fenced(text: str) -> str:
    """What stands in the first fence of a Markdown text. ValueError where there is none."""
    fences = (token.content for token in _markdown_it().parse(text) if token.type == "fence")
    if (content := next(fences, None)) is None:
        raise ValueError("no fence")
    return content


def rst(text: str) -> Seen:
    """Tables (their cells), lists (their items), literal and doctest blocks (their text), in order; docutils' errors left out."""
    settings = {"report_level": 5, "halt_level": 5, "file_insertion_enabled": False, "raw_enabled": False}
    try:
        tree = publish_doctree(text, settings_overrides={**settings, "_disable_config": True, "warning_stream": False})
    except (SystemMessage, ArithmeticError, AttributeError, IndexError, KeyError, TypeError) as failure:
        raise ValueError(f"docutils: {failure}") from failure  # it has bugs of its own on wild text
    for error in list(tree.findall(nodes.system_message)):
        error.parent.remove(error)
    return [line for node in tree.findall() for line in _block(node)]


def _block(node: nodes.Node) -> Iterator[str]:
    if isinstance(node, LISTS):
        yield f"{node.tagname} of {len(node.children)}"
    elif isinstance(node, nodes.literal_block | nodes.doctest_block):
        yield from (f"{node.tagname} | {line.rstrip()}" for line in node.astext().rstrip().split("\n"))
    elif isinstance(node, nodes.row):
        cells = [(cell.get("morecols", 0), cell.get("morerows", 0), letters(cell.astext())) for cell in _cells(node)]
        yield f"row {cells}"


def _cells(row: nodes.row) -> Iterator[nodes.entry]:
    return (cell for cell in row.children if isinstance(cell, nodes.entry))


def table(text: str) -> Seen:
    """Rows of comma-separated values, or of tab-separated ones where the first line holds a TAB; a blank line is no row."""
    if text.count("\n") < 2:
        raise ValueError("no table")
    delimiter = "\t" if "\t" in text.partition("\n")[0] else ","
    try:
        return [repr(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row]
    except csv.Error as failure:
        raise ValueError(str(failure)) from failure


def cues(text: str) -> Seen:
    """Times of the captions of subtitles, and the letters of what is said."""
    blocks = [block.split("\n") for block in re.split(r"\n{2,}", text.replace("\r\n", "\n").strip())]
    seen = [repr((found[0], letters("".join(block[at + 1 :])))) for block in blocks for at, found in _times(block)]
    if not seen:
        raise ValueError("no captions")
    return seen


def _times(block: Sequence[str]) -> Iterator[tuple[int, re.Match[str]]]:
    return ((at, found) for at, line in enumerate(block[:2]) if (found := TIMES.match(line.strip())))


def page(text: str) -> Seen:
    """A formatted manual page as `col -bx` prints it, without spaces at ends of lines and blank lines at its ends."""
    done = subprocess.run(
        ["col", "-bx"], input=text.encode(), capture_output=True, check=False, env={"LC_ALL": "C.UTF-8"}
    )
    if done.returncode:
        raise ValueError(done.stderr.decode(errors="replace"))
    return [line.rstrip() for line in done.stdout.decode(errors="replace").strip("\n").split("\n")]


def stanzas(text: str) -> Seen:
    """How many lines each stanza has, and their letters."""
    groups = re.split(r"\n(?:[^\S\n]*\n)+", text.strip())
    return [
        f"{letters(line)} (stanza {number})" for number, group in enumerate(groups, 1) for line in group.split("\n")
    ]


def words(text: str) -> Seen:
    """Words in order, without their signs; a script without spaces between words has one from sign to sign."""
    return [word for word in map(letters, UNSPACED.sub("", text).split()) if word]
