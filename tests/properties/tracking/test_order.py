"""How scans are cut, and where a tracker is put down and taken up, changes no bit."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tracks import SECOND_NS, ns
from tocsin.messages import Detections, Scan, Sweeps
from tocsin.settings import Frame, Sensor, Settings
from tocsin.tracking.tracker import Tracker

SITE = Settings(
    frame=Frame("local", 2),
    sensors=(
        Sensor(
            "turning",
            "radar",
            east_m=0.0,
            north_m=0.0,
            max_range_m=30_000.0,
            sigma={"range_m": 30.0, "azimuth_rad": 0.004},
            clutter_per_scan=6.0,
        ),
        Sensor("staring", "position", reporting="dwell", clutter_per_scan=1.0, max_range_m=30_000.0),
        Sensor("telling", "position", reporting="event", clutter_per_scan=0.01, max_range_m=30_000.0),
    ),
)
SECTORS = 8


def night(seed: int, shuffled_s: float = 0.0, targets: int = 5) -> list[Scan]:
    """12 s of three sensors in order of arrival, in batches as feeds send them; some of it late."""
    rng = np.random.default_rng(seed)
    start, velocity = rng.uniform(-15e3, 15e3, (targets, 2)), rng.uniform(-150.0, 150.0, (targets, 2))
    scans = [turning(start, velocity, turn, sector, rng) for turn in range(3) for sector in range(SECTORS)]
    for k in range(12):
        scans.append(staring(start, velocity, 0.3 + k, rng))
        scans.append(telling(start, velocity, 0.5 + k, rng))
    delays = rng.uniform(0.0, shuffled_s, len(scans)) if shuffled_s else np.zeros(len(scans))
    order = np.argsort([scan.received_ns + int(d * SECOND_NS) for scan, d in zip(scans, delays, strict=True)])
    return [scans[i] for i in order]


def made(name: str, start_s: float, end_s: float, times: np.ndarray, survey: bool, **values: np.ndarray) -> Scan:
    """One sweep and its rows."""
    n = len(times)
    sector = values.pop("sector", np.array([np.nan, np.nan]))
    sweeps = Sweeps(
        np.zeros(1, np.int32),
        np.zeros(1, np.int64),
        np.array([ns(start_s)]),
        np.array([ns(end_s)]),
        sector[:1].copy(),
        sector[1:].copy(),
        np.array([survey]),
    )
    received = np.full(n, ns(end_s) + 20_000_000)
    detections = Detections(np.zeros(n, np.int32), times.astype(np.int64), received, values)
    return Scan("made", ns(end_s) + 20_000_000, (name,), sweeps, detections)


def turning(start: np.ndarray, velocity: np.ndarray, turn: int, sector: int, rng: np.random.Generator) -> Scan:
    begin = 100.0 + 4.0 * turn + 4.0 * sector / SECTORS
    place = start + velocity * (begin - 100.0)
    azimuth = np.arctan2(place[:, 0], place[:, 1]) % (2.0 * np.pi)
    edges = np.array([sector, sector + 1]) * 2.0 * np.pi / SECTORS
    seen = (azimuth >= edges[0]) & (azimuth < edges[1])
    extra = rng.poisson(0.75)
    azimuths = np.concatenate([azimuth[seen], rng.uniform(edges[0], edges[1], extra)])
    ranges = np.concatenate([np.hypot(*place[seen].T) + rng.normal(0, 30.0, seen.sum()), rng.uniform(1e3, 3e4, extra)])
    times = np.full(len(ranges), ns(begin + 0.1))
    return made(
        "turning",
        begin,
        begin + 4.0 / SECTORS,
        times,
        True,
        sector=edges % (2.0 * np.pi),
        range_m=np.abs(ranges) + 1.0,
        azimuth_rad=azimuths,
    )


def staring(start: np.ndarray, velocity: np.ndarray, time_s: float, rng: np.random.Generator) -> Scan:
    place = start + velocity * time_s + 50.0 * rng.standard_normal(start.shape)
    times = np.full(len(place), ns(100.0 + time_s))
    return made("staring", 100.0 + time_s, 100.0 + time_s, times, True, east_m=place[:, 0], north_m=place[:, 1])


def telling(start: np.ndarray, velocity: np.ndarray, time_s: float, rng: np.random.Generator) -> Scan:
    offsets = np.sort(rng.uniform(0.0, 0.4, len(start)))
    place = start + velocity * (time_s + offsets)[:, None] + 50.0 * rng.standard_normal(start.shape)
    times = np.array([ns(100.0 + time_s + o) for o in offsets])
    east, north = place.T.copy()
    return made("telling", 100.0 + time_s, 100.0 + time_s + 0.4, times, False, east_m=east, north_m=north)


def cut(scan: Scan, data: st.DataObject) -> list[Scan]:
    """The same rows in up to three scans."""
    n = len(scan.detections)
    places = sorted(data.draw(st.sets(st.integers(1, n - 1), max_size=2))) if n > 1 else []
    pieces = []
    for first, last in zip([0, *places], [*places, n], strict=True):
        d = scan.detections
        values = {name: column[first:last].copy() for name, column in d.values.items()}
        rows = Detections(d.sweep[first:last], d.time_ns[first:last], d.received_ns[first:last], values)
        pieces.append(replace(scan, detections=rows))
    return pieces


@given(st.integers(0, 2**31), st.sampled_from([0.0, 3.0]), st.data())
@settings(max_examples=25)
def test_how_scans_are_cut_changes_no_bit(seed: int, shuffled_s: float, data: st.DataObject) -> None:
    whole, parts = Tracker(SITE), Tracker(SITE)
    for scan in night(seed, shuffled_s):
        whole.advance(scan)
        for piece in cut(scan, data):
            parts.advance(piece)
        assert whole.digest() == parts.digest()
    whole.tick(ns(113.0))
    parts.tick(ns(113.0))
    assert whole.dump() == parts.dump()


@given(st.integers(0, 2**31))
@settings(max_examples=10)
def test_many_scans_in_one_batch_are_as_many_batches(seed: int) -> None:
    """A stretch of several sweeps as one Scan: the same looks."""
    scans = [scan for scan in night(seed) if scan.sensors == ("staring",)]
    one, many = Tracker(SITE), Tracker(SITE)
    for scan in scans:
        many.advance(scan)
    one.advance(joined(scans))
    assert one.digest() == many.digest()


def joined(scans: list[Scan]) -> Scan:
    """Scans of one sensor as one."""
    sweeps = Sweeps(*(np.concatenate([getattr(s.sweeps, name) for s in scans]) for name in Sweeps.__slots__))
    sweep = np.concatenate([np.full(len(s.detections), i, np.int32) for i, s in enumerate(scans)])
    times = [np.concatenate([getattr(s.detections, name) for s in scans]) for name in ("time_ns", "received_ns")]
    names = scans[0].detections.values
    values = {name: np.concatenate([s.detections.values[name] for s in scans]) for name in names}
    return replace(scans[-1], sweeps=sweeps, detections=Detections(sweep, times[0], times[1], values))


@given(st.integers(0, 2**31), st.integers(0, 47), st.sampled_from([0.0, 3.0]))
@settings(max_examples=15)
def test_dump_load_continue_changes_no_bit(seed: int, at: int, shuffled_s: float) -> None:
    through, stopped = Tracker(SITE), Tracker(SITE)
    for k, scan in enumerate(night(seed, shuffled_s)):
        if k == at:
            stopped = Tracker.load(SITE, stopped.dump())
        if k % 7 == 0:
            through.tick(scan.received_ns)
            stopped.tick(scan.received_ns)
        through.advance(scan)
        stopped.advance(scan)
    assert through.dump() == stopped.dump()


@given(st.integers(0, 2**31), st.integers(0, 47))
@settings(max_examples=10)
def test_looking_at_the_picture_changes_no_bit(seed: int, at: int) -> None:
    looked, left = Tracker(SITE), Tracker(SITE)
    for k, scan in enumerate(night(seed)):
        looked.advance(scan)
        left.advance(scan)
        if k >= at:
            looked.picture(scan.received_ns)
    assert looked.dump() == left.dump()
