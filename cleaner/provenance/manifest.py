"""manifest.json: what a run read, what it wrote, with which settings and versions; written last, sealed."""

import json
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

from cleaner.disk import opened, writing
from cleaner.provenance.layout import MANIFEST
from cleaner.text.errors import CleanerError, ConfigError, RunDirError, WriteError

SCHEMA = "cleaner/run/2"
READ = (SCHEMA, "cleaner/run/1")  # what this version reads
LIBRARIES = ("ftfy", "opencc", "datasketch", "numpy", "numba", "charset-normalizer")
_SEAL = ',\n "seal": "'


@contextmanager
def believing(out: Path) -> Iterator[None]:
    """Whatever a forged or broken record makes our code stumble over is a damaged run: RunDirError."""
    try:
        yield
    except (ConfigError, RunDirError, WriteError):
        raise
    except (CleanerError, LookupError, TypeError, ValueError, AttributeError, RecursionError, MemoryError) as failure:
        kind = type(failure).__name__
        raise RunDirError(f"{out}: its records are not as a run writes them ({kind}: {failure})") from failure


def listed_outputs(path: Path) -> set[str]:
    """The outputs that a manifest or a plan lists, even one whose seal is broken: enough to know what is ours.

    Nothing where it cannot be read at all.
    """
    try:
        with opened(path) as file:
            content = json.loads(file.read())
        return {one if isinstance(one, str) else str(one["path"]) for one in content["outputs"]}
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def versions() -> dict[str, str]:
    """Whatever may change the result: interpreter, Unicode data, libraries."""
    import platform
    from importlib.metadata import PackageNotFoundError, version

    out = {"python": platform.python_version(), "unicode": unicodedata.unidata_version}
    for library in LIBRARIES:
        try:
            out[library] = version(library)
        except PackageNotFoundError:
            out[library] = "missing"
    return out


def write(out: Path, content: dict[str, Any]) -> None:
    """The manifest of a finished run, with a last member that is the sha256 of all bytes before it."""
    with writing(out / MANIFEST) as file:
        file.write(sealed(content))


def read(out: Path) -> dict[str, Any]:
    """The manifest of a finished run. RunDirError where there is none, or it is damaged or of another version."""
    missing = RunDirError(f"{out}: has no {MANIFEST}: not a run, or one that did not finish")
    content, _ = read_sealed(out / MANIFEST, READ, missing, "clean run … --force does it again")
    with believing(out):
        _check(content)
    return content


def _check(content: dict[str, Any]) -> None:
    """The members that every reader relies on. LookupError or TypeError where one is missing."""
    for one in content["inputs"]:
        _ = one["name"], one["path"], one["sha256"]
    for one in content["outputs"]:
        _ = one["path"], one["bytes"], one["sha256"]
    for one in (*content["skipped"], *content["failed"], *content["ignored"]):
        _ = one["path"], one["reason"]
    _ = content["counts"]["rules"]


def read_sealed(path: Path, schemas: Sequence[str], missing: CleanerError, again: str) -> tuple[dict[str, Any], str]:
    """A sealed file and its sha256. RunDirError where it is damaged or of another version, `missing` where there is none.

    schemas  that this version reads, its own first
    again    what to do about a damaged one
    """
    try:
        with opened(path) as file:
            body = file.read()
    except (FileNotFoundError, NotADirectoryError):
        raise missing from None
    except OSError as failure:
        raise RunDirError(f"{path}: cannot be read: {failure.strerror}") from failure
    content = unsealed(body)
    if content is None:
        raise RunDirError(f"{path}: is damaged: its seal does not fit its bytes; {again}")
    if content.get("schema") not in schemas:
        raise RunDirError(f"{path}: has schema {content.get('schema')!r}, this version reads {schemas[0]!r}")
    return content, sha256(body).hexdigest()


def sealed(content: dict[str, Any]) -> bytes:
    """JSON of an object with its seal."""
    body = json.dumps(content, ensure_ascii=False, indent=1).encode("utf-8", "backslashreplace")
    head = body[: -len(b"\n}")]
    return head + f'{_SEAL}{sha256(head).hexdigest()}"\n}}\n'.encode()


def unsealed(body: bytes) -> dict[str, Any] | None:
    """The object whose seal fits every byte before it, else None."""
    head, mark, _ = body.rpartition(_SEAL.encode())
    if not mark or body != head + f'{_SEAL}{sha256(head).hexdigest()}"\n}}\n'.encode():
        return None
    content: dict[str, Any] = json.loads(body)
    content.pop("seal")
    return content
