"""Directions that nothing known explains, remembered for some seconds: state, as rings of compiled code's arrays."""

from dataclasses import dataclass

import numpy as np

from tocsin.messages import Floats, Ints
from tocsin.models.sensing import gives_directions
from tocsin.settings import Settings
from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.columns import Heard
from tocsin.tracking.kernels.directions.births import CHAIN_MOST_NS, CHAIN_NS, CHAIN_PERIODS
from tocsin.tracking.kernels.directions.crossing import CROSS_NS


@dataclass(slots=True)
class Memory:
    """The rings of `count` stations. Only what `living` gives decides anything; a copy holds that alone."""

    count: int
    kept_ns: int  # what is older is never read again
    _rings: Heard | None = None
    _packed: tuple[Ints, Ints, Floats] | None = None

    @classmethod
    def of(cls, settings: Settings) -> "Memory":
        """A memory that holds nothing yet."""
        periods = [sensor.period_s for sensor in settings.sensors if gives_directions(sensor, settings.frame)]
        longest = max(CHAIN_NS, min(int(CHAIN_PERIODS * max(periods, default=0.0) * 1e9), CHAIN_MOST_NS))
        return cls(max(len(periods), 1), longest + max(longest, CROSS_NS))

    @property
    def rings(self) -> Heard:
        """The arrays that kernels read and write."""
        if self._rings is None:
            self._rings = _empty(self.count)
            if self._packed is not None:
                self.fill(*self._packed)
        return self._rings

    def living(self, newest_ns: int) -> tuple[Ints, Ints, Floats]:
        """Station (k,), time (k,) and numbers (k, HEARD_WIDTH) of what may still be used, in the order it came."""
        rings = self.rings
        station, slot = np.nonzero((rings.time != c.NEVER) & (rings.time > newest_ns - self.kept_ns))
        age = (slot - rings.next[station]) % c.HEARD_MAX  # 0: the oldest
        order = np.lexsort((age, station))
        station, slot = station[order], slot[order]
        return station, rings.time[station, slot], rings.num[station, slot]

    def fill(self, station: Ints, time: Ints, num: Floats) -> None:
        """Hold just this, as `living` gave it."""
        rings = _empty(self.count)
        first = np.searchsorted(station, station)  # the ring of each begins at its first entry
        slot = np.arange(len(station)) - first
        rings.time[station, slot], rings.num[station, slot] = time, num
        np.add.at(rings.next, station, 1)
        rings.next[:] %= c.HEARD_MAX
        self._rings, self._packed = rings, None

    def copy(self) -> "Memory":
        """A copy that goes its own way."""
        newest = int(self._rings.time.max()) if self._rings is not None else 0
        if newest == c.NEVER:
            return Memory(self.count, self.kept_ns)
        return Memory(self.count, self.kept_ns, _packed=self._packed if self._rings is None else self.living(newest))


def _empty(count: int) -> Heard:
    return Heard(
        time=np.full((count, c.HEARD_MAX), c.NEVER, dtype=np.int64),
        num=np.zeros((count, c.HEARD_MAX, c.HEARD_WIDTH)),
        next=np.zeros(count, dtype=np.int64),
    )
