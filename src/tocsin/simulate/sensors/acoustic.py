"""A network of listening stations: bearings that are as old as the sound, or coarse positions put together from them.

What a station hears at time t left its source at t - tau, with |x(t - tau) - s| = c tau. Sound spreads (20 log r), is
absorbed by the air, and is heard against the noise of wind and towns; the chance to hear it rises with what is left.
Sources faster than Mach 0.9 give a shock, not a hum, and are not heard as a bearing.

Source: ISO 9613-2 section 7 (geometric divergence, absorption; 2 dB per km stands for the low tones of an engine).
"""

from dataclasses import replace

import numpy as np
from scipy.spatial import cKDTree

from tocsin.geo.areas import area
from tocsin.geo.frames import (
    ecef_from_geodetic,
    ecef_vector_from_enu,
    enu_vector_from_ecef,
    geodetic_from_ecef,
    polar_from_enu,
    turn,
)
from tocsin.geo.units import TURN_RAD
from tocsin.messages import Floats, Ints, SensorStatus
from tocsin.settings import Sensor
from tocsin.simulate.flight.sky import Sky, Traits
from tocsin.simulate.network import (
    ABSORPTION_DB_PER_M,
    MARGIN_DB,
    SLOPE_DB,
    WIND_NOISE_DB_PER_MPS,
    Network,
    station_places,
)
from tocsin.simulate.scenario import Scenario
from tocsin.simulate.sensors.batch import SEEABLE, Batch, Looks, nanoseconds

SHOCK_MACH = 0.9
AGREE = 3  # stations that must hear a source before the centre gives a position
CENTRE_LAG_S = 0.3  # the centre carries a position on to almost now
ALIVE_S = 5.0  # how often a quiet centre says that it is alive


