"""Is what was called seen clear really clear? Simulated threats inside such a reach that nobody had ever detected.

    python benchmarks/unseen/seen_clear.py 6 1800        nights, seconds each

Each night has three to five radars at random (range, period, detection probability, one with half a field of view), a
ridge, outages of random sensors, two places and a border. Threats fly straight for a random time and turn, at heights
that follow the ridge; each is detected by its own geometry: slant range, horizon, a ray over the ground every 200 m,
field of view, Pd. Who leaves the square is replaced by one that nobody has seen. Every 10 s: of all threats inside an
approach that was called clear of their group, how many had never been detected, and how many stood where no radar
that looked then could see.
"""

import sys
from dataclasses import dataclass, field
from math import radians

import numpy as np

from tocsin.geo.horizon import EFFECTIVE_RADIUS_M
from tocsin.geo.terrain import Terrain, ridges
from tocsin.messages import Flags, Floats
from tocsin.models.groups import GROUPS, Group
from tocsin.models.model import usual
from tocsin.settings import Frame, Place, Sensor, Settings
from tocsin.tracking.kernels.columns import Looks
from tocsin.tracking.unseen.field import Unseen
from tocsin.tracking.unseen.observation import Coverage
from tocsin.tracking.unseen.reach import APPROACHES, WATCHED, away_and_approach

LATITUDE, LONGITUDE = radians(50.0), radians(10.0)
HALF_M = 160_000.0  # of the square in which threats fly
THREATS = 1_500  # of each group
SECTORS = 16
TURN = 2.0 * np.pi
SECOND_NS = 1_000_000_000
RAY_STEP_M = 200.0


def geodetic(east: float, north: float) -> tuple[float, float]:
    """A place east and north of the middle, near enough."""
    return LATITUDE + north / 6_371_000.0, LONGITUDE + east / 6_371_000.0 / np.cos(LATITUDE)


def night(rng: np.random.Generator) -> tuple[Settings, Terrain]:
    """A site of radars and places, and a ridge through it."""
    sensors = []
    for index in range(int(rng.integers(3, 6))):
        east, north = rng.uniform(-30_000.0, 30_000.0, 2)
        latitude, longitude = geodetic(east, north)
        half = radians(float(rng.uniform(0.0, 360.0))) if index == 0 else float("nan")
        sensors.append(
            Sensor(
                f"radar {index}",
                "radar",
                latitude_rad=latitude,
                longitude_rad=longitude,
                altitude_m=float(rng.uniform(30.0, 400.0)),
                max_range_m=float(rng.uniform(20_000.0, 80_000.0)),
                min_range_m=1_000.0,
                period_s=float(rng.choice([4.0, 6.0, 12.0])),
                detection_probability=float(rng.uniform(0.1, 0.9)),
                azimuth_from_rad=half,
                azimuth_to_rad=(half + np.pi) % TURN,
                elevation_max_rad=radians(35.0),
            )
        )
    ends = rng.uniform(-60_000.0, 60_000.0, (2, 2))
    ridge = ridges([([geodetic(*ends[0]), geodetic(*ends[1])], float(rng.uniform(100.0, 1_200.0)), 2_500.0)])
    places = (
        Place("plant", "site", (geodetic(*rng.uniform(-15_000.0, 15_000.0, 2)),), ring_m=3_000.0, action_time_s=120.0),
        Place("town", "site", (geodetic(*rng.uniform(-15_000.0, 15_000.0, 2)),), ring_m=4_000.0, action_time_s=60.0),
        Place("border", "border", (geodetic(-15_000.0, 10_000.0), geodetic(15_000.0, 10_000.0)), action_time_s=60.0),
    )
    return Settings("made", Frame(latitude_rad=LATITUDE, longitude_rad=LONGITUDE), tuple(sensors), places), ridge


