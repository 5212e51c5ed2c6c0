"""From staged to final: what of a run directory is ours, files into place, leftovers away. Holds the lock's other half."""

import os
import re
from collections.abc import Iterable, Sequence
from concurrent.futures import CancelledError
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from threading import Event
from typing import Any

from cleaner.corpus import manifest
from cleaner.corpus.first_pass import ORIGINALS, Cleaned
from cleaner.corpus.restore import PROVENANCE
from cleaner.corpus.second_pass import CORPUS, Written
from cleaner.corpus.shards import digest
from cleaner.corpus.source import Source
from cleaner.corpus.workdir import (
    CLEAN,
    MANIFEST,
    PIECES,
    PLAN,
    PREVIOUS,
    RECORDS,
    TEMPORARY,
    WORK,
    explained,
    inside,
    make_folder,
    publish,
    rename,
    sync_folder,
    writing,
)
from cleaner.dedup.threads import in_threads
from cleaner.text.errors import ConfigError, RunDirError, WriteError

JOINING = 4  # files at a time: one is hashed while another waits for the disk
_CHUNK = 1 << 20
_ORIGINAL = re.compile(r"[0-9a-f]{64}")


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
    for folder in (out / WORK / name for name in (CLEAN, PIECES, RECORDS)):
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
