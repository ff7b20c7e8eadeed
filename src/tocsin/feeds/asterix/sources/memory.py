"""What is remembered of each source, and what is told of it: edition, state, place, period, a clock that leapt."""

from dataclasses import dataclass, field

import numpy as np

from tocsin.feeds.asterix.sources.antenna import Antenna
from tocsin.feeds.asterix.targets.words import source_name
from tocsin.geo.units import SECOND_NS
from tocsin.messages import Ints, SensorStatus

LEAP_NS = 2 * SECOND_NS  # a radar's own delay varies by less than a second
SOURCES_MAX = 4096  # more than any network has: a flood of invented ones is not remembered

Place = tuple[float, float, float]  # latitude, longitude (rad), altitude (m)


@dataclass(slots=True)
class Source:
    """One SAC/SIC."""

    name: str
    antenna: Antenna = field(default_factory=Antenna)
    notes: dict[str, str] = field(default_factory=dict)  # what holds until it is said otherwise
    place: Place | None = None
    told: SensorStatus | None = None
    late_ns: dict[int, int] = field(default_factory=dict)  # by category: how late its last record was

    def status(self, time_ns: int, event: str = "") -> SensorStatus | None:
        """What is to be told now; None when it is what was told last. `event`: what happened once."""
        notes = [words for _, words in sorted(self.notes.items()) if words]
        latitude, longitude, altitude = self.place or (None, None, None)
        period_s = self.antenna.period_ns / SECOND_NS or None
        text = "; ".join([*notes, event] if event else notes)
        now = SensorStatus(time_ns, self.name, period_s, latitude, longitude, altitude, text)
        last = self.told
        if last is not None and _said(last) == _said(now):
            return None
        self.told = now
        return now

    def leaps(self, category: int, late_ns: Ints) -> Ints:
        """The rows at which its clock leapt against ours: the delay differs from the one before by over LEAP_NS."""
        before = self.late_ns.get(category, int(late_ns[0]))
        self.late_ns[category] = int(late_ns[-1])
        return np.flatnonzero(np.abs(np.diff(late_ns, prepend=before)) > LEAP_NS)


def _said(status: SensorStatus) -> tuple[object, ...]:
    return status.period_s, status.latitude_rad, status.longitude_rad, status.altitude_m, status.text


class Sources:
    """All sources of a feed, by SAC x 256 + SIC."""

    def __init__(self) -> None:
        self._known: dict[int, Source] = {}

    def of(self, source: int) -> Source:
        """What is remembered of one."""
        found = self._known.get(source)
        if found is None:
            found = Source(source_name(source))
            if len(self._known) < SOURCES_MAX:
                self._known[source] = found
        return found

    def settle(self) -> None:
        """A batch is over: of antennas only how they stand now is kept."""
        for source in self._known.values():
            source.antenna.settle()
