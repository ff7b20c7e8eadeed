"""[[mover]]: what flies. Whatever its kind could not do is an error of its line."""

from dataclasses import dataclass, replace
from math import inf

import numpy as np

from tocsin.geo.distance import distance_m
from tocsin.geo.frames import ecef_vector_from_enu
from tocsin.geo.terrain import Terrain
from tocsin.simulate.bodies.ballistics import Launch, aim
from tocsin.simulate.bodies.kinds import KINDS, NAMES, THROWN, Kind, Thrown
from tocsin.simulate.network import Points
from tocsin.simulate.reading.entry import Entry
from tocsin.simulate.scenario import ENDS, Mover, Weather

TIME_S_MAX = 14 * 86_400.0
ANY = replace(KINDS["bird"], speed_min_mps=0.0, speed_max_mps=inf, ceiling_m=inf)  # of a kind that is unknown
POLE_RAD = 1.55  # 89 degrees: a degree around the poles is out of bounds for flight by latitude and longitude


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a mover's reader must know of the rest of the scenario."""

    sensors: tuple[str, ...]
    weather: Weather
    terrain: Terrain | None

    def ground_m(self, point: tuple[float, float]) -> float:
        """The height of the ground."""
        return 0.0 if self.terrain is None else float(self.terrain.height_m(*point))


def mover(entry: Entry, index: int, around: Surroundings) -> Mover:
    """One [[mover]]."""
    kind = entry.word("kind", None, NAMES)
    start_s = entry.number("start_s", 0.0, -TIME_S_MAX, TIME_S_MAX)
    common = Mover(
        name=entry.word("name", f"{kind} {index + 1}"),
        kind=kind,
        count=entry.whole("count", 1, 1, 100_000),
        start_s=start_s,
        until_s=entry.number("until_s", start_s, start_s, TIME_S_MAX),
        spacing_s=entry.number("spacing_s", 0.0, 0.0, 86_400.0),
        route=(),
        altitude_m=(),
        speed_mps=(),
        spread_m=entry.number("spread_m", 0.0, 0.0, 200_000.0),
        only_for=entry.words("only_for", around.sensors),
    )
    thrown = THROWN.get(kind)
    bounds = KINDS[kind] if entry.says("kind", kind) and thrown is None else ANY
    made = _flown(entry, common, bounds) if thrown is None else _thrown(entry, common, thrown, around)
    entry.done()
    return made


def _flown(entry: Entry, common: Mover, kind: Kind) -> Mover:
    """What steers itself along its route."""
    wander_m = entry.number("wander_m", 0.0, 0.0, 500_000.0)
    route = entry.points("route_deg", 1 if wander_m else 2)
    if any(abs(latitude) > POLE_RAD for latitude, _ in route):
        entry.wrong("route_deg", "route_deg comes within a degree of a pole; nothing can be flown there by latitude")
    slowest = max(kind.speed_min_mps, 0.5)
    return replace(
        common,
        route=route,
        altitude_m=_along(entry, "altitude_m", kind.altitude_m, 0.0, kind.ceiling_m, len(route), common.kind),
        speed_mps=_along(entry, "speed_mps", kind.speed_mps, slowest, kind.speed_max_mps, len(route), common.kind),
        wander_m=wander_m,
        loiter=_loiter(entry, len(route)),
        weave_rad=entry.angle("weave_deg", 0.0, 0.0, 60.0),
        weave_s=entry.number("weave_s", 30.0, 2.0, 3_600.0),
        from_ground=entry.flag("from_ground", default=False),
        end=entry.word("end", "vanish", ENDS),
        transmits=entry.number("transmits", kind.transmits, 0.0, 1.0),
        callsign=entry.word("callsign", ""),
        identity=entry.word("identity", ""),
    )


def _thrown(entry: Entry, common: Mover, thrown: Thrown, around: Surroundings) -> Mover:
    """What is launched at the first point of its route and falls at the last."""
    route = entry.points("route_deg", 2)
    speed = entry.number("speed_mps", thrown.speed_mps, thrown.speed_min_mps, thrown.speed_max_mps)
    if len(route) != 2:
        if len(route) > 2:
            entry.wrong("route_deg", f"route_deg has {len(route)} points; what is thrown has two: launch and target")
        return replace(common, route=route)
    launch = _launch(thrown, route, around)
    found = aim(launch, speed)
    if isinstance(found, float):
        length = float(distance_m(*route[0], *route[1]))
        entry.wrong("route_deg", f"the target is {length / 1000:.1f} km away; this one reaches {found / 1000:.1f} km")
        return replace(common, route=route)
    return replace(common, route=route, speed_mps=(speed, speed), altitude_m=(0.0, 0.0), launch=launch, aim=found)


def _launch(thrown: Thrown, route: Points, around: Surroundings) -> Launch:
    blows, speed = around.weather.wind_from_rad, around.weather.wind_mps
    wind = np.array([-speed * np.sin(blows), -speed * np.cos(blows), 0.0])
    heights = tuple(around.ground_m(point) for point in route)
    return Launch(thrown, route[0], heights[0], route[1], heights[1], ecef_vector_from_enu(wind, *route[0]))


def _along(
    entry: Entry, key: str, default: float, low: float, high: float, points: int, kind: str
) -> tuple[float, ...]:
    """One value for the whole route, or one for each of its points."""
    values = entry.numbers(key, (default,), low, high, kind)
    if len(values) not in (1, points):
        message = f"{key} has {len(values)} values; expected 1, or one for each of the {points} points of the route"
        entry.wrong(key, message)
        return (default,) * points
    return values * points if len(values) == 1 else values


def _loiter(entry: Entry, points: int) -> tuple[tuple[int, float, float], ...]:
    """`loiter = [{ point = 2, seconds = 600, radius_m = 1500 }]`: circle around that point of the route (from 1)."""
    loops: list[tuple[int, float, float]] = []
    for loop in entry.tables("loiter"):
        point = loop.whole("point", None, 1, max(points, 1))
        loops.append((point - 1, loop.number("seconds", None, 1.0, 86_400.0), loop.number("radius_m", None, 10.0, 1e5)))
        loop.done()
    return tuple(loops)
