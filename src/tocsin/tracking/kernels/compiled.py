"""How kernels are compiled: cached, IEEE order kept, one thread.

Division follows NumPy (no test for zero before each), and C wrappers, which nobody calls, are left out. A `part` can be
called from other kernels only: leaving out its Python wrapper saves a third of its compile time where it takes tables.
"""

from numba import njit

kernel = njit(cache=True, error_model="numpy", no_cfunc_wrapper=True)
part = njit(cache=True, error_model="numpy", no_cfunc_wrapper=True, no_cpython_wrapper=True)
