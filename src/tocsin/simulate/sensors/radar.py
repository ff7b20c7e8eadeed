"""A rotating radar: one message for each sector of a turn, with the plots in it and the false ones.

Detection follows a Swerling 1 target (Skolnik, Radar Handbook, 3rd ed., section 7.2): Pd = Pfa ** (1 / (1 + SNR)), SNR
falling with the fourth power of range and growing with the cross section, times the declared highest probability.
"""

import numpy as np
from scipy.spatial import cKDTree

from tocsin.geo.distance import travel
from tocsin.geo.frames import ecef_from_geodetic, ecef_vector_from_enu, half_turn, turn
from tocsin.geo.units import TURN_RAD
from tocsin.messages import Flags, Floats, Ints, SensorStatus
from tocsin.settings import Sensor
from tocsin.simulate.flight.sky import Sky, Traits
from tocsin.simulate.scenario import Clutter, RadarSensing, Scenario
from tocsin.simulate.sensors.batch import NO_LOOKS, Batch, Looks, nanoseconds
from tocsin.simulate.sensors.stand import Stand, in_sector

FALSE_ALARM = 1e-6  # in one resolution cell
SNR_HALF = np.log(FALSE_ALARM) / np.log(0.5) - 1.0  # where Pd is a half: 18.9, or 12.8 dB
RANGE_OF_1_M2 = 0.6  # of the longest range, where the scenario gives none
NEAR = 0.25  # of the longest range: where the clutter of ground and sea lies
CLUTTER_SPEED_MPS = 6.0  # mean radial speed of false plots beyond the notch
CLUTTER_ELEVATION_RAD = 0.03
CLUTTER_SPREAD_MPS = 2.5  # how much drops and blades move about the wind


