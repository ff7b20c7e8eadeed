"""Lead, delay, missed, false, alarms: on nights of a few flights whose answers are known."""

import numpy as np
import pytest

from tests.flown import BEGIN_NS, table
from tests.nights import BIRD, DRONE, ROCKET, Flight, alerts, places, truth
from tocsin.errors import InputError
from tocsin.score.tables.warning import alerts_of, forecasts_of, knowable_of, places_of
from tocsin.score.warning.operators import loads
from tocsin.score.warning.periods import promotions
from tocsin.score.warning.scorecard import Association, WarningScore, score_warnings

SITE = places((0.0, 0.0))
# At 50 m/s from 31 km: inside the ring of 1 km after 600 s.
DRONE_IN = Flight(1, DRONE, 0, 700, -31_000.0, 0.0, 50.0)
WARNED = ("p0", "warning", 100.0, 800.0)


def knowable(seconds: float, target: int = 1, place: str = "p0") -> object:
    return knowable_of(table("knowable", {"target": [target], "place": [place], "knowable": [seconds]}), SITE)


def night(
    *flights: Flight, rows: tuple[tuple[str, str, float, float | None], ...] = (), **more: object
) -> WarningScore:
    return score_warnings(truth(*flights), SITE, alerts(SITE, *rows), **more)  # type: ignore[arg-type]


def test_lead_runs_from_the_warning_to_the_entry() -> None:
    found = night(DRONE_IN, rows=(WARNED,)).leads[-1]
    assert (found.entries, found.missed.count) == (1, 0)
    assert found.lead_median_s == pytest.approx(500.0, abs=0.1)


def test_delay_is_counted_from_what_was_knowable() -> None:
    found = night(DRONE_IN, rows=(WARNED,), knowable=knowable(70.0)).leads[-1]
    assert found.delay_p90_s == pytest.approx(30.0)
    assert found.long == 0  # 530 s were possible: too short for the share of the possible lead


def test_lead_is_compared_with_what_was_possible() -> None:
    found = night(Flight(1, DRONE, 0, 1300, -61_000.0, 0.0, 50.0), rows=(WARNED,), knowable=knowable(70.0)).leads[-1]
    assert found.missed.count == 1  # the warning had ended long before the entry
    still = ("p0", "warning", 100.0, None)
    found = night(Flight(1, DRONE, 0, 1300, -61_000.0, 0.0, 50.0), rows=(still,), knowable=knowable(70.0)).leads[-1]
    assert found.ratio_median == pytest.approx(1100.0 / 1130.0, abs=1e-3)


def test_an_entry_without_a_warning_is_missed() -> None:
    found = night(DRONE_IN).leads[-1]
    assert (found.missed.count, found.missed.of) == (1, 1)
    assert found.delay_p90_s == np.inf


def test_a_warning_after_the_entry_is_late_and_missed() -> None:
    found = night(DRONE_IN, rows=(("p0", "warning", 610.0, None),)).leads[-1]
    assert (found.missed.count, found.late) == (1, 1)


def test_a_watch_is_no_warning_and_under_way_is_one() -> None:
    assert night(DRONE_IN, rows=(("p0", "watch", 100.0, None),)).leads[-1].missed.count == 1
    assert night(DRONE_IN, rows=(("p0", "under way", 100.0, None),)).leads[-1].missed.count == 0


def test_rows_that_follow_each_other_are_one_warning() -> None:
    rows = (("p0", "warning", 100.0, 300.0), ("p0", "under way", 300.0, 900.0))
    assert night(DRONE_IN, rows=rows).leads[-1].lead_median_s == pytest.approx(500.0, abs=0.1)


@pytest.mark.parametrize(("kind", "known_s", "counts"), [(DRONE, 545.0, 0), (DRONE, 535.0, 1), (ROCKET, 565.0, 1)])
def test_what_was_knowable_too_late_is_nobodys_miss(kind: str, known_s: float, counts: int) -> None:
    flight = Flight(1, kind, 0, 700, -31_000.0, 0.0, 50.0)
    assert night(flight, knowable=knowable(known_s)).leads[-1].missed.of == counts


