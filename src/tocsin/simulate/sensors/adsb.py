"""An ADS-B receiver: what aircraft say of themselves, where the receiver stands high enough to hear it.

An aircraft squitters at a rate of its own phase. Positions are missed at random and in fades of some seconds, as when a
wing shades the antenna. Heights are pressure altitudes in steps of 25 feet (ICAO Doc 9871), off by the day's pressure.
"""

import numpy as np

from tocsin.geo.frames import ecef_vector_from_enu, enu_vector_from_ecef, geodetic_from_ecef
from tocsin.geo.units import FOOT_M
from tocsin.messages import Floats, Ints
from tocsin.settings import Sensor
from tocsin.simulate.flight.sky import Sky, Traits
from tocsin.simulate.scenario import ReceiverSensing, Scenario
from tocsin.simulate.sensors.batch import Batch, Looks
from tocsin.simulate.sensors.stand import Stand

PRESSURE_STEP_M = 25.0 * FOOT_M
METRES_PER_HPA = 8.23  # 27 feet near the ground
STANDARD_HPA = 1013.25
SENDS_EVERY_S = 0.5  # one scan of the receiver
FADE_S = 12.0  # how long a fade lasts, and ten times as long is between two
FADE_SHARE = 0.1
POSITION_M = 15.0  # where the site file gives no sigma
VELOCITY_MPS = 0.5
HEADROOM_M = 20.0  # an antenna on the ground floor would hear nothing


class Receiver:
    """One receiver through the night."""

    def __init__(
        self, sensor: Sensor, sensing: ReceiverSensing, scenario: Scenario, traits: Traits, rng: np.random.Generator
    ) -> None:
        self.sensor, self.sensing, self._rng = sensor, sensing, rng
        self.stand = Stand.of(sensor, scenario.terrain)
        sends = np.array([identity is not None for identity in traits.identity], dtype=np.bool_)
        visible = traits.visible_to(sensor.name)
        self._senders = visible[sends[visible]]
        self._phantom = traits.phantom
        self._identity, self._callsign = traits.identity, traits.callsign
        self._phase = rng.random(len(sends))
        self._faded = np.zeros(len(sends), dtype=np.bool_)
        self._pressure_m = (STANDARD_HPA - scenario.weather.pressure_hpa) * METRES_PER_HPA

    def observe(self, sky: Sky, from_s: float, to_s: float, start_ns: int) -> Batch:
        """The positions that came in between from_s and to_s, a scan each half second."""
        del start_ns
        rows = np.intersect1d(sky.active(from_s, to_s), self._senders, assume_unique=True)
        time_s, rows = self._squitters(rows, from_s, to_s)
        position, velocity, altitude = sky.at(time_s, rows)
        distance = self.stand.polar(position)[0]
        heard = np.isfinite(distance) & (distance <= self.sensor.max_range_m)
        heard &= self.stand.above_horizon(position, altitude + HEADROOM_M) | self._phantom[rows]
        audible = heard & ~self._faded[rows]
        looks = Looks.of(time_s, rows, np.where(audible, 1.0 - self.sensing.loss, 0.0))
        heard &= self._rng.random(len(rows)) >= self.sensing.loss
        heard &= ~self._faded[rows]
        self._fade(to_s - from_s)
        time_s, rows, position, velocity = time_s[heard], rows[heard], position[heard], velocity[heard]
        slot = np.floor((time_s - from_s) / SENDS_EVERY_S).astype(np.int64)
        order = np.lexsort((time_s, slot))
        time_s, rows, slot = time_s[order], rows[order], slot[order]
        used, of_row = np.unique(slot, return_inverse=True)
        end_s = np.minimum(from_s + (used + 1) * SENDS_EVERY_S, to_s)
        k = len(used)
        return Batch(
            feed=self.sensor.name,
            sensors=(self.sensor.name,),
            received_s=end_s + self.sensing.delay_s + self.sensing.jitter_s * self._rng.random(k),
            sweep_scan=np.arange(k),
            sweep_sensor=np.zeros(k, dtype=np.int32),
            sweep_number=np.full(k, -1),
            sweep_start_s=np.asarray(from_s + used * SENDS_EVERY_S, dtype=np.float64),
            sweep_end_s=end_s,
            sweep_from_rad=np.full(k, np.nan),
            sweep_to_rad=np.full(k, np.nan),
            survey=False,
            row_sweep=of_row,
            time_s=time_s,
            values=self._values(position[order], velocity[order]),
            texts={
                "identity": tuple(self._identity[row] for row in rows),
                "callsign": tuple(self._callsign[row] for row in rows),
            },
            target=rows,
            looks=looks,
        )

    def _squitters(self, rows: Ints, from_s: float, to_s: float) -> tuple[Floats, Ints]:
        """When each sender sends inside the slab."""
        gap_s = 1.0 / self.sensing.rate_hz
        first = np.ceil(from_s / gap_s - self._phase[rows]).astype(np.int64)
        past = np.ceil(to_s / gap_s - self._phase[rows]).astype(np.int64)
        times = past - first
        pick = np.repeat(np.arange(len(rows)), times)
        nth = np.arange(len(pick)) - np.repeat(np.cumsum(times) - times, times)
        return (first[pick] + nth + self._phase[rows][pick]) * gap_s, rows[pick]

    def _fade(self, for_s: float) -> None:
        """Let fades begin and end: a two-state chain for each sender."""
        ends = 1.0 - np.exp(-for_s / FADE_S)
        begins = ends * FADE_SHARE / (1.0 - FADE_SHARE)
        draw = self._rng.random(len(self._faded))
        self._faded = np.where(self._faded, draw >= ends, draw < begins)

    def _values(self, position: Floats, velocity: Floats) -> dict[str, Floats]:
        sigma, n = self.sensor.sigma, len(position)
        noise = self._rng.normal(0.0, 1.0, (4, n))
        latitude, longitude, altitude = geodetic_from_ecef(position)
        off = sigma.get("east_m", POSITION_M), sigma.get("north_m", POSITION_M)
        aside = np.stack((off[0] * noise[0], off[1] * noise[1], np.zeros(n)), axis=-1)
        latitude, longitude, _ = geodetic_from_ecef(position + ecef_vector_from_enu(aside, latitude, longitude))
        speed = enu_vector_from_ecef(velocity, latitude, longitude)
        step = PRESSURE_STEP_M
        return {
            "latitude_rad": latitude,
            "longitude_rad": longitude,
            "pressure_altitude_m": np.rint((altitude + self._pressure_m) / step) * step,
            "velocity_east_mps": speed[:, 0] + VELOCITY_MPS * noise[2],
            "velocity_north_mps": speed[:, 1] + VELOCITY_MPS * noise[3],
        }
