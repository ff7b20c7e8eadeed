"""A place is seen clear when little can have come unseen: by looks that really came, and never behind a ridge."""

from dataclasses import dataclass, field
from math import radians

import numpy as np

from tests.scans import SECOND_NS, START_NS
from tocsin.geo.terrain import Terrain, ridges
from tocsin.messages import PlaceHealth
from tocsin.models.model import usual
from tocsin.settings import Frame, Place, Sensor, Settings
from tocsin.tracking.kernels.columns import Looks
from tocsin.tracking.unseen.field import Unseen
from tocsin.tracking.unseen.observation import Coverage

PLANT = Place("plant", "site", ((radians(57.0), radians(21.0)),), ring_m=5_000.0)
CITY = Place(
    "city",
    "zone",
    tuple((radians(a), radians(o)) for a, o in ((57.0, 21.0), (57.05, 21.0), (57.05, 21.1), (57.0, 21.0))),
)
BORDER = Place("border", "border", ((radians(57.0), radians(21.0)), (radians(57.0), radians(21.4))))
TURN_S = 4
ROUND = (np.nan, np.nan)


def radar(name: str, **changes: float | str) -> Sensor:
    where = {"latitude_rad": radians(57.0), "longitude_rad": radians(21.1), "altitude_m": 80.0}
    return Sensor(name, "radar", **(where | {"max_range_m": 120_000.0} | changes))  # type: ignore[arg-type]


@dataclass
class Watched:
    """Places, sensors that turn, and what is said of the places as time passes."""

    sensors: tuple[Sensor, ...]
    terrain: Terrain | None = None
    second: int = 0
    health: dict[str, PlaceHealth] = field(default_factory=dict)

    def __post_init__(self) -> None:
        frame = Frame(latitude_rad=radians(57.0), longitude_rad=radians(21.0))
        settings = Settings("made", frame, self.sensors, (PLANT, CITY, BORDER))
        self.unseen = Unseen.of(settings, usual(frame), self.terrain)
        self.coverage = Coverage.of(settings, self.unseen)

    def turn(
        self, *looking: str, seconds: int = 60, sector: tuple[float, float] = ROUND, survey: int = 1
    ) -> dict[str, str]:
        """So many seconds with whole turns (or one sector) of these radars; says how each place stands then."""
        names = [sensor.name for sensor in self.sensors]
        for _ in range(seconds):
            self.second += 1
            time_ns = START_NS + self.second * SECOND_NS
            if self.second % TURN_S == 0:
                for name in looking:
                    self.unseen.look(one_look(names.index(name), time_ns, sector, survey), 0, 1)
            self.unseen.beat(time_ns)
            seen = self.coverage.observe(self.unseen, dict.fromkeys(looking, True), time_ns, self.health)
            self.health = {health.place: health for health in seen}
        return {name: health.observation for name, health in self.health.items()}


def one_look(sensor: int, time_ns: int, sector: tuple[float, float], survey: int) -> Looks:
    one = np.ones(1, dtype=np.int64)
    return Looks(
        one * time_ns, one * sensor, 0 * one, 0 * one, one * survey, np.array([sector]), one * TURN_S * SECOND_NS
    )


def test_a_radar_beside_the_places_sees_them_clear_after_a_few_turns() -> None:
    watched = Watched((radar("a"),))
    assert set(watched.turn("a", seconds=3).values()) == {"blind"}  # nobody has looked yet
    assert set(watched.turn("a").values()) == {"seen clear"}
    groups = {group.group: group for group in watched.health["plant"].groups}
    assert (groups["drones"].observation, groups["drones"].approaches) == ("seen clear", 12)
    assert groups["missiles"].undetected <= 0.1


def test_when_it_falls_silent_every_place_is_blind_and_clears_only_after_it_has_looked_again() -> None:
    watched = Watched((radar("a", detection_probability=0.6),))
    watched.turn("a")
    assert set(watched.turn(seconds=15).values()) == {"blind"}
    watched.turn(seconds=900)
    assert watched.turn("a", seconds=5)["plant"] == "partly seen"
    assert "slipped through" in watched.health["plant"].reason
    assert watched.turn("a")["plant"] == "seen clear"


def test_a_sensor_that_is_heard_but_does_not_look_clears_nothing() -> None:
    watched = Watched((radar("a"), radar("b")))
    watched.turn("a", "b")
    assert set(watched.turn("a", "b", seconds=20, survey=0).values()) == {"blind"}


def test_aircraft_that_report_themselves_make_no_place_clear() -> None:
    assert set(Watched((radar("a", reporting="event"),)).turn("a").values()) == {"blind"}


def test_half_a_field_of_view_sees_a_part() -> None:
    watched = Watched((radar("a", azimuth_from_rad=radians(180), azimuth_to_rad=radians(360)),))
    assert watched.turn("a")["plant"] == "partly seen"
    assert "field of view" in watched.health["plant"].reason


def test_a_sector_that_is_swept_clears_no_other() -> None:
    watched = Watched((radar("a"),))
    seen = watched.turn("a", sector=(radians(225), radians(315)))
    assert seen["plant"] == "partly seen"
    (drones,) = (group for group in watched.health["plant"].groups if group.group == "drones")
    assert 0 < drones.approaches < 12


def test_a_low_flyer_far_away_is_below_the_horizon() -> None:
    watched = Watched((radar("a", latitude_rad=radians(58.5), max_range_m=400_000.0),))
    seen = watched.turn("a")
    assert seen["plant"] != "seen clear"
    assert {group.approaches for group in watched.health["plant"].groups if group.group == "missiles"} == {0}


def test_behind_a_ridge_is_never_seen_clear_and_a_second_radar_beyond_it_clears_it() -> None:
    line = ((radians(56.93), radians(20.6)), (radians(56.93), radians(21.4)))
    ridge = ridges([(line, 700.0, 2_000.0)])
    one = Watched((radar("a"),), ridge)
    for _ in range(6):
        assert one.turn("a", seconds=50)["plant"] != "seen clear"
    assert "S" in one.health["plant"].reason
    assert "horizon, the ground" in one.health["plant"].reason
    top = radar("top", latitude_rad=radians(56.93), longitude_rad=radians(21.0), altitude_m=800.0)
    two = Watched((radar("a"), top), ridge)
    two.turn("a", "top", seconds=120)
    drones = {name: health.groups[0].approaches for name, health in two.health.items()}
    assert one.health["plant"].groups[0].approaches < drones["plant"] == 12


def test_the_reason_names_who_is_silent_and_since_when() -> None:
    watched = Watched((radar("a"), radar("b")))
    watched.turn("a", "b")
    since_ns = watched.health["plant"].since_ns
    watched.turn("b", seconds=20)
    assert watched.health["plant"].since_ns == since_ns
    assert "silent: a" in watched.health["plant"].reason
    watched.turn(seconds=20)
    assert watched.health["plant"].observation == "blind"
    assert watched.health["plant"].since_ns > since_ns
