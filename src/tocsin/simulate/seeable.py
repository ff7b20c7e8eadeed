"""When each target could be seen: looks of any sensor with a chance of at least a half (ALERTS, section 5).

Known only where the truth is: the chances are those by which the sensors of this night drew their detections. Launch
flashes and people are left out: a cue and a call are no look.
"""

import numpy as np

from tocsin.messages import Floats, Ints
from tocsin.simulate.night import Slab

JOINED_S = 30.0  # looks no further apart are one stretch


class Stretches:
    """Stretches of looks, slab after slab."""

    def __init__(self) -> None:
        self._open: dict[int, tuple[float, float]] = {}
        self._closed: list[tuple[int, float, float]] = []

    def add(self, slab: Slab) -> None:
        """Take the looks of a slab."""
        looks = [batch.looks for batch in slab.batches]
        if not looks:
            return
        time_s = np.concatenate([one.time_s for one in looks])
        target = slab.traits.number[np.concatenate([one.mover for one in looks])]
        order = np.lexsort((time_s, target))
        order = order[target[order] > 0]  # phantoms are no targets
        time_s, target = time_s[order], target[order]
        begins = np.ones(len(order), dtype=np.bool_)
        begins[1:] = (np.diff(target) != 0) | (np.diff(time_s) > JOINED_S)
        first = np.flatnonzero(begins)
        last = np.append(first[1:], len(order)) - 1 if len(first) else first
        for one, low, high in zip(target[first].tolist(), time_s[first].tolist(), time_s[last].tolist(), strict=True):
            before = self._open.get(one)
            if before is not None and low - before[1] > JOINED_S:
                self._closed.append((one, *before))
                before = None
            self._open[one] = (low, high) if before is None else (before[0], max(before[1], high))

    def table(self) -> tuple[Ints, Floats, Floats]:
        """Target, from and until (seconds since the start), sorted by target, then time."""
        every = sorted([*self._closed, *((one, *span) for one, span in self._open.items())])
        target = np.array([one for one, _, _ in every], dtype=np.int64)
        return target, np.array([low for _, low, _ in every]), np.array([high for _, _, high in every])