class Radar:
    """One radar through the night. `observe` gives what it sends about a slab of time."""

    def __init__(
        self,
        sensor: Sensor,
        sensing: RadarSensing,
        scenario: Scenario,
        traits: Traits,
        rng: np.random.Generator,
        carrier: int | None = None,
    ) -> None:
        self.sensor, self.sensing, self._rng = sensor, sensing, rng
        self.faults = tuple(fault for fault in scenario.faults if fault.sensor == sensor.name)
        self._patches = scenario.clutter
        self._fixed = Stand.of(sensor, scenario.terrain) if carrier is None else None
        self._terrain = scenario.terrain
        self._carrier = -1 if carrier is None else carrier
        self._traits = traits
        visible = traits.visible_to(sensor.name)
        self._visible = visible[visible != self._carrier]
        self._phantom = traits.phantom
        self._phase = float(rng.uniform(0.0, 1.0))  # the part of a turn done at the start
        half_m = sensing.range_1m2_m or RANGE_OF_1_M2 * sensor.max_range_m
        self._snr_1m2 = SNR_HALF * half_m**4
        self._open: dict[str, Floats] = {}
        self._looks = NO_LOOKS
        self._sectors_sent = int(np.floor(self._phase * sensing.sectors))

    def stand(self, sky: Sky, time_s: Floats) -> Stand:
        """Where the antenna is at these times."""
        return self._fixed or Stand.carried(sky, self._carrier, time_s, self._terrain)

    def observe(self, sky: Sky, from_s: float, to_s: float, start_ns: int) -> Batch:
        """The sectors that close in [from_s, to_s), with their plots."""
        plots = _join(
            [
                self._open,
                self._plots(sky, from_s, to_s),
                *(self._patch(patch, sky, from_s, to_s) for patch in self._patches),
                self._clutter(from_s, to_s),
            ]
        )
        sector_s = self.sensor.period_s / self.sensing.sectors
        last = int(np.floor(self._turns(np.array(to_s)) * self.sensing.sectors))
        sectors = np.arange(self._sectors_sent, last, dtype=np.int64)
        of_plot = np.floor(self._turns(plots["time_s"]) * self.sensing.sectors).astype(np.int64)
        closed = of_plot < last
        self._open = {name: column[~closed] for name, column in plots.items()}
        self._sectors_sent = last
        order = np.lexsort((plots["time_s"][closed], of_plot[closed]))
        plots = {name: column[closed][order] for name, column in plots.items()}
        width = TURN_RAD / self.sensing.sectors
        end_s = np.asarray((sectors + 1) * sector_s - self._phase * self.sensor.period_s, dtype=np.float64)
        azimuth = turn(sectors * width)
        delay = self.sensing.delay_s + self.sensing.jitter_s * self._rng.random(len(sectors))
        target = plots.pop("target").astype(np.int64)
        return Batch(
            feed=self.sensor.name,
            sensors=(self.sensor.name,),
            received_s=end_s + delay,
            sweep_scan=np.arange(len(sectors)),
            sweep_sensor=np.zeros(len(sectors), dtype=np.int32),
            sweep_number=sectors // self.sensing.sectors,
            sweep_start_s=end_s - sector_s,
            sweep_end_s=end_s,
            sweep_from_rad=azimuth,
            sweep_to_rad=turn(azimuth + width),
            survey=True,
            row_sweep=of_plot[closed][order] - (sectors[0] if len(sectors) else 0),
            time_s=plots.pop("time_s"),
            values=plots,
            statuses=self._statuses(sky, sectors, end_s - sector_s, start_ns),
            target=target,
            looks=self._looks,
        )

    def _turns(self, time_s: Floats) -> Floats:
        """Turns made since the antenna last passed north before the start."""
        return self._phase + time_s / self.sensor.period_s

    def _statuses(self, sky: Sky, sectors: Ints, begin_s: Floats, start_ns: int) -> dict[int, tuple[SensorStatus, ...]]:
        """At north the radar says how fast it turns and where it stands."""
        norths = np.flatnonzero(sectors % self.sensing.sectors == 0)
        at_ns = nanoseconds(begin_s, start_ns)
        told: dict[int, tuple[SensorStatus, ...]] = {}
        for north in norths.tolist():
            stand = self.stand(sky, begin_s[north])
            place = (float(stand.latitude_rad), float(stand.longitude_rad), float(stand.altitude_m))
            told[north] = (SensorStatus(int(at_ns[north]), self.sensor.name, self.sensor.period_s, *place),)
        return told

    def _plots(self, sky: Sky, from_s: float, to_s: float) -> dict[str, Floats]:
        """Plots of what really flies (or of phantoms), at the moment the beam passes each."""
        rows = np.intersect1d(sky.active(from_s, to_s), self._visible, assume_unique=True)
        time_s, rows = self._crossings(sky, rows, from_s, to_s)
        position, velocity, altitude = sky.at(time_s, rows)
        stand = self.stand(sky, time_s)
        distance, azimuth, elevation = stand.polar(position)
        rate = stand.range_rate(position, velocity)
        factor, _ = self._jamming(time_s, azimuth)
        snr = self._snr_1m2 * self._traits.cross_section_m2[rows] / np.maximum(distance, 1.0) ** 4
        probability = self.sensor.detection_probability * FALSE_ALARM ** (1.0 / (1.0 + snr)) * factor
        probability[self._phantom[rows]] = self.sensor.detection_probability
        seen: Flags = self._rng.random(len(rows)) < probability
        free = self._in_view(distance, azimuth, elevation) & stand.above_horizon(position, altitude)
        free &= self._traits.rotor[rows] | (np.abs(rate) >= self.sensor.doppler_notch_mps)
        seen &= free
        self._looks = Looks.of(time_s, rows, np.where(free, probability, 0.0))
        copies = np.where(seen, 1 + self._rng.poisson(self.sensing.plots - 1.0, len(rows)), 0)
        pick = np.repeat(np.arange(len(rows)), copies)
        plots = self._measured(time_s[pick], distance[pick], azimuth[pick], elevation[pick], rate[pick])
        first = np.concatenate(([True], pick[1:] != pick[:-1])) if len(pick) else np.zeros(0, dtype=np.bool_)
        plots["range_m"] += np.where(first, 0.0, self._rng.normal(0.0, 1.0, len(pick)) * self.sensor.resolution_range_m)
        plots["amplitude_db"] = 10.0 * np.log10(1.0 + snr[pick] * self._rng.exponential(1.0, len(pick)))
        plots["target"] = rows[pick].astype(np.float64)
        return self._merged(plots) if self.sensor.multiplicity == "one" else plots

    def _crossings(self, sky: Sky, rows: Ints, from_s: float, to_s: float) -> tuple[Floats, Ints]:
        """When the beam passes each mover inside the slab: (times, rows), a row for each passing.

        Turns of the antenna minus the mover's own angle pass a whole number exactly when the beam meets it. Both ends
        of a slab give the neighbour the same angle, so no passing is lost or doubled between slabs.
        """
        ends = np.stack([sky.at(np.full(len(rows), t), rows)[0] for t in (from_s, to_s)])
        # A mover that starts or ends inside the slab has one end only: it is taken to stand still there.
        ends = np.where(np.isfinite(ends), ends, ends[::-1])
        distance, angle, _ = self.stand(sky, np.array([[from_s], [to_s]])).polar(ends)
        near = np.isfinite(distance).all(axis=0) & (distance.min(axis=0) < self.sensor.max_range_m + 20_000.0)
        rows, angle = rows[near], angle[:, near] / TURN_RAD
        g_0 = self._turns(np.array(from_s)) - angle[0]
        g_1 = g_0 + (to_s - from_s) / self.sensor.period_s - half_turn((angle[1] - angle[0]) * TURN_RAD) / TURN_RAD
        times = np.maximum(np.floor(g_1) - np.floor(g_0), 0.0).astype(np.int64)
        pick = np.repeat(np.arange(len(rows)), times)
        nth = np.arange(len(pick)) - np.repeat(np.cumsum(times) - times, times) + 1
        aim = np.floor(g_0[pick]) + nth
        time_s = from_s + (to_s - from_s) * (aim - g_0[pick]) / (g_1 - g_0)[pick]
        for _ in range(2):
            azimuth = self.stand(sky, time_s).polar(sky.at(time_s, rows[pick])[0])[1]
            miss = half_turn((self._turns(time_s) - azimuth / TURN_RAD) * TURN_RAD) / TURN_RAD
            time_s = np.clip(time_s - np.where(np.isfinite(miss), miss, 0.0) * self.sensor.period_s, from_s, to_s)
        there = np.isfinite(sky.at(time_s, rows[pick])[0][:, 0])
        return time_s[there], rows[pick][there]

    def _in_view(self, distance: Floats, azimuth: Floats, elevation: Floats) -> Flags:
        sensor = self.sensor
        inside = (distance >= sensor.min_range_m) & (distance <= sensor.max_range_m)
        inside &= (elevation >= sensor.elevation_min_rad) & (elevation <= sensor.elevation_max_rad)
        return np.asarray(inside & in_sector(azimuth, sensor.azimuth_from_rad, sensor.azimuth_to_rad))

    def _jamming(self, time_s: Floats, azimuth: Floats) -> tuple[Floats, float]:
        """What faults leave of the detection probability, and by how much they multiply the clutter."""
        left, clutter = np.ones(len(time_s)), 1.0
        for fault in self.faults:
            during = (time_s >= fault.from_s) & (time_s < fault.to_s)
            if fault.kind == "jammed":
                during &= in_sector(azimuth, fault.azimuth_from_rad, fault.azimuth_to_rad)
                left = np.where(during, left * (1.0 - fault.share), left)
            elif fault.kind == "clutter" and during.any():
                clutter *= fault.factor
        return left, clutter

    def _measured(
        self, time_s: Floats, distance: Floats, azimuth: Floats, elevation: Floats, rate: Floats
    ) -> dict[str, Floats]:
        """What the radar reports of true polar coordinates: those that it measures, with noise."""
        sigma, n = self.sensor.sigma, len(time_s)
        noise = self._rng.normal(0.0, 1.0, (4, n))
        plots = {
            "time_s": time_s,
            "range_m": np.maximum(distance + sigma["range_m"] * noise[0], 1.0),
            "azimuth_rad": turn(azimuth + sigma["azimuth_rad"] * noise[1]),
        }
        if "elevation_rad" in sigma:
            plots["elevation_rad"] = elevation + sigma["elevation_rad"] * noise[2]
        if "range_rate_mps" in sigma:
            plots["range_rate_mps"] = rate + sigma["range_rate_mps"] * noise[3]
        return plots

    def _clutter(self, from_s: float, to_s: float) -> dict[str, Floats]:
        """False plots: a Poisson number, spread over the area, some of it close to the radar."""
        sensor, rng = self.sensor, self._rng
        _, factor = self._jamming(np.array([from_s]), np.zeros(1))
        mean = factor * sensor.clutter_per_scan * (to_s - from_s) / sensor.period_s
        n = int(rng.poisson(mean))
        time_s = rng.uniform(from_s, to_s, n)
        near = rng.random(n) < self.sensing.clutter_near
        low, high = sensor.min_range_m, np.where(near, NEAR, 1.0) * sensor.max_range_m
        distance = np.sqrt(low**2 + rng.random(n) * (np.maximum(high, low) ** 2 - low**2))
        azimuth = turn(self._turns(time_s) * TURN_RAD)
        elevation = rng.exponential(CLUTTER_ELEVATION_RAD, n)
        rate = rng.choice((-1.0, 1.0), n) * (sensor.doppler_notch_mps + rng.exponential(CLUTTER_SPEED_MPS, n))
        plots = self._measured(time_s, distance, azimuth, elevation, rate)
        plots["amplitude_db"] = 13.0 + rng.exponential(3.0, n)
        plots["target"] = np.full(n, -1.0)
        inside = in_sector(azimuth, sensor.azimuth_from_rad, sensor.azimuth_to_rad)
        return {name: column[inside] for name, column in plots.items()}

    def _patch(self, patch: Clutter, sky: Sky, from_s: float, to_s: float) -> dict[str, Floats]:
        """False plots of one place of clutter, each at the moment when the beam passes it."""
        rng, period = self._rng, self.sensor.period_s
        turns = int(np.ceil((to_s - from_s) / period)) if patch.from_s < to_s and from_s < patch.to_s else 0
        of_turn = np.repeat(np.arange(turns), rng.poisson(patch.plots, turns))
        n = len(of_turn)
        if not n:
            return {}
        since = from_s - patch.from_s
        latitude, longitude, _ = travel(
            patch.latitude_rad,
            patch.longitude_rad,
            np.arctan2(patch.east_mps, patch.north_mps),
            np.hypot(patch.east_mps, patch.north_mps) * since,
        )
        away_m, bearing = patch.radius_m * np.sqrt(rng.random(n)), rng.uniform(0.0, TURN_RAD, n)
        latitude, longitude, _ = travel(latitude, longitude, bearing, away_m)
        height = patch.height_m * rng.random(n)
        position = ecef_from_geodetic(latitude, longitude, height)
        drift = np.stack((np.full(n, patch.east_mps), np.full(n, patch.north_mps), np.zeros(n)), axis=-1)
        stand = self.stand(sky, np.full(n, from_s))
        distance, azimuth, elevation = stand.polar(position)
        rate = stand.range_rate(position, ecef_vector_from_enu(drift, latitude, longitude))
        rate = rate + CLUTTER_SPREAD_MPS * rng.normal(0.0, 1.0, n)
        ahead = turn(azimuth - self._turns(np.array(from_s)) * TURN_RAD) / TURN_RAD
        time_s = from_s + (ahead + of_turn) * period
        there = (time_s < to_s) & (patch.from_s <= time_s) & (time_s < patch.to_s)
        there &= self._in_view(distance, azimuth, elevation) & stand.above_horizon(position, height)
        there &= np.abs(rate) >= self.sensor.doppler_notch_mps
        plots = self._measured(time_s, distance, azimuth, elevation, rate)
        plots["amplitude_db"] = 13.0 + rng.exponential(6.0, n)
        plots["target"] = np.full(n, -1.0)
        return {name: column[there] for name, column in plots.items()}

    def _merged(self, plots: dict[str, Floats]) -> dict[str, Floats]:
        """Targets closer than the resolution give one plot between them."""
        sensor = self.sensor
        if not sensor.resolution_range_m or not sensor.resolution_azimuth_rad or len(plots["time_s"]) < 2:
            return plots
        cell = (plots["range_m"] / sensor.resolution_range_m, plots["time_s"] / sensor.period_s * TURN_RAD)
        tree = cKDTree(np.stack((cell[0], cell[1] / sensor.resolution_azimuth_rad), axis=-1))
        keep = np.ones(len(plots["time_s"]), dtype=np.bool_)
        for a, b in sorted(tree.query_pairs(1.0, p=np.inf)):
            if keep[a] and keep[b]:
                keep[b] = False
                plots["range_m"][a] = 0.5 * (plots["range_m"][a] + plots["range_m"][b])
                plots["azimuth_rad"][a] += 0.5 * half_turn(plots["azimuth_rad"][b] - plots["azimuth_rad"][a])
        plots["azimuth_rad"] = turn(plots["azimuth_rad"])
        return {name: column[keep] for name, column in plots.items()}


def _join(parts: list[dict[str, Floats]]) -> dict[str, Floats]:
    names = parts[-1]
    return {name: np.concatenate([part[name] for part in parts if part]) for name in names}
