"""Detections as they came -> rows as kernels want them, and a reason for each one that cannot be used."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tocsin.geo.ellipsoid import MEAN_RADIUS_M
from tocsin.geo.frames import ecef_from_geodetic, enu_from_polar
from tocsin.messages import MEASURED, Detections, Flags, Floats, Ints, Refusal, Scan
from tocsin.models.model import Model
from tocsin.models.moving import moving, stand_at
from tocsin.models.sensing import (
    HEIGHT_SPAN_M,
    PRESSURE_SIGMA_M,
    SPEED_SPAN_MPS,
    axes_at,
    ground_area_m2,
    polar_volume,
    sensor_sigma,
)
from tocsin.settings import Frame, Sensor
from tocsin.tracking.directions.wedges import directions, witnessed
from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.columns import Rows, Sensors
from tocsin.tracking.moving.carried import laid_down
from tocsin.tracking.rows.alike import AXES, SAID, STRENGTH, alike

POLAR: Mapping[str, int] = {
    "range_m": c.RANGE,
    "azimuth_rad": c.AZIMUTH,
    "elevation_rad": c.ELEVATION,
    "range_rate_mps": c.RANGE_RATE,
}
FLAT: Mapping[str, int] = {"east_m": c.EAST, "north_m": c.NORTH, "up_m": c.UP}
VELOCITY: Mapping[str, int] = {
    "velocity_east_mps": c.VELOCITY_EAST,
    "velocity_north_mps": c.VELOCITY_EAST + 1,
    "velocity_up_mps": c.VELOCITY_UP,
}
TURN_RAD = 2.0 * np.pi
POLAR_MOST: Mapping[str, float] = {
    "range_m": 1e7,
    "azimuth_rad": TURN_RAD,
    "elevation_rad": np.pi / 2,
    "range_rate_mps": 2e4,
}
# Below these a covariance would be singular to 16 digits beside one of 10 km.
SIGMA_LEAST = 1e-3
SIGMA_LEAST_RAD = 1e-7
SIGMA_MOST = 1e7
LOWEST_SINE = np.array([-0.3, -0.95])  # of an elevation that was not measured: a mast's, an aircraft's


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a row cannot be used, and what to do about it."""

    reason: str
    detail: str


UNKNOWN = Reason("unknown sensor", "no [[sensor]] of the site has this name or source; add it, or stop the feed")
NOT_FINITE = Reason("not a finite number", "a measured value or its sigma is infinite; NaN means not measured")
RANGE_BAD = Reason("range out of bounds", "a slant range is positive and below 10,000 km")
ANGLE_BAD = Reason("angle out of bounds", "azimuth, longitude: within 2 pi of 0; elevation, latitude: within pi/2")
SIGMA_BAD = Reason(
    "sigma out of bounds", "a sigma is at least 1 mm, 1 mm/s or 1e-7 rad: a covariance of zero would be certainty"
)
NO_PLACE = Reason(
    "nothing to place it by",
    "needed: range and azimuth, or latitude and longitude, or east and north, or the azimuth of a direction sensor or "
    "of a person whose place the site knows; a word alone places nothing",
)
FAR_BAD = Reason("value out of bounds", "positions within 10,000 km, speeds below 20 km/s")
FRONT = Reason(
    "sound of something too fast",
    "what flies faster than 0.9 of the speed of sound gives a shock front, which comes from where nothing is",
)
LATE = Reason("later than late_s", "the picture has moved on; mend the sensor's clock or its line")
TOO_MANY = Reason("too many detections in one batch", "it was cut; send smaller scans, or look for a faulty sensor")


