"""Machine code for functions over arrays: how it is made, and whether it is worth it. The one place that knows numba.

Every such function gives the same bits as it does when it runs as it is written, or has a twin that does.
"""

import sys
from collections.abc import Callable, Sequence
from functools import cache, cached_property, update_wrapper
from importlib import import_module
from importlib.util import find_spec
from types import FunctionType
from typing import Any, TypeVar, cast

Function = TypeVar("Function", bound=Callable[..., Any])

WORTH = 1 << 20  # code points: numpy alone needs a second for ten times as many
LOADING, MAKING, MAKING_ANEW = 1_000, 25_000, 75_000  # steps: see `worked`
LOAD, MAKE, MAKE_ANEW = 1, 2, 3  # tiers
SECONDS = 20  # that making the machine code of all tiered functions takes
TIERED: "list[Tiered]" = []
_spent = {"steps": 0, "tier": 0}


def either(function: Function, code_points: int) -> Function:
    """A function that is its own twin: as machine code where that pays, else as it is written."""
    return compiled(function) if pays(code_points) else function


def compiled(function: Function) -> Function:
    """The function as machine code that lets other threads run; as it stands where there is no numba.

    The code is kept beside its source (or in the user's cache) for the next process; where neither can be written, each
    process makes it again. Floats are as IEEE 754 has them: no reordering of sums, no fused operations.
    """
    return cast(Function, _compiled(function))


def _machine_code(function: Callable[..., Any]) -> Any:
    numba = _numba()
    if numba is None:  # a hundred times slower, and right
        return function
    try:
        return numba.njit(nogil=True, cache=True)(function)
    except RuntimeError:  # nowhere to keep it
        return numba.njit(nogil=True)(function)


_compiled = cache(_machine_code)


@cache
def _numba() -> Any:
    """The module; None where it is not there, does not fit the numpy that is, or is told to compile nothing."""
    try:
        numba = import_module("numba")
    except ImportError:
        return None
    return None if numba.config.DISABLE_JIT else numba


def pays(code_points: int) -> bool:
    """Whether to compute so much text by compiled code. Changes the time, never the result."""
    return available() and (code_points >= WORTH or _compiled.cache_info().currsize > 0)


@cache
def available() -> bool:
    """Whether numba is there; it has no build for the newest Pythons and for rare machines."""
    return find_spec("numba") is not None


def tiered(function: Function, twin: Function | None = None) -> Function:
    """A function that runs as it is written, or as its twin, until a process has enough work for it, see `worked`.

    Plain functions of its module that it calls become machine code with it. Called from Python alone.
    """
    return cast(Function, Tiered(function, twin or function))


def worked(steps: int) -> None:
    """Say that tiered functions are about to take so many steps, of .3 ms each while they run as they are written.

    What that comes to in this process decides how they run from here on:

    LOADING      machine code that an earlier process kept is loaded: it takes .4 s, so many steps take nearly as long
    MAKING       what is not kept is made: it takes three times as long, but later processes have it, too
    MAKING_ANEW  it is made even where it cannot be kept: this process alone must gain by it
    """
    _spent["steps"] += steps
    tier = sum(_spent["steps"] >= limit for limit in (LOADING, MAKING, MAKING_ANEW))
    if tier > _spent["tier"] and available() and _numba():
        _spent["tier"] = tier
        for function in TIERED:
            function.settle()


class Tiered:
    """See `tiered`.

    plain    what runs at first
    current  what runs now
    """

    def __init__(self, function: Callable[..., Any], plain: Callable[..., Any]) -> None:
        self.function, self.plain, self.current = function, plain, plain
        TIERED.append(self)
        update_wrapper(self, function)
        if _spent["tier"]:
            self.settle()

    def __call__(self, *arguments: Any) -> Any:
        return self.current(*arguments)

    @cached_property
    def machine(self) -> Any:
        """The function as machine code, which is loaded or made when it is called first."""
        return _machine_code(_linked(self.function))

    def settle(self) -> None:
        """Choose anew at the next call, unless there is nothing better than what runs now."""
        if self.current is self.plain:
            self.current = self._chosen

    def _chosen(self, *arguments: Any) -> Any:
        if self._kept(arguments):
            self.current = self.machine
        elif _spent["tier"] < (MAKE if self.machine.stats.cache_path else MAKE_ANEW):
            self.current = self.plain
        else:
            _announce()
            self.current = self.machine
        return self.current(*arguments)

    def _kept(self, arguments: Sequence[Any]) -> bool:
        """Whether an earlier process left machine code for such arguments that still fits: source, processor, numba."""
        try:
            caching: Any = import_module("numba.core.caching")  # its functions have no types
            kept = caching.FunctionCache(self.machine.py_func)
        except (ImportError, RuntimeError):  # this numba keeps it elsewhere; nothing can be kept
            return False
        types = tuple(self.machine.typeof_pyval(argument) for argument in arguments)
        return kept.load_overload(types, self.machine.targetctx) is not None


@cache
def _linked(function: FunctionType) -> FunctionType:
    """The same function with machine code in place of the functions of its module that it calls."""
    known = dict(function.__globals__)
    for name in function.__code__.co_names:
        callee = known.get(name)
        callee = callee.function if isinstance(callee, Tiered) else callee
        if isinstance(callee, FunctionType) and callee.__module__ == function.__module__:
            known[name] = _numba().njit(nogil=True, forceinline=True)(_linked(callee))
    return FunctionType(function.__code__, known, function.__name__)


@cache
def _announce() -> None:
    """Tell who waits at a terminal, once."""
    if sys.stderr is not None and sys.stderr.isatty():
        print(
            f"cleaner: making machine code for this computer, about {SECONDS} s; it is kept, if it can be",
            file=sys.stderr,
        )
