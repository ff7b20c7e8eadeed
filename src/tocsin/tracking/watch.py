"""Who is looking, who is silent, whose clock is off: the health of each sensor from what really came.

Counted from detections, sweeps and statuses alone; aged by Ticks alone, so that total silence ages every sensor.
Clock offset: the smallest (received - measured) over the last two windows. A network can only add delay, so the
smallest is the nearest to the truth (the idea of the NTP clock filter: RFC 5905 section 10).
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

import msgspec
import numpy as np

from tocsin.geo.units import SECOND_NS
from tocsin.messages import Ints, Scan, SensorHealth
from tocsin.settings import Sensor, Watching

OFFSET_WINDOW_NS = 5 * SECOND_NS  # a clock that is off is flagged within two of these: 10 s (RELIABILITY R8)
RATE_HALF_LIFE_S = 10.0
NEVER = -1


@dataclass(slots=True)
class Watched:
    """What is remembered of one sensor."""

    sensor: str
    kind: str
    period_s: float
    reporting: str
    last_ns: int = NEVER  # when something of it last came, by the receiving clock
    detections: int = 0
    refused: int = 0
    since_tick: int = 0
    rate_hz: float = 0.0
    window: int = 0
    offset_now_ns: int | None = None
    offset_before_ns: int | None = None
    note: str = ""

    def measure(self, window: int, delay_ns: int) -> None:
        """Take the smallest delay of one window."""
        if window > self.window:
            self.offset_before_ns, self.offset_now_ns, self.window = self.offset_now_ns, None, window
        self.offset_now_ns = delay_ns if self.offset_now_ns is None else min(self.offset_now_ns, delay_ns)

    def offset_ns(self) -> int:
        """The smallest delay seen lately; 0 while nothing is known."""
        known = [offset for offset in (self.offset_now_ns, self.offset_before_ns) if offset is not None]
        return min(known, default=0)


@dataclass(slots=True)
class Watch:
    """The health of all sensors. The site's sensors are there from the start; others appear as they are heard."""

    settings: Watching
    names: Mapping[str, str] = field(default_factory=dict)  # what a feed calls a sensor -> the site's name
    started_ns: int = NEVER
    ticked_ns: int = NEVER
    sensors: dict[str, Watched] = field(default_factory=dict)
    refusals: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, sensors: tuple[Sensor, ...], settings: Watching) -> "Watch":
        """A watch over the declared sensors, none of which has been heard."""
        watched = {s.name: Watched(s.name, s.kind, s.period_s, s.reporting) for s in sensors}
        return cls(settings, sensor_names(sensors), sensors=watched)

    def hear(self, scan: Scan) -> None:
        """Count what came."""
        names = [self.names.get(source, source) for source in scan.sensors]
        for refusal in scan.refusals:
            self.refusals[refusal.reason] += refusal.count
        sweeps, detections = scan.sweeps, scan.detections
        for index in np.unique(sweeps.sensor):
            self._touch(names[index], scan.received_ns)
        if len(detections):
            of_sensor = sweeps.sensor[detections.sweep]
            for index in np.unique(of_sensor):
                rows = of_sensor == index
                self._count(names[index], detections.received_ns[rows], detections.time_ns[rows])
        for status in scan.statuses:
            watched = self._touch(self.names.get(status.sensor, status.sensor), scan.received_ns)
            watched.period_s = status.period_s or watched.period_s
            watched.note = status.text or watched.note

    def refuse(self, sensor: str, reason: str, count: int) -> None:
        """Count detections that tracking refused."""
        self.refusals[reason] += count
        if sensor in self.sensors:
            self.sensors[sensor].refused += count

    def _touch(self, name: str, received_ns: int) -> Watched:
        watched = self.sensors.setdefault(name, Watched(name, "unknown", 4.0, "event"))
        watched.last_ns = max(watched.last_ns, received_ns)
        return watched

    def _count(self, name: str, received_ns: Ints, time_ns: Ints) -> None:
        watched = self._touch(name, int(received_ns.max()))
        watched.detections += len(time_ns)
        watched.since_tick += len(time_ns)
        delay_ns = received_ns - time_ns
        window = received_ns // OFFSET_WINDOW_NS  # fixed windows: how scans are cut changes nothing
        for number in np.unique(window):
            watched.measure(int(number), int(delay_ns[window == number].min()))

    def tick(self, time_ns: int) -> tuple[SensorHealth, ...]:
        """Age every sensor to `time_ns` and say how each stands."""
        if self.started_ns == NEVER:
            self.started_ns = time_ns
        elapsed_s = (time_ns - self.ticked_ns) / SECOND_NS if self.ticked_ns != NEVER else 1.0
        self.ticked_ns = time_ns
        forget = 0.5 ** (max(elapsed_s, 0.0) / RATE_HALF_LIFE_S)
        for watched in self.sensors.values():
            rate_hz = watched.since_tick / elapsed_s if elapsed_s > 0 else watched.rate_hz
            watched.rate_hz = forget * watched.rate_hz + (1 - forget) * rate_hz
            watched.since_tick = 0
        return tuple(self._health(watched, time_ns) for watched in self.sensors.values())

    def seen(self, time_ns: int) -> tuple[SensorHealth, ...]:
        """How every sensor stands at a time; nothing is aged by it."""
        return tuple(self._health(watched, time_ns) for watched in self.sensors.values())

    def state(self, watched: Watched, time_ns: int) -> str:
        """One of "never", "fresh", "stale", "expired", at `time_ns`."""
        if watched.last_ns == NEVER:
            return "never"
        age_s = (time_ns - watched.last_ns) / SECOND_NS
        # an event sensor under a quiet sky is not dead at once: the floor; a turning one is late after its turn
        floor_s = self.settings.expired_floor_s if watched.reporting == "event" else 0.0
        if age_s > max(self.settings.expired_periods * watched.period_s, floor_s):
            return "expired"
        if age_s > max(self.settings.stale_periods * watched.period_s, floor_s / 2):
            return "stale"
        return "fresh"

    def _health(self, watched: Watched, time_ns: int) -> SensorHealth:
        offset_s = watched.offset_ns() / SECOND_NS
        note = watched.note
        if abs(offset_s) > self.settings.clock_offset_s_max:
            note = f"clock {offset_s:+.1f} s off: set its clock; it no longer moves the watermark. {note}".strip()
        return SensorHealth(
            sensor=watched.sensor,
            kind=watched.kind,
            state=self.state(watched, time_ns),
            last_ns=watched.last_ns,
            rate_hz=watched.rate_hz,
            clock_offset_s=offset_s,
            detections=watched.detections,
            refused=watched.refused,
            note=note,
        )

    def dump(self) -> bytes:
        """Everything, so that `load` continues bit for bit."""
        plain = {name: asdict(watched) for name, watched in self.sensors.items()}
        return msgspec.msgpack.encode((self.started_ns, self.ticked_ns, plain, dict(self.refusals)))

    @classmethod
    def load(cls, sensors: tuple[Sensor, ...], settings: Watching, dumped: bytes) -> "Watch":
        """The watch that `dump` wrote."""
        kind = tuple[int, int, dict[str, Watched], dict[str, int]]
        started_ns, ticked_ns, watched, refusals = msgspec.msgpack.decode(dumped, type=kind)
        return cls(settings, sensor_names(sensors), started_ns, ticked_ns, watched, Counter(refusals))


def sensor_names(sensors: tuple[Sensor, ...]) -> dict[str, str]:
    """The site's name of each source that its sensors declare."""
    return {source: sensor.name for sensor in sensors for source in sensor.sources}
