"""A sensor high above that sees the flash of a launch: where and when, once, and some seconds later on the wire."""

import numpy as np

from tocsin.geo.frames import ecef_vector_from_enu, geodetic_from_ecef
from tocsin.settings import Sensor
from tocsin.simulate.flight.movers import Flight
from tocsin.simulate.flight.sky import Sky
from tocsin.simulate.scenario import FlashSensing
from tocsin.simulate.sensors.batch import Batch
from tocsin.simulate.sensors.events import events

WHAT = "ballistic rocket"  # what a flash of this size is called
SURE = 0.9
USUAL_M = 3_000.0  # where the site gives no sigma


class Flash:
    """One such sensor through the night."""

    def __init__(self, sensor: Sensor, sensing: FlashSensing, flight: Flight, rng: np.random.Generator) -> None:
        self.sensor, self.sensing, self._rng = sensor, sensing, rng
        traits = flight.traits
        visible = traits.visible_to(sensor.name)
        self._bright = visible[(traits.flash[visible] > 0.0)]
        self._chance = np.where(traits.phantom, 1.0, traits.flash)
        self._start_s = flight.routes.start_s

    def observe(self, sky: Sky, from_s: float, to_s: float, start_ns: int) -> Batch:
        """The launches of the slab."""
        del start_ns
        sensor, rng = self.sensor, self._rng
        begin = self._start_s[self._bright]
        rows = self._bright[(begin >= from_s) & (begin < to_s)]
        rows = rows[rng.random(len(rows)) < self._chance[rows] * sensor.detection_probability]
        time_s = self._start_s[rows]
        position, _, _ = sky.at(time_s, rows)
        latitude, longitude, _ = geodetic_from_ecef(position)
        sigma = np.array([sensor.sigma.get("east_m", USUAL_M), sensor.sigma.get("north_m", USUAL_M), 0.0])
        off = ecef_vector_from_enu(sigma * rng.normal(0.0, 1.0, (len(rows), 3)), latitude, longitude)
        latitude, longitude, _ = geodetic_from_ecef(position + off)
        received = time_s + self.sensing.delay_s + self.sensing.jitter_s * rng.random(len(rows))
        values = {"latitude_rad": latitude, "longitude_rad": longitude, "class_confidence": np.full(len(rows), SURE)}
        texts = {"class": (WHAT,) * len(rows), "report": ("launch flash",) * len(rows)}
        return events(sensor.name, time_s, received, values, rows, texts)