@dataclass
class Threats:
    """Things of one group in the square: place and velocity m, height above ground m, seen by anybody."""

    group: Group
    rng: np.random.Generator
    at: Floats = field(init=False)
    heading: Floats = field(init=False)
    height: Floats = field(init=False)
    seen: Flags = field(init=False)

    def __post_init__(self) -> None:
        self.at = self.rng.uniform(-HALF_M, HALF_M, (THREATS, 2))
        self.heading = self.rng.uniform(0.0, TURN, THREATS)
        self.height = self._heights(THREATS)
        self.seen = np.zeros(THREATS, dtype=np.bool_)

    def _heights(self, n: int) -> Floats:
        low, high = np.array([30.0, 300.0, 3_000.0]), np.array([300.0, 3_000.0, 11_000.0])
        band = self.rng.choice(3, n, p=self.group.heights)
        return np.asarray(self.rng.uniform(low[band], high[band]))

    def second(self) -> None:
        """Fly on; some turn, change their height, land while others rise, or leave while others come."""
        step = self.group.speed_mps * np.stack([np.sin(self.heading), np.cos(self.heading)], axis=1)
        self.at = self.at + step
        gone = (np.abs(self.at) > HALF_M).any(axis=1)
        self.at = (self.at + HALF_M) % (2.0 * HALF_M) - HALF_M
        risen = self.rng.random(THREATS) < 1.0 / self.group.life_s
        self.seen &= ~(gone | risen)
        turning = self.rng.random(THREATS) < 1.0 / self.group.straight_s
        self.heading = np.where(turning, self.rng.uniform(0.0, TURN, THREATS), self.heading)
        climbing = self.rng.random(THREATS) < 0.3 / self.group.exchange_s
        self.height = np.where(climbing | risen, self._heights(THREATS), self.height)


@dataclass
class Geometry:
    """What radars can see by a ray of their own: not by the code that is measured."""

    settings: Settings
    terrain: Terrain
    place: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.place = np.array([self._flat(s.latitude_rad, s.longitude_rad) for s in self.settings.sensors])

    def _flat(self, latitude: float, longitude: float) -> tuple[float, float]:
        return (longitude - LONGITUDE) * 6_371_000.0 * np.cos(LATITUDE), (latitude - LATITUDE) * 6_371_000.0

    def ground(self, at: Floats) -> Floats:
        """Height of the ground at places (n, 2)."""
        latitude, longitude = geodetic(at[..., 0], at[..., 1])
        return self.terrain.height_m(latitude, longitude)

    def polar(self, s: int, at: Floats, altitude: Floats) -> tuple[Floats, Floats, Floats]:
        """Distance along the ground, azimuth, elevation."""
        away = at - self.place[s]
        g = np.hypot(*away.T)
        rise = altitude - self.settings.sensors[s].altitude_m - g * g / (2.0 * EFFECTIVE_RADIUS_M)
        return g, np.arctan2(away[:, 0], away[:, 1]) % TURN, np.arctan2(rise, g)

    def open(self, s: int, at: Floats, altitude: Floats) -> Flags:
        """In range, in the field of view, above horizon and ground: everything but the cone and the least range."""
        sensor = self.settings.sensors[s]
        g, azimuth, elevation = self.polar(s, at, altitude)
        seen = np.hypot(g, altitude - sensor.altitude_m) <= sensor.max_range_m
        if np.isfinite(sensor.azimuth_from_rad):
            seen &= (azimuth - sensor.azimuth_from_rad) % TURN <= np.pi
        for row in np.flatnonzero(seen):
            along = np.arange(RAY_STEP_M, g[row], RAY_STEP_M)
            way = (at[row] - self.place[s]) / max(g[row], 1.0)
            ray = sensor.altitude_m + along * np.tan(elevation[row]) + along**2 / (2.0 * EFFECTIVE_RADIUS_M)
            seen[row] = not (self.ground(self.place[s] + along[:, None] * way) > ray).any()
        return np.asarray(seen)


