"""What the tracker makes of doubtful evidence, one command each.

python benchmarks/evidence.py phantoms      10,000 aircraft that are not there, under a radar
"""

import sys
import time

import numpy as np

from tocsin.messages import Detections, Flags, Floats, Scan, Sweeps, TrackState
from tocsin.settings import Frame, Sensor, Settings, Tracking
from tocsin.tracking.tracker import Tracker

SECOND_NS = 1_000_000_000
RADAR = Sensor(
    "radar",
    "radar",
    east_m=0.0,
    north_m=0.0,
    max_range_m=150_000.0,
    sigma={"range_m": 60.0, "azimuth_rad": 0.002},
    detection_probability=0.9,
    clutter_per_scan=20.0,
    resolution_range_m=0.0,
)


def scan(name: str, time_s: float, survey: bool, identity: tuple[str, ...] | None = None, **values: Floats) -> Scan:
    """One look at one time."""
    n, time_ns = len(next(iter(values.values()))), round(time_s * SECOND_NS)
    one, nan, times = np.full(1, time_ns), np.full(1, np.nan), np.full(n, time_ns)
    sweeps = Sweeps(np.zeros(1, np.int32), one - one, one, one, nan, nan, np.array([survey]))
    texts = {} if identity is None else {"identity": identity}
    return Scan("made", time_ns, (name,), sweeps, Detections(np.zeros(n, np.int32), times, times, values, texts))


def turn(time_s: float, places: Floats, rng: np.random.Generator, sensor: Sensor = RADAR) -> Scan:
    """A turn of a radar at places (n, 2), with misses and clutter."""
    seen = places[rng.random(len(places)) < sensor.detection_probability]
    false = rng.poisson(sensor.clutter_per_scan)
    r = np.hypot(*seen.T) + sensor.sigma["range_m"] * rng.standard_normal(len(seen))
    a = np.arctan2(*seen.T) + sensor.sigma["azimuth_rad"] * rng.standard_normal(len(seen))
    r = np.concatenate([r, rng.uniform(1e3, sensor.max_range_m, false)])
    a = np.concatenate([a, rng.uniform(-np.pi, np.pi, false)])
    order = rng.permutation(len(r))
    return scan(sensor.name, time_s, True, range_m=r[order], azimuth_rad=a[order])


def near(places: Floats, r: Floats, a: Floats, sigmas: float = 8.0) -> Flags:
    """(n,) does a plot lie within so many sigma of a place?"""
    off_r = (np.hypot(*places.T)[:, None] - r) / np.hypot(RADAR.sigma["range_m"], 30.0)
    off_a = (np.arctan2(*places.T)[:, None] - a + np.pi) % (2.0 * np.pi) - np.pi
    off_a /= np.hypot(RADAR.sigma["azimuth_rad"], 30.0 / np.hypot(*places.T)[:, None])
    return np.asarray((off_r**2 + off_a**2 < sigmas**2).any(axis=1))


def phantoms(count: int = 10_000, seconds: int = 60) -> None:
    """Phantoms fly under a radar that sees nothing there; 100 real aircraft that it sees fly among them."""
    adsb = Sensor(
        "adsb",
        "position",
        reporting="event",
        sigma={"east_m": 20.0, "north_m": 20.0},
        clutter_per_scan=1e-3,
        new_identities_per_min=1e9,
    )
    settings = Settings(frame=Frame("local", 2), sensors=(adsb, RADAR), tracking=Tracking(hold_s=0.0))
    tracker, rng, real = Tracker(settings), np.random.default_rng(2026), 100
    start = rng.uniform(-90_000.0, 90_000.0, (count + real, 2))
    velocity = rng.uniform(-200.0, 200.0, (count + real, 2))
    names = tuple(f"icao:{i}" for i in range(count + real))
    ever: set[str] = set()
    shown: set[str | None] = set()
    touched = np.zeros(count + real, dtype=np.bool_)  # a plot of something else lay where the phantom is
    spent = 0.0
    for k in range(seconds):
        now = start + velocity * k
        told = now + 20.0 * rng.standard_normal(now.shape)
        scans = [scan("adsb", 100.0 + k, False, names, east_m=told[:, 0].copy(), north_m=told[:, 1].copy())]
        if k % 4 == 3:
            scans.append(turn(100.5 + k, now[count:] + 0.5 * velocity[count:], rng))
            values = scans[1].detections.values
            touched |= near(now + 0.5 * velocity, values["range_m"], values["azimuth_rad"])
        began = time.process_time()
        for one in scans:
            tracker.advance(one)
        tracker.tick(round((100.6 + k) * SECOND_NS))
        spent += time.process_time() - began
        picture = tracker.picture(round((100.6 + k) * SECOND_NS))
        shown = {picture.identity[i] for i in np.flatnonzero(picture.state == TrackState.CONFIRMED)}
        if k == 2:
            print(f"before the radar looked: {len(shown)} of {count + real} confirmed, none corroborated")
        if k >= 11:
            ever |= {who for who in shown if who is not None and int(who[5:]) < count}
    alive = sum(1 for who in shown if who is not None and int(who[5:]) >= count)
    nothing = [who for who in ever if not touched[int(who[5:])]]
    print(f"confirmed at any time after three looks: of {(~touched[:count]).sum()} phantoms, {len(nothing)};")
    others = len(ever) - len(nothing)
    print(f"of {touched[:count].sum()} at whose place a look saw something else (within 8 sigma), {others}")
    print(f"real aircraft confirmed at the end: {alive} of {real}; {spent:.0f} CPU s for {seconds} s")


if __name__ == "__main__":
    {"phantoms": phantoms}[sys.argv[1]]()
