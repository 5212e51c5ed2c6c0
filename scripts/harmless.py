"""Does `clean run` leave structured text as it is? Other people's parsers read files of this machine before and after, and compare.

    python scripts/harmless.py                         # every row, a minute or less each
    python scripts/harmless.py python yaml-zh.txt      # rows of these kinds, or these rows
    python scripts/harmless.py --limit 0               # every file that there is; 1000: up to so many a row
    python scripts/harmless.py --list --folder ~/src   # name what differs; look through this folder too

A row is a kind of text in a carriage: `.md`, `.rst`: a file whose name says what it is; `.fence`: a fence in a Markdown file;
`.txt` and `.jsonl` (members of JSON lines): by its look alone. The texts of a row are one corpus, cleaned by one run of the
installed command with its defaults.

prints    row, texts, how many are equal, their share of those compared; `gone`: dropped whole as copies, which are not compared;
          `changed`; `unread`: files that the command passes over; `texts that ...`: rules whose edits, applied alone, change what
          the parser sees, with the number of such texts; "together": no rule alone does
bars      100 % where a file name or a fence says what a text is, 99.5 % where only its look does
exit      1 where a row is under its bar; a row for which this machine has no files is named, and is no failure
Poems come from Debian's fortunes and fortunes-zh, manual pages need man and col.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from cleaner.document import Document, Finding
from cleaner.report.lookup import past_documents
from cleaner.text.change import Change, Edit

sys.path.insert(0, str(Path(__file__).parent.parent))  # run as a file, a script does not see the folder it stands in
from scripts import harmless_chinese as chinese
from scripts import harmless_files as files
from scripts import harmless_parsers as parsers
from scripts.harmless_files import Roots, Text
from scripts.harmless_parsers import Seen

CLEAN = Path(sys.executable).parent / "clean"
BAR_TOLD, BAR_LOOK = 1.0, 0.995
USUAL = 300  # texts a row: a minute or so
EVERY = 0
TOGETHER = "together"
LANGUAGE = {
    "python": "python",
    "yaml": "yaml",
    "toml": "toml",
    "json": "json",
    "ini": "ini",
}  # behind the sign of a fence
JSON_LINES = "texts.jsonl"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of text: where it is found, how it is made Chinese (or not), what a parser sees in it, how many are usual (0: all).

    rest  what it sees beside paragraphs of running prose, of which a whole one may go as a copy; None where there are none
    """

    name: str
    texts: Callable[[Roots], Iterator[Text]]
    seen: Callable[[str], Seen]
    carriages: tuple[str, ...] = ("txt", "jsonl")
    made: Callable[[str], str] = str
    usual: int = USUAL
    rest: Callable[[str], Seen] | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A kind in one carriage."""

    kind: Kind
    carriage: str

    @property
    def name(self) -> str:
        return f"{self.kind.name}.{self.carriage}"

    @property
    def bar(self) -> float:
        """The share of texts that have to stay equal."""
        return BAR_LOOK if self.carriage in {"txt", "jsonl"} else BAR_TOLD

    def carried(self, text: Text) -> str:
        """The text as it stands in its file."""
        if self.carriage != "fence":
            return text.text
        fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text.text)), default=0))
        body = text.text if text.text.endswith("\n") else text.text + "\n"
        language = LANGUAGE.get(self.kind.name.removesuffix("-zh"), "")
        return f"# {Path(text.name).name}\n\n{fence}{language}\n{body}{fence}\n"

    def seen(self, carried: str) -> Seen:
        """What the parser sees in a text as it stands in its file; one line where it does not parse."""
        try:
            return self.kind.seen(parsers.fenced(carried) if self.carriage == "fence" else carried)
        except (ValueError, SyntaxError, RecursionError, MemoryError) as failure:
            return [f"does not parse: {type(failure).__name__}: {' '.join(str(failure).split())[:120]}"]


@dataclass(frozen=True, slots=True)
class Difference:
    """A text that is not what it was: the rules that did it, and the first line in which the parser sees something else."""

    name: str
    rules: tuple[str, ...]
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """A row after its run: texts that are equal, dropped whole as copies, passed over by the command, and changed."""

    row: Row
    texts: int
    equal: int
    gone: int
    unread: int
    changed: tuple[Difference, ...]

    @property
    def share(self) -> float:
        """Equal texts of all that were compared; those that the command passed over count against it."""
        compared = self.equal + len(self.changed) + self.unread
        return self.equal / compared if compared else 0.0

    @property
    def holds(self) -> bool:
        """Whether the row reaches its bar; one without texts is no failure."""
        return not self.texts or self.share >= self.row.bar


CODE = ("fence", "txt", "jsonl")
KINDS = (
    Kind("python", files.modules, parsers.python, CODE, usual=EVERY),
    Kind("python-zh", files.modules, parsers.python, CODE, chinese.python, EVERY),
    Kind("yaml", files.yaml_files, parsers.yaml_values, CODE),
    Kind("yaml-zh", files.yaml_files, parsers.yaml_values, CODE, chinese.yaml),
    Kind("toml", files.toml_files, parsers.toml_values),
    Kind("toml-zh", files.toml_files, parsers.toml_values, made=chinese.toml),
    Kind("json", files.json_files, parsers.json_values),
    Kind("json-zh", files.json_files, parsers.json_values, made=chinese.json),
    Kind("ini", files.ini_files, parsers.ini_values),
    Kind("ini-zh", files.ini_files, parsers.ini_values, made=chinese.ini),
    Kind("markdown", files.markdown_files, parsers.markdown, ("md", "txt", "jsonl"), rest=parsers.beside_paragraphs),
    Kind("rst", files.rst_files, parsers.rst, ("rst", "txt", "jsonl")),
    Kind("table", files.table_files, parsers.table),
    Kind("subtitles", files.subtitle_files, parsers.cues),
    Kind("manual", partial(files.pages, struck=False), parsers.page, usual=200),
    Kind("manual-struck", partial(files.pages, struck=True), parsers.page, usual=200),
    Kind("verse", files.poems, parsers.stanzas),
    Kind("catalogue", files.wrapped_catalogues, parsers.words),
)
ROWS = tuple(Row(kind, carriage) for kind in KINDS for carriage in kind.carriages)


def chosen(names: Sequence[str]) -> list[Row]:
    """Rows by their name, or all of a kind by its. ValueError where nothing is called so."""
    if unknown := [name for name in names if not any(name in {row.name, row.kind.name} for row in ROWS)]:
        raise ValueError(f"no row {', '.join(unknown)}; there are {', '.join(row.name for row in ROWS)}")
    return [row for row in ROWS if not names or row.name in names or row.kind.name in names]


def gathered(kind: Kind, places: Roots, limit: int, longest: int = files.LONGEST) -> list[Text]:
    """So many different texts of a kind (0: all) that its parser reads, none longer than `longest` code points."""
    return files.sample(_readable(kind, places, longest), limit)


def _readable(kind: Kind, places: Roots, longest: int) -> Iterator[Text]:
    for name, text in kind.texts(places):
        if not files.SHORTEST <= len(text) <= longest:
            continue
        try:
            made = kind.made(text)
            if kind.seen(made):
                yield Text(name, made)
        except (ValueError, SyntaxError, RecursionError, MemoryError, EOFError):
            continue
        except Exception as failure:  # tokenize has an error that is of no family
            if type(failure).__name__ != "TokenError":
                raise


def outcome(row: Row, texts: Sequence[Text], work: Path) -> Outcome:
    """Write these texts below `work` as the row's carriage says, clean them, and compare. RuntimeError where the command fails."""
    carried = {_name(row, number): row.carried(text) for number, text in enumerate(texts, 1)}
    _write(row, carried, work / "in")
    _clean(work)
    documents = {past.record["id"]: past.doc for past in past_documents(work / "out")}
    clean = _read(row, documents, work / "out" / "corpus")
    pairs = zip(texts, carried.items(), strict=True)
    changed = [
        _difference(row, text, before, clean[name], documents[name]) for text, (name, before) in pairs if name in clean
    ]
    found = tuple(one for one in changed if one is not None)
    gone = sum(name in documents and name not in clean for name in carried)
    unread = sum(name not in documents for name in carried)
    return Outcome(row, len(texts), len(clean) - len(found), gone, unread, found)


