"""An ADS-B receiver: positions near the truth, pressure heights, gaps, and who sends at all."""

import numpy as np
import pytest

from tests.simulated import column, played, scenario
from tocsin.geo.distance import distance_m

RECEIVER = """
[[sensor]]
name = "Receiver"
kind = "position"
latitude_deg = 37.0
longitude_deg = -7.0
altitude_m = 50
sigma_position_m = 20
max_range_m = 300000

[[sensing]]
sensor = "Receiver"
physics = "ads-b"
loss = 0.2
"""
TRAFFIC = """
[[mover]]
kind = "airliner"
count = 40
altitude_m = 9000
route_deg = [[36.8, -7.6], [37.4, -6.6]]
spread_m = 20000
callsign = "TST"
transmits = 1
"""


def test_positions_lie_around_the_truth() -> None:
    slabs = played(scenario(TRAFFIC + RECEIVER, 100))
    off = []
    for slab in slabs:
        batch = slab.batches[0]
        assert batch.target is not None
        for row, (mover, time_s) in enumerate(zip(batch.target, batch.time_s, strict=True)):
            same = np.flatnonzero(slab.truth.mover == mover)
            at = same[np.argmin(np.abs((slab.truth.time_ns[same] - 1_928_540_400 * 10**9) / 1e9 - time_s))]
            lag = abs((slab.truth.time_ns[at] - 1_928_540_400 * 10**9) / 1e9 - time_s)
            if lag < 0.02:
                here = batch.values["latitude_rad"][row], batch.values["longitude_rad"][row]
                off.append(float(distance_m(*here, slab.truth.latitude_rad[at], slab.truth.longitude_rad[at])))
    assert len(off) > 50
    assert np.mean(np.square(off)) == pytest.approx(2 * 20**2, rel=0.35)


def test_heights_are_pressure_altitudes_in_steps_of_25_feet() -> None:
    low = "\n[weather]\npressure_hpa = 993.25\n"
    height = column(played(scenario(low + TRAFFIC + RECEIVER, 20)), "pressure_altitude_m")
    steps = height / (25 * 0.3048)
    assert steps == pytest.approx(np.rint(steps), abs=1e-6)
    assert np.median(height) == pytest.approx(9000 + 20 * 8.23, abs=8)


def test_some_squitters_are_missed_at_random_and_in_fades() -> None:
    slabs = played(scenario(TRAFFIC + RECEIVER, 400))
    target, time_s = column(slabs, "target"), column(slabs, "time_s")
    assert len(target) / (40 * 400) == pytest.approx(0.8 * 0.9, abs=0.05)
    longest = max(np.diff(np.sort(time_s[target == mover])).max() for mover in range(40))
    assert longest > 9.0  # a fade, not only bad luck: 0.2 ** 9 is one in two million


def test_who_sends_has_an_identity_and_the_others_are_silent() -> None:
    quiet = TRAFFIC.replace("transmits = 1", "transmits = 0")
    slabs = played(scenario(TRAFFIC + quiet + RECEIVER, 20))
    words = [word for slab in slabs for word in slab.batches[0].texts["identity"]]
    assert len(set(words)) == 40
    assert all(word is not None and word.startswith("icao:") and len(word) == 11 for word in words)
    assert all(str(call).startswith("TST") for slab in slabs for call in slab.batches[0].texts["callsign"])
    assert (column(slabs, "target") < 40).all()


def test_below_the_horizon_nobody_is_heard() -> None:
    far = TRAFFIC.replace("[36.8, -7.6], [37.4, -6.6]", "[34.6, -7.6], [34.6, -6.6]").replace("9000", "300")
    assert not len(column(played(scenario(far.replace("spread_m = 20000", "") + RECEIVER, 20)), "time_s"))