def test_who_is_not_in_the_table_of_what_was_knowable_could_not_be_known() -> None:
    assert night(DRONE_IN, knowable=knowable(70.0, target=99)).leads[-1].missed.of == 0


def test_an_oracle_may_be_asked_instead_of_a_table() -> None:
    def oracle(target: int, place: str) -> tuple[int, int]:
        assert (target, place) == (1, "p0")
        return BEGIN_NS, BEGIN_NS + 70_000_000_000

    assert night(DRONE_IN, rows=(WARNED,), knowable=oracle).leads[-1].delay_p90_s == pytest.approx(30.0)


def test_without_what_was_knowable_the_page_says_what_stands_for_it() -> None:
    assert any("first row in the truth stands for it" in note for note in night(DRONE_IN).notes)
    assert not any("stands for it" in note for note in night(DRONE_IN, knowable=knowable(70.0)).notes)


def test_birds_are_no_threats_and_an_alert_about_one_is_false() -> None:
    score = night(Flight(4, BIRD, 0, 700, -31_000.0, 0.0, 50.0), rows=(WARNED,))
    assert score.leads[-1].entries == 0
    assert [line.rate.count for line in score.false_alerts] == [0, 1, 1]


def test_an_alert_half_an_hour_before_an_entry_is_true_and_before_that_false() -> None:
    flight = Flight(1, DRONE, 0, 2600, -126_000.0, 0.0, 50.0)  # enters at 2,500 s
    for decided, false in ((600.0, 1), (800.0, 0)):
        assert night(flight, rows=(("p0", "watch", decided, None),)).false_alerts[2].rate.count == false


def test_an_alert_while_a_threat_circles_inside_is_true() -> None:
    circling = Flight(1, DRONE, 0, 4000, 0.0, 0.0, 0.0)
    assert night(circling, rows=(("p0", "watch", 3500.0, None),)).false_alerts[2].rate.count == 0


def test_only_released_alerts_are_public() -> None:
    site, rows = SITE, (WARNED, ("p0", "warning", 2000.0, None))
    bird = truth(Flight(4, BIRD, 0, 3000, -31_000.0, 0.0, 1.0))
    score = score_warnings(bird, site, alerts(site, *rows, released=[None, 2001.0]))
    assert [line.rate.count for line in score.false_alerts] == [1, 2, 2]


def test_one_object_counts_once_for_a_place() -> None:
    bird = truth(Flight(4, BIRD, 0, 3000, -31_000.0, 0.0, 1.0))
    rows = (("p0", "watch", 100.0, 200.0), ("p0", "watch", 900.0, 1000.0), ("p0", "watch", 1500.0, 1600.0))
    times = np.array([100, 900, 1500]) * 1_000_000_000 + BEGIN_NS
    tracks = Association(np.array([7, 7, 7]), np.zeros(3, np.int64), times)
    score = score_warnings(bird, SITE, alerts(SITE, *rows, track=[7, 7, 8]), tracks=tracks)
    assert score.false_alerts[2].rate.count == 2  # the bird once; track 8 was of nothing
    assert dict(score.false_alerts[2].by_class) == {"bird": 1, "nothing that the truth names": 1}


def test_a_rate_is_for_each_place_and_time() -> None:
    two = places((0.0, 0.0), (50e3, 0.0))
    bird = truth(Flight(4, BIRD, 0, 43_200, -31_000.0, 0.0, 0.1))
    line = score_warnings(bird, two, alerts(two, ("p0", "watch", 100.0, None))).false_alerts[2]
    assert line.rate.of == pytest.approx(1.0)
    assert line.rate.value == pytest.approx(1.0)
    assert line.rate.high == pytest.approx(5.5716, abs=1e-3)


def test_promotions_are_raises_alone() -> None:
    rows = (("p0", "watch", 0.0, 50.0), ("p0", "warning", 50.0, 90.0), ("p0", "warning", 80.0, 150.0))
    down = (("p0", "watch", 150.0, 200.0), ("p0", "watch", 500.0, None))
    assert promotions(alerts(SITE, *rows, *down)).tolist() == [0, 1, 4]