def _name(row: Row, number: int) -> str:
    """The id that the run gives a text: a file's name, or that of the file of JSON lines and the line."""
    if row.carriage == "jsonl":
        return f"{JSON_LINES}:{number}"
    return f"{number:05}.{'md' if row.carriage == 'fence' else row.carriage}"


def _write(row: Row, carried: Mapping[str, str], folder: Path) -> None:
    folder.mkdir(parents=True)
    if row.carriage == "jsonl":
        lines = (json.dumps({"id": name, "text": text}, ensure_ascii=False) for name, text in carried.items())
        (folder / JSON_LINES).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="")
        return
    for name, text in carried.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")


def _clean(work: Path) -> None:
    """Run the installed command over `work/in` with its defaults."""
    command = [str(CLEAN), "run", "in", "-o", "out", "-q"]
    done = subprocess.run(command, cwd=work, capture_output=True, text=True, check=False)
    if not (work / "out" / "manifest.json").exists():
        raise RuntimeError(f"clean run ended with {done.returncode}: {done.stderr.strip()}")


def _read(row: Row, documents: Mapping[str, Document], corpus: Path) -> dict[str, str]:
    """The clean texts as they stand in the run directory, by id, without those that went whole as copies.

    A document that lost everything in another way, paragraph by paragraph, is an empty text.
    """
    texts = {name: "" for name, doc in documents.items() if not doc.kept and not _is_copy(doc)}
    if row.carriage != "jsonl":
        return texts | {name: (corpus / name).read_bytes().decode() for name, doc in documents.items() if doc.kept}
    with (corpus / JSON_LINES).open(encoding="utf-8", newline="\n") as lines:
        members = map(json.loads, lines)
        return texts | {member["id"]: member["text"] for member in members}


