"""numba's `njit`, without what numba need not load."""

import sys
import threading
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from types import ModuleType
from typing import Any

BLAS = "scipy.linalg.cython_blas"
_process = {"ours": False}


def claim() -> None:
    """Say that this process runs nothing but us: none of its threads imports scipy."""
    _process["ours"] = True


def alone() -> bool:
    """Whether it does, and has no other thread."""
    return _process["ours"] and threading.active_count() == 1


@cache
def njit() -> Callable[..., Any]:
    """`numba.njit` with its options; where machine code cannot be kept, each process makes it again.

    numba imports scipy's linear algebra, .2 s, to see whether it is there; it is told so instead. What is compiled later
    and needs it gets the real one. Where threads of others run, which may import scipy just now, numba does as always.

    raises  ImportError where there is no numba
    """
    import numba  # type: ignore[import-untyped,unused-ignore]

    unseen = _process["ours"] or threading.active_count() == 1
    if unseen and BLAS not in sys.modules and find_spec("scipy") is not None:
        sys.modules[BLAS] = ModuleType(BLAS)
        try:
            import numba.np.arraymath  # type: ignore[import-untyped,unused-ignore]  # it is what looks
        finally:
            del sys.modules[BLAS]
    plain: Callable[..., Any] = numba.njit

    def with_options(*, cache: bool = False, **options: bool) -> Callable[[Callable[..., Any]], Any]:
        def decorate(function: Callable[..., Any]) -> Any:
            try:
                return plain(cache=cache, **options)(function)
            except RuntimeError:  # neither the directory of its source nor the user's cache can be written
                return plain(**options)(function)

        return decorate

    return with_options
