"""Large parts of `work`, compiled by themselves: the first start then shares what it has to compile among processes.

Each process keeps what it compiled in the same folder, where the one that compiles the whole finds it. What each part
is called with is read from its own annotations and from a tracker that has seen nothing.
"""

from collections.abc import Callable, Mapping
from typing import Any, get_type_hints

import numpy as np

from tocsin.settings import Frame, Sensor, Settings
from tocsin.tracking.kernels.clusters import associate
from tocsin.tracking.kernels.columns import Ints
from tocsin.tracking.kernels.directions.births import listen
from tocsin.tracking.kernels.gating import candidates, pairs
from tocsin.tracking.kernels.groups.unresolved import share
from tocsin.tracking.kernels.index import choose
from tocsin.tracking.kernels.learning.gather import gather
from tocsin.tracking.kernels.looks import create, settle, update
from tocsin.tracking.kernels.newborn import imagine
from tocsin.tracking.tracker import Tracker

# About as much to compile in each. Whatever is missing here is compiled later, with the whole.
SHARES: Mapping[str, tuple[Callable[..., Any], ...]] = {
    "gating": (candidates, pairs, choose),
    "association": (associate, share),
    "life": (create, update, settle),
    "births": (listen, imagine),
    "learning": (gather,),
}


def compile_share(name: str) -> None:
    """Compile one of SHARES into numba's cache."""
    from numba import int64, typeof  # noqa: PLC0415  without compiling (NUMBA_DISABLE_JIT) there is nothing to do

    frame = Frame(latitude_rad=1.0, longitude_rad=0.4)
    radar = Sensor("ahead", "radar", latitude_rad=1.0, longitude_rad=0.4, altitude_m=50.0)
    tables = Tracker(Settings(frame=frame, sensors=(radar,))).tables()
    type_of: Callable[[object], object] = typeof
    known = {type(one): type_of(one) for one in tables} | {int: int64, Ints: type_of(np.zeros(1, dtype=np.int64))}
    for part in SHARES[name]:
        hints = get_type_hints(getattr(part, "py_func", part))
        hints.pop("return")
        wanted = tuple(known[hint] for hint in hints.values())
        part.compile(wanted)  # type: ignore[attr-defined]  # a dispatcher, as the decorator hides
