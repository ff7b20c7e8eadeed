"""What is remembered of each source, and what is told of it: edition, state, place, period, a clock that leapt."""

from dataclasses import dataclass, field

import numpy as np

from tocsin.feeds.asterix.layout import Edition
from tocsin.feeds.asterix.sources.antenna import Antenna
from tocsin.feeds.asterix.sources.choice import Choice
from tocsin.feeds.asterix.targets.words import source_name
from tocsin.geo.units import SECOND_NS
from tocsin.messages import Ints, SensorStatus

LEAP_NS = 2 * SECOND_NS  # a radar's own delay varies by less than a second
SOURCES_MAX = (
    256  # a country has fewer radars; each costs a tenth of a millisecond a batch, so a flood of them is refused
)
FORGOTTEN_NS = 600 * SECOND_NS  # silent for so long, a source gives its place to a new one

Place = tuple[float, float, float]  # latitude, longitude (rad), altitude (m)


@dataclass(slots=True)
class Source:
    """One SAC/SIC."""

    code: int
    name: str
    heard_ns: int
    choices: dict[int, Choice] = field(default_factory=dict)  # by category
    antenna: Antenna = field(default_factory=Antenna)
    notes: dict[str, str] = field(default_factory=dict)  # what holds until it is said otherwise
    place: Place | None = None
    told: SensorStatus | None = None
    late_ns: dict[int, int] = field(default_factory=dict)  # by category: how late its last record was

    def choice(self, category: int, editions: tuple[Edition, ...]) -> Choice:
        """Which edition it writes of a category."""
        found = self.choices.get(category)
        if found is None:
            found = self.choices[category] = Choice(editions)
        return found

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
    """The sources of a feed, by SAC x 256 + SIC: at most SOURCES_MAX, those that came first and are still heard."""

    def __init__(self) -> None:
        self._known: dict[int, Source] = {}
        self._oldest_ns = 0  # none was heard last before this

    def of(self, code: int, now_ns: int) -> Source | None:
        """What is remembered of one, which is heard now; None where there is no room for it."""
        found = self._known.get(code)
        if found is None:
            if len(self._known) >= SOURCES_MAX and not self._forget(now_ns):
                return None
            found = self._known[code] = Source(code, source_name(code), now_ns)
        found.heard_ns = max(found.heard_ns, now_ns)
        return found

    def known(self, code: int) -> Source:
        """One that `of` has given."""
        return self._known[code]

    def all(self) -> list[Source]:
        """Every source that is remembered."""
        return list(self._known.values())

    def settle(self) -> None:
        """A batch is over: of antennas only how they stand now is kept."""
        for source in self._known.values():
            source.antenna.settle()

    def _forget(self, now_ns: int) -> bool:
        if now_ns - self._oldest_ns <= FORGOTTEN_NS:
            return False
        oldest = min(self._known.values(), key=lambda source: source.heard_ns)
        self._oldest_ns = oldest.heard_ns
        if now_ns - oldest.heard_ns <= FORGOTTEN_NS:
            return False
        del self._known[oldest.code]
        return True
