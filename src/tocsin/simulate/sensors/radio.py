"""A direction finder that hears control and video links: a bearing a second, as fast as light, and no distance."""

from dataclasses import replace

import numpy as np

from tocsin.geo.frames import turn
from tocsin.geo.units import TURN_RAD
from tocsin.settings import Sensor
from tocsin.simulate.flight.sky import Sky, Traits
from tocsin.simulate.scenario import RadioSensing, Scenario
from tocsin.simulate.sensors.batch import Batch, Looks
from tocsin.simulate.sensors.events import events
from tocsin.simulate.sensors.stand import Stand, in_sector


class Finder:
    """One direction finder through the night."""

    def __init__(
        self, sensor: Sensor, sensing: RadioSensing, scenario: Scenario, traits: Traits, rng: np.random.Generator
    ) -> None:
        self.sensor, self.sensing, self._rng = sensor, sensing, rng
        self.stand = Stand.of(sensor, scenario.terrain)
        visible = traits.visible_to(sensor.name)
        self._senders = visible[traits.radio[visible] | traits.phantom[visible]]

    def observe(self, sky: Sky, from_s: float, to_s: float, start_ns: int) -> Batch:
        """Bearings of the slab, each when it was heard."""
        del start_ns
        sensor, rng = self.sensor, self._rng
        rows = np.intersect1d(sky.active(from_s, to_s), self._senders, assume_unique=True)
        times = np.arange(np.ceil(from_s / sensor.period_s), np.ceil(to_s / sensor.period_s)) * sensor.period_s
        time_s, mover = np.repeat(times, len(rows)), np.tile(rows, len(times))
        position, _, altitude = sky.at(time_s, mover)
        distance, azimuth, elevation = self.stand.polar(position)
        heard = (distance <= sensor.max_range_m) & self.stand.above_horizon(position, altitude)
        heard &= in_sector(azimuth, sensor.azimuth_from_rad, sensor.azimuth_to_rad)
        looks = Looks.of(time_s, mover, np.where(heard, sensor.detection_probability, 0.0))
        heard &= rng.random(len(mover)) < sensor.detection_probability
        false = int(rng.poisson(sensor.clutter_per_scan * (to_s - from_s) / sensor.period_s))
        time_s = np.concatenate((time_s[heard], rng.uniform(from_s, to_s, false)))
        n, sigma = len(time_s), sensor.sigma
        azimuth = np.concatenate((azimuth[heard], rng.uniform(0.0, TURN_RAD, false)))
        values = {"azimuth_rad": turn(azimuth + sigma["azimuth_rad"] * rng.normal(0.0, 1.0, n))}
        if "elevation_rad" in sigma:
            elevation = np.concatenate((elevation[heard], np.abs(rng.normal(0.0, 0.1, false))))
            values["elevation_rad"] = elevation + sigma["elevation_rad"] * rng.normal(0.0, 1.0, n)
        target = np.concatenate((mover[heard], np.full(false, -1)))
        said = events(sensor.name, time_s, time_s + self.sensing.delay_s, values, target)
        return replace(said, looks=looks)
