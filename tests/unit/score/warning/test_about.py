"""What an alert was about, on nights of a few flights whose answers are known."""

import numpy as np
import pytest

from tests.flown import BEGIN_NS
from tests.nights import BIRD, DRONE, Flight, alerts, degrees, places, truth
from tocsin.geo.frames import ecef_from_geodetic
from tocsin.messages import Floats
from tocsin.score.tables.warning import UNKNOWN
from tocsin.score.warning.about import NO_TRACK, Shown, about
from tocsin.score.warning.lead import THREATS
from tocsin.score.warning.scorecard import score_warnings

STILL = Flight(1, DRONE, 0, 400, 0.0, 0.0, 0.0)


def at(east_m: float) -> Floats:
    """A place, ECEF."""
    latitude, longitude = degrees(np.array(east_m), np.array(0.0))
    return ecef_from_geodetic(np.radians(latitude), np.radians(longitude), 0.0)


def told(
    *flights: Flight, seconds: float, east_m: float, others_m: tuple[float, ...] = (), called: str = DRONE
) -> tuple[int, str]:
    others = np.array([at(one) for one in others_m]).reshape(-1, 3)
    shown = Shown(BEGIN_NS + round(seconds * 1e9), at(east_m), called, others, ("radar",))
    found = about((shown,), truth(*flights), THREATS)
    return int(found.target[0]), found.words[0]


def test_a_track_at_a_true_thing_is_about_it() -> None:
    assert told(STILL, seconds=100, east_m=500.0) == (0, "one-way-attack drone that does not come")


def test_where_another_track_is_nearer_it_is_a_second_one() -> None:
    assert told(STILL, seconds=100, east_m=900.0, others_m=(50.0,))[1] == "a second track of one one-way-attack drone"
    assert told(STILL, seconds=100, east_m=900.0, others_m=(1500.0,))[1] == "one-way-attack drone that does not come"


def test_what_is_no_threat_is_named_with_what_it_was_called() -> None:
    bird = Flight(4, BIRD, 0, 400, 0.0, 0.0, 0.0)
    assert told(bird, seconds=100, east_m=0.0) == (0, "bird called one-way-attack drone")
    assert told(bird, seconds=100, east_m=0.0, called=BIRD) == (0, "bird")


def test_a_track_of_what_has_ended_says_so() -> None:
    assert told(STILL, seconds=450, east_m=5_000.0) == (UNKNOWN, "one-way-attack drone that has ended")


def test_a_track_far_off_a_thing_that_no_other_track_shows_is_that_thing_badly() -> None:
    assert told(STILL, seconds=100, east_m=9_000.0) == (UNKNOWN, "one-way-attack drone, 3 to 15 km off")


@pytest.mark.parametrize(("seconds", "east_m", "others_m"), [(100, 9_000.0, (0.0,)), (100, 40e3, ()), (700, 0.0, ())])
def test_what_is_left_is_nothing(seconds: float, east_m: float, others_m: tuple[float, ...]) -> None:
    found = told(STILL, seconds=seconds, east_m=east_m, others_m=others_m)
    assert found == (UNKNOWN, "nothing, by radar, called one-way-attack drone")


def test_an_alert_without_a_track_says_so() -> None:
    shown = Shown(BEGIN_NS, np.full(3, np.nan), "", np.zeros((0, 3)), ())
    assert about((shown,), truth(STILL), THREATS).words == (NO_TRACK,)


def test_who_enters_after_the_watch_makes_an_alert_true_and_is_no_entry() -> None:
    site = places((0.0, 0.0))
    drone = truth(Flight(1, DRONE, 0, 700, -31_000.0, 0.0, 50.0))  # inside after 600 s
    said = alerts(site, ("p0", "watch", 100.0, None))
    cut = score_warnings(drone, site, said, end_ns=BEGIN_NS + 300_000_000_000)
    assert (len(cut.entries), cut.false_alerts[2].rate.count) == (0, 0)
    assert cut.false_alerts[2].rate.of == pytest.approx(300.0 / 86_400.0)
    assert len(score_warnings(drone, site, said).entries) == 1
