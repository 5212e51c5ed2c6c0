"""The run directory: who may write it, what of it is ours, files into place, leftovers away.

It is complete when manifest.json stands in it, and not before. Nothing that the manifest or the plan of an unfinished run
does not list is ever deleted or overwritten.
"""

import os
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from threading import Event
from typing import Any

from cleaner.disk import (
    LOCK,
    TEMPORARY,
    digest,
    explained,
    inside,
    locked,
    make_folder,
    opened,
    publish,
    rename,
    sync_folder,
    writing,
)
from cleaner.formats.listing import Source
from cleaner.provenance import manifest
from cleaner.provenance.layout import (
    CORPUS,
    MANIFEST,
    ORIGINALS,
    PIECES,
    PLAN,
    PREVIOUS,
    PROVENANCE,
    RECORDS,
    STAGED,
    WORK,
)
from cleaner.run.cleaning import Cleaned
from cleaner.run.writing import Written
from cleaner.text.errors import ConfigError, RunDirError, WriteError
from cleaner.text.threads import in_threads

SIGN = b'{\n "schema": "cleaner/'  # how every sealed file of ours begins
JOINING = 4  # files at a time: one is hashed while another waits for the disk
_CHUNK = 1 << 20
_ORIGINAL = re.compile(r"[0-9a-f]{64}")


def refuse_overlap(out: Path, inputs: Iterable[str]) -> None:
    """ConfigError where the output would be an input or hold one."""
    target = Path(os.path.realpath(out))
    for given in inputs:
        root = Path(os.path.realpath(given))
        if root == target:
            raise ConfigError(f"{given}: is the input and the output; pass another -o")
        if target in root.parents:
            raise ConfigError(f"{given}: lies inside the output {out}; pass another -o")


@contextmanager
def claimed(out: Path, *, force: bool) -> Iterator[None]:
    """Hold the run directory for writing: made if need be, locked, ours.

    ConfigError where it is a file or holds what is not ours, LockedError where another run has it, WriteError where it
    cannot be written.
    """
    if out.exists() and not out.is_dir():
        raise ConfigError(f"{out}: is a file; -o names a directory")
    if out.is_dir():
        _refuse_foreign(out, force=force)
    with locked(out):
        _refuse_foreign(out, force=force)  # again: another run may have finished while this one waited its turn
        yield


def begin(out: Path, sources: Sequence[Source]) -> set[str]:
    """Make the directory incomplete to every reader; the files that an earlier run of ours left in it.

    ConfigError where a file that is not ours stands in the place of an output.
    """
    earlier = _ours(out)
    planned = {f"{CORPUS}/{source.name}" for source in sources} | {PROVENANCE}
    for name in sorted(planned - earlier):
        if os.path.lexists(inside(out, name)):
            raise ConfigError(f"{out / name}: stands where an output must go and is not this tool's; move it away")
    with writing(out / WORK / PLAN) as file:
        file.write(manifest.sealed({"schema": manifest.SCHEMA, "outputs": sorted(planned | earlier)}))
    for folder in (out / WORK / name for name in (STAGED, PIECES, RECORDS)):
        with explained(folder):
            make_folder(folder)
    if (out / MANIFEST).exists():
        publish(out / MANIFEST, out / WORK / PREVIOUS)
    return earlier


def _ours(out: Path) -> set[str]:
    """What the finished run or the plan of an unfinished one lists; files whose writing was cut short are deleted."""
    names: set[str] = set()
    for path in (out / MANIFEST, out / WORK / PREVIOUS, out / WORK / PLAN):
        names |= manifest.listed_outputs(path)
    if names:
        for path in out.rglob(".clean-*.tmp"):
            if TEMPORARY.fullmatch(path.name):
                path.unlink(missing_ok=True)
        names |= {f"{ORIGINALS}/{path.name}" for path in (out / ORIGINALS).glob("*") if _ORIGINAL.fullmatch(path.name)}
    return names


