"""Three radars in a flat frame that may be off, and aircraft that say where they are: for tests of learning."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from tests.tracks import INTERPRETED, ns, scan
from tocsin.messages import Detections, Floats, Notice, Scan, Sweeps
from tocsin.settings import Frame, Learning, Sensor, Settings, Tracking
from tocsin.tracking.tracker import Tracker

PLACES = {"west": (-30_000.0, 0.0), "east": (30_000.0, 5_000.0), "south": (2_000.0, -40_000.0)}
SIGMA = {"range_m": 40.0, "azimuth_rad": 0.002}
AIRCRAFT = 8 if INTERPRETED else 12
NOT_OFF = (0.0, 0.0, 0.0)


def site(learning: Learning) -> Settings:
    """Three radars and self-reports."""
    radars = [
        Sensor(name, "radar", east_m=e, north_m=n, sigma=SIGMA, max_range_m=120_000.0, period_s=4.0)
        for name, (e, n) in PLACES.items()
    ]
    told = Sensor("told", "position", sigma={"east_m": 20.0, "north_m": 20.0}, reporting="event", clutter_per_scan=0.01)
    return Settings(frame=Frame("local", 2), sensors=(*radars, told), tracking=Tracking(hold_s=0.0), learning=learning)


@dataclass(slots=True)
class Radars:
    """A sky and what is said of it. off: range m, azimuth rad, clock s of a radar; scatter: times its sigma."""

    seed: int
    learning: Learning = field(default_factory=Learning)
    off: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)
    scatter: Callable[[str, float], float] = lambda _name, _time: 1.0
    lie: Callable[[float], Floats] = lambda _time: np.zeros((AIRCRAFT, 2))
    tracker: Tracker = field(init=False)
    notices: list[Notice] = field(default_factory=list)

    def fly(self, seconds: int) -> "Radars":
        """Run it, a Tick each second."""
        rng = np.random.default_rng(self.seed)
        self.tracker = Tracker(site(self.learning))
        start = rng.uniform(-25_000.0, 25_000.0, (AIRCRAFT, 2))
        heading = rng.uniform(0.0, 2.0 * np.pi, AIRCRAFT)
        velocity = 180.0 * np.stack([np.sin(heading), np.cos(heading)], axis=1)
        for second in range(1, seconds + 1):
            for k, name in enumerate(PLACES):
                if (second + k) % 4 == 0:
                    self.tracker.advance(self._turn(name, float(second), start, velocity, rng))
            speak = rng.random(AIRCRAFT) < 0.7
            told = start + velocity * (second + 0.4) + self.lie(float(second)) + 20.0 * rng.standard_normal(start.shape)
            names = tuple(f"icao:{n:06x}" for n in np.flatnonzero(speak))
            self.tracker.advance(scan("told", 100.4 + second, told[speak], survey=False, texts={"identity": names}))
            self.notices += self.tracker.tick(ns(100.9 + second))
        return self

    def _turn(self, name: str, time_s: float, start: Floats, velocity: Floats, rng: np.random.Generator) -> Scan:
        """All aircraft at one time, each with Pd 0.9; told `clock` too late."""
        far, turned, clock = self.off.get(name, NOT_OFF)
        seen = rng.random(AIRCRAFT) < 0.9
        where = (start + velocity * time_s - PLACES[name])[seen]
        n, wide = len(where), self.scatter(name, time_s)
        r = np.hypot(*where.T) + far + wide * SIGMA["range_m"] * rng.standard_normal(n)
        azimuth = np.arctan2(*where.T) + turned + wide * SIGMA["azimuth_rad"] * rng.standard_normal(n)
        times = np.full(n, ns(100.0 + time_s + clock))
        one, nan = np.array([ns(100.0 + time_s + clock)]), np.full(1, np.nan)
        sweeps = Sweeps(np.zeros(1, np.int32), one, one, one, nan, nan.copy(), np.ones(1, np.bool_))
        values = {"range_m": r, "azimuth_rad": azimuth % (2.0 * np.pi)}
        detections = Detections(np.zeros(n, np.int32), times, times + 1_000_000, values)
        return Scan("made", int(one[0]) + 1_000_000, (name,), sweeps, detections)

    def error(self) -> Floats:
        """(3 radars, 3) how far the believed offsets are from the true ones, in their own sigma."""
        learned = self.tracker.state.learner.learned
        bias = learned.bias[:-1].reshape(3, 4)[:, [0, 1, 3]]
        sigma = np.sqrt(learned.cov.diagonal())[:-1].reshape(3, 4)[:, [0, 1, 3]]
        truth = np.array([self.off.get(name, NOT_OFF) for name in PLACES])
        return np.asarray((bias - truth) / sigma)

    @property
    def tracks(self) -> int:
        """Confirmed tracks now."""
        return int((self.tracker.picture(self.tracker.state.looks.watermark_ns).state == 1).sum())
