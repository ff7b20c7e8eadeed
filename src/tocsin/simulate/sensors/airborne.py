"""A radar in an aircraft: it looks like any radar, and reports where things are instead of where they are from it.

Where the site declares a radar and not a source of positions, it reports as any radar does, ranges and azimuths from
where it is, and the site is told its path (`carriers`).
"""

from dataclasses import replace

import numpy as np

from tocsin.geo.ellipsoid import MEAN_RADIUS_M
from tocsin.geo.frames import ecef_from_enu, enu_from_polar, geodetic_from_ecef
from tocsin.messages import Floats
from tocsin.settings import Sensor
from tocsin.simulate.flight.sky import Sky, Traits
from tocsin.simulate.scenario import AirborneSensing, Scenario
from tocsin.simulate.sensors.batch import Batch
from tocsin.simulate.sensors.radar import Radar

OWN_PLACE_M = 20.0  # how well the aircraft knows where it is


class Airborne:
    """One airborne radar through the night. Where its carrier does not fly, it sees nothing."""

    def __init__(
        self, sensor: Sensor, sensing: AirborneSensing, scenario: Scenario, traits: Traits, rng: np.random.Generator
    ) -> None:
        self.sensor, self.sensing, self._rng = sensor, sensing, rng
        polar = {"range_m": sensing.sigma_range_m, "azimuth_rad": sensing.sigma_azimuth_rad, "elevation_rad": 1e-6}
        inside = sensor if sensor.kind == "radar" else replace(sensor, kind="radar", sigma=polar)
        self.radar = Radar(inside, sensing.radar, scenario, traits, rng, traits.group.index(sensing.carrier))

    def observe(self, sky: Sky, from_s: float, to_s: float, start_ns: int) -> Batch:
        """The sectors that close in the slab, as positions. Silence says nothing: nobody else knows where it looked."""
        seen = self.radar.observe(sky, from_s, to_s, start_ns)
        if self.sensor.kind == "radar":
            return self._aloft(sky, seen)
        flies = np.isfinite(self.radar.stand(sky, seen.time_s).altitude_m)
        values = self._positions(sky, seen)
        return replace(
            seen,
            survey=False,
            sweep_number=np.full(len(seen.sweep_number), -1),
            sweep_from_rad=np.full(len(seen.sweep_number), np.nan),
            sweep_to_rad=np.full(len(seen.sweep_number), np.nan),
            row_sweep=seen.row_sweep[flies],
            time_s=seen.time_s[flies],
            values={name: column[flies] for name, column in values.items()},
            statuses={k: told for k, told in seen.statuses.items() if np.isfinite(told[0].altitude_m or 0.0)},
            target=None if seen.target is None else seen.target[flies],
        )

    def _aloft(self, sky: Sky, seen: Batch) -> Batch:
        """What it measured, and where it looked, while its carrier flies; a scan is a sector here."""
        aloft = np.isfinite(self.radar.stand(sky, seen.sweep_end_s).altitude_m)
        rows = aloft[seen.row_sweep] & np.isfinite(self.radar.stand(sky, seen.time_s).altitude_m)
        number = np.cumsum(aloft) - 1
        sweeps = ("sensor", "number", "start_s", "end_s", "from_rad", "to_rad")
        return replace(
            seen,
            received_s=seen.received_s[aloft],
            sweep_scan=np.arange(int(aloft.sum())),
            **{f"sweep_{name}": getattr(seen, f"sweep_{name}")[aloft] for name in sweeps},
            row_sweep=number[seen.row_sweep[rows]],
            time_s=seen.time_s[rows],
            values={name: column[rows] for name, column in seen.values.items()},
            statuses={int(number[k]): told for k, told in seen.statuses.items() if aloft[k]},
            target=None if seen.target is None else seen.target[rows],
        )

    def _positions(self, sky: Sky, seen: Batch) -> dict[str, Floats]:
        stand, got, n = self.radar.stand(sky, seen.time_s), seen.values, len(seen.time_s)
        enu = enu_from_polar(got["range_m"], got["azimuth_rad"], got["elevation_rad"])
        enu = enu + OWN_PLACE_M * self._rng.normal(0.0, 1.0, (n, 3)) * np.array([1.0, 1.0, 0.0])
        position = ecef_from_enu(enu, stand.latitude_rad, stand.longitude_rad, stand.altitude_m)
        latitude, longitude, altitude = geodetic_from_ecef(position)
        along, across = self.sensing.sigma_range_m, got["range_m"] * self.sensing.sigma_azimuth_rad
        sine, cosine = np.sin(got["azimuth_rad"]), np.cos(got["azimuth_rad"])
        north = np.hypot(along * cosine, across * sine) + OWN_PLACE_M
        east = np.hypot(along * sine, across * cosine) + OWN_PLACE_M
        high = self.sensing.sigma_altitude_m
        return {
            "latitude_rad": latitude,
            "longitude_rad": longitude,
            "altitude_m": altitude + high * self._rng.normal(0.0, 1.0, n),
            "latitude_rad_sigma": north / MEAN_RADIUS_M,
            "longitude_rad_sigma": east / MEAN_RADIUS_M / np.cos(latitude),
            "altitude_m_sigma": np.full(n, high),
        }
