"""One poisoned sensor, a recording sent to a live port, a swarm that is not there: nobody is told, and it is shown why.

A standing order is in force that would release at once: so what stops it is the rule of independent paths alone.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import pytest

from tests.stories.poisoned.scene import DRONES, REAL, SECOND_NS, Night, night
from tocsin.messages import Scan, TrackState, freeze

MINUTES_NS = 90 * SECOND_NS
POISON = DRONES.format(name="not there", count=6, more='only_for = ["port"]')
SWARM = """
[[mover]]
name = "a flood of addresses"
kind = "light aircraft"
count = 150
start_s = 10
spacing_s = 1
route_deg = [[37.0, -7.5], [37.2, -7.2]]
altitude_m = 400
speed_mps = 60
spread_m = 3000
transmits = 1
only_for = ["ADS-B"]
"""


@pytest.fixture(scope="module")
def honest() -> Night:
    return night(REAL)


def test_what_three_radars_see_is_told_to_everybody_by_the_standing_order(honest: Night) -> None:
    assert honest.public
    assert {one.authority for one in honest.public} == {"always"}
    assert max(reason.paths for one in honest.worst for reason in one.reasons) >= 2


def test_what_one_poisoned_radar_invents_is_told_to_nobody_and_it_is_said_who_invents_it() -> None:
    played = night(POISON)
    assert played.public == []
    assert played.worst == []
    confirmed = [
        int((step.picture.state == TrackState.CONFIRMED).sum()) for step in played.steps if step.picture is not None
    ]
    assert max(confirmed) == 0
    seen = next(step.health for step in reversed(played.steps) if step.health is not None)
    notes = {one.sensor: one.note for one in seen.sensors}
    assert "that nobody else bears out, 1 declared" in notes["port"]
    assert (notes["river"], notes["dunes"]) == ("", "")
    began_s = 20.0
    first_s = next(
        (one.time_ns - played.steps[0].time_ns) / SECOND_NS
        for step in played.steps
        for one in step.notices
        if one.kind == "sensor" and one.subject == "port" and "bears out" in one.text
    )
    assert first_s - began_s <= 60.0


def again_later(scans: Iterable[Scan]) -> Iterator[Scan]:
    """Whoever listened at the wire sends the same bytes again, a minute and a half later."""
    heard = [replace(scan) for scan in scans]
    yield from heard
    end_ns = heard[-1].received_ns
    first_ns = heard[0].received_ns
    for scan in heard:
        if scan.feed == "port" and scan.received_ns < first_ns + MINUTES_NS:
            late = replace(scan, received_ns=scan.received_ns - first_ns + end_ns)
            freeze(late)
            yield late


def stamped_anew(scans: Iterable[Scan]) -> Iterator[Scan]:
    """The same, with the times of the recording moved to now."""
    heard = list(again_later(scans))
    for scan in heard:
        if len(scan.detections) and scan.received_ns - int(scan.detections.received_ns.max()) > 60 * SECOND_NS:
            by_ns = scan.received_ns - int(scan.detections.received_ns.max())
            rows, sweeps = scan.detections, scan.sweeps
            moved = replace(
                scan,
                detections=replace(rows, time_ns=rows.time_ns + by_ns, received_ns=rows.received_ns + by_ns),
                sweeps=replace(sweeps, start_ns=sweeps.start_ns + by_ns, end_ns=sweeps.end_ns + by_ns),
            )
            freeze(moved)
            yield moved
        else:
            yield scan


@pytest.mark.parametrize("forged", [again_later, stamped_anew])
def test_a_recording_sent_to_a_live_port_is_refused_and_makes_nothing_public(forged: object) -> None:
    played = night(REAL, 150.0, changed=forged)  # type: ignore[arg-type]
    end_ns = max(step.time_ns for step in played.steps) - MINUTES_NS + 20 * SECOND_NS
    assert [one for one in played.public if one.time_ns > end_ns and one.kind == "alert"] == []
    assert any("later than" in reason or "played again" in reason for reason in played.refused()), played.refused()


def test_a_swarm_that_is_not_there_is_told_to_nobody_and_is_shown_as_what_it_is() -> None:
    played = night(SWARM)
    assert played.public == []
    assert played.worst == []
    counted = played.refused()
    assert any("new identities" in reason or "deny" in reason for reason in counted), counted
    last = next(step.picture for step in reversed(played.steps) if step.picture is not None)
    claims = [row for row, name in enumerate(last.identity) if name and last.state[row] == TrackState.CONFIRMED]
    assert not any(last.corroborated[row] for row in claims)
