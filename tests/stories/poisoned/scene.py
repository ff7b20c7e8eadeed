"""A plant that three radars of three owners watch, with a standing order in force: whatever may be said, is said."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from tests.simulated import scenario
from tocsin.messages import Alert, Item, Order, Scan, Statement, Step, Tick
from tocsin.pipeline import State, advance, desk
from tocsin.simulate.carriers import told
from tocsin.simulate.night import arrivals, slabs

SECOND_NS = 1_000_000_000
LEAP_NS = 60 * SECOND_NS
SITE = """
[site]
name = "test"

[frame]
kind = "earth"
latitude_deg = 37.2
longitude_deg = -7.2
altitude_m = 0

[[place]]
name = "plant"
kind = "site"
latitude_deg = 37.2
longitude_deg = -7.2
ring_m = 8000
action_time_s = 120
residents = 2000
"""
RADAR = """
[[sensor]]
name = "{name}"
kind = "radar"
sources = ["{name} box"]
latitude_deg = {latitude}
longitude_deg = {longitude}
altitude_m = 40
sigma_range_m = 30
sigma_azimuth_deg = 0.2
sigma_elevation_deg = 0.3
detection_probability = 0.95
clutter_per_scan = 1
max_range_m = 80000
period_s = 3
path_link = "{name}"
path_power = "{name}"
path_clock = "{name}"
path_owner = "{name}"
"""
ADSB = """
[[sensor]]
name = "ADS-B"
kind = "position"
sources = ["adsb box"]
latitude_deg = 37.2
longitude_deg = -7.2
altitude_m = 40
sigma_position_m = 30
sigma_velocity_mps = 1
detection_probability = 0.95
clutter_per_scan = 0
max_range_m = 300000
period_s = 1
reporting = "event"

[[sensing]]
sensor = "ADS-B"
physics = "ads-b"
"""
RADARS = "".join(
    RADAR.format(name=name, latitude=latitude, longitude=longitude)
    for name, latitude, longitude in (("port", 37.18, -7.15), ("river", 37.3, -7.3), ("dunes", 37.15, -7.0))
)
DRONES = """
[[mover]]
name = "{name}"
kind = "one-way-attack drone"
count = {count}
start_s = 20
spacing_s = 4
route_deg = [[37.06, -7.38], [37.2, -7.2]]
altitude_m = 400
speed_mps = 55
spread_m = 900
{more}
"""
REAL = DRONES.format(name="real", count=2, more="")
ALLOWED = {
    "places": "plant",
    "classes": "one-way-attack drone, small fixed-wing drone, multirotor, cruise missile, light aircraft, unknown",
    "chance_min": "0.05",
    "area_km2_max": "5000",
    "people_max": "50000",
    "rate_per_hour": "20",
    "hours": "100",
}


@dataclass(slots=True)
class Night:
    """What was decided and said."""

    state: State
    steps: list[Step] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)

    @property
    def statements(self) -> list[Statement]:
        """All of them, as they came."""
        return [one for step in self.steps for one in step.statements]

    @property
    def public(self) -> list[Statement]:
        """What everybody was told."""
        return [one for one in self.statements if one.audience == "public" and one.state == "released"]

    @property
    def waits(self) -> set[str]:
        """Why public drafts wait."""
        return {one.note for one in self.statements if one.audience == "public" and one.state == "draft"}

    @property
    def worst(self) -> list[Alert]:
        """Alerts at warning and more."""
        return [one for step in self.steps for one in step.alerts if one.stage in ("warning", "under way")]

    def notices(self, kind: str) -> list[str]:
        """What was noted of a kind."""
        return [f"{one.subject}: {one.text}" for step in self.steps for one in step.notices if one.kind == kind]

    def refused(self) -> dict[str, int]:
        """How often, for which reasons."""
        last = next(step.health for step in reversed(self.steps) if step.health is not None)
        return dict(last.refusals)

    def give(self, item: Scan | Tick | Order) -> Step:
        """One item."""
        self.items.append(item)
        self.steps.append(advance(self.state, item))
        return self.steps[-1]


def night(
    text: str,
    duration_s: float = 240.0,
    *,
    changed: Callable[[Iterable[Scan]], Iterable[Scan]] = lambda scans: scans,
    seed: int = 3,
) -> Night:
    """Play a scenario under a standing order; `changed` spoils what sensors say."""
    written = scenario(SITE + RADARS + ADSB + text, duration_s)
    site = told(written, seed)
    played = Night(State.of(replace(site, releasing=replace(site.releasing, people=("ann", "ben")))))
    now_ns = written.start_ns
    played.give(Tick(now_ns))
    for key, (person, role, action, words) in enumerate(
        (("ann", "supervisor", "sign", ALLOWED), ("ben", "operator", "countersign", {}))
    ):
        order = Order(now_ns, f"k{key}", person, role, action, "always", words, "because", f"of {person}")
        (answer,) = played.give(order).answers
        assert answer.accepted, answer.reason
    assert [one.state for one in desk(played.state).standing] == ["in force"]
    tick_ns = now_ns + SECOND_NS
    last_ns = now_ns
    for scan in changed(arrivals(slabs(written, seed), written.start_ns)):
        if scan.received_ns > last_ns + LEAP_NS:  # the clock leapt: those seconds were never lived through
            tick_ns = scan.received_ns // SECOND_NS * SECOND_NS
        last_ns = scan.received_ns
        while tick_ns <= scan.received_ns:
            played.give(Tick(tick_ns))
            tick_ns += SECOND_NS
        played.give(scan)
    return played