def _is_copy(doc: Document) -> bool:
    return any(finding.applied and finding.rule.startswith("dedup.document.") for finding in doc.findings)


def _difference(row: Row, text: Text, before: str, after: str, doc: Document) -> Difference | None:
    if before == after:
        return None
    was, now = row.seen(before), row.seen(after)
    rules = () if was == now else guilty(row, doc, was)
    mended = rules and all(rule.startswith(MENDS) for rule in rules)  # text that was encoded wrongly, in code, too
    if was == now or mended or _lost_copies(row.kind, rules, (before, after), (was, now)):
        return None
    at = next(
        (number for number, pair in enumerate(zip(was, now, strict=False)) if pair[0] != pair[1]),
        min(len(was), len(now)),
    )
    lines = ((seen[at] if at < len(seen) else "nothing more") for seen in (was, now))
    return Difference(text.name, rules, *lines)


def _lost_copies(kind: Kind, rules: Sequence[str], texts: tuple[str, str], seen: tuple[Seen, Seen]) -> bool:
    """Whether all that happened is that whole paragraphs of prose went as copies: what is left stands as it stood."""
    if kind.rest is None or not all(rule.startswith(PARAGRAPH) for rule in rules):
        return False
    was, now = seen
    left = iter(was)
    return kind.rest(texts[0]) == kind.rest(texts[1]) and all(line in left for line in now)


def guilty(row: Row, doc: Document, was: Seen) -> tuple[str, ...]:
    """Rules whose edits alone change what the parser sees in a document; where none does, all that edited it, "together" first."""
    edits: dict[str, list[Edit]] = {}
    done = [finding for finding in doc.findings if finding.applied and not finding.flag]
    removed = [(finding.start, finding.end) for finding in done if not finding.edits and not finding.text]
    for finding in done:
        edits.setdefault(finding.rule, []).extend(_own_edits(finding, removed))
    alone = tuple(rule for rule, its in edits.items() if row.seen(_edited(doc.raw, its)) != was)
    return alone or (TOGETHER, *edits)


