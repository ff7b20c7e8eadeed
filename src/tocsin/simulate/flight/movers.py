"""Flies everything that steers itself along its route, one slab of seconds at a time.

A point mass for each mover: it turns, climbs and speeds up no faster than its kind may (`kinds`), towards the next
point of its route, which it passes, circles, attacks or lands on. The heading wanders a little around the wanted one.
State is geodetic, so a night may be a thousand kilometres wide; a degree around the poles is out of bounds.
"""

import numpy as np

from tocsin.geo.ellipsoid import A_M, E2
from tocsin.geo.frames import ecef_from_geodetic, ecef_vector_from_enu, geodetic_from_ecef, half_turn
from tocsin.geo.units import TURN_RAD
from tocsin.messages import Flags, Floats, Ints
from tocsin.simulate.bodies.kinds import KINDS
from tocsin.simulate.chance import stream
from tocsin.simulate.flight.routes import routes
from tocsin.simulate.flight.sky import STEP_S, Sky
from tocsin.simulate.scenario import Scenario

UNSTEADY_S = 20.0  # how long a mover strays to one side
CLIMB_RESPONSE_S = 4.0  # how long it takes to close most of a difference of height
CLEARANCE_M = 10.0  # nothing flies lower than this over the ground, except to end there
LOOK_AHEAD_S = (0.0, 2.0, 4.0, 7.0, 11.0)  # where on its course a mover looks for higher ground
CIRCLE_PULL = 2.0  # how sharply a circle is joined: the angle between its tangent and the course, per radius away


NOBODY = KINDS["light aircraft"]  # stands in for what is thrown and never steered