class Listening:
    """One network through the night."""

    def __init__(
        self,
        network: Network,
        sensors: tuple[Sensor, ...],
        scenario: Scenario,
        traits: Traits,
        rng: np.random.Generator,
    ) -> None:
        self.network, self._rng, self._weather = network, rng, scenario.weather
        self.names = tuple(sensor.name for sensor in sensors)
        self._sensors = sensors
        self.latitude, self.longitude = station_places(network)
        ground = 0.0 if scenario.terrain is None else scenario.terrain.height_m(self.latitude, self.longitude)
        self._at_m = ecef_from_geodetic(self.latitude, self.longitude, ground + network.altitude_m)
        self._tree = cKDTree(self._at_m)
        self._traits = traits
        names = {name for sensor in sensors[:1] for name in (sensor.name,)} | {network.name}
        self._heard = np.unique(np.concatenate([traits.visible_to(name) for name in sorted(names)]))
        self._noise_db = np.full(len(self.latitude), network.noise_db)
        for town in scenario.towns:
            inside = area("zone", town.area).inside(self.latitude, self.longitude)
            self._noise_db[inside] = np.maximum(self._noise_db[inside], town.noise_db)
        self._noise_db += WIND_NOISE_DB_PER_MPS * scenario.weather.wind_mps
        self._phase = rng.uniform(0.0, network.period_s, len(self.latitude))
        self._alive_s = -np.inf
        self._periods = 0  # told so far: the number of a sweep

    def observe(self, sky: Sky, from_s: float, to_s: float, start_ns: int) -> Batch:
        """What the network reports in [from_s, to_s), a scan each period."""
        if self.network.output == "position":
            return self._positions(sky, from_s, to_s, start_ns)
        return self._bearings(sky, from_s, to_s)

    def _pairs(self, sky: Sky, from_s: float, to_s: float) -> tuple[Floats, Ints, Ints, Floats, Floats]:
        """(time heard, station, mover, source position, chance to hear): a row for each report that could be.

        Found in two steps: stations near a mover at any knot of the slab, then the sound's own time for each report.
        """
        reach_m = self.network.max_range_m
        movers = np.intersect1d(sky.active(from_s - reach_m / 300.0, to_s), self._heard, assume_unique=True)
        movers = movers[np.isfinite(self._traits.sound_db[movers])]
        times = np.append(np.arange(from_s - reach_m / 300.0, to_s, 5.0), to_s)
        at, _, _ = sky.at(np.repeat(np.maximum(times, sky.first_s), len(movers)), np.tile(movers, len(times)))
        here = np.flatnonzero(np.isfinite(at[:, 0]))
        tree = cKDTree(at[here]) if len(here) else None
        near = [] if tree is None else self._tree.query_ball_tree(tree, reach_m + 1_500.0)
        station = np.repeat(np.arange(len(near)), [len(each) for each in near])
        source = np.array([each for some in near for each in some], dtype=np.int64)
        pair = np.unique(here[source] % max(len(movers), 1) * len(self.latitude) + station)
        mover, station = movers[pair // max(len(self.latitude), 1)], pair % max(len(self.latitude), 1)
        time_s, pick = self._reports(station, from_s, to_s)
        return self._arrivals(sky, time_s, station[pick], mover[pick])

    def _reports(self, station: Ints, from_s: float, to_s: float) -> tuple[Floats, Ints]:
        """The times at which stations report inside the slab, and which row of `station` each is of."""
        period = self.network.period_s
        first = np.ceil((from_s - self._phase[station]) / period).astype(np.int64)
        times = np.ceil((to_s - self._phase[station]) / period).astype(np.int64) - first
        pick = np.repeat(np.arange(len(station)), times)
        nth = np.arange(len(pick)) - np.repeat(np.cumsum(times) - times, times)
        return self._phase[station][pick] + (first[pick] + nth) * period, pick

    def _arrivals(
        self, sky: Sky, time_s: Floats, station: Ints, mover: Ints
    ) -> tuple[Floats, Ints, Ints, Floats, Floats]:
        at, tau = self._at_m[station], np.zeros(len(time_s))
        position = velocity = np.zeros((len(time_s), 3))
        distance = tau
        for _ in range(4):  # each pass shrinks the error by the Mach number
            position, velocity, _ = sky.at(np.maximum(time_s - tau, sky.first_s), mover)
            away = position - at
            distance = np.sqrt((away * away).sum(-1))
            tau = np.where(np.isfinite(distance), distance / self._sound_mps(away, distance, station), 0.0)
        mach = np.sqrt((velocity * velocity).sum(-1)) / self._weather.sound_mps
        level = self._traits.sound_db[mover] - 20.0 * np.log10(np.maximum(distance, 1.0) / 100.0)
        level = level - ABSORPTION_DB_PER_M * distance - self._noise_db[station] - MARGIN_DB
        chance = 1.0 / (1.0 + np.exp(-np.clip(level / SLOPE_DB, -50.0, 50.0)))
        possible = np.isfinite(distance) & (distance <= self.network.max_range_m) & (mach < SHOCK_MACH)
        possible &= time_s - tau >= sky.first_s
        return time_s[possible], station[possible], mover[possible], position[possible], chance[possible]

    def _sound_mps(self, away: Floats, distance: Floats, station: Ints) -> Floats:
        """Speed of sound on its way from the source: the air carries it along."""
        if not self._weather.wind_mps:
            return np.full(len(distance), self._weather.sound_mps)
        enu = enu_vector_from_ecef(away, self.latitude[station], self.longitude[station])
        blows = self._weather.wind_from_rad
        helps = (enu[:, 0] * np.sin(blows) + enu[:, 1] * np.cos(blows)) / np.maximum(distance, 1.0)
        out: Floats = self._weather.sound_mps + self._weather.wind_mps * helps
        return out

    def _bearings(self, sky: Sky, from_s: float, to_s: float) -> Batch:
        network, rng = self.network, self._rng
        time_s, station, mover, position, chance = self._pairs(sky, from_s, to_s)
        looks = Looks.of(time_s, mover, chance)
        heard = rng.random(len(time_s)) < chance
        time_s, station, mover, position = time_s[heard], station[heard], mover[heard], position[heard]
        enu = enu_vector_from_ecef(position - self._at_m[station], self.latitude[station], self.longitude[station])
        _, azimuth, elevation = polar_from_enu(enu)
        azimuth = azimuth + network.sigma_azimuth_rad * rng.normal(0.0, 1.0, len(time_s))
        elevation = elevation + network.sigma_elevation_rad * rng.normal(0.0, 1.0, len(time_s))
        false = int(rng.poisson(network.false_hz * len(self.latitude) * (to_s - from_s)))
        time_s = np.concatenate((time_s, rng.uniform(from_s, to_s, false)))
        station = np.concatenate((station, rng.integers(0, max(len(self.latitude), 1), false)))
        azimuth = turn(np.concatenate((azimuth, rng.uniform(0.0, TURN_RAD, false))))
        elevation = np.concatenate((elevation, np.abs(rng.normal(0.0, 0.2, false))))
        target = np.concatenate((mover, np.full(false, -1)))
        values = {"azimuth_rad": azimuth, "elevation_rad": elevation}
        return replace(self._batch(from_s, to_s, time_s, station.astype(np.int32), values, target), looks=looks)

    def _positions(self, sky: Sky, from_s: float, to_s: float, start_ns: int) -> Batch:
        """The centre joins what at least AGREE stations hear of one source within a period to one position."""
        network, rng = self.network, self._rng
        time_s, station, mover, _, chance = self._pairs(sky, from_s, to_s)
        looks = self._agreed(Looks.of(time_s, mover * len(self.latitude) + station, chance), from_s)
        heard = rng.random(len(time_s)) < chance
        period = np.floor((time_s[heard] - from_s) / network.period_s).astype(np.int64)
        witness = np.unique(np.stack((mover[heard], period, station[heard])), axis=1)
        event, count = np.unique(witness[:2], axis=1, return_counts=True)
        mover, period = event[:, count >= AGREE]
        at_s = np.minimum(from_s + (period + 1) * network.period_s, to_s) - CENTRE_LAG_S
        position, _, _ = sky.at(at_s, mover)
        there = np.isfinite(position[:, 0])
        at_s, mover, position = at_s[there], mover[there], position[there]
        latitude, longitude, _ = geodetic_from_ecef(position)
        off = network.sigma_position_m * rng.normal(0.0, 1.0, (len(at_s), 2))
        aside = ecef_vector_from_enu(np.stack((off[:, 0], off[:, 1], np.zeros(len(off))), axis=-1), latitude, longitude)
        latitude, longitude, _ = geodetic_from_ecef(position + aside)
        false = int(rng.poisson(network.false_hz * (to_s - from_s)))
        somewhere = rng.integers(0, max(len(self.latitude), 1), false)
        values = {
            "latitude_rad": np.concatenate((latitude, self.latitude[somewhere])),
            "longitude_rad": np.concatenate((longitude, self.longitude[somewhere])),
        }
        time_s = np.concatenate((at_s, rng.uniform(from_s, to_s, false)))
        target = np.concatenate((mover, np.full(false, -1)))
        said = self._batch(from_s, to_s, time_s, np.zeros(len(time_s), dtype=np.int32), values, target, start_ns)
        return replace(said, looks=looks)

    def _agreed(self, pairs: Looks, from_s: float) -> Looks:
        """Periods in which enough stations could have heard a mover; `pairs` counts mover * stations + station."""
        period = np.floor((pairs.time_s - from_s) / self.network.period_s).astype(np.int64)
        witness = np.unique(np.stack((pairs.mover // max(len(self.latitude), 1), period, pairs.mover)), axis=1)
        event, count = np.unique(witness[:2], axis=1, return_counts=True)
        mover, period = event[:, count >= AGREE]
        return Looks(from_s + (period + 1) * self.network.period_s, mover, np.full(len(mover), SEEABLE))

    def _batch(
        self,
        from_s: float,
        to_s: float,
        time_s: Floats,
        sensor: Ints,
        values: dict[str, Floats],
        target: Ints,
        start_ns: int = 0,
    ) -> Batch:
        """A scan for each period with something in it (each period at all where stations dwell), a sweep per sensor."""
        network, every = self.network, self.network.period_s
        periods = max(int(np.ceil((to_s - from_s) / every)), 1)
        slot = np.minimum(((time_s - from_s) / every).astype(np.int64), periods - 1)
        dwell = network.output == "direction" and network.reporting == "dwell"
        n_sensors, begun = len(self.names), self._periods
        self._periods += periods
        key = slot * n_sensors + sensor
        sweeps = np.arange(periods * n_sensors) if dwell else np.unique(key)
        statuses: dict[int, tuple[SensorStatus, ...]] = {}
        slots, sweep_scan = np.unique(sweeps // n_sensors, return_inverse=True)
        if network.output == "position" and to_s - self._alive_s >= ALIVE_S:
            # A quiet sky is not a dead network: the centre says so even where there is nothing to report.
            self._alive_s = to_s
            slots = np.unique(np.append(slots, periods - 1))
            sweep_scan = np.searchsorted(slots, sweeps // n_sensors)
            at_ns = int(nanoseconds(np.array(to_s), start_ns))
            statuses[len(slots) - 1] = (SensorStatus(at_ns, self.names[0], every, text="listening"),)
        end_s = np.minimum(from_s + (slots + 1) * every, to_s)
        order = np.lexsort((time_s, key))
        s = len(sweeps)
        return Batch(
            feed=network.name,
            sensors=self.names,
            received_s=end_s + network.delay_s,
            sweep_scan=sweep_scan.astype(np.int64),
            sweep_sensor=(sweeps % n_sensors).astype(np.int32),
            sweep_number=begun + sweeps // n_sensors if dwell else np.full(s, -1),
            sweep_start_s=end_s[sweep_scan] - every,
            sweep_end_s=end_s[sweep_scan],
            sweep_from_rad=np.full(s, np.nan),
            sweep_to_rad=np.full(s, np.nan),
            survey=dwell,
            row_sweep=np.searchsorted(sweeps, key[order]),
            time_s=time_s[order],
            values={name: column[order] for name, column in values.items()},
            statuses=statuses,
            target=target[order],
        )
