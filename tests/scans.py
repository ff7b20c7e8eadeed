"""Scans made by hand, for tests: a few aircraft on straight lines, seen by a radar or reporting themselves."""

from dataclasses import dataclass, replace
from math import radians

import numpy as np

from tocsin.geo.frames import (
    ecef_from_geodetic,
    ecef_vector_from_enu,
    enu_from_ecef,
    geodetic_from_ecef,
    polar_from_enu,
)
from tocsin.messages import Detections, Floats, Scan, Sweeps, freeze
from tocsin.settings import Frame, Place, Sensor, Settings

SECOND_NS = 1_000_000_000
START_NS = 1_780_000_000 * SECOND_NS
LATITUDE_RAD, LONGITUDE_RAD = radians(57.0), radians(21.0)

ADSB = Sensor(
    "adsb",
    "position",
    sources=("adsb box",),
    sigma={"east_m": 20.0, "north_m": 20.0, "up_m": 20.0},
    period_s=1.0,
    reporting="event",
)
RADAR = Sensor(
    "north",
    "radar",
    sources=("asterix 25/11",),
    latitude_rad=LATITUDE_RAD,
    longitude_rad=LONGITUDE_RAD,
    altitude_m=50.0,
    sigma={"range_m": 50.0, "azimuth_rad": radians(0.1), "elevation_rad": radians(0.3)},
    clutter_per_scan=2.0,
    max_range_m=150_000.0,
)
PLANT = Place("plant", "site", ((LATITUDE_RAD, LONGITUDE_RAD),), ring_m=5_000.0)


def settings(*sensors: Sensor) -> Settings:
    """A site of these sensors with one plant."""
    return Settings(
        site="made",
        frame=Frame(latitude_rad=LATITUDE_RAD, longitude_rad=LONGITUDE_RAD),
        sensors=sensors,
        places=(PLANT,),
    )


@dataclass(frozen=True, slots=True)
class Flight:
    """A straight flight: east, north, up of the radar at the start, metres, and its velocity."""

    start_m: tuple[float, float, float]
    velocity_mps: tuple[float, float, float]
    identity: str | None = None

    def ecef_m(self, time_s: float) -> Floats:
        """Where it is, ECEF metres."""
        enu = np.array(self.start_m) + time_s * np.array(self.velocity_mps)
        origin = ecef_from_geodetic(LATITUDE_RAD, LONGITUDE_RAD, 50.0)
        return origin + ecef_vector_from_enu(enu, LATITUDE_RAD, LONGITUDE_RAD)


def _sweeps(start_ns: int, end_ns: int, number: int, *, survey: bool) -> Sweeps:
    one = np.ones(1, np.int64)
    nan = np.full(1, np.nan)
    index = np.zeros(1, np.int32)
    return Sweeps(index, one * number, one * start_ns, one * end_ns, nan, nan.copy(), np.array([survey]))


def self_reports(flights: list[Flight], time_s: float, rng: np.random.Generator, sigma_m: float = 20.0) -> Scan:
    """Each flight tells its own place, once."""
    time_ns = START_NS + round(time_s * SECOND_NS)
    position = np.array([flight.ecef_m(time_s) for flight in flights]) + sigma_m * rng.standard_normal(
        (len(flights), 3)
    )
    latitude, longitude, altitude = geodetic_from_ecef(position)
    n = len(flights)
    times = np.full(n, time_ns)
    values = {"latitude_rad": latitude, "longitude_rad": longitude, "altitude_m": altitude}
    texts = {"identity": tuple(flight.identity for flight in flights)}
    detections = Detections(np.zeros(n, np.int32), times, times + 50_000_000, values, texts)
    sweeps = _sweeps(time_ns, time_ns, -1, survey=False)
    scan = Scan("box", time_ns + 50_000_000, ("adsb box",), sweeps, detections)
    freeze(scan)
    return scan


def radar_turn(
    flights: list[Flight], turn: int, rng: np.random.Generator, pd: float = 0.95, clutter: float = 2.0
) -> Scan:
    """One turn of RADAR: 4 s clockwise from north, 3-D plots in order of azimuth, with misses and clutter."""
    start_s = 4.0 * turn
    rows = [_plot(flight, start_s, rng) for flight in flights if rng.random() < pd]
    for _ in range(rng.poisson(clutter)):
        azimuth = float(rng.uniform(0.0, 2.0 * np.pi))
        elevation = float(rng.uniform(0.0, 0.2))
        rows.append((start_s + 4.0 * azimuth / (2 * np.pi), float(rng.uniform(5e3, 1.4e5)), azimuth, elevation))
    rows.sort()
    table = np.array(rows).reshape(-1, 4)
    times = START_NS + np.round(table[:, 0] * SECOND_NS).astype(np.int64)
    values = {"range_m": table[:, 1].copy(), "azimuth_rad": table[:, 2].copy(), "elevation_rad": table[:, 3].copy()}
    start_ns = START_NS + round(start_s * SECOND_NS)
    sweeps = _sweeps(start_ns, start_ns + 4 * SECOND_NS, turn, survey=True)
    detections = Detections(np.zeros(len(table), np.int32), times, times + 100_000_000, values)
    scan = Scan("radars", start_ns + 4 * SECOND_NS + 100_000_000, ("asterix 25/11",), sweeps, detections)
    freeze(scan)
    return scan


def _plot(flight: Flight, start_s: float, rng: np.random.Generator) -> tuple[float, float, float, float]:
    time_s = start_s
    slant_m = azimuth = elevation = 0.0
    for _ in range(4):  # the beam meets it where it is then
        enu = enu_from_ecef(flight.ecef_m(time_s), LATITUDE_RAD, LONGITUDE_RAD, 50.0)
        slant_m, azimuth, elevation = (float(value) for value in polar_from_enu(enu))
        time_s = start_s + 4.0 * azimuth / (2.0 * np.pi)
    noise = rng.standard_normal(3) * (50.0, radians(0.1), radians(0.3))
    measured = (azimuth + noise[1]) % (2.0 * np.pi)
    return time_s, slant_m + float(noise[0]), float(measured), elevation + float(noise[2])


def part(scan: Scan, first: int, last: int) -> Scan:
    """Rows first..last-1 of a scan, as a scan of its own."""
    detections = scan.detections
    cut = Detections(
        detections.sweep[first:last].copy(),
        detections.time_ns[first:last].copy(),
        detections.received_ns[first:last].copy(),
        {name: column[first:last].copy() for name, column in detections.values.items()},
        {name: words[first:last] for name, words in detections.texts.items()},
    )
    piece = replace(scan, detections=cut)
    freeze(piece)
    return piece
