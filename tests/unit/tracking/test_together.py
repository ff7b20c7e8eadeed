"""Several Scans read at once: one that cannot be read spoils no other; what happened is told once, whenever it was."""

from dataclasses import replace

import numpy as np
import pytest

from tests.scans import ADSB, RADAR, START_NS, Flight, radar_turn, self_reports
from tests.scans import settings as site
from tests.tracks import ns
from tocsin.messages import Detections, Floats, Scan, Sweeps
from tocsin.settings import Frame, Sensor, Settings
from tocsin.tracking.arriving.together import FAILED
from tocsin.tracking.late.told import Happening, Told
from tocsin.tracking.rows import alike
from tocsin.tracking.tracker import Tracker

FLIGHTS = [Flight((20_000.0, 10_000.0, 3_000.0), (-150.0, 30.0, 0.0), "icao:4ca001")]


def scans(seconds: range) -> list[Scan]:
    """Two kinds of sensor, so that what was measured has different columns."""
    rng = np.random.default_rng(1)
    radar = [radar_turn(FLIGHTS, turn, rng) for turn in range(len(seconds) // 4)]
    return sorted([*radar, *(self_reports(FLIGHTS, float(s), rng) for s in seconds)], key=lambda one: one.received_ns)


def broken(scan: Scan) -> Scan:
    """A scan that no feed makes: a column is shorter than the others."""
    values: dict[str, Floats] = {name: column[:0] for name, column in scan.detections.values.items()}
    d = scan.detections
    return replace(scan, detections=Detections(d.sweep, d.time_ns, d.received_ns, values, d.texts))


def test_read_together_they_say_the_same_as_one_by_one() -> None:
    one_by_one, together = Tracker(site(RADAR, ADSB)), Tracker(site(RADAR, ADSB))
    all_of_them = scans(range(1, 12))
    for scan in all_of_them:
        one_by_one.advance(scan)
    together.advance_all(all_of_them)
    for tracker in (one_by_one, together):
        tracker.tick(START_NS + 13_000_000_000)
    assert len(together.picture(START_NS + 13_000_000_000)) == 1
    assert together.dump() == one_by_one.dump()


def test_one_that_cannot_be_read_is_refused_and_spoils_no_other() -> None:
    with_it, without = Tracker(site(RADAR, ADSB)), Tracker(site(RADAR, ADSB))
    all_of_them = scans(range(1, 12))
    without.advance_all(all_of_them)
    with_it.advance_all([*all_of_them[:5], broken(all_of_them[5]), *all_of_them[5:]])
    (refusal,) = with_it.refusals()
    assert refusal.reason == FAILED
    assert refusal.count == 1
    assert "ValueError" in refusal.detail or "IndexError" in refusal.detail
    for tracker in (with_it, without):
        tracker.tick(START_NS + 13_000_000_000)
    assert with_it.digest() == without.digest()


def test_read_alone_it_is_raised_for_its_caller_to_see() -> None:
    with pytest.raises((ValueError, IndexError)):
        Tracker(site(RADAR, ADSB)).advance(broken(scans(range(1, 2))[0]))


def test_what_happened_before_the_place_gone_back_to_is_still_told() -> None:
    told = Told()
    told.happened.append(Happening(2 * 7 + 1, 7_500, "track", 24, "confirmed"))
    told.back_to(8)  # something late came for second 8, after second 7 was worked and before a Tick told of it
    assert [one.subject for one in told.hand_out(9_000, 9, lambda number: number)] == ["24"]
    assert told.hand_out(10_000, 10, lambda number: number) == []


def places(second: int, rng: np.random.Generator, texts: dict[str, tuple[str | None, ...]]) -> Scan:
    """Two plots of each of three targets in a plane, in no order, of which texts may say more."""
    times, one, nan = np.full(6, ns(second)), np.full(1, ns(second)), np.full(1, np.nan)
    east = rng.permutation(np.repeat([0.0, 3_000.0, 6_000.0], 2)) + 5.0 * rng.standard_normal(6)
    detections = Detections(np.zeros(6, np.int32), times, times, {"east_m": east, "north_m": np.zeros(6)}, texts)
    sweeps = Sweeps(np.zeros(1, np.int32), one, one, one, nan, nan, np.ones(1, np.bool_))
    return Scan("plane", int(times[0]), ("plane",), sweeps, detections)


def test_what_is_said_of_all_rows_is_written_to_by_nobody() -> None:
    sigma = {"east_m": 10.0, "north_m": 10.0}
    sensor = Sensor("plane", "position", sigma=sigma, multiplicity="several", resolution_range_m=50.0)
    tracker, rng = Tracker(Settings(frame=Frame("local", 2), sensors=(sensor,))), np.random.default_rng(4)
    named = {"identity": ("icao:1", None, None, None, None, None), "class": ("drone", *[None] * 5)}
    for second in range(1, 9):
        tracker.advance(places(second, rng, named if second % 2 else {}))
        tracker.tick(ns(second + 0.5))
    assert len(tracker.picture(ns(9.0))) == 3
    for table in alike.TABLES:
        assert (table == table[:1]).all()
    assert (alike.AXES[0] == np.eye(3)).all()
    assert not alike.WORDS.any()
    assert not alike.SAID.any()
    assert (alike.STRENGTH == 1.0).all()


@pytest.mark.parametrize("rows", [0, 5, alike.ROWS, alike.ROWS + 1])
def test_a_column_that_says_the_same_of_all_rows_is_the_same_in_any_order(rows: int) -> None:
    order = np.random.default_rng(5).permutation(rows)
    for table in alike.TABLES:
        column = alike.alike(table, rows)
        assert column.shape == (rows, *table.shape[1:])
        assert (alike.in_order(column, order) == column.take(order, axis=0)).all()
        assert len(alike.in_order(column, order[1:])) == max(rows - 1, 0)