class Flight:
    """The movers of a scenario in flight. `sky` holds their knots; `advance` adds a slab to it."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.routes, self.traits = routes(scenario, seed)
        self._rng = stream(seed, "flight")
        n = len(self.traits.number)
        kinds = [KINDS.get(name, NOBODY) for name in self.traits.kind]
        self._turn, self._faster, self._climb, self._sink, self._dive, self._unsteady = (
            np.array([getattr(kind, name) for kind in kinds])
            for name in ("turn_mps2", "speed_up_mps2", "climb_mps", "sink_mps", "dive_rad", "unsteadiness_rad")
        )
        self._over_sea = np.array([kind.over_sea for kind in kinds], dtype=np.bool_)
        self._terrain = scenario.terrain
        self._descends = np.array([end != "vanish" for end in self.routes.end], dtype=np.bool_)
        first = self.routes
        self.latitude, self.longitude = first.latitude_rad[:, 0].copy(), first.longitude_rad[:, 0].copy()
        ground = self._ground_m(self.latitude, self.longitude)
        height = first.altitude_m[:, 0] + np.where(self._over_sea, 0.0, ground)
        self.altitude = np.maximum(np.where(first.from_ground, ground, height), ground)
        self.speed = first.speed_mps[:, 0].copy()
        self.heading = np.zeros(n)
        self.climb = np.zeros(n)
        self.stray = np.zeros(n)
        self.point = np.minimum(1, first.points - 1)
        self.loiter_s = first.loiter_s[np.arange(n), self.point]
        self.flying = np.zeros(n, dtype=np.bool_)
        self.ended = np.array([row in first.thrown for row in range(n)], dtype=np.bool_)  # thrown: not flown here
        self.now_s = float(np.floor(min(0.0, first.start_s.min(initial=0.0))))
        rows = np.arange(n)
        self.heading = self._bearing(rows)[1]
        self.sky = Sky(self.now_s, n)
        self.sky.roll(*self._knots([self._begin()], self.now_s))

    def advance(self, to_s: float) -> None:
        """Fly until `to_s`, a whole number of steps ahead, and add the knots to the sky."""
        knots = []
        for _ in range(round((to_s - self.now_s) / STEP_S)):
            rows = np.flatnonzero(self.flying)
            before = self._velocity(rows)
            home = self._last_step(rows)
            self._steer(rows)
            self._move(rows, before)
            self.now_s += STEP_S
            self._place(home)
            arrived = np.union1d(home, rows[self._passed(rows)])
            self._land(arrived)
            knots.append(self._begin())
            self.flying[arrived], self.ended[arrived] = False, True  # its last knot is the one just taken
        if knots:
            self.sky.roll(*self._knots(knots, self.now_s - (len(knots) - 1) * STEP_S))

    def _begin(self) -> tuple[Ints, Floats]:
        """Start who is due, then take the state of all who fly as one knot: who, and (6, movers)."""
        self.flying |= (self.routes.start_s <= self.now_s) & ~self.ended
        rows = np.flatnonzero(self.flying)
        state = (
            self.latitude[rows],
            self.longitude[rows],
            self.altitude[rows],
            *self._velocity(rows),
            self.climb[rows],
        )
        return rows, np.stack(state)

    def _knots(self, knots: list[tuple[Ints, Floats]], first_s: float) -> tuple[Ints, Floats, Floats, Floats]:
        """Who flies, and ECEF positions and velocities of the knots from `first_s` on, what is thrown included."""
        falling = {
            row: round(self.routes.start_s[row] - first_s)
            for row, path in self.routes.thrown.items()
            if -len(path) < round(self.routes.start_s[row] - first_s) < len(knots)
        }
        rows = np.unique(np.concatenate([*(who for who, _ in knots), np.array(list(falling), dtype=np.int64)]))
        state = np.full((6, len(knots), len(rows)), np.nan)
        for k, (who, knot) in enumerate(knots):
            state[:, k, np.searchsorted(rows, who)] = knot
        latitude, longitude, altitude, east, north, up = state
        position = ecef_from_geodetic(latitude, longitude, altitude)
        velocity = ecef_vector_from_enu(np.stack((east, north, up), axis=-1), latitude, longitude)
        for row, begin in falling.items():
            path, column = self.routes.thrown[row], int(np.searchsorted(rows, row))
            here = np.arange(max(begin, 0), min(begin + len(path), len(knots)))
            position[here, column], velocity[here, column] = path[here - begin, :3], path[here - begin, 3:]
            altitude[here, column] = geodetic_from_ecef(path[here - begin, :3])[2]
        return rows, position, velocity, altitude

    def _ground_m(self, latitude: Floats, longitude: Floats) -> Floats:
        return np.zeros(len(latitude)) if self._terrain is None else self._terrain.height_m(latitude, longitude)

    def _bearing(self, rows: Ints) -> tuple[Floats, Floats]:
        """Ground distance and bearing to the next point: planar, along the rhumb line that re-aiming makes of it."""
        latitude, point = self.latitude[rows], self.point[rows]
        north_m, east_m = _metres_per_radian(0.5 * (latitude + self.routes.latitude_rad[rows, point]))
        north = (self.routes.latitude_rad[rows, point] - latitude) * north_m
        east = half_turn(self.routes.longitude_rad[rows, point] - self.longitude[rows]) * east_m
        return np.hypot(east, north), np.arctan2(east, north)

    def _velocity(self, rows: Ints) -> tuple[Floats, Floats]:
        return self.speed[rows] * np.sin(self.heading[rows]), self.speed[rows] * np.cos(self.heading[rows])

    def _steer(self, rows: Ints) -> None:
        distance, wanted = self._bearing(rows)
        speed, point = self.speed[rows], self.point[rows]
        circling = self.loiter_s[rows] > 0.0
        radius = np.maximum(self.routes.radius_m[rows, point], speed**2 / (0.8 * self._turn[rows]))
        onto = wanted - 0.5 * np.pi + np.arctan(CIRCLE_PULL * (distance - radius) / radius)
        wanted = np.where(circling, onto, wanted)
        self.loiter_s[rows] -= STEP_S * (circling & (distance < 1.5 * radius))
        keep = np.exp(-STEP_S / UNSTEADY_S)
        fresh = self._rng.normal(0.0, 1.0, len(rows)) * self._unsteady[rows] * np.sqrt(1.0 - keep**2)
        self.stray[rows] = keep * self.stray[rows] + fresh
        swing = TURN_RAD * (self.now_s - self.routes.start_s[rows]) / self.routes.weave_s[rows]
        aside = self.stray[rows] + self.routes.weave_rad[rows] * np.sin(swing)
        wanted = wanted + aside * np.minimum(distance / 2_000.0, 1.0)  # the last stretch is flown straight
        limit = self._turn[rows] / np.maximum(speed, 1.0) * STEP_S
        self.heading[rows] += np.clip(half_turn(wanted - self.heading[rows]), -limit, limit)
        change = self.routes.speed_mps[rows, point] - speed
        self.speed[rows] += np.clip(change, -self._faster[rows] * STEP_S, self._faster[rows] * STEP_S)
        self._level(rows, distance)

    def _level(self, rows: Ints, distance: Floats) -> None:
        """Choose the rate of climb: towards the leg's height, over what lies ahead, down a slope where it descends."""
        ground = self._highest_ahead(rows)
        wanted = self.routes.altitude_m[rows, self.point[rows]]
        wanted = np.where(self._over_sea[rows], np.maximum(wanted, ground + CLEARANCE_M), wanted + ground)
        last = self._descends[rows] & self._on_last_leg(rows)
        end = self._ground_m(self.routes.latitude_rad[rows, -1], self.routes.longitude_rad[rows, -1])
        slope = np.where(last, end + distance * np.tan(self._dive[rows]), np.inf)
        floor = np.where(last, end, ground + CLEARANCE_M)
        rate = (np.maximum(np.minimum(wanted, slope), floor) - self.altitude[rows]) / CLIMB_RESPONSE_S
        rate = np.where(slope < wanted, rate - self.speed[rows] * np.tan(self._dive[rows]), rate)
        self.climb[rows] = np.clip(rate, -self._sink[rows], self._climb[rows])

    def _highest_ahead(self, rows: Ints) -> Floats:
        """The highest ground on the next seconds of its course: what follows the terrain climbs in time."""
        if self._terrain is None:
            return np.zeros(len(rows))
        north_m, east_m = _metres_per_radian(self.latitude[rows])
        east, north = self._velocity(rows)
        ahead = np.array(LOOK_AHEAD_S)[:, None]
        latitude = self.latitude[rows] + ahead * north / north_m
        return np.asarray(self._terrain.height_m(latitude, self.longitude[rows] + ahead * east / east_m).max(axis=0))

    def _move(self, rows: Ints, before: tuple[Floats, Floats]) -> None:
        """Half a step at the old velocity and half at the new one, so that knots and Hermite curves agree."""
        after = self._velocity(rows)
        north_m, east_m = _metres_per_radian(self.latitude[rows])
        self.latitude[rows] += 0.5 * STEP_S * (before[1] + after[1]) / (north_m + self.altitude[rows])
        self.longitude[rows] += 0.5 * STEP_S * (before[0] + after[0]) / east_m
        ground = self._ground_m(self.latitude[rows], self.longitude[rows])
        self.altitude[rows] = np.maximum(self.altitude[rows] + STEP_S * self.climb[rows], ground)

    def _on_last_leg(self, rows: Ints) -> Flags:
        """True where the next point is the end of the route. Who wanders has no end."""
        return np.asarray((self.point[rows] == self.routes.points[rows] - 1) & ~self.routes.wanders[rows])

    def _last_step(self, rows: Ints) -> Ints:
        """Movers that reach the end of their route within this step."""
        last = self._on_last_leg(rows) & (self.loiter_s[rows] <= 0.0)
        return rows[last & (self._bearing(rows)[0] <= self.speed[rows] * STEP_S)]

    def _place(self, home: Ints) -> None:
        """Put them exactly there."""
        point = self.point[home]
        self.latitude[home] = self.routes.latitude_rad[home, point]
        self.longitude[home] = self.routes.longitude_rad[home, point]

    def _land(self, arrived: Ints) -> None:
        """What attacks or lands ends on the ground."""
        down = arrived[self._descends[arrived]]
        self.altitude[down] = self._ground_m(self.latitude[down], self.longitude[down])

    def _passed(self, rows: Ints) -> Flags:
        """Turn to the next point where one was passed. True where it was the last one."""
        distance, bearing = self._bearing(rows)
        speed, last = self.speed[rows], self._on_last_leg(rows)
        turning = speed**2 / self._turn[rows]
        behind = np.abs(half_turn(bearing - self.heading[rows])) > 0.5 * np.pi
        near = np.where(last, 0.0, np.maximum(speed * STEP_S, 0.7 * turning))
        # A point inside its turning circle can never be met head on: what has gone by it has reached it.
        passed = (self.loiter_s[rows] <= 0.0) & ((distance < near) | (behind & (distance < 2.0 * turning)))
        onward = rows[passed & ~last]
        self.point[onward] = (self.point[onward] + 1) % self.routes.points[onward]
        self.loiter_s[onward] = self.routes.loiter_s[onward, self.point[onward]]
        return np.asarray(passed & last)


def _metres_per_radian(latitude: Floats) -> tuple[Floats, Floats]:
    """Metres in a radian of latitude and of longitude: the radii of curvature M, and N cos(latitude)."""
    w2 = 1.0 - E2 * np.sin(latitude) ** 2
    normal = A_M / np.sqrt(w2)
    return normal * (1.0 - E2) / w2, normal * np.cos(latitude)
