"""How kernels are compiled: cached, IEEE order kept, one thread.

Kernels allocate nothing: all room comes in, so arrays are not counted (`_nrt`), which halves both the code and the
time of a small look. Division follows NumPy (no test for zero before each). C wrappers, which nobody calls, are left
out. They let go of the interpreter's lock: the page answers while a large scan is thought through. A `part` can be
called from other kernels only: its Python wrapper is left out too. A call hands over every number of every table that
it names, some hundreds of words: what is called for each component with whole tables is `inlined`.

Numba's cache sees a change in the file of a kernel, and none in the kernels that it calls: a checkout keeps one cache
for each state of all files that have the word njit in them, which is why this module is called so.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

Function = TypeVar("Function", bound=Callable[..., object])
# numba's own type hints do not know the last options, so they are handed over as a mapping
KERNEL: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True, "_nrt": False}
PART: dict[str, Any] = {**KERNEL, "no_cpython_wrapper": True}
INLINED: dict[str, Any] = {**PART, "forceinline": True}


def kernel(function: Function) -> Function:
    """Compile a function that Python calls."""
    return cast("Function", njit(**KERNEL)(function))


def part(function: Function) -> Function:
    """Compile a function that only kernels call."""
    return cast("Function", njit(**PART)(function))


def inlined(function: Function) -> Function:
    """Compile a part into each place that calls it, however large it is."""
    return cast("Function", njit(**INLINED)(function))
