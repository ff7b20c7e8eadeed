"""Launching what falls: how to aim it, and the knots of its flight."""

from dataclasses import dataclass

import numpy as np

from tocsin.geo.distance import geodesic
from tocsin.geo.frames import ecef_from_geodetic, ecef_vector_from_enu, geodetic_from_ecef, half_turn
from tocsin.messages import Floats
from tocsin.simulate.bodies import kernels
from tocsin.simulate.bodies.kinds import Thrown

CANDIDATES = 24  # elevations or burning times tried at once; three rounds narrow them 10,000-fold
ROUNDS = 3
ELEVATION_RAD = (0.05, 1.5)
BURN_S_MIN = 1.0
CORRECTIONS = 6
CLOSE_M = 1.0  # how near the aimed impact is to the target, before scatter


@dataclass(frozen=True, slots=True)
class Aim:
    """How it must be launched to come down on its target."""

    azimuth_rad: float
    elevation_rad: float
    speed_mps: float
    burn_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Launch:
    """What from where to where: geodetic, metres above the ellipsoid; the wind in ECEF (3,)."""

    thrown: Thrown
    from_rad: tuple[float, float]
    from_m: float
    to_rad: tuple[float, float]
    to_m: float
    wind_mps: Floats

    def directions(self, azimuth: Floats, elevation: Floats) -> Floats:
        """The launcher's direction in ECEF (n, 3)."""
        across = np.cos(elevation)
        enu = np.stack(np.broadcast_arrays(across * np.sin(azimuth), across * np.cos(azimuth), np.sin(elevation)), -1)
        return ecef_vector_from_enu(enu, *self.from_rad)

    def impacts(self, azimuth: float, tried: Floats, speed_mps: float) -> tuple[Floats, Floats]:
        """Ground range, and bearing, of the impact for each elevation (a gun) or burning time (a rocket) tried."""
        gun = not self.thrown.burn_mps2
        ahead = self.directions(np.asarray(azimuth), tried if gun else np.full(len(tried), self.thrown.elevation_rad))
        where = kernels.impacts(
            ecef_from_geodetic(*self.from_rad, self.from_m),
            ahead * speed_mps,
            ahead,
            self.thrown.burn_mps2,
            np.zeros(len(tried)) if gun else tried,
            self.thrown.mass_per_drag_kgpm2,
            self.wind_mps,
            self.to_m,
        )
        latitude, longitude, _ = geodetic_from_ecef(where)
        length, bearing, _ = geodesic(*self.from_rad, latitude, longitude)
        return length, bearing


def aim(launch: Launch, speed_mps: float) -> Aim | float:
    """The aim that hits, or, where none does, the longest range (m) that it reaches.

    The turning earth and the wind carry a round aside: after each try it is aimed as far to the other side.
    """
    gun = not launch.thrown.burn_mps2
    length, wanted, _ = (float(part) for part in geodesic(*launch.from_rad, *launch.to_rad))
    azimuth, found = wanted, 0.0
    for _ in range(CORRECTIONS):
        low, high = ELEVATION_RAD if gun else (BURN_S_MIN, launch.thrown.burn_s_max)
        for _ in range(ROUNDS):
            tried = np.linspace(low, high, CANDIDATES)
            ranges, _ = launch.impacts(azimuth, tried, speed_mps)
            beyond = np.flatnonzero(ranges >= length)
            if not len(beyond):
                return float(ranges.max())
            # What is beyond the target lies between two that fall short: a low arc before it, a high one after it.
            far, near = (beyond[-1], beyond[-1] + 1) if gun and launch.thrown.high else (beyond[0], beyond[0] - 1)
            near = min(max(near, 0), CANDIDATES - 1)
            low, high = sorted((float(tried[far]), float(tried[near])))
            span = float(ranges[near] - ranges[far])
            found = float(tried[far] + (length - ranges[far]) / span * (tried[near] - tried[far])) if span else low
        reached, bearing = launch.impacts(azimuth, np.array([found]), speed_mps)
        aside = float(half_turn(wanted - bearing[0]))
        if abs(aside) * length < CLOSE_M and abs(float(reached[0]) - length) < CLOSE_M:
            break
        azimuth += aside
    elevation, burn_s = (found, 0.0) if gun else (launch.thrown.elevation_rad, found)
    return Aim(azimuth, elevation, speed_mps, burn_s)


def flight(launch: Launch, aim: Aim, off: Floats) -> Floats:
    """Knots (k, 6) of one round, a second apart from its launch: position and velocity; the last is the impact.

    `off`: how much it leaves the aim: azimuth (rad), elevation (rad), share of the speed or burning time.
    """
    ahead = launch.directions(np.array([aim.azimuth_rad + off[0]]), np.array([aim.elevation_rad + off[1]]))[0]
    knots = np.empty((kernels.FLIGHT_S_MAX + 2, 6))
    _, filled = kernels.fly(
        ecef_from_geodetic(*launch.from_rad, launch.from_m),
        ahead * aim.speed_mps * (1.0 + off[2]),
        ahead,
        launch.thrown.burn_mps2,
        aim.burn_s * (1.0 + off[2]),
        launch.thrown.mass_per_drag_kgpm2,
        launch.wind_mps,
        launch.to_m,
        knots,
    )
    return knots[:filled]
