"""Compile a function of loops over arrays, where numba is there; without it the same function runs as it stands."""

from collections.abc import Callable
from importlib.util import find_spec
from typing import ParamSpec, TypeVar

from cleaner.machine_code import njit

P = ParamSpec("P")
R = TypeVar("R")

FAST = find_spec("numba") is not None  # it has no build for the newest Pythons and for rare machines


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Machine code for `function`, kept beside the source for the next process. The results are the same, bit for bit.

    numba is asked for floats as IEEE 754 has them: no reordering of sums, no fused operations.
    """
    try:
        fast: Callable[P, R] = njit()(cache=True)(function)
    except ImportError:  # a hundred times slower, and right
        return function
    return fast
