"""People who report what they hear and see: late, from where they stand, in their own words, and often wrong.

A witness reports a mover once. The place in the report is the witness's own, which may be kilometres from the mover; so
is the time, which is when it was noticed. Some call it something else; some report a star, or nothing at all.
"""

import numpy as np
from scipy.spatial import cKDTree

from tocsin.geo.areas import area
from tocsin.geo.ellipsoid import MEAN_RADIUS_M
from tocsin.geo.frames import ecef_from_geodetic, enu_vector_from_ecef
from tocsin.geo.units import TURN_RAD
from tocsin.messages import Floats, Ints
from tocsin.settings import Sensor
from tocsin.simulate.flight.sky import Sky, Traits
from tocsin.simulate.scenario import PeopleSensing
from tocsin.simulate.sensors.batch import Batch
from tocsin.simulate.sensors.events import events

QUIET_DB = 42.0  # what is louder than this somebody outdoors may notice
NOTICES_EACH_S = 0.004  # how soon one who could hear it reports it: every fourth within a minute
SEEN_WITHIN_M = 1_200.0  # what makes no sound is seen from here
HEARD_WITHIN_M = 7_000.0
PLACE_SIGMA_M = 1_500.0  # between the witness and what is reported
TIME_SIGMA_S = 30.0
SURE = 0.5
WORDS = {
    "one-way-attack drone": "a loud moped in the sky",
    "cruise missile": "a jet, very low, very fast",
    "ballistic rocket": "a streak of light, going up",
    "artillery or mortar round": "whistling, then a bang",
    "helicopter": "a helicopter",
    "airliner": "an aeroplane with lights",
    "light aircraft": "a small aeroplane",
    "fast jet": "a fighter",
    "multirotor": "a drone with lights, humming",
    "small fixed-wing drone": "a model aeroplane",
    "bird": "birds",
}
MISTAKES = ("one-way-attack drone", "multirotor", "airliner", "helicopter", "cruise missile")
TOWARDS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")


class People:
    """Everybody in one area through the night."""

    def __init__(self, sensor: Sensor, sensing: PeopleSensing, traits: Traits, rng: np.random.Generator) -> None:
        self.sensor, self.sensing, self._traits, self._rng = sensor, sensing, traits, rng
        self._rows = traits.visible_to(sensor.name)
        self._latitude, self._longitude = _homes(sensing, rng)
        self._at_m = ecef_from_geodetic(self._latitude, self._longitude, 0.0)
        self._tree = cKDTree(self._at_m)
        self._told: set[tuple[int, int]] = set()

    def observe(self, sky: Sky, from_s: float, to_s: float, start_ns: int) -> Batch:
        """The reports about the slab: when each was noticed; they arrive later."""
        del start_ns
        rng = self._rng
        rows = np.intersect1d(sky.active(from_s, to_s), self._rows, assume_unique=True)
        person, mover, course = self._witnesses(sky, rows, 0.5 * (from_s + to_s), to_s - from_s)
        false = int(rng.poisson(self.sensing.false_hz * (to_s - from_s)))
        person = np.concatenate((person, rng.integers(0, len(self._latitude), false)))
        mover = np.concatenate((mover, np.full(false, -1)))
        course = np.concatenate((course, rng.uniform(0.0, TURN_RAD, false)))
        n = len(person)
        time_s = rng.uniform(from_s, to_s, n)
        received = time_s + self.sensing.delay_s * rng.lognormal(0.0, 0.6, n)
        called = [self._called(int(row)) for row in mover]
        words = tuple(
            f"{WORDS[name]}, going {TOWARDS[round(float(angle) / TURN_RAD * 8) % 8]}"
            for name, angle in zip(called, course, strict=True)
        )
        place = PLACE_SIGMA_M / MEAN_RADIUS_M
        values = {
            "latitude_rad": self._latitude[person],
            "longitude_rad": self._longitude[person],
            "latitude_rad_sigma": np.full(n, place),
            "longitude_rad_sigma": place / np.cos(self._latitude[person]),
            "time_sigma_s": np.full(n, TIME_SIGMA_S),
            "class_confidence": np.full(n, SURE),
        }
        texts = {"class": tuple(called), "report": words}
        return events(self.sensor.name, time_s, received, values, mover, texts)

    def _witnesses(self, sky: Sky, rows: Ints, at_s: float, for_s: float) -> tuple[Ints, Ints, Floats]:
        """(person, mover, course of the mover): who notices what in this slab, each pair once in the night."""
        rng, traits = self._rng, self._traits
        position, velocity, _ = sky.at(np.full(len(rows), at_s), rows)
        flies = np.isfinite(position[:, 0])
        rows, position, velocity = rows[flies], position[flies], velocity[flies]
        near = [list(self._tree.query_ball_point(place, HEARD_WITHIN_M, return_sorted=True)) for place in position]
        person = np.array([each for some in near for each in some], dtype=np.int64)
        which = np.repeat(np.arange(len(rows)), [len(some) for some in near])
        away = position[which] - self._at_m[person]
        distance = np.sqrt((away * away).sum(-1))
        level = traits.sound_db[rows[which]] - 20.0 * np.log10(np.maximum(distance, 1.0) / 100.0)
        could = (level > QUIET_DB) | (distance < SEEN_WITHIN_M)
        does = could & (rng.random(len(which)) < 1.0 - np.exp(-NOTICES_EACH_S * for_s))
        new = []
        for index in np.flatnonzero(does).tolist():
            pair = (int(person[index]), int(rows[which[index]]))
            if pair not in self._told:
                self._told.add(pair)
                new.append(index)
        chosen = np.array(new, dtype=np.int64)
        there = self._latitude[person[chosen]], self._longitude[person[chosen]]
        enu = enu_vector_from_ecef(velocity[which[chosen]], *there)
        return person[chosen], rows[which[chosen]], np.arctan2(enu[:, 0], enu[:, 1])

    def _called(self, mover: int) -> str:
        """What the witness calls it."""
        if mover < 0 or self._rng.random() < self.sensing.wrong:
            return str(self._rng.choice(MISTAKES))
        return self._traits.kind[mover]


def _homes(sensing: PeopleSensing, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Where people are: anywhere in the area."""
    zone = area("zone", sensing.area)
    corners = np.asarray(sensing.area)
    east, north = zone.plane(corners[:, 0], corners[:, 1])
    latitude, longitude = np.empty(0), np.empty(0)
    while len(latitude) < sensing.people:
        x = rng.uniform(east.min(), east.max(), 2 * sensing.people)
        y = rng.uniform(north.min(), north.max(), 2 * sensing.people)
        lat, lon = zone.geodetic(x, y)
        inside = zone.inside(lat, lon)
        latitude, longitude = np.append(latitude, lat[inside]), np.append(longitude, lon[inside])
    return latitude[: sensing.people], longitude[: sensing.people]
