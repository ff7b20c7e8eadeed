"""How a place goes through a night: told in time, held while something lost may be there, ended on proof alone."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from tests.skies import picture
from tocsin.alerts.board import Board
from tocsin.alerts.release.support import support
from tocsin.errors import StateError
from tocsin.geo.units import SECOND_NS
from tocsin.messages import Alert, Forecast, Health, Picture, PlaceHealth
from tocsin.settings import Alerting, Place, Sensor

START_NS = 1_900_000_000 * SECOND_NS
PLANT = Place("plant", "site", ((0.9, 0.5),), ring_m=5_000.0, action_time_s=120.0)
PORT = Place("port", "site", ((0.91, 0.52),), ring_m=5_000.0, action_time_s=600.0)
PLACES = (PLANT, PORT)
CLASSES = ("unknown", "one-way-attack drone", "ballistic rocket", "airliner")
DRONE, ROCKET, AIRLINER = 1, 2, 3
Row = tuple[int, int, float]  # track, place, seconds to entry at most likely (0: inside)


def forecast(time_s: float, rows: Sequence[Row]) -> Forecast:
    """Each of these enters at about that time, for sure."""
    n = len(rows)
    arrival = np.array([row[2] for row in rows]).reshape(n, 1)
    chance = np.clip(
        (np.array([60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0]) - 0.8 * arrival) / (0.4 * arrival + 1), 0, 1
    )
    spread = np.array([0.8, 0.84, 0.9, 1.0, 1.1, 1.16, 1.2])
    none = np.zeros(0, dtype=np.int64)
    return Forecast(
        START_NS + round(time_s * SECOND_NS),
        tuple(place.name for place in PLACES),
        np.array([row[0] for row in rows], dtype=np.int64),
        np.array([row[1] for row in rows], dtype=np.int32),
        chance,
        np.ones(n),
        arrival * spread,
        arrival[:, 0] <= 0.0,
        none,
        none.astype(np.int32),
        np.zeros(0),
        none,
    )


def seen(time_s: float, tracks: Sequence[int], kind: int = DRONE, **columns: object) -> Picture:
    """These fly."""
    index = np.full(len(tracks), kind, dtype=np.int32)
    return picture(START_NS + round(time_s * SECOND_NS), tracks, class_index=index, classes=CLASSES, **columns)


def health(observation: str = "seen clear") -> Health:
    """Both places are seen so."""
    return Health(0, (), tuple(PlaceHealth(place.name, observation, "", 0) for place in PLACES))


def night(board: Board, time_s: float, rows: Sequence[Row], observation: str = "seen clear", **how: object) -> Alert:
    """One tick; how the plant stands."""
    tracks = sorted({row[0] for row in rows})
    shown = seen(time_s, tracks, **how)  # type: ignore[arg-type]
    return board.step(forecast(time_s, rows), shown, health(observation))[0]


def approach(board: Board, until_s: float, of: int = 0, arrival_s: float = 1_500.0) -> list[Alert]:
    """One drone comes to a place; a tick each ten seconds."""
    return [night(board, t, [(1, of, max(arrival_s - t, 0.0))]) for t in np.arange(0.0, until_s + 1.0, 10.0)]


def test_a_drone_that_comes_is_watched_then_warned_of_then_under_way() -> None:
    stages = [alert.stage for alert in approach(Board(PLACES, Alerting()), 1_500.0)]
    assert [one for k, one in enumerate(stages) if k == 0 or stages[k - 1] != one] == ["watch", "warning", "under way"]


def test_people_are_told_when_there_is_still_time_to_act() -> None:
    board = Board(PLACES, Alerting())
    alerts = approach(board, 1_500.0)
    told = next(alert for alert in alerts if alert.stage == "warning")
    assert told.arrival_s[1] >= PLANT.action_time_s + Alerting().margin_s - 10.0
    slow = Board(PLACES, Alerting())
    for t in np.arange(0.0, 1_500.0, 10.0):
        slow.step(forecast(t, [(1, 1, 1_500.0 - t)]), seen(t, [1]), health())
        if slow.standing["port"].stage == 3:
            assert 1_500.0 - t >= PORT.action_time_s
            return
    raise AssertionError


def test_the_all_clear_waits_for_quiet_and_proof() -> None:
    board = Board(PLACES, Alerting())
    approach(board, 1_400.0)
    after = [night(board, 1_500.0 + t, [(1, 1, 5_000.0)]) for t in range(0, 700, 10)]
    stages = [alert.stage for alert in after]
    first = stages.index("all clear")
    assert first * 10.0 >= Alerting().quiet_s
    assert set(stages[:first]) == {"warning"}


def test_what_is_a_watch_by_itself_keeps_nobody_in_a_shelter() -> None:
    board = Board(PLACES, Alerting())
    warned = approach(board, 1_400.0)[-1]
    maybe = np.array([[0.0, 0.25, 0.0, 0.75]])  # a quarter drone, three quarters airliner, ten minutes off
    rows = [(2, 0, 600.0)]
    after = [night(board, 1_500.0 + t, rows, class_probability=maybe) for t in range(0, 500, 10)]
    assert [one.stage for k, one in enumerate(after) if k == 0 or after[k - 1].stage != one.stage] == [
        "warning",
        "all clear",
        "watch",
    ]
    again = night(board, 2_000.0, [(1, 0, 60.0)])
    assert again.stage == "warning"
    assert warned.event == after[0].event != after[-1].event == again.event  # the all clear ended the first one


def test_blind_sensors_end_nothing() -> None:
    board = Board(PLACES, Alerting())
    approach(board, 1_400.0)
    for t in range(0, 20_000, 100):
        assert night(board, 1_500.0 + t, [], "blind").stage == "warning"
    board.ending["plant"] = "ended; part of the area was not observed"
    ended = night(board, 30_000.0, [], "blind")
    assert (ended.stage, ended.rule) == ("all clear", "ended; part of the area was not observed")


def test_a_drone_that_is_lost_near_by_holds_the_warning_until_the_place_is_seen_clear() -> None:
    board = Board(PLACES, Alerting())
    approach(board, 1_400.0)
    lost = [night(board, 1_410.0 + t, [], "partly seen") for t in range(0, 1_200, 10)]
    assert {alert.stage for alert in lost} == {"warning"}
    assert lost[-1].reasons[0].held
    cleared = [night(board, 2_610.0 + t, [], "seen clear").stage for t in range(0, 900, 10)]
    assert "all clear" in cleared
    assert cleared.index("all clear") * 10.0 >= Alerting().quiet_s


def test_a_rocket_is_warned_of_at_two_in_a_hundred_and_in_the_fast_lane() -> None:
    board = Board(PLACES, Alerting())
    said = forecast(0.0, [(1, 0, 90.0)])
    faint = replace(said, chance=np.full((1, 6), 0.025), enters=np.full(1, 0.025))
    alert = board.step(faint, seen(0.0, [1], kind=ROCKET), health())[0]
    assert (alert.stage, alert.lane) == ("warning", "fast")
    drone = Board(PLACES, Alerting()).step(faint, seen(0.0, [1]), health())[0]
    assert drone.stage == "quiet"


def test_an_airliner_and_who_says_who_it_is_are_no_alarm() -> None:
    board = Board(PLACES, Alerting())
    assert night(board, 0.0, [(1, 0, 100.0)], kind=AIRLINER).stage == "quiet"
    said, who = [(1, 0, 100.0)], ("icao:4ca7b3",)
    assert night(board, 10.0, said, identity=who, corroborated=np.ones(1, dtype=np.bool_)).stage == "quiet"
    # no sensor bears it out: it is out of their sight, or a phantom. Neither must ring a bell; without a name it would
    assert night(board, 20.0, said, identity=who, corroborated=np.zeros(1, dtype=np.bool_)).stage == "quiet"
    assert night(board, 30.0, said).stage == "warning"


def test_the_first_detections_are_no_danger_yet() -> None:
    for kind, least in ((DRONE, 4), (ROCKET, 3)):
        board = Board(PLACES, Alerting())
        stages = [
            night(board, 5.0 * n, [(1, 0, 60.0)], kind=kind, detections=np.array([n])).stage
            for n in range(1, least + 1)
        ]
        assert stages == ["quiet"] * (least - 1) + ["warning"]


def test_what_is_thrown_is_warned_of_from_its_launch_on_however_long_it_flies() -> None:
    far = [(1, 0, 500.0)]  # the plant needs four minutes and a half
    assert night(Board(PLACES, Alerting()), 0.0, far, kind=ROCKET).stage == "warning"
    assert night(Board(PLACES, Alerting()), 0.0, far).stage == "watch"
    as_others = tuple(replace(one, at_launch=False) for one in Alerting().threats)
    assert night(Board(PLACES, replace(Alerting(), threats=as_others)), 0.0, far, kind=ROCKET).stage == "watch"


def test_a_young_track_whose_detections_may_be_anybodys_is_no_danger_yet() -> None:
    def stage(sure: int, age_s: float, kind: int = DRONE, detections: int = 5) -> str:
        born = np.array([START_NS - round(age_s * 1e9)], dtype=np.int64)
        board, came = Board(PLACES, Alerting()), np.array([detections])
        return night(board, 0.0, [(1, 0, 60.0)], kind=kind, sure=np.array([sure]), born_ns=born, detections=came).stage

    assert [stage(sure, 30.0) for sure in (0, 2, 3)] == ["quiet", "quiet", "warning"]
    assert stage(0, 150.0) == "warning"  # it proved itself before, and nobody remembers
    assert [stage(sure, 5.0, ROCKET, 3) for sure in (1, 2)] == ["quiet", "warning"]


def test_danger_counts_all_that_a_track_may_be() -> None:
    for drone, stage in ((0.3, "watch"), (0.55, "warning")):
        board = Board(PLACES, Alerting())
        chances = np.array([[0.0, drone, 0.0, 1.0 - drone]])
        assert night(board, 0.0, [(1, 0, 100.0)], class_probability=chances).stage == stage


def test_what_a_person_called_hostile_or_friend_decides() -> None:
    assert night(Board(PLACES, Alerting()), 0.0, [(1, 0, 100.0)], kind=AIRLINER, mark=("hostile",)).stage == "warning"
    assert night(Board(PLACES, Alerting()), 0.0, [(1, 0, 100.0)], mark=("friend",)).stage == "quiet"


def test_many_small_dangers_are_one_large_one() -> None:
    rows = [(track, 0, 100.0) for track in range(1, 11)]
    said = replace(forecast(0.0, rows), chance=np.full((10, 6), 0.1), enters=np.full(10, 0.1))
    shown = seen(0.0, list(range(1, 11)))
    assert Board(PLACES, Alerting()).step(said, shown, health())[0].stage == "warning"


def test_who_weighs_is_a_reason_and_not_each_bird_that_may_fly_in_as_well() -> None:
    board = Board(PLACES, Alerting())
    rows = [(1, 0, 100.0), (2, 0, 100.0), (3, 0, 100.0)]
    known = forecast(0.0, rows)
    chance = known.chance * np.array([[1.0], [0.3], [0.02]])
    told = board.step(replace(known, chance=chance), seen(0.0, [1, 2, 3]), health())[0]
    assert [reason.track for reason in told.reasons] == [1, 2]
    assert set(board.endangering()) == {1, 2}


def test_one_event_keeps_its_name_from_the_first_word_to_the_all_clear() -> None:
    board = Board(PLACES, Alerting())
    alerts = approach(board, 1_500.0)
    events = {alert.event for alert in alerts if alert.stage != "quiet"}
    assert len(events) == 1
    assert next(iter(events)).startswith("plant@")


def test_a_dump_goes_on_as_if_nothing_had_been() -> None:
    board = Board(PLACES, Alerting())
    approach(board, 1_400.0)
    night(board, 1_410.0, [], "partly seen")
    other = Board.load(PLACES, Alerting(), board.dump())
    for t in range(0, 900, 10):
        assert night(board, 1_420.0 + t, []).stage == night(other, 1_420.0 + t, []).stage
        assert board.dump() == other.dump()
    with pytest.raises(StateError, match="replay"):
        Board.load(PLACES, Alerting(), b"\x01")


def test_a_reason_says_on_how_many_independent_paths_it_rests() -> None:
    sensors = (
        Sensor("north", "radar", path_link="fibre", path_power="grid"),
        Sensor("south", "radar", path_link="fibre", path_power="diesel"),
        Sensor("ears", "direction", propagation_mps=340.0),
        Sensor("adsb", "position"),
    )
    for seen_by, paths in (((0, 1), ("north",)), ((0, 2, 3), ("north", "ears")), ((3,), ())):
        board = Board(PLACES, Alerting(), sensors)
        shown = seen(
            0.0,
            [1],
            sensors=tuple(sensor.name for sensor in sensors),
            witness_track=np.ones(len(seen_by), np.int64),
            witness_sensor=np.array(seen_by, np.int32),
            witness_detections=np.full(len(seen_by), 5),
            witness_recent=np.full(len(seen_by), 4.0),
        )
        reason = board.step(forecast(0.0, [(1, 0, 100.0)]), shown, health())[0].reasons[0]
        assert (reason.paths, reason.path_names) == (len(paths), paths)
        assert len(reason.witnesses) == len(seen_by)
        lost = board.step(forecast(1.0, []), seen(1.0, []), health("blind"))[0].reasons[0]
        assert lost.held
        assert lost.path_names == paths
        assert Board.load(PLACES, Alerting(), board.dump(), sensors).dump() == board.dump()


def test_one_detection_by_chance_is_no_path() -> None:
    board = Board(PLACES, Alerting(), (Sensor("north", "radar"),))
    shown = seen(
        0.0,
        [1],
        sensors=("north",),
        witness_track=np.ones(1, np.int64),
        witness_sensor=np.zeros(1, np.int32),
        witness_detections=np.ones(1, np.int64),
        witness_recent=np.ones(1),
    )
    assert board.step(forecast(0.0, [(1, 0, 100.0)]), shown, health())[0].reasons[0].paths == 0


def test_a_radar_that_meets_a_track_seldom_though_it_looks_often_is_no_path() -> None:
    """Through rain, two of forty looks a minute are chance."""
    sensors = (
        Sensor("slow", "radar", period_s=10.0, path_link="a"),
        Sensor("quick", "radar", period_s=1.5, path_link="b"),
    )

    def paths(quick: float, age_s: float) -> tuple[str, ...]:
        shown = seen(
            0.0,
            [1],
            sensors=("slow", "quick"),
            born_ns=np.array([START_NS - round(age_s * SECOND_NS)]),
            witness_track=np.ones(2, np.int64),
            witness_sensor=np.arange(2, dtype=np.int32),
            witness_detections=np.full(2, 5),
            witness_recent=np.array([5.0, quick]),
        )
        board = Board(PLACES, Alerting(), sensors)
        return board.step(forecast(0.0, [(1, 0, 100.0)]), shown, health())[0].reasons[0].path_names

    assert paths(2.0, 300.0) == ("slow",)
    assert paths(20.0, 300.0) == ("slow", "quick")
    assert paths(2.0, 6.0) == ("slow", "quick")  # it did not look often yet


def test_a_drone_between_two_places_is_said_to_be_undecided() -> None:
    said = forecast(0.0, [(1, 0, 100.0), (1, 1, 900.0)])
    goals = {"goal_track": np.array([1, 1]), "goal_place": np.array([0, 1], np.int32)}
    shown = seen(0.0, [1])
    both = replace(said, goal_chance=np.array([0.4, 0.35]), **goals)  # type: ignore[arg-type]
    plant, port = Board(PLACES, Alerting()).step(both, shown, health())
    assert (plant.reasons[0].undecided, port.reasons[0].undecided) == (("port",), ("plant",))
    sure = replace(said, goal_chance=np.array([0.7, 0.06]), **goals)  # type: ignore[arg-type]
    assert Board(PLACES, Alerting()).step(sure, shown, health())[0].reasons[0].undecided == ()


def test_a_swarm_that_one_source_tells_of_warns_staff_and_is_never_public() -> None:
    sensors = (
        Sensor("north", "radar", path_link="fibre"),
        Sensor("south", "radar", path_link="fibre"),  # its words come over the same line
        Sensor("adsb", "position"),
        Sensor("app", "report"),
        Sensor("ears", "direction", propagation_mps=340.0, path_link="radio"),
    )
    threats = {threat.name: threat for threat in Alerting().threats}
    tracks = list(range(1, 31))
    for seen_by, public in (
        ((0,), False),
        ((0, 1), False),
        ((2,), False),
        ((2, 3), False),
        ((0, 2, 3), False),
        ((0, 4), True),
    ):
        w = len(seen_by)
        shown = seen(
            0.0,
            tracks,
            sensors=tuple(sensor.name for sensor in sensors),
            witness_track=np.repeat(tracks, w),
            witness_sensor=np.tile(np.array(seen_by, np.int32), len(tracks)),
            witness_detections=np.full(w * len(tracks), 9),
            witness_recent=np.full(w * len(tracks), 5.0),
        )
        board = Board(PLACES, Alerting(), sensors)
        alert = board.step(forecast(0.0, [(track, 0, 90.0) for track in tracks]), shown, health())[0]
        assert alert.stage == "warning"
        assert (support(alert, threats).why == "") == public
