"""The plain rule: warn when a track, flying straight on, would be inside a place's ring within so many seconds.

It knows no goals, no proof and no people. It is what better rules have to beat.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from tocsin.geo.units import SECOND_NS
from tocsin.messages import Flags, Ints
from tocsin.score.tables.objects import NEVER
from tocsin.score.tables.warning import STAGES, Alerts
from tocsin.score.thresholds.approach import Approaches

KIND: Final = "ring and time"


@dataclass(frozen=True, slots=True)
class RingAndTime:
    """One rule. Times in seconds, heights above the ellipsoid.

    A place is at *warning* while a track that may count is at most `within_s` away from its ring, for `hold_s` on end,
    and until nothing did for `clear_s`; at *watch* the same with `watch_s` (0: no watch). A track may count with at
    least `existence_min`, between the speeds, below `altitude_max_m`, with no class of `never` and, where `only` names
    any, one of those. `strangers`: not with an identity. `confirmed`: only once the picture calls it so.
    """

    within_s: float = 300.0
    watch_s: float = 0.0
    existence_min: float = 0.9
    hold_s: float = 0.0
    clear_s: float = 60.0
    altitude_max_m: float = 100_000.0
    speed_min_mps: float = 0.0
    speed_max_mps: float = 100_000.0
    strangers: bool = False
    confirmed: bool = True
    never: tuple[str, ...] = ()
    only: tuple[str, ...] = ()

    @property
    def horizon_s(self) -> float:
        """How far it looks ahead."""
        return max(self.within_s, self.watch_s)

    def alerts(self, found: Approaches) -> Alerts:
        """What it would have said. Each row rests on one track; rows of one place may overlap."""
        counted = self._counted(found)
        parts = [
            self._rows(found, counted & (found.seconds <= within_s), STAGES.index(stage))
            for stage, within_s in (("watch", self.watch_s), ("warning", self.within_s))
            if within_s > 0.0
        ]
        place, level, decided, ended, track = (np.concatenate(part) for part in zip(*parts, strict=True))
        never = np.full(len(place), NEVER)
        return Alerts(place, level, decided, ended, never, never, never, track)

    def _counted(self, found: Approaches) -> Flags:
        shown = found.shown
        speed_mps = np.hypot(shown.velocity_mps[:, 0], shown.velocity_mps[:, 1])
        may = (shown.existence >= self.existence_min) & (speed_mps >= self.speed_min_mps)
        may &= (speed_mps <= self.speed_max_mps) & ~(shown.altitude_m > self.altitude_max_m)
        kinds = np.array([one not in self.never and (not self.only or one in self.only) for one in shown.kinds])
        may &= kinds.astype(np.bool_)[shown.kind]
        if self.strangers:
            may &= ~shown.named
        if self.confirmed:
            may &= shown.confirmed
        return np.asarray(may[found.row])

    def _rows(self, found: Approaches, chosen: Flags, level: int) -> tuple[Ints, Ints, Ints, Ints, Ints]:
        """(place, level, decided, ended, track): a row for each stretch in which a track set the rule off."""
        at = np.flatnonzero(chosen)
        place, row = found.place[at], found.row[at]
        track, time_ns = found.shown.track[row], found.shown.time_ns[row]
        clear_ns = round(self.clear_s * SECOND_NS)
        begins = np.ones(len(at), np.bool_)
        begins[1:] = (np.diff(place) != 0) | (np.diff(track) != 0) | (np.diff(time_ns) > clear_ns)
        first = np.flatnonzero(begins)
        if not len(first):
            return (first,) * 5
        last = np.append(first[1:], len(at)) - 1
        since = np.repeat(time_ns[first], last - first + 1)
        held = time_ns >= since + round(self.hold_s * SECOND_NS)
        # the first row of each stretch that has held long enough
        decided = np.minimum.reduceat(np.where(held, time_ns, np.iinfo(np.int64).max), first)
        kept = decided < np.iinfo(np.int64).max
        first, last, decided = first[kept], last[kept], decided[kept]
        return place[first], np.full(len(first), level), decided, time_ns[last] + clear_ns, track[first]
