"""What flies is told apart by how it flies, followed as its kind flies, and let go when its kind would be gone."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.integrate import solve_ivp

from tests import scans
from tests.reference.motion.test_ballistic import rates
from tests.scans import LATITUDE_RAD, LONGITUDE_RAD, RADAR, SECOND_NS, START_NS, Flight, radar_turn
from tocsin.geo.frames import ecef_from_geodetic, ecef_vector_from_enu, geodetic_from_ecef
from tocsin.messages import Detections, Floats, Picture, Scan, TrackState
from tocsin.settings import Sensor
from tocsin.tracking.tracker import Tracker

NEAR = replace(RADAR, max_range_m=60_000.0, clutter_per_scan=1.0)


@dataclass(frozen=True, slots=True)
class Path(Flight):
    """A flight along legs: (seconds, velocity) each, from a start."""

    legs: tuple[tuple[float, tuple[float, float, float]], ...] = ()

    def ecef_m(self, time_s: float) -> Floats:
        enu, left = np.array(self.start_m), time_s
        for seconds, velocity in self.legs:
            enu = enu + min(left, seconds) * np.array(velocity)
            left = max(left - seconds, 0.0)
        origin = ecef_from_geodetic(LATITUDE_RAD, LONGITUDE_RAD, 50.0)
        return np.asarray(origin + ecef_vector_from_enu(enu, LATITUDE_RAD, LONGITUDE_RAD))


class Thrown(Flight):
    """A body after its motor has burnt out, as a solver of differential equations lets it fall."""

    def __init__(
        self, start_m: tuple[float, float, float], velocity_mps: tuple[float, float, float], body: float
    ) -> None:
        super().__init__(start_m, velocity_mps)
        place = Flight(start_m, velocity_mps).ecef_m(0.0)
        first = np.concatenate([place, ecef_vector_from_enu(np.array(velocity_mps), LATITUDE_RAD, LONGITUDE_RAD)])

        def ground(_: float, x: Floats, *_more: object) -> float:
            return float(geodetic_from_ecef(x[:3])[2])

        ground.terminal = True  # type: ignore[attr-defined]
        ground.direction = -1.0  # type: ignore[attr-defined]
        found = solve_ivp(rates, (0.0, 600.0), first, args=(body, np.zeros(3)), events=ground, dense_output=True)
        object.__setattr__(self, "_found", found)

    _found: object = None

    @property
    def falls_s(self) -> float:
        return float(self._found.t[-1])  # type: ignore[attr-defined]

    def ecef_m(self, time_s: float) -> Floats:
        return np.asarray(self._found.sol(min(time_s, self.falls_s))[:3])  # type: ignore[attr-defined]


def watched(flights: list[Flight], turns: int, *, clutter: float = 1.0, seed: int = 3) -> tuple[Tracker, list[Picture]]:
    """Turns of the radar, a tick and a picture each second."""
    tracker, rng, pictures = Tracker(scans.settings(NEAR)), np.random.default_rng(seed), []
    for turn in range(turns):
        tracker.advance(radar_turn(flights, turn, rng, clutter=clutter))
        pictures += [seen(tracker, 4.0 * turn + second) for second in range(4)]
    return tracker, pictures


def seen(tracker: Tracker, time_s: float) -> Picture:
    time_ns = START_NS + round(time_s * SECOND_NS)
    tracker.tick(time_ns)
    return tracker.picture(time_ns)


def row_of(picture: Picture, flight: Flight, time_s: float, within_m: float = 2_000.0) -> int:
    """The confirmed track nearest to a flight, -1 where none is within."""
    far = np.linalg.norm(picture.position_m - flight.ecef_m(time_s), axis=1)
    far[picture.state == TrackState.TENTATIVE] = np.inf
    return int(far.argmin()) if len(far) and far.min() < within_m else -1


def said_of(picture: Picture, row: int) -> str:
    return picture.classes[int(picture.class_index[row])]


def test_a_rocket_seen_for_a_few_turns_is_followed_until_it_falls() -> None:
    rocket = Thrown((8_000.0, 20_000.0, 6_000.0), (-150.0, 420.0, 500.0), 10_000.0)
    tracker, pictures = watched([rocket], 4)  # four looks; then it leaves the radar's sight
    row = row_of(pictures[-1], rocket, 15.0)
    assert row >= 0
    number = int(pictures[-1].track[row])
    assert said_of(pictures[-1], row) in {"ballistic rocket", "artillery or mortar round"}
    late = rocket.falls_s - 3.0
    assert late > 80.0
    last = pictures[-1]
    for second in range(17, int(late) + 1):
        last = seen(tracker, float(second))
    assert number in last.track
    at = int(np.flatnonzero(last.track == number)[0])
    off = last.position_m[at] - rocket.ecef_m(float(int(late)))
    cov = np.zeros((6, 6))
    cov[np.triu_indices(6)] = last.covariance[at]
    cov = np.triu(cov) + np.triu(cov, 1).T
    assert float(off @ np.linalg.solve(cov[:3, :3], off)) < 20.0
    assert float(np.linalg.norm(off)) < 6_000.0
    for second in range(int(late) + 1, int(late) + 30):
        last = seen(tracker, float(second))
    assert TrackState.CONFIRMED not in last.state[last.track == number]  # it has come down


def test_a_hovering_multirotor_is_not_lost_and_is_called_one() -> None:
    drone = Path((3_000.0, 6_000.0, 120.0), (0.0, 0.0, 0.0), None, ((40.0, (8.0, -6.0, 0.0)), (1e6, (0.0, 0.0, 0.0))))
    _, pictures = watched([drone], 60)
    numbers = []
    for second, picture in enumerate(pictures):
        row = row_of(picture, drone, float(second), 500.0)
        if second > 20:
            assert row >= 0
            numbers.append(int(picture.track[row]))
    assert len(set(numbers)) == 1
    assert said_of(pictures[-1], row_of(pictures[-1], drone, 239.0)) == "multirotor"


def test_a_drone_is_called_a_drone_and_a_bird_a_bird() -> None:
    drone = Flight((-20_000.0, 12_000.0, 250.0), (52.0, 0.0, 0.0))
    bird = Flight((4_000.0, 8_000.0, 200.0), (9.0, 10.0, 0.0))
    airliner = Flight((-30_000.0, -30_000.0, 10_500.0), (150.0, 170.0, 0.0))
    missile = Flight((-30_000.0, 15_000.0, 160.0), (235.0, 20.0, 0.0))
    flights = [drone, bird, airliner, missile]
    _, pictures = watched(flights, 25)
    wanted = ["one-way-attack drone", "bird", "airliner", "cruise missile"]
    assert [said_of(pictures[-1], row_of(pictures[-1], one, 99.0)) for one in flights] == wanted


def test_a_class_can_change_its_mind() -> None:
    legs = ((120.0, (14.0, 0.0, 0.0)), (240.0, (52.0, 0.0, 0.0)))
    slow = Path((-10_000.0, 9_000.0, 250.0), (0.0, 0.0, 0.0), None, legs)
    _, pictures = watched([slow], 80)
    assert said_of(pictures[110], row_of(pictures[110], slow, 110.0)) in {"bird", "multirotor"}
    assert said_of(pictures[300], row_of(pictures[300], slow, 300.0)) == "one-way-attack drone"


def called(scan: Scan, word: str, sure: float) -> Scan:
    """The scan, with the same word for each row."""
    found, n = scan.detections, len(scan.detections)
    values = dict(found.values) | {"class_confidence": np.full(n, sure)}
    return replace(
        scan, detections=Detections(found.sweep, found.time_ns, found.received_ns, values, {"class": (word,) * n})
    )


def test_what_a_sensor_says_counts_as_far_as_it_confuses() -> None:
    flight = Flight((4_000.0, 8_000.0, 150.0), (11.0, 9.0, 0.0))  # as fast as a bird, and as a multirotor

    def multirotor(sensor: Sensor, word: str) -> float:
        tracker, rng = Tracker(scans.settings(sensor)), np.random.default_rng(4)
        picture = tracker.picture(START_NS)
        for turn in range(10):
            tracker.advance(called(radar_turn([flight], turn, rng, pd=1.0, clutter=0.0), word, 0.9))
            picture = seen(tracker, 4.0 * turn + 3.5)
        row = row_of(picture, flight, 39.5)
        return float(picture.class_probability[row, picture.classes.index("multirotor")])

    blind = replace(NEAR, confusion={"bird": {"multirotor": 0.5}, "multirotor": {"multirotor": 0.5}})
    silent, told, doubted = (
        multirotor(NEAR, "zeppelin"),
        multirotor(NEAR, "quadcopter"),
        multirotor(blind, "quadcopter"),
    )
    assert told > silent + 0.2
    assert doubted < told - 0.1


def test_silence_of_what_reports_itself_ends_a_track_when_its_place_is_worth_nothing() -> None:
    tracker, rng = Tracker(scans.settings(scans.ADSB)), np.random.default_rng(2)
    airliner = Flight((0.0, 0.0, 10_000.0), (230.0, 0.0, 0.0), "icao:4ca7b3")
    for second in range(30):
        tracker.advance(scans.self_reports([airliner], float(second), rng))
        seen(tracker, second + 0.5)
    alive = [len(seen(tracker, float(second)).track) for second in (60, 90, 120)]
    assert alive == [1, 1, 1]  # nobody else looks there: silence says nothing for now
    ended = [TrackState.CONFIRMED in seen(tracker, float(second)).state for second in range(130, 900, 10)]
    assert not any(ended[-5:])