def put_in_place(out: Path, cleaned: list[Cleaned], written: list[Written]) -> list[dict[str, Any]]:
    """Give every staged file its name; the list of all outputs, in order of their names."""
    for shard in written:
        for file in shard.files:
            rename(file.temporary, inside(out, file.name))
    for folder in sorted({(out / file.name).parent for shard in written for file in shard.files}):
        sync_folder(folder)  # once a folder, not once a file: a million small files are normal
    outputs = [
        {"path": file.name, "bytes": file.bytes, "sha256": file.sha256} for shard in written for file in shard.files
    ]
    pieces: dict[str, list[Path]] = {
        f"{CORPUS}/{one.name}": [] for done in cleaned for one in done.read if one.format == "jsonl"
    }
    for shard in written:
        for piece in shard.pieces:
            pieces.setdefault(piece.name, []).append(piece.temporary)
    pieces[PROVENANCE] = [shard.provenance for shard in written]
    stop = Event()
    outputs += in_threads(lambda one: _joined(out, *one, stop), pieces.items(), JOINING, stop.set)
    for name in sorted({name for done in cleaned for name in done.originals}):
        size, sha = digest(out / name)
        outputs.append({"path": name, "bytes": size, "sha256": sha})
    return sorted(outputs, key=lambda one: str(one["path"]))


def _joined(out: Path, name: str, parts: list[Path], stop: Event) -> dict[str, Any]:
    """One file from stretches in order; CancelledError, and no file, where the run is stopped meanwhile."""
    size, sha = 0, sha256()
    with writing(inside(out, name)) as file:
        for part in parts:
            with part.open("rb") as stretch:
                while chunk := stretch.read(_CHUNK):
                    if stop.is_set():
                        raise CancelledError
                    file.write(chunk)
                    sha.update(chunk)
                    size += len(chunk)
            part.unlink()
    return {"path": name, "bytes": size, "sha256": sha.hexdigest()}


def forget(out: Path, names: Iterable[str]) -> None:
    """Delete files of an earlier run of ours that this run does not write, and folders that are empty then."""
    folders: set[Path] = set()
    for name in names:
        try:
            path = inside(out, name)
            path.unlink(missing_ok=True)
        except (RunDirError, IsADirectoryError, NotADirectoryError):
            continue
        except OSError as failure:
            raise WriteError(f"{out / name}: cannot be deleted: {failure.strerror}") from failure
        folders |= {folder for folder in path.parents if out in folder.parents}
    for folder in sorted(folders, key=lambda folder: len(folder.parts), reverse=True):
        with suppress(OSError):  # not empty
            folder.rmdir()


def _refuse_foreign(out: Path, *, force: bool) -> None:
    inside = {entry.name for entry in out.iterdir()} - {LOCK}
    for name in sorted(inside):
        if (out / name).is_symlink():
            raise ConfigError(f"{out / name}: is a symbolic link, which no run writes; pass another -o")
    if MANIFEST in inside and _is_ours(out / MANIFEST):
        if not force:
            raise ConfigError(f"{out}: holds a finished run; --force does it again, or pass another -o")
    elif inside and not _is_ours(out / WORK / PLAN) and not (inside == {WORK} and _is_scratch(out / WORK)):
        raise ConfigError(f"{out}: is not empty and not a run of this tool; pass another -o")


def _is_ours(path: Path) -> bool:
    """A manifest or a plan that this tool wrote, even one that was damaged since."""
    try:
        with opened(path) as file:
            return file.read(len(SIGN)) == SIGN
    except OSError:
        return False


def _is_scratch(work: Path) -> bool:
    """Nothing but a file whose writing was cut short: a run that was killed as it began."""
    return work.is_dir() and all(TEMPORARY.fullmatch(entry.name) for entry in work.iterdir())


def clear_staged(out: Path) -> None:
    """Delete what is staged of all shards, once the second pass is through."""
    shutil.rmtree(out / WORK / STAGED, ignore_errors=True)


def clear_work(out: Path) -> None:
    """Forget what an unfinished run staged."""
    with suppress(FileNotFoundError):
        shutil.rmtree(out / WORK)
