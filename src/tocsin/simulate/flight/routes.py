"""From a scenario's movers to individuals: a route, a start and signatures for each."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tocsin.geo.distance import travel
from tocsin.geo.frames import geodetic_from_ecef
from tocsin.geo.units import TURN_RAD
from tocsin.messages import Flags, Floats, Ints
from tocsin.simulate.bodies.ballistics import flight
from tocsin.simulate.bodies.kinds import KINDS, THROWN
from tocsin.simulate.chance import stream
from tocsin.simulate.flight.sky import Traits
from tocsin.simulate.scenario import Mover, Recorded, Scenario

CROSS_SECTION_DB = 3.0
SOUND_DB = 2.0
WANDER_POINTS = 64  # of a mover without a route; after the last comes the first again


@dataclass(frozen=True, slots=True, eq=False)
class Routes:
    """Where n individuals mean to fly: arrays of (n, points), shorter routes repeat their last point."""

    latitude_rad: Floats
    longitude_rad: Floats
    altitude_m: Floats
    speed_mps: Floats
    loiter_s: Floats
    radius_m: Floats
    points: Ints  # (n,) of each route
    start_s: Floats
    from_ground: Flags
    wanders: Flags
    end: tuple[str, ...]
    weave_rad: Floats
    weave_s: Floats
    thrown: Mapping[
        int, Floats
    ]  # row: knots (k, 6) a second apart from its start: thrown or recorded, it steers nothing


def routes(scenario: Scenario, seed: int) -> tuple[Routes, Traits]:
    """Individuals of all movers, in the order of the scenario."""
    rng = stream(seed, "movers")
    every = (*scenario.movers, *(_flown(one) for one in scenario.recorded))
    drafts = [_individual(mover, index, rng) for mover in every for index in range(mover.count)]
    n, width = len(drafts), max((d.shape[1] for d, *_ in drafts), default=1)
    table = np.zeros((6, n, width))
    for row, (draft, *_) in enumerate(drafts):
        table[:, row, : draft.shape[1]] = draft
        table[:, row, draft.shape[1] :] = draft[:, -1:]
        table[4, row, draft.shape[1] :] = 0.0
    movers = [mover for mover in every for _ in range(mover.count)]
    known = len(movers) - len(scenario.recorded)
    latitude, longitude, altitude, speed, loiter_s, radius = table
    planned = Routes(
        latitude,
        longitude,
        altitude,
        speed,
        loiter_s,
        radius,
        points=np.array([draft.shape[1] for draft, *_ in drafts], dtype=np.int64),
        start_s=np.array([start for _, start in drafts]),
        from_ground=np.array([m.from_ground for m in movers], dtype=np.bool_),
        wanders=np.array([m.wander_m > 0.0 for m in movers], dtype=np.bool_),
        end=tuple(m.end for m in movers),
        weave_rad=np.array([m.weave_rad for m in movers]),
        weave_s=np.array([m.weave_s for m in movers]),
        thrown={row: _thrown(m, rng) for row, m in enumerate(movers) if m.aim is not None}
        | {known + index: one.knots for index, one in enumerate(scenario.recorded)},
    )
    return planned, _traits(movers, rng)


def _flown(one: Recorded) -> Mover:
    """A recorded flight as a mover: it has its name and its place, and steers nothing."""
    latitude, longitude, altitude = (float(part) for part in geodetic_from_ecef(one.knots[0, :3]))
    return Mover(
        name=one.name,
        kind=one.kind,
        count=1,
        start_s=one.start_s,
        until_s=one.start_s,
        spacing_s=0.0,
        route=((latitude, longitude),) * 2,
        altitude_m=(altitude,) * 2,
        speed_mps=(0.0, 0.0),
        transmits=1.0 if one.identity else 0.0,
        callsign=one.callsign,
        identity=one.identity,
        recorded=True,
    )


def _thrown(mover: Mover, rng: np.random.Generator) -> Floats:
    """The knots of one round: each leaves the aim a little."""
    if mover.aim is None or mover.launch is None:
        return np.empty((0, 6))
    scatter = mover.launch.thrown.scatter
    return flight(mover.launch, mover.aim, rng.normal(0.0, 1.0, 3) * scatter * np.array([1.0, 0.3, 0.5]))


def _individual(mover: Mover, index: int, rng: np.random.Generator) -> tuple[Floats, float]:
    """(6, points): latitude, longitude, altitude, speed, loiter seconds, loiter radius; and when it starts."""
    start_s = mover.start_s + index * mover.spacing_s
    if mover.until_s > mover.start_s:
        start_s = float(rng.uniform(mover.start_s, mover.until_s))
    if mover.aim is not None:
        start_s = float(np.rint(start_s))  # knots stand at whole seconds
    latitude, longitude = (np.array(axis) for axis in zip(*mover.route, strict=True))
    altitude, speed = np.array(mover.altitude_m), np.array(mover.speed_mps)
    loiter_s, radius_m = np.zeros(len(latitude)), np.ones(len(latitude))
    for point, seconds, radius in mover.loiter:
        loiter_s[point], radius_m[point] = seconds, radius
    if mover.wander_m:
        points = WANDER_POINTS
        away_m = mover.wander_m * np.sqrt(rng.random(points))
        latitude, longitude, _ = travel(latitude[0], longitude[0], rng.uniform(0.0, TURN_RAD, points), away_m)
        altitude, speed = (np.full(points, axis[0]) * rng.uniform(0.6, 1.4, points) for axis in (altitude, speed))
        kind = KINDS[mover.kind]
        altitude = np.minimum(altitude, kind.ceiling_m)
        speed = np.clip(speed, max(kind.speed_min_mps, 0.5), kind.speed_max_mps)
        loiter_s, radius_m = np.zeros(points), np.ones(points)
    elif mover.spread_m:
        # One individual keeps its place in the group: the same scatter at each point, and a little of its own. What is
        # attacked is the last point, which all of them share.
        together = rng.normal(0.0, mover.spread_m, 2)
        own = rng.normal(0.0, 0.2 * mover.spread_m, (2, len(latitude)))
        east, north = together[:, None] + own
        east[-1] = north[-1] = 0.0 if mover.end != "vanish" else east[-1]
        latitude, longitude, _ = travel(latitude, longitude, np.arctan2(east, north), np.hypot(east, north))
    return np.stack((latitude, longitude, altitude, speed, loiter_s, radius_m)), start_s


def _traits(movers: list[Mover], rng: np.random.Generator) -> Traits:
    kinds = tuple(KINDS.get(m.kind) or THROWN[m.kind] for m in movers)
    n = len(movers)
    size = np.array([k.cross_section_m2 for k in kinds]) * 10.0 ** (rng.normal(0.0, CROSS_SECTION_DB, n) / 10.0)
    loud = np.array([k.sound_db for k in kinds])
    transmits = rng.random(n) < np.array([m.transmits for m in movers])
    radio = rng.random(n) < np.array([getattr(k, "radio", 0.0) for k in kinds])
    # Addresses out of one block by count, so that two aircraft never share one by chance.
    addresses = 0x4C0000 + rng.permutation(max(n, 1)) * 13 % 0x3FFFF
    flights = rng.integers(100, 9_999, max(n, 1))
    phantom = np.array([bool(m.only_for) for m in movers], dtype=np.bool_)
    number = np.where(phantom, -1, np.cumsum(~phantom))
    return Traits(
        number=number.astype(np.int64),
        kind=tuple(m.kind for m in movers),
        group=tuple(m.name for m in movers),
        cross_section_m2=size,
        sound_db=np.where(loud > 0.0, loud + rng.normal(0.0, SOUND_DB, n), -np.inf),
        rotor=np.array([getattr(k, "rotor", False) for k in kinds], dtype=np.bool_),
        radio=radio,
        flash=np.array([getattr(k, "flash", 0.0) for k in kinds]),
        identity=tuple(
            (m.identity or f"icao:{a:06x}") if t else None
            for m, a, t in zip(movers, addresses[:n], transmits, strict=True)
        ),
        callsign=tuple(
            f"{m.callsign}{'' if m.recorded else flight}" if t and m.callsign else None
            for m, flight, t in zip(movers, flights[:n], transmits, strict=True)
        ),
        seen_by=tuple(m.only_for for m in movers),
    )
