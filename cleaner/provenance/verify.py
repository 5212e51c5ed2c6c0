"""Is a run directory what the run wrote? Every file, every record, every way back. Changes nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cleaner.disk import LOCK, digest, inside
from cleaner.provenance import manifest
from cleaner.provenance.layout import MANIFEST, WORK
from cleaner.provenance.restore import CleanFiles, records, source_bytes, source_document
from cleaner.provenance.salvaged import check
from cleaner.text.errors import RunDirError


@dataclass(slots=True)
class Verified:
    """What does not fit (one line each), files that the run did not write, and how much was looked at."""

    damaged: list[str] = field(default_factory=list)
    unlisted: list[str] = field(default_factory=list)
    files: int = 0
    records: int = 0


def verify(out: Path) -> Verified:
    """Compare every file with the manifest, then bring every source back in memory and compare its sha256.

    RunDirError where the manifest itself cannot be believed.
    """
    content = manifest.read(out)
    done = Verified()
    with manifest.believing(out):
        listed = {one["path"]: (one["bytes"], one["sha256"]) for one in content["outputs"]}
        done.files = len(listed)
        done.damaged += filter(None, (_fault(out, name, *its) for name, its in listed.items()))
        done.unlisted = sorted(set(_files(out)) - set(listed))
        if not done.damaged:  # with whole files only a defect of ours can break a record
            done.damaged += _records(out, done)
    return done


def _fault(out: Path, name: str, size: int, sha256: str) -> str | None:
    path = inside(out, name)
    if path.is_symlink():
        return f"{path}: is a symbolic link, the run wrote a file"
    try:
        now, sha = digest(path)
    except OSError as failure:
        return f"{path}: {(failure.strerror or 'cannot be read').lower()}; the manifest lists {size:,} bytes"
    if (now, sha) == (size, sha256):
        return None
    return f"{path}: sha256 {sha256[:12]}… in the manifest, {sha[:12]}… on disk ({size:,} and {now:,} bytes)"


def _records(out: Path, done: Verified) -> Iterator[str]:
    files, again = CleanFiles(out), CleanFiles(out)
    try:
        for record in records(out):
            done.records += 1
            source_bytes(out, record, files)
            if "salvaged" in record:
                check(record, source_document(record, again)[0].raw)
    except RunDirError as failure:
        yield str(failure)


def _files(out: Path) -> Iterator[str]:
    """Every file of the directory but the manifest, the lock and what an unfinished run staged."""
    for path in out.rglob("*"):
        name = path.relative_to(out).as_posix()
        ours = name in (MANIFEST, LOCK) or name.startswith(f"{WORK}/")
        if not ours and (path.is_symlink() or not path.is_dir()):
            yield name