def many(parents: list[str], operators: list[str] | None = None) -> tuple[int, ...]:
    at = places(*[(20e3 * k, 0.0) for k in range(12)], parent=parents, operator=operators or [""] * 12)
    rows = [(f"p{k}", "warning", 3.0 * k, None) for k in range(12)]
    return tuple(one.worst for one in loads(alerts(at, *rows), at, 3600.0))


def test_five_places_of_one_parent_within_a_minute_are_one_alarm() -> None:
    assert many(["north"] * 12) == (1,)
    assert many(["north"] * 6 + ["south"] * 6) == (2,)


def test_places_of_no_parent_are_alarms_of_their_own() -> None:
    assert many([""] * 12) == (12,)


def test_each_operator_hears_his_own_places() -> None:
    assert many([""] * 12, operators=["east"] * 4 + ["west"] * 8) == (4, 8)


def test_the_chain_from_decision_to_receipt_is_timed() -> None:
    made = alerts(SITE, WARNED, WARNED, released=[101.0, None], sent=[103.0, None], received=[None, None])
    chain = score_warnings(truth(DRONE_IN), SITE, made).chain
    assert [(one.step, one.count, one.median_s) for one in chain[:2]] == [
        ("decided to released", 1, 1.0),
        ("released to sent", 1, 2.0),
    ]
    assert chain[2].count == 0
    assert np.isnan(chain[2].median_s)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"place": ["px"]}, "row 1 names the place 'px', which the places do not have"),
        ({"stage": ["panic"]}, "row 1 has the stage 'panic'; expected quiet, watch, warning, under way, all clear"),
        ({"ended": [50.0]}, "row 1 ended before it was decided"),
        ({"decided": [None]}, "decided is null in row 1"),
    ],
)
def test_alerts_that_cannot_be_are_refused(columns: dict[str, list[object]], said: str) -> None:
    whole: dict[str, list[object]] = {"place": ["p0"], "stage": ["watch"], "decided": [100.0], "ended": [200.0]}
    with pytest.raises(InputError, match=said):
        alerts_of(table("alerts", {**whole, **columns}), SITE)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"geometry": ["POINT (21.5"]}, "place 'p0'.*expected text such as POINT"),
        ({"geometry": ["MULTIPOINT (21.5 57, 22 57)"]}, "expected POINT, POLYGON or LINESTRING"),
        ({"geometry": [None]}, "has no geometry"),
        ({"ring_m": [0.0]}, "a point without a ring_m"),
        ({"geometry": ["POLYGON ((0 0, 1 1, 1 0, 0 1, 0 0))"]}, "no clear inside"),
        ({"place": ["p0", "p0"], "geometry": ["POINT (1 1)"] * 2, "ring_m": [1.0, 1.0]}, "'p0' is there twice"),
        ({"place": [], "geometry": [], "ring_m": []}, "has no row"),
    ],
)
def test_places_that_cannot_be_are_refused(columns: dict[str, list[object]], said: str) -> None:
    whole: dict[str, list[object]] = {"place": ["p0"], "geometry": ["POINT (21.5 57)"], "ring_m": [1000.0]}
    with pytest.raises(InputError, match=said):
        places_of(table("places", {**whole, **columns}))


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"p_10min": [1.2]}, "row 1 has a chance of 1.2"),
        ({"t50_s": [-3.0]}, "row 1 has a time to entry of -3"),
        ({"target": None}, "neither track nor target"),
    ],
)
def test_forecasts_that_cannot_be_are_refused(columns: dict[str, list[object] | None], said: str) -> None:
    whole: dict[str, list[object] | None] = {"time": [0.0], "place": ["p0"], "target": [1], "p_10min": [0.5]}
    kept = {name: values for name, values in {**whole, **columns}.items() if values is not None}
    with pytest.raises(InputError, match=said):
        forecasts_of(table("forecasts", kept), SITE)


def test_without_truth_there_is_nothing_to_warn_of() -> None:
    with pytest.raises(InputError, match="the truth has no row"):
        score_warnings(truth(), SITE, alerts(SITE))
