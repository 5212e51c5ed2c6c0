"""When functions become machine code: never for one page, by themselves for a corpus, with the same results."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SEED = next((Path(__file__).parent.parent / "seeds").glob("003*.txt"))

FIRST_CALL = f"""
import resource, sys
{{before}}
import cleaner
text = open({str(SEED)!r}, encoding="utf-8", newline="").read()
taken = [finding for finding in cleaner.clean(text).findings if finding.rule == "splice.foreign"]
from cleaner.text.machine_code import TIERED
used = resource.getrusage(resource.RUSAGE_SELF)
print(len(taken), sum(own.current is not own.plain for own in TIERED), used.ru_utime + used.ru_stime)
"""

DOUBLING = """
import sys
from cleaner.text import machine_code
from cleaner.text.machine_code import LOADING, MAKING, MAKING_ANEW, TIERED, tiered, worked

def twice(number): return number + number
doubled = tiered({function})

def run(steps):
    worked(steps)
    assert doubled(21) == 42 and len(TIERED) == 1
    return TIERED[0].current is not TIERED[0].plain

steps = [LOADING - 1, 1, MAKING - LOADING, MAKING_ANEW - MAKING]
class Terminal:
    def isatty(self): return True
    def write(self, text): told.append(text)
    def flush(self): pass
told, sys.stderr = [], Terminal()
fast = [run(own) for own in steps]
print(*fast, "".join(told).count("making machine code"))
"""


def printed(program: Path, cache: Path, **environment: str) -> list[str]:
    own = {**os.environ, "NUMBA_CACHE_DIR": str(cache), **environment}
    done = subprocess.run([sys.executable, str(program)], env=own, capture_output=True, text=True, check=True)
    return done.stdout.split()


@pytest.mark.skipif(sys.platform == "win32", reason="has no such clock")
@pytest.mark.parametrize("before", ["", "import numba"])
def test_the_first_page_waits_for_no_compiler(before: str, tmp_path: Path) -> None:
    program = tmp_path / "first_call.py"
    program.write_text(FIRST_CALL.format(before=before), encoding="utf-8")
    taken, compiled, seconds = printed(program, tmp_path / "cache")
    assert (taken, compiled) == ("3", "0")
    assert float(seconds) < 4


def test_enough_work_makes_machine_code_once_and_later_processes_load_it(tmp_path: Path) -> None:
    program = tmp_path / "doubling.py"
    program.write_text(DOUBLING.format(function="lambda number: twice(number)"), encoding="utf-8")
    assert printed(program, tmp_path / "cache") == ["False", "False", "True", "True", "1"]
    assert printed(program, tmp_path / "cache") == ["False", "True", "True", "True", "0"]


def test_what_cannot_be_kept_is_made_later(tmp_path: Path) -> None:
    program = tmp_path / "doubling.py"
    nowhere = 'eval("lambda number: number + number")'  # a function without a file
    program.write_text(DOUBLING.format(function=nowhere), encoding="utf-8")
    assert printed(program, tmp_path / "cache") == ["False", "False", "False", "True", "1"]


def test_nothing_is_made_where_numba_makes_nothing(tmp_path: Path) -> None:
    program = tmp_path / "doubling.py"
    program.write_text(DOUBLING.format(function="twice"), encoding="utf-8")
    assert printed(program, tmp_path / "cache", NUMBA_DISABLE_JIT="1") == ["False", "False", "False", "False", "0"]