def _own_edits(finding: Finding, removed: Sequence[tuple[int, int]]) -> Iterator[Edit]:
    """What a finding did itself: a bulk edit that touches a removal, as of the blank lines that it left, belongs to that."""
    if not finding.edits:
        yield Edit(finding.start, finding.end, finding.text or "")
    yield from (edit for edit in finding.edits if not any(edit.start <= b and a <= edit.end for a, b in removed))


def _edited(raw: str, edits: Iterable[Edit]) -> str:
    """A text with these edits; of two that overlap, the first."""
    apart: list[Edit] = []
    for edit in sorted(edits):
        if not apart or edit.start >= apart[-1].end:
            apart.append(edit)
    return Change.of(len(raw), apart).apply(raw)


PARAGRAPH, MENDS = "dedup.paragraph.", "mojibake."
HEAD = f"{'row':20}{'texts':>6}{'equal':>7}{'share':>8}{'bar':>7}{'gone':>6}{'changed':>9}{'unread':>8}  texts that a rule changed"


def line(found: Outcome) -> str:
    """A row of the table."""
    rules = Counter(
        rule for one in found.changed for rule in (one.rules[:1] if one.rules[:1] == (TOGETHER,) else one.rules)
    )
    told = ", ".join(f"{rule} {count}" for rule, count in rules.most_common(3))
    mark = "" if found.holds else "under its bar; " if told else "under its bar"
    return (
        f"{found.row.name:20}{found.texts:6,}{found.equal:7,}{found.share:8.1%}{found.row.bar:7.1%}{found.gone:6,}"
        f"{len(found.changed):9,}{found.unread:8,}  {mark}{told}"
    )


def listed(found: Outcome) -> Iterator[str]:
    """The texts of a row that differ: the rules, and the first line in which they do."""
    for one in found.changed:
        yield f"    {one.name}: {', '.join(one.rules)}"
        yield f"      - {one.before[:160]}"
        yield f"      + {one.after[:160]}"


def measured(row: Row, texts: Sequence[Text], keep: Path | None) -> Outcome:
    """A row in a folder of its own, which stays where the user names one."""
    if keep is not None:
        shutil.rmtree(keep / row.name, ignore_errors=True)
        return outcome(row, texts, keep / row.name)
    with TemporaryDirectory() as folder:
        return outcome(row, texts, Path(folder))


def main() -> int:
    """Read the command line, measure row by row, print; 1 where a row is under its bar."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="*", metavar="ROW", help="a row, or a kind with all its carriages; default: all")
    parser.add_argument(
        "--limit",
        type=int,
        help=f"texts a row at most, 0: all; default {USUAL}, of the manual 200, and every module of Python",
    )
    parser.add_argument(
        "--folder", action="append", default=[], help="look through this folder too; may be given again"
    )
    parser.add_argument("--list", action="store_true", help="name the texts that differ, with rules and the first line")
    parser.add_argument("--keep", type=Path, help="keep input and output of each row in this folder")
    options = parser.parse_args()
    try:
        rows = chosen(options.rows)
    except ValueError as failure:
        parser.error(str(failure))
    warnings.simplefilter("ignore", SyntaxWarning)  # of the modules that are parsed
    places = files.roots(options.folder)
    failed, total, texts, of_kind = False, 0, [], None
    print(HEAD, flush=True)
    for row in rows:
        if row.kind is not of_kind:
            limit = row.kind.usual if options.limit is None else options.limit
            texts, of_kind = gathered(row.kind, places, limit), row.kind
        if not texts:
            print(f"{row.name:20}{0:6}  no such files on this machine", flush=True)
            continue
        found = measured(row, texts, options.keep)
        failed, total = failed or not found.holds, total + found.texts
        print(line(found), *(listed(found) if options.list else ()), sep="\n", flush=True)
    print(f"{total:,} texts in {len(rows)} rows")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
