"""Sensors are fresh, then stale, then expired; clocks that are off are flagged; how scans are cut changes nothing."""

import numpy as np
import pytest

from tocsin.geo.units import SECOND_NS
from tocsin.messages import Detections, Scan, Sweeps
from tocsin.settings import Sensor, Watching
from tocsin.tracking.watch import Watch

RADAR = Sensor("north", "radar", sources=("asterix 1/1",), period_s=4.0)
ADSB = Sensor("adsb", "position", period_s=1.0, reporting="event")


def scan(source: str, received_s: list[float], delay_s: float = 0.1) -> Scan:
    n = len(received_s)
    received = np.array([int(t * SECOND_NS) for t in received_s])
    one = np.zeros(1, np.int64)
    nan = np.full(1, np.nan)
    sweeps = Sweeps(one.astype(np.int32), one, one, one, nan, nan, np.ones(1, np.bool_))
    detections = Detections(np.zeros(n, np.int32), received - int(delay_s * SECOND_NS), received)
    return Scan("f", int(received.max()), (source,), sweeps, detections)


@pytest.mark.parametrize(
    ("age_s", "state"), [(1, "fresh"), (5.9, "fresh"), (6.1, "stale"), (11.9, "stale"), (12.1, "expired")]
)
def test_a_radar_ages_by_its_turns(age_s: float, state: str) -> None:
    watch = Watch.of((RADAR,), Watching())
    watch.hear(scan("asterix 1/1", [100.0]))
    (health,) = watch.tick(int((100 + age_s) * SECOND_NS))
    assert (health.sensor, health.state) == ("north", state)


@pytest.mark.parametrize(("age_s", "state"), [(7, "fresh"), (8, "stale"), (15, "stale"), (16, "expired")])
def test_a_quiet_sky_is_no_dead_receiver_at_once(age_s: float, state: str) -> None:
    watch = Watch.of((ADSB,), Watching())
    watch.hear(scan("adsb", [100.0]))
    assert watch.tick(int((100 + age_s) * SECOND_NS))[0].state == state


def test_a_sensor_that_never_came_says_so() -> None:
    assert Watch.of((RADAR,), Watching()).tick(5)[0].state == "never"


@pytest.mark.parametrize("delay_s", [-3.0, 5.0])
def test_a_wrong_clock_is_flagged_within_ten_seconds(delay_s: float) -> None:
    watch = Watch.of((RADAR,), Watching())
    watch.hear(scan("asterix 1/1", [100.0 + i for i in range(10)]))
    watch.hear(scan("asterix 1/1", [110.0 + i for i in range(10)], delay_s))
    (health,) = watch.tick(120 * SECOND_NS)
    assert health.clock_offset_s == pytest.approx(delay_s)
    assert "set its clock" in health.note


def test_how_scans_are_cut_changes_nothing() -> None:
    times = [100 + 0.37 * i for i in range(40)]
    whole, parts = Watch.of((RADAR,), Watching()), Watch.of((RADAR,), Watching())
    whole.hear(scan("asterix 1/1", times))
    for t in times:
        parts.hear(scan("asterix 1/1", [t]))
    assert whole.dump() == parts.dump()


def test_a_dump_goes_on_bit_for_bit() -> None:
    watch = Watch.of((RADAR, ADSB), Watching())
    watch.hear(scan("adsb", [100.0, 101.0]))
    watch.tick(102 * SECOND_NS)
    again = Watch.load((RADAR, ADSB), Watching(), watch.dump())
    for one in (watch, again):
        one.hear(scan("asterix 1/1", [103.0]))
    assert watch.tick(104 * SECOND_NS) == again.tick(104 * SECOND_NS)
    assert watch.dump() == again.dump()