class Intake:
    """Knows the site's sensors as arrays; turns one Scan's detections into rows."""

    def __init__(self, sensors: Sequence[Sensor], frame: Frame, model: Model, table: Sensors, gate: float) -> None:
        self.sensors = tuple(sensors)
        self.frame = frame
        self.model = model
        self.index = {name: i for i, s in enumerate(self.sensors) for name in (s.name, *s.sources)}
        names = (*POLAR, *FLAT, *VELOCITY, "latitude_rad", "longitude_rad", "altitude_m", "pressure_altitude_m")
        self.sigma = {name: np.array([sensor_sigma(s, name) for s in self.sensors] or [np.nan]) for name in names}
        self.polar_volume = np.array([polar_volume(s) for s in self.sensors] or [1.0])
        self.area = np.array([ground_area_m2(s) for s in self.sensors] or [1.0])
        self.clutter = np.array([s.clutter_per_scan for s in self.sensors] or [0.0])
        self.elevation_span = np.array([s.elevation_max_rad - s.elevation_min_rad for s in self.sensors] or [1.0])
        self.up = np.array([s.altitude_m if frame.kind == "earth" else s.up_m for s in self.sensors] or [0.0])
        self.up[np.isnan(self.up)] = 0.0
        self.table, self.gate = table, gate
        self.place, self.axes = table.place, table.axes
        self.moving = moving(self.sensors)
        self.moves = np.isin(np.arange(len(table.num)), self.moving)
        self.reach = np.array([s.max_range_m for s in self.sensors] or [1.0])
        self.is_report = np.array([s.kind == "report" for s in self.sensors] or [False], dtype=np.bool_)
        listens = bool((table.num[:, c.SPEED] > 0.0).any())
        # may rows have axes of their own?
        self.turned = frame.kind == "earth" or listens or bool(self.moves.any() or self.is_report.any())
        self.is_radar = np.array([s.kind in {"radar", "direction"} for s in self.sensors] or [False], dtype=np.bool_)

    def rows(
        self, detections: Detections, sensor: Ints, word: Ints, called: Ints | None = None
    ) -> tuple[Rows, list[tuple[Reason, Flags]]]:
        """Rows for all detections, and the reasons with the rows that they concern.

        A refused row's numbers mean nothing. `sensor` (n,) is -1 where the site knows none.
        """
        n = len(detections)
        known = np.where(sensor < 0, 0, sensor)
        taken = _Taken(detections, self.sigma, known)
        rows = Rows(
            mask=np.zeros(n, dtype=np.int64),
            z=np.zeros((n, c.QUANTITIES)),
            var=np.ones((n, c.QUANTITIES)),
            axes=np.zeros((n, 3, 3)) if self.turned else alike(AXES, n),
            place=np.zeros((n, 4)),
            time=detections.time_ns.astype(np.int64),  # a copy: a read-only column would be compiled for anew
            clutter=self.clutter[known].astype(np.float64),
            prior=np.ones(n),
            word=word,
            strength=_strength(detections),
            said=_said(detections, called),
        )
        radar = self.is_radar[known]
        self._position(rows, taken, radar)
        self._polar(rows, taken, known)
        self._velocity(rows, taken, radar)
        self._lay_down(rows, known)
        aimless = rows.mask & (1 << c.EAST | 1 << c.RANGE) == 0
        rows.place[:, 3][aimless] = np.inf
        bearing = aimless & (rows.mask & (1 << c.AZIMUTH) > 0) & (self.table.num[known, c.SPEED] > 0.0)
        if bearing.any():
            place, axes, _ = self._stands(known, rows.time)
            moves = self.moves[known]
            directions(rows, bearing, known, self.table, self.clutter[known], self.gate, (place, axes), moves)
        polar, flat = (1 << c.RANGE) | (1 << c.AZIMUTH), (1 << c.EAST) | (1 << c.NORTH)
        placed = (rows.mask & polar == polar) | (rows.mask & flat == flat) | bearing
        reasons = [(UNKNOWN, sensor < 0), *taken.reasons, (NO_PLACE, ~placed)]
        return rows, [(reason, rows_) for reason, rows_ in reasons if rows_.any()]

    def _position(self, rows: Rows, taken: "_Taken", radar: Flags) -> None:
        """Latitude and longitude, or east and north, with height where it is known."""
        if self.frame.kind == "earth":
            self._geodetic(rows, taken, radar)
            return
        if self.turned:
            rows.axes[:] = AXES[0]
        for name, q in FLAT.items():
            if name not in taken.values or (name == "up_m" and self.frame.dimensions == 2):
                continue
            value, variance, has = taken.get(name, 1e7)
            has = has & ~radar
            rows.mask[_index(has)] |= 1 << q
            rows.z[:, q] = np.where(has, value, 0.0)
            rows.var[:, q] = np.where(has, variance, 1.0)
        here = rows.mask & (1 << c.EAST) > 0
        if not here.any():
            return
        at = _index(here)
        rows.clutter[at] /= self._ground(taken.sensor)[at]
        if self.frame.dimensions == 2:
            rows.var[:, c.UP] = 0.0
        else:
            self._height(rows, here, rows.z[:, c.UP].copy())
        rows.place[:, :3] = rows.z[:, c.EAST : c.UP + 1]
        rows.place[:, 3] = np.sqrt(np.maximum(rows.var[:, c.EAST], rows.var[:, c.NORTH]))

    def _ground(self, sensor: Ints) -> Floats:
        if np.isnan(self.model.clutter_per_m2):
            return self.area[sensor]
        return np.asarray(np.maximum(self.clutter[sensor], 1e-300) / self.model.clutter_per_m2)

    def _height(self, rows: Rows, here: Flags, height: Floats) -> None:
        """The height's part in the rates of false and of new detections, or the model's height where there is none."""
        measured = _index(here & (rows.mask & (1 << c.UP) > 0))
        model = self.model
        rows.prior[measured] *= _normal(
            height[measured] - model.height_m, rows.var[measured, c.UP] + model.height_sigma_m**2
        )
        rows.clutter[measured] /= HEIGHT_SPAN_M
        free = here & (rows.mask & (1 << c.UP) == 0)
        rows.var[free, c.UP] = model.height_sigma_m**2
        if self.frame.kind == "local":
            rows.z[free, c.UP] = model.height_m

    def _geodetic(self, rows: Rows, taken: "_Taken", radar: Flags) -> None:
        if "latitude_rad" not in taken.values or "longitude_rad" not in taken.values:
            return
        latitude, north, has_latitude = taken.get("latitude_rad", np.pi / 2, MEAN_RADIUS_M)
        longitude, east, has = taken.get("longitude_rad", TURN_RAD, MEAN_RADIUS_M * np.cos(latitude))
        here = has & has_latitude & ~radar
        altitude, variance, high = taken.altitude()
        height = np.where(high, altitude, self.model.height_m)
        at = _index(here)
        rows.mask[at] |= (1 << c.EAST) | (1 << c.NORTH)
        rows.mask[_index(here & high)] |= 1 << c.UP
        rows.z[:, c.EAST : c.UP + 1] = ecef_from_geodetic(latitude, longitude, height)
        rows.axes[:] = axes_at(latitude, longitude)
        rows.var[:, c.EAST], rows.var[:, c.NORTH], rows.var[:, c.UP] = east, north, variance
        rows.clutter[at] /= self._ground(taken.sensor)[at]
        self._height(rows, here, height)
        rows.place[:, :3] = rows.z[:, c.EAST : c.UP + 1]
        rows.place[:, 3] = np.sqrt(rows.var[:, c.EAST : c.UP + 1].max(axis=1))

    def _polar(self, rows: Rows, taken: "_Taken", sensor: Ints) -> None:
        """Slant range, azimuth, elevation and range rate, with an altitude that the target itself may have told."""
        if "azimuth_rad" not in taken.values:
            return
        flat = rows.mask & (1 << c.EAST) > 0
        for name, q in POLAR.items():
            if name in taken.values:
                value, variance, has = taken.get(name, POLAR_MOST[name])
                if name == "azimuth_rad":
                    witnessed(rows, has & flat & self.is_report[sensor], value, variance, self.reach[sensor])
                has = has & ~flat
                rows.mask[has] |= 1 << q
                rows.z[:, q] = np.where(has, value, 0.0)
                rows.var[:, q] = np.where(has, variance, 1.0)
        here = (rows.mask & (1 << c.RANGE) > 0) & (rows.mask & (1 << c.AZIMUTH) > 0)
        taken.refuse(RANGE_BAD, here & (rows.z[:, c.RANGE] <= 0.0))
        here = here & (rows.z[:, c.RANGE] > 0.0)
        altitude, variance, high = taken.altitude()
        high = high & here
        rows.mask[high] |= 1 << c.ALTITUDE
        rows.z[:, c.ALTITUDE] = np.where(high, altitude, 0.0)
        rows.var[:, c.ALTITUDE] = np.where(high, variance, 1.0)
        self._polar_rates(rows, here, high, sensor)

    def _polar_rates(self, rows: Rows, here: Flags, high: Flags, sensor: Ints) -> None:
        """How often false and new detections come in a unit of what was measured; the elevation where none was."""
        model, r = self.model, np.where(here, rows.z[:, c.RANGE], 1.0)
        risen = rows.mask & (1 << c.ELEVATION) > 0
        height = np.where(high, rows.z[:, c.ALTITUDE], model.height_m)
        height_variance = np.where(high, rows.var[:, c.ALTITUDE], model.height_sigma_m**2)
        bulge = r / (2.0 * MEAN_RADIUS_M) if self.frame.kind == "earth" else 0.0
        place, axes, up = self._stands(sensor, rows.time)
        sine = np.clip((height - up) / r - bulge, LOWEST_SINE[self.moves[sensor].astype(int)], 0.85)
        free = here & ~risen
        if self.frame.kind == "local" and self.frame.dimensions == 2:
            sine, height_variance = np.zeros_like(r), np.zeros_like(r)
        cosine = np.sqrt(1.0 - sine * sine)
        rows.z[free, c.ELEVATION] = np.arcsin(sine[free])
        rows.var[free, c.ELEVATION] = np.minimum(height_variance, r * r)[free] / (r * cosine)[free] ** 2
        rows.clutter[here] /= self.polar_volume[sensor][here]
        rows.prior[here] *= (r * np.cos(rows.z[:, c.ELEVATION]))[here]
        both = here & risen
        rise = up + r * (np.sin(rows.z[:, c.ELEVATION]) + bulge)
        rows.prior[both] *= (r * _normal(rise - model.height_m, model.height_sigma_m**2))[both]
        rows.clutter[both] /= self.elevation_span[sensor][both]
        rows.prior[high] *= _normal(height[high] - model.height_m, height_variance[high] + model.height_sigma_m**2)
        rows.clutter[high] /= HEIGHT_SPAN_M
        self._polar_place(rows, here, place, axes)
        fast = here & (rows.mask & (1 << c.RANGE_RATE) > 0)
        rows.prior[fast] *= _normal(rows.z[fast, c.RANGE_RATE], rows.var[fast, c.RANGE_RATE] + model.speed_mps**2)
        rows.clutter[fast] /= SPEED_SPAN_MPS

    def _stands(self, sensor: Ints, time_ns: Ints) -> tuple[Floats, Floats, Floats]:
        """Place, axes and height of each row's sensor when it measured."""
        place, axes, up = self.place[sensor], self.axes[sensor], self.up[sensor]
        for i in self.moving.tolist():
            here = np.flatnonzero(sensor == i)
            if len(here):
                place[here], axes[here], up[here] = stand_at(self.sensors[i], self.frame, time_ns[here])
        return place, axes, up

    def _lay_down(self, rows: Rows, sensor: Ints) -> None:
        """What a moving radar measured becomes a place: kernels know one place of each sensor, and that moves on."""
        polar = (1 << c.RANGE) | (1 << c.AZIMUTH)
        here = self.moves[sensor] & (rows.mask & polar == polar)
        if here.any():
            place, axes, _ = self._stands(sensor, rows.time)
            laid_down(rows, here, place, axes)

    def _polar_place(self, rows: Rows, here: Flags, site: Floats, axes: Floats) -> None:
        """Where neighbours of polar rows are to be sought, and how far off that may be along the ground."""
        z, var, r = rows.z, rows.var, rows.z[:, c.RANGE]
        enu = enu_from_polar(r, z[:, c.AZIMUTH], z[:, c.ELEVATION])
        place = site + (enu[:, :, None] * axes).sum(axis=1)
        # an unknown elevation moves a slant range's end along the ground by r sin(el) d(el) + r d(el)^2 / 2
        tilt = var[:, c.ELEVATION]
        fall = r * (np.abs(np.sin(z[:, c.ELEVATION])) * np.sqrt(tilt) + 0.5 * tilt)
        sigma = np.sqrt(np.maximum(var[:, c.RANGE], r * r * var[:, c.AZIMUTH])) + fall
        rows.place[here, :3] = place[here]
        rows.place[here, 3] = sigma[here]

    def _velocity(self, rows: Rows, taken: "_Taken", radar: Flags) -> None:
        """Velocity, as position reports and other trackers give it."""
        enu = np.zeros((len(rows.mask), 3))
        for a, (name, q) in enumerate(VELOCITY.items()):
            if name not in taken.values or (self.frame.kind == "local" and self.frame.dimensions == 2 and a == 2):
                continue
            value, variance, has = taken.get(name, 2e4)
            has = has & ~radar & (rows.mask & (1 << c.EAST) > 0)
            rows.mask[has] |= 1 << q
            rows.var[:, q] = variance
            enu[:, a] = np.where(has, value, 0.0)
            sigma = self.model.climb_mps if a == 2 else self.model.speed_mps
            rows.prior[has] *= _normal(enu[has, a], variance[has] + sigma**2)
            rows.clutter[has] /= SPEED_SPAN_MPS
        if enu.any():
            for a in range(3):
                # + 0.0: no -0.0 where nothing was measured, whoever else stands in the batch
                rows.z[:, c.VELOCITY_EAST + a] = (enu * rows.axes[:, :, a]).sum(axis=1) + 0.0


