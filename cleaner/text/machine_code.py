"""Machine code for functions over arrays: how it is made, and whether it is worth it. The one place that knows numba.

Every compiled function gives the same bits as it does when it runs as it is written, or has a twin that does.
"""

import sys
import threading
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from typing import Any, TypeVar, cast

Function = TypeVar("Function", bound=Callable[..., Any])

WORTH = 1 << 20  # code points: numpy alone needs a second for ten times as many
_process = {"ours": False}


def claim() -> None:
    """Say that this process runs nothing but us."""
    _process["ours"] = True


def alone() -> bool:
    """Whether it does, and has no other thread."""
    return _process["ours"] and threading.active_count() == 1


def either(function: Function, code_points: int) -> Function:
    """A function that is its own twin: as machine code where that pays, else as it is written."""
    return compiled(function) if pays(code_points) else function


def compiled(function: Function) -> Function:
    """The function as machine code that lets other threads run; as it stands where there is no numba.

    The code is kept beside its source (or in the user's cache) for the next process; where neither can be written, each
    process makes it again. Floats are as IEEE 754 has them: no reordering of sums, no fused operations.
    """
    return cast(Function, _compiled(function))


@cache
def _compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    try:
        import numba  # type: ignore[import-untyped,unused-ignore]
    except ImportError:  # a hundred times slower, and right
        return function
    fast: Callable[..., Any]
    try:
        fast = numba.njit(nogil=True, cache=True)(function)
    except RuntimeError:  # nowhere to keep it
        fast = numba.njit(nogil=True)(function)
    return fast


def pays(code_points: int) -> bool:
    """Whether to compute so much text by compiled code. Changes the time, never the result."""
    return available() and (code_points >= WORTH or "numba" in sys.modules)


@cache
def available() -> bool:
    """Whether numba is there; it has no build for the newest Pythons and for rare machines."""
    return find_spec("numba") is not None
