"""What leaves no time is decided on when it is seen, not at the next second; and a replay meets the same decisions."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.scans import ADSB, PLANT, RADAR, SECOND_NS, START_NS, Flight, radar_turn, self_reports, settings
from tests.skies import Counting, scan
from tests.unit.live.test_runner import Script, evidence, play
from tocsin.messages import Item, Scan, Step, Tick
from tocsin.pipeline import State, advance, hurry
from tocsin.settings import Settings

TURN_S = 1.0
FAST_RADAR = replace(RADAR, period_s=TURN_S, clutter_per_scan=0.1)
MISSILE = Flight((0.0, 62_000.0, 300.0), (0.0, -240.0, 0.0))
AIRLINER = Flight((60_000.0, 60_000.0, 10_000.0), (-150.0, -150.0, 0.0), "icao:4ca001")


def looks(flight: Flight, until_s: int) -> list[Scan]:
    """A radar that turns once a second sees it a third of a second after each whole one, and says so at once."""
    rng = np.random.default_rng(2)
    scans = []
    for second in range(2, until_s):
        seen = radar_turn([flight], 0, rng, pd=1.0, clutter=0.0)
        at_ns = START_NS + second * SECOND_NS + SECOND_NS // 3
        enu = radar_turn([replace(flight, start_m=where(flight, second + 1 / 3))], 0, rng, pd=1.0, clutter=0.0)
        rows = replace(enu.detections, time_ns=np.array([at_ns]), received_ns=np.array([at_ns + 10_000_000]))
        sweeps = replace(
            seen.sweeps, number=np.array([second]), start_ns=np.array([at_ns - 10**8]), end_ns=np.array([at_ns])
        )
        scans.append(replace(seen, received_ns=at_ns + 10_000_000, sweeps=sweeps, detections=rows))
    return scans


def where(flight: Flight, time_s: float) -> tuple[float, float, float]:
    """Where it is then, metres."""
    east, north, up = (a + time_s * v for a, v in zip(flight.start_m, flight.velocity_mps, strict=True))
    return east, north, up


def played(site: Settings, scans: list[Scan], until_s: int, *, hurrying: bool) -> tuple[list[Item], list[Step]]:
    """All items, with the Ticks that were asked for where `hurrying`, and what came of each."""
    state, items, steps = State.of(site), list[Item](), list[Step]()
    rest = list(scans)
    for quarter in range(1, 4 * until_s + 1):
        now_ns = START_NS + quarter * SECOND_NS // 4 + 50_000_000
        if quarter % 4 == 0:
            items.append(Tick(START_NS + quarter * SECOND_NS // 4))
            steps.append(advance(state, items[-1]))
        while rest and rest[0].received_ns < now_ns:
            items.append(rest.pop(0))
            steps.append(advance(state, items[-1]))
        state.catch_up()  # somebody looks at the picture
        if hurrying and (urgent := hurry(state, now_ns)) is not None:
            items.append(urgent)
            steps.append(advance(state, urgent))
    return items, steps


def warned_ns(steps: list[Step]) -> int:
    """When the plant was first at warning or more."""
    return min(alert.time_ns for step in steps for alert in step.alerts if alert.stage in ("warning", "under way"))


@pytest.fixture(scope="module")
def site() -> Settings:
    near = replace(PLANT, ring_m=60_000.0, action_time_s=30.0)
    return replace(settings(FAST_RADAR), places=(near,))


def test_a_missile_is_warned_of_between_two_seconds_and_a_replay_decides_the_same(site: Settings) -> None:
    scans = looks(MISSILE, 20)
    items, steps = played(site, scans, 20, hurrying=True)
    urgent = [item for item in items if isinstance(item, Tick) and item.time_ns % SECOND_NS]
    assert 1 <= len(urgent) <= 15  # a few for each new track: it is no faster clock
    assert warned_ns(steps) < warned_ns(played(site, scans, 20, hurrying=False)[1])
    again = State.of(site)
    digests = [advance(again, item).digest for item in items]
    assert digests == [step.digest for step in steps]


def test_traffic_that_says_who_it_is_hurries_nobody(site: Settings) -> None:
    far = replace(site, sensors=(ADSB,))
    reports = [self_reports([AIRLINER], float(second) + 0.4, np.random.default_rng(second)) for second in range(1, 15)]
    items, _ = played(far, reports, 15, hurrying=True)
    assert all(item.time_ns % SECOND_NS == 0 for item in items if isinstance(item, Tick))


class Hurried(Counting):
    """It asks for a Tick once."""

    asked = False

    def hurry(self, taken_ns: int) -> Tick | None:
        if self.asked or not self.seen:
            return None
        self.asked = True
        return Tick(taken_ns)


def test_the_runner_works_the_tick_in_as_an_item_and_keeps_it(tmp_path: Path) -> None:
    with evidence(tmp_path) as kept:
        source = Script([scan("box", 1)])
        source.taken_ns = START_NS + SECOND_NS // 2
        runner, published = play(kept, source, Hurried())
        ticks = [entry for entry in kept.reader.entries(1) if entry.kind == "tick"]
        assert [entry.time_ns % SECOND_NS for entry in ticks] == [SECOND_NS // 2]
    assert runner.figures.hurried == 1
    assert any(one.health is not None for one in published)
