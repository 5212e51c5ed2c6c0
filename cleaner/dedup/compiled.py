"""How functions over arrays are compiled, and whether that is worth it. Imports numba only when first asked.

Compiled code is kept beside its source (or in the user's cache), so that a process pays 2 s once after installation and
.2 s from then on; numba itself takes .3 s to import. Everything compiled has a twin in plain numpy that gives the same bits.
"""

import sys
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from typing import Any, TypeVar, cast

from cleaner.machine_code import njit

Function = TypeVar("Function", bound=Callable[..., Any])

WORTH = 1 << 20  # code points: numpy alone needs a second for ten times as many


def either(function: Function, code_points: int) -> Function:
    """A function that is its own twin: as machine code where that pays, else as it is written."""
    return compiled(function) if pays(code_points) else function


@cache
def compiled(function: Function) -> Function:
    """The function as machine code that lets other threads run; for modules that are imported only where `pays`."""
    return cast(Function, njit()(nogil=True, cache=True)(function))


def pays(code_points: int) -> bool:
    """Whether to compute so much text by compiled code. Changes the time, never the result."""
    return available() and (code_points >= WORTH or "numba" in sys.modules)


@cache
def available() -> bool:
    """Whether numba is there; it has no build for the newest Pythons and for rare machines."""
    return find_spec("numba") is not None