def run(seed: int, seconds: int) -> tuple[int, int, int, float]:
    """One night: threats in clear reaches, of these undetected, of these hidden from all; share of reaches clear."""
    rng = np.random.default_rng(seed)
    settings, ridge = night(rng)
    frame = settings.frame
    unseen = Unseen.of(settings, usual(frame), ridge)
    coverage, truth = Coverage.of(settings, unseen), Geometry(settings, ridge)
    threats = [Threats(group, rng) for group in GROUPS if group.threat]
    down = np.zeros(len(settings.sensors))  # until when each is silent
    heard = np.zeros(len(settings.sensors))
    inside = undetected = hidden = 0
    clear_share = []
    grid = unseen.region.grid
    assert grid is not None  # noqa: S101
    for second in range(1, seconds + 1):
        now_ns = second * SECOND_NS
        for flock in threats:
            flock.second()
        fresh = second - heard <= [1.5 * s.period_s for s in settings.sensors]
        for s, sensor in enumerate(settings.sensors):
            if rng.random() < 1.0 / 200.0:
                down[s] = second + rng.uniform(20.0, 200.0)
            if down[s] > second:
                continue
            heard[s] = second
            first = int((second - 1) / sensor.period_s * SECTORS)
            for sector in range(first, int(second / sensor.period_s * SECTORS)):
                edge = (sector % SECTORS) * TURN / SECTORS
                _look(unseen, s, now_ns, edge)
                for flock in threats:
                    _detect(flock, truth, s, sensor, edge, rng)
        unseen.beat(now_ns)
        if second % 10 or second < 30:
            continue
        verdict = coverage.verdict(unseen, np.asarray(fresh), now_ns)
        clear = verdict.clear()
        clear_share.append(clear[..., :2].mean())
        for w, flock in enumerate(threats):
            assert GROUPS[WATCHED[w]] is flock.group  # noqa: S101
            rows = _within(coverage, grid, clear[..., w], flock)
            inside += len(rows)
            undetected += int((~flock.seen[rows]).sum())
            hidden += int((~_visible(truth, np.flatnonzero(fresh), flock, rows)).sum())
    return inside, undetected, hidden, float(np.mean(clear_share))


def _look(unseen: Unseen, s: int, now_ns: int, edge: float) -> None:
    one = np.ones(1, dtype=np.int64)
    sector = np.array([[edge, edge + TURN / SECTORS]])
    unseen.look(Looks(one * now_ns, one * s, 0 * one, 0 * one, one, sector, one), 0, 1)


def _detect(flock: Threats, truth: Geometry, s: int, sensor: Sensor, edge: float, rng: np.random.Generator) -> None:
    g, azimuth, _ = truth.polar(s, flock.at, flock.height)
    (rows,) = np.nonzero(~flock.seen & (g <= sensor.max_range_m) & ((azimuth - edge) % TURN < TURN / SECTORS))
    rows = rows[rng.random(len(rows)) < sensor.detection_probability]
    altitude = truth.ground(flock.at[rows]) + flock.height[rows]
    g, _, elevation = truth.polar(s, flock.at[rows], altitude)
    rows, altitude = (
        column[(g >= sensor.min_range_m) & (elevation <= sensor.elevation_max_rad)] for column in (rows, altitude)
    )
    flock.seen[rows[truth.open(s, flock.at[rows], altitude)]] = True


def _within(coverage: Coverage, grid: object, clear: Flags, flock: Threats) -> np.ndarray:
    """Threats inside an approach that was called clear, in the bands in which they arrive."""
    band = np.searchsorted([300.0, 3_000.0], flock.height)
    inside = np.zeros(len(flock.at), dtype=np.bool_)
    latitude, longitude = geodetic(flock.at[:, 0], flock.at[:, 1])
    points = grid.plane(latitude, longitude)  # type: ignore[attr-defined]
    for p, place in enumerate(coverage.places):
        corners = grid.plane(*np.array(place.geometry).T)  # type: ignore[attr-defined]
        away, approach = away_and_approach(place, corners, points)
        inside |= (away <= place.ring_m + flock.group.reach_m(place.action_time_s)) & clear[p, approach % APPROACHES]
    return np.flatnonzero(inside & np.isin(band, flock.group.arrives))


def _visible(truth: Geometry, sensors: np.ndarray, flock: Threats, rows: np.ndarray) -> Flags:
    altitude = truth.ground(flock.at[rows]) + flock.height[rows]
    seen = np.zeros(len(rows), dtype=np.bool_)
    for s in sensors:
        left = np.flatnonzero(~seen)
        seen[left] = truth.open(int(s), flock.at[rows[left]], altitude[left])
    return seen


if __name__ == "__main__":
    nights, seconds = int(sys.argv[1]), int(sys.argv[2])
    totals = np.zeros(3, dtype=np.int64)
    for seed in range(1, nights + 1):
        *found, share = run(seed, seconds)
        totals += found
        text = f"inside {found[0]}, undetected {found[1]}, hidden {found[2]}"
        print(f"night {seed}: {share:.0%} of approaches clear; {text}")
    n, missed, behind = (int(total) for total in totals)
    print(
        f"{n} threats in reaches called clear: {missed / max(n, 1):.2%} undetected, {behind} hidden from all who looked"
    )
