"""Wherever shards are worked on, the result is the same: any class with the methods of `Engine` is one."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Any, Self, TypeVar

import numpy as np
import pytest

from cleaner.config import config_of
from cleaner.formats import shards
from cleaner.index.adding import build
from cleaner.provenance.restore import restore
from cleaner.provenance.verify import verify
from cleaner.run.engine import Engine, Processes, Reduce, Threads
from cleaner.run.run import dry_run, run
from cleaner.run.staging import Handle
from tests.conftest import SEEDS, plant, tree
from tests.dedup_texts import edited, paragraphs_with_copies

S = TypeVar("S")
R = TypeVar("R")


class Backwards:
    """Works on the last shard first, and brings rows together in its own way."""

    entered = 0

    def __enter__(self) -> Self:
        self.entered += 1
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        self.entered -= 1

    def map_shards(self, fn: Callable[[S], R], handles: Iterable[S]) -> Iterator[R]:
        assert self.entered == 1
        done = [fn(handle) for handle in reversed(list(handles))]
        return iter(done[::-1])

    def shuffle(self, handles: Sequence[Handle], key: str, parts: int, reduce: Reduce) -> Sequence[Handle]:
        """Seven parts, whatever is asked for; rows come from the last file first, each turned around."""
        out = []
        for part in range(7):
            chosen = []
            for handle in reversed(handles):
                columns = handle.columns(key)
                (rows,) = np.nonzero(np.abs(next(iter(columns.values())) % 7) == part)
                chosen.append({name: column[rows[::-1]] for name, column in columns.items()})
            together = {name: np.concatenate([one[name] for one in chosen]) for name in chosen[0]}
            out.append(Handle.of(handles[0].path.parent, reduce(together)))
        return out[::-1]


ENGINES: dict[str, Callable[[], Engine]] = {
    "threads": lambda: Threads(3),
    "processes": lambda: Processes(2),
    "backwards": Backwards,
}


def corpus(folder: Path, seed: int) -> Path:
    """Files and lines with duplicates across them, a page with pieces of other articles, lines that are no documents."""
    random = Random(seed)
    texts = paragraphs_with_copies(500, seed=41)  # the same in every folder: later ones are known to an index
    random.shuffle(texts)
    pages = ["\n".join(texts[at : at + 3]) for at in range(0, 300, 3)]
    pages += [edited(random, one, 2) for one in pages[:20]] + pages[20:40]
    random.shuffle(pages)
    lines = [json.dumps({"n": at, "text": page}, ensure_ascii=at % 2 == 0) for at, page in enumerate(pages)]
    lines[7:7] = ["", "{broken", '{"body": "x"}']
    files = {f"{at}.txt": f"　　{texts[300 + at]}\r\n\r\n{texts[400 + at]}" for at in range(30)}
    seed_page = next(SEEDS.glob("003*")).read_text(encoding="utf-8")
    return plant(
        folder, {"a.jsonl": "\n".join(lines), **files, "page.txt": seed_page, "z.jsonl": "\n".join(lines[60:])}
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Inputs, and an index of an earlier run."""
    home = tmp_path_factory.mktemp("engines")
    corpus(home / "in", 1)
    texts = paragraphs_with_copies(500, seed=41)[::3]
    plant(home / "old", {f"{at}.txt": "\n".join(texts[at : at + 4]) for at in range(0, len(texts), 4)})
    run([str(home / "old")], home / "old-run", config_of({"splice": False, "dedup": {"paragraphs": "all"}}))
    build(home / "old-run", home / "index")
    return home


@pytest.fixture(autouse=True)
def many_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "SMALLEST", 8 * 1024)
    monkeypatch.setattr(shards, "_CHUNK", 4 * 1024)


def result(out: Path, content: dict[str, Any]) -> dict[str, Any]:
    """All that a run leaves, and its manifest but for the time it took."""
    files: dict[str, Any] = tree(out)
    del files["manifest.json"], files[".lock"]
    return {**files, "manifest": {**content, "timing": None}}


@pytest.mark.parametrize("against", [False, True], ids=["alone", "against"])
@pytest.mark.parametrize("splice", [True, False], ids=["splice", "plain"])
def test_every_engine_gives_the_same_bytes(home: Path, tmp_path: Path, splice: bool, against: bool) -> None:
    config = config_of({"splice": {"salvage": True} if splice else False, "dedup": {"paragraphs": "all"}})
    index = home / "index" if against else None

    def by(name: str, engine: Engine) -> dict[str, Any]:
        content = run([str(home / "in")], tmp_path / name, config, engine=engine, against=index)
        return result(tmp_path / name, content)

    wanted = by("one", Threads(1))
    dedup = wanted["manifest"]["dedup"]
    assert dedup["removed"] > 60
    assert not against or dedup["against"]["removed"] > 30
    assert bool(wanted["manifest"].get("salvaged")) == splice
    for name, engine in ENGINES.items():
        assert by(name, engine()) == wanted, name
    assert verify(tmp_path / "one").damaged == []
    restore(tmp_path / "one", tmp_path / "back")
    assert tree(tmp_path / "back") == tree(home / "in")


def test_there_were_many_shards(home: Path, tmp_path: Path) -> None:
    """Or nothing above would say much."""

    class Counting(Backwards):
        counts: list[int] = []  # noqa: RUF012  # of one test

        def map_shards(self, fn: Callable[[S], R], handles: Iterable[S]) -> Iterator[R]:
            every = list(handles)
            self.counts.append(len(every))
            return super().map_shards(fn, every)

    dry_run([str(home / "in")], tmp_path / "out", config_of({"splice": False}), engine=Counting())
    assert min(Counting.counts) > 8


@pytest.mark.parametrize("name", ENGINES)
def test_scopes_and_policies_too(home: Path, tmp_path: Path, name: str) -> None:
    for number, settings in enumerate(({"scope": "document"}, {"keep": "field:n", "memory": 1}, {"near": False})):
        config = config_of({"splice": False, "dedup": settings})
        one, other = (tmp_path / f"{number}{kind}" for kind in "ab")
        wanted = result(one, run([str(home / "in")], one, config))
        with_engine = run([str(home / "in")], other, config, engine=ENGINES[name]())
        assert result(other, with_engine) == wanted


def test_a_failure_of_an_engine_is_no_run(home: Path, tmp_path: Path) -> None:
    """What it raises comes through, it is left, and the directory is not complete."""

    class Broken(Backwards):
        def shuffle(self, *_: object) -> Sequence[Handle]:
            raise RuntimeError("no network")

    engine = Broken()
    with pytest.raises(RuntimeError, match="no network"):
        run([str(home / "in")], tmp_path / "out", config_of({"splice": False}), engine=engine)
    assert engine.entered == 0
    assert not (tmp_path / "out/manifest.json").exists()
    run([str(home / "in")], tmp_path / "out", config_of({"splice": False}))
    assert verify(tmp_path / "out").damaged == []