def _index(rows: Flags) -> Flags | slice:
    """Some rows as an index; where they are all of them a slice, which copies nothing."""
    return slice(None) if rows.all() else rows


def _said(detections: Detections, called: Ints | None) -> Floats:
    """What class the sensors name, and how sure they are of it (n, 2): see Rows.said."""
    if called is None:
        return alike(SAID, len(detections))
    out = np.zeros((len(detections), 2))
    out[:, 0], out[:, 1] = called, 1.0
    if "class_confidence" in detections.values:
        sure = detections.values["class_confidence"]
        out[:, 1] = np.where(np.isnan(sure), 1.0, np.clip(sure, 0.0, 1.0))
    return out


class _Taken:
    """Values with their variances, as far as they can be used; what cannot be is remembered with its reason."""

    def __init__(self, detections: Detections, sigma: Mapping[str, Floats], sensor: Ints) -> None:
        self.values = detections.values
        self.sigma = sigma
        self.sensor = sensor
        self.reasons: list[tuple[Reason, Flags]] = []
        for name in self.values:
            if name.removesuffix("_sigma") in MEASURED:
                self.refuse(NOT_FINITE, np.isinf(self.values[name]))

    def refuse(self, reason: Reason, rows: Flags) -> None:
        """Note rows that cannot be used."""
        if rows.any():
            self.reasons.append((reason, rows))

    def get(self, name: str, most: float, metres: Floats | float | None = None) -> tuple[Floats, Floats, Flags]:
        """Value, variance and "measured" of one column; `metres`: what one unit of a given sigma is in metres."""
        value = self.values[name]
        has = ~np.isnan(value)
        with np.errstate(invalid="ignore"):
            bad = has & ~(np.abs(value) <= most)
        angle = name.endswith("_rad")
        self.refuse(ANGLE_BAD if angle else RANGE_BAD if name == "range_m" else FAR_BAD, bad)
        declared = self.sigma[name][self.sensor]
        own = self.values.get(f"{name}_sigma")
        if own is not None:
            declared = np.where(np.isnan(own), declared, own if metres is None else own * metres)
        sound = (declared >= (SIGMA_LEAST_RAD if angle and metres is None else SIGMA_LEAST)) & (declared < SIGMA_MOST)
        self.refuse(SIGMA_BAD, has & ~sound)
        has = has & ~bad & sound
        return np.where(has, value, 0.0), np.where(sound, declared, 1.0) ** 2, has

    def altitude(self) -> tuple[Floats, Floats, Flags]:
        """Geometric altitude where there is one, else pressure altitude with the weather's uncertainty."""
        n = len(self.sensor)
        value, variance, has = np.zeros(n), np.ones(n), np.zeros(n, dtype=np.bool_)
        if "pressure_altitude_m" in self.values:
            value, variance, has = self.get("pressure_altitude_m", 1e6)
            variance = variance + PRESSURE_SIGMA_M**2
        if "altitude_m" in self.values:
            other, other_variance, known = self.get("altitude_m", 1e6)
            value, variance = np.where(known, other, value), np.where(known, other_variance, variance)
            has = has | known
        return value, variance, has


def _strength(detections: Detections) -> Floats:
    """(n,) power of each detection against that of 0 dB; 1 where nobody told."""
    told = detections.values.get("amplitude_db")
    if told is None:
        return alike(STRENGTH, len(detections))
    return np.asarray(10.0 ** (np.clip(np.nan_to_num(told, nan=0.0), -100.0, 100.0) / 10.0))


def _normal(x: Floats, variance: Floats | float) -> Floats:
    """The density of a normal distribution around 0."""
    return np.asarray(np.exp(-0.5 * x * x / variance) / np.sqrt(TURN_RAD * variance))


def refusals_of(scan: Scan, reasons: Sequence[tuple[Reason, Flags]], subject: Sequence[str]) -> tuple[Refusal, ...]:
    """One Refusal for each reason: how many rows it concerns, and the first of them as an example."""
    out = []
    for reason, rows in reasons:
        first = int(np.argmax(rows))
        detail = f"{reason.detail}; first: row {first} of sensor {subject[first]!r}"
        time_ns = int(scan.detections.time_ns[first])
        out.append(Refusal(time_ns, scan.feed, f"tracking: {reason.reason}", detail, count=int(rows.sum())))
    return tuple(out)
