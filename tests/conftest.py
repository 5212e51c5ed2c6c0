"""What several tests share: the installed command, the seeds, a tree of files by name."""

import subprocess
import sys
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).parent.parent
SEEDS = ROOT / "seeds"
CLEAN = Path(sys.executable).parent / "clean"

settings.register_profile("ci", derandomize=True, deadline=None, max_examples=200)
settings.load_profile("ci")

Clean = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def clean(tmp_path: Path) -> Clean:
    """Run the installed command in a directory of its own."""

    def run(*arguments: object, code: int = 0, **keywords: object) -> "subprocess.CompletedProcess[str]":
        done = subprocess.run(
            [str(CLEAN), *map(str, arguments)], capture_output=True, text=True, cwd=tmp_path, timeout=120, **keywords
        )  # type: ignore[call-overload]  # keywords of subprocess.run go through
        assert done.returncode == code, f"exit {done.returncode}, wanted {code}\n{done.stdout}\n{done.stderr}"
        return done  # type: ignore[no-any-return]

    return run


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by name."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def plant(folder: Path, files: Mapping[str, bytes | str]) -> Path:
    """A folder with these files."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def digest(folder: Path) -> str:
    """One hash of a whole tree."""
    return sha256(repr(sorted(tree(folder).items())).encode()).hexdigest()
