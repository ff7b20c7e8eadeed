"""What the tracker makes of doubtful evidence, one command each.

python benchmarks/evidence.py phantoms      10,000 aircraft that are not there, under a radar
    python benchmarks/evidence.py plots         a radar with 2.5 plots of each target
    python benchmarks/evidence.py order         three radars that turn at the same time, in either order
    python benchmarks/evidence.py unresolved    two drones that are one plot for 60 s, 100 times
"""

import sys
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

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


def plots(targets: int = 100, turns: int = 40) -> None:
    """2.5 plots of each detected target, spread over its cell: tracks for each target."""
    sensor = replace(RADAR, multiplicity="several", resolution_range_m=150.0, resolution_azimuth_rad=0.02)
    tracker = Tracker(Settings(frame=Frame("local", 2), sensors=(sensor,), tracking=Tracking(hold_s=0.0)))
    rng = np.random.default_rng(2026)
    start, velocity = rng.uniform(-90_000.0, 90_000.0, (targets, 2)), rng.uniform(-150.0, 150.0, (targets, 2))
    counts = []
    for k in range(turns):
        now = start + 4.0 * k * velocity
        found = now[rng.random(targets) < 0.9]
        spread = np.repeat(found, 1 + rng.poisson(1.5, len(found)), axis=0)
        spread = spread + rng.uniform(-40.0, 40.0, spread.shape)
        time_s = 100.0 + 4.0 * k
        tracker.advance(turn(time_s, spread, rng, replace(sensor, detection_probability=1.0)))
        tracker.tick(round((time_s + 0.1) * SECOND_NS))
        picture = tracker.picture(round(time_s * SECOND_NS))
        if k >= 10:
            counts.append(
                int((picture.state == TrackState.CONFIRMED).sum() + (picture.state == TrackState.COASTING).sum())
            )
    print(f"{np.mean(counts) / targets:.3f} tracks for each target, at most {max(counts) / targets:.3f}")


def unresolved(runs: int = 100) -> None:
    """Two drones close up, fly for 60 s within one cell, and part; a look each 2 s, Pd 0.9."""
    cell_m, cell_rad = 150.0, 0.02
    sigma = {"range_m": 30.0, "azimuth_rad": 0.002}
    sensor = replace(
        RADAR, sigma=sigma, clutter_per_scan=2.0, resolution_range_m=cell_m, resolution_azimuth_rad=cell_rad
    )
    kept = stated = 0
    for seed in range(runs):
        rng = np.random.default_rng([2026, seed])
        tracker = Tracker(Settings(frame=Frame("local", 2), sensors=(sensor,), tracking=Tracking(hold_s=0.0)))
        before: set[int] = set()
        after: set[int] = set()
        whole = True
        for k in range(90):
            t = 2.0 * k
            half = 0.5 * np.array([30.0 + 15.0 * max(0.0, 60.0 - t) + 15.0 * max(0.0, t - 120.0), 0.0])
            middle = np.array([6_000.0, 2_000.0 + 40.0 * t])
            places = np.stack([middle - half, middle + half])
            r, a = np.hypot(*places.T), np.arctan2(*places.T)
            one = abs(r[0] - r[1]) < cell_m and abs(a[0] - a[1]) < cell_rad
            tracker.advance(turn(100.0 + t, places.mean(axis=0)[None] if one else places, rng, sensor))
            tracker.tick(round((100.1 + t) * SECOND_NS))
            picture = tracker.picture(round((100.0 + t) * SECOND_NS))
            near = np.hypot(*(picture.position_m[:, :2] - middle).T) < half[0] + 300.0
            here = near & ((picture.state == TrackState.CONFIRMED) | (picture.state == TrackState.COASTING))
            after = set(picture.track[here].tolist())
            before = after if k == 20 else before
            if 30 <= k < 60:
                whole &= int(here.sum()) >= 2 or int(picture.group_min[here].max(initial=0)) >= 2
        stated += whole
        kept += before == after and len(before) == 2
    print(f"two tracks or a stated group all the time: {stated} of {runs}; with their numbers after: {kept} of {runs}")


def order(nights: int = 10) -> None:
    """GOSPA (p = 2, c = 500 m) of three radars' looks at the same times, worked in two orders of the sensors."""
    found = np.array([both_orders(seed) for seed in range(nights)])
    one, other = np.sqrt(found.mean(axis=0))
    each = np.abs(np.sqrt(found[:, 1] / found[:, 0]) - 1.0)
    print(f"GOSPA {one:.2f} m and {other:.2f} m: the order of sensors changes it by {abs(other / one - 1.0):.2%}")
    print(f"single nights: by {each.mean():.2%} on average, at most {each.max():.2%}")


def both_orders(seed: int, targets: int = 60, turns: int = 60) -> tuple[float, float]:
    """Mean squared GOSPA of one night in either order."""
    rng = np.random.default_rng([2026, seed])
    names = ("first", "second", "third")
    start, velocity = rng.uniform(-60_000.0, 60_000.0, (targets, 2)), rng.uniform(-150.0, 150.0, (targets, 2))
    looks = []
    for k in range(turns):
        places = start + 4.0 * k * velocity
        looks.append([turn(100.0 + 4.0 * k, places, rng, replace(RADAR, name=name)) for name in names])
    found = []
    for forward in (True, False):
        sensors = tuple(replace(RADAR, name=name) for name in (names if forward else names[::-1]))
        tracker = Tracker(Settings(frame=Frame("local", 2), sensors=sensors, tracking=Tracking(hold_s=0.0)))
        squares = []
        for k, one in enumerate(looks):
            for look in one:
                tracker.advance(look)
            tracker.tick(round((100.1 + 4.0 * k) * SECOND_NS))
            picture = tracker.picture(round((100.0 + 4.0 * k) * SECOND_NS))
            shown = (picture.state == TrackState.CONFIRMED) | (picture.state == TrackState.COASTING)
            squares.append(gospa_squared(start + 4.0 * k * velocity, picture.position_m[shown, :2], 500.0))
        found.append(float(np.mean(squares)))
    return found[0], found[1]


def gospa_squared(truth: Floats, found: Floats, c: float) -> float:
    """GOSPA of order 2, alpha 2, squared (Rahmathullah, Garcia-Fernandez, Svensson, FUSION 2017)."""
    if not len(found):
        return c * c / 2.0 * len(truth)
    cost = np.minimum(cdist(truth, found), c) ** 2
    i, j = linear_sum_assignment(cost)
    near = cost[i, j] < c * c
    return float(cost[i, j][near].sum() + c * c / 2.0 * (len(truth) + len(found) - 2 * near.sum()))


if __name__ == "__main__":
    COMMANDS: dict[str, Callable[[], None]] = {
        "phantoms": phantoms,
        "plots": plots,
        "unresolved": unresolved,
        "order": order,
    }
    COMMANDS[sys.argv[1]]()
