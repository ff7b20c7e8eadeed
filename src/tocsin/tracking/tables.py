"""Settings, model and sensors as the arrays that kernels read."""

import math

import numpy as np

from tocsin.geo.frames import ecef_from_geodetic
from tocsin.geo.terrain import Terrain, skyline
from tocsin.messages import Floats, Ints
from tocsin.models.ground import unpack
from tocsin.models.model import Mode, Model
from tocsin.models.paths import SELF_REPORTING, dependent
from tocsin.models.sensing import antenna_horizon_m, axes_at, gives_directions, hears, place_of, propagation
from tocsin.settings import Sensor, Settings
from tocsin.tracking.identity.witness import claims
from tocsin.tracking.kernels import columns as c
from tocsin.tracking.kernels.columns import Rules, Sensors

FALSE_ALARM = 1e-6  # of one cell, as kernels.sensing has it
PD_MOST = 0.999
SKYLINE_STEP_M = 500.0
AZIMUTHS = 720
SKYLINE_M_MAX = 300_000.0  # what is seen farther out flies higher than any hill


def rules_of(settings: Settings, model: Model) -> Rules:
    """The model and the limits."""
    tracking, frame = settings.tracking, settings.frame
    earth = frame.kind == "earth"
    axes, origin = np.eye(3), np.zeros(3)
    if earth:
        axes = axes_at(frame.latitude_rad, frame.longitude_rad)
        origin = ecef_from_geodetic(frame.latitude_rad, frame.longitude_rad, frame.altitude_m)
    shares = np.array([mode.share if mode.begins else 0.0 for mode in model.modes])
    kinds = model.classes.column("prior")
    useful = float((kinds * model.classes.column("useful_sigma_m")).sum()) if len(kinds) > 1 else float("inf")
    wind = _wind(settings, model, axes)
    return Rules(
        modes=np.array([_mode(mode, model, wind, flat=not earth and frame.dimensions == 2) for mode in model.modes]),
        switching=float(model.switching_hz),
        stationary=shares / shares.sum(),
        kind=kinds / kinds.sum(),
        useful=useful,
        earth=int(earth),
        plane=np.ascontiguousarray(axes[:2]),
        origin=origin,
        gate=float(tracking.gate),
        negligible=float(model.negligible),
        exact_max=int(model.exact_max),
        rivals_max=int(model.rivals_max),
        passing_tolerance=1e-6,
        passing_max=500,
        confirm=float(tracking.confirm_existence),
        release=float(tracking.release_existence),
        prune=float(tracking.prune_existence),
        survival_s=float(model.survival_s),
        density=float(model.unseen_per_m2),
        speed=float(model.speed_mps),
        climb=float(model.climb_mps) if earth or frame.dimensions == 3 else 0.0,
        height=float(model.height_m),
        height_sigma=float(model.height_sigma_m),
        wrong_identity=float(model.wrong_identity),
        mixture_floor=float(model.mixture_floor),
        components_max=int(tracking.components_max),
        coast=int(model.coast_s * 1e9),
        believed=(1.0 + tracking.confirm_existence) / (1.0 - tracking.confirm_existence),
    )


def _wind(settings: Settings, model: Model, axes: Floats) -> Floats:
    """The air's velocity in the frame (3,): the model's, and where it has none, the mean of what sensors declare."""
    east, north = float(model.wind_east_mps), float(model.wind_north_mps)
    blown = [s for s in settings.sensors if s.wind_mps > 0.0]
    if blown and east == north == 0.0:
        east = -sum(s.wind_mps * math.sin(s.wind_from_rad) for s in blown) / len(blown)
        north = -sum(s.wind_mps * math.cos(s.wind_from_rad) for s in blown) / len(blown)
    return np.asarray(east * axes[0] + north * axes[1])


def _mode(mode: Mode, model: Model, wind: Floats, *, flat: bool) -> list[float]:
    """A row of Rules.modes."""
    turn = [mode.noise, mode.noise_up, mode.slowing, mode.slowing_up, mode.turn]
    speed, climb = mode.new_speed or model.speed_mps, mode.new_climb or model.climb_mps
    new = [float(speed), 0.0 if flat else float(climb)]
    return [*turn, mode.sideways, mode.along, mode.mass_per_drag, *wind.tolist(), *new]


def sensors_of(settings: Settings) -> Sensors:
    """The site's sensors; one that sees nothing where there are none, so that arrays have a row."""
    frame = settings.frame
    declared = settings.sensors or (Sensor("none", "report"),)
    places = np.stack([place_of(sensor, frame) for sensor in declared])
    axes = np.stack([np.eye(3)] * len(declared))
    num = np.zeros((len(declared), c.SENSOR_NUM))
    posts = 0
    for i, sensor in enumerate(declared):
        placed = bool(np.isfinite(places[i]).all()) and not (
            sensor.reporting == "event" and sensor.kind in SELF_REPORTING
        )
        if placed and frame.kind == "earth":
            axes[i] = axes_at(sensor.latitude_rad, sensor.longitude_rad)
        num[i, c.PD] = sensor.detection_probability
        num[i, c.RANGE_MIN], num[i, c.RANGE_MAX] = sensor.min_range_m, sensor.max_range_m
        num[i, c.FIELD_FROM], num[i, c.FIELD_TO] = sensor.azimuth_from_rad, sensor.azimuth_to_rad
        num[i, c.ELEVATION_MIN], num[i, c.ELEVATION_MAX] = sensor.elevation_min_rad, sensor.elevation_max_rad
        num[i, c.NOTCH] = sensor.doppler_notch_mps
        num[i, c.HORIZON] = antenna_horizon_m(sensor, frame)
        num[i, c.PLACED] = float(placed)
        num[i, c.CLAIMS] = float(claims(sensor))
        num[i, c.RES_RANGE], num[i, c.RES_AZIMUTH] = sensor.resolution_range_m, sensor.resolution_azimuth_rad
        num[i, c.PERIOD], num[i, c.POST] = sensor.period_s, -1.0
        if gives_directions(sensor, frame):
            num[i, c.POST] = posts
            posts += 1
            if not placed and frame.kind == "earth":
                axes[i] = axes_at(sensor.latitude_rad, sensor.longitude_rad)
            num[i, c.SPEED], sigma = propagation(sensor)
            num[i, c.SPEED_VAR] = sigma**2
            if hears(sensor):
                blows = sensor.wind_mps * np.array([np.sin(sensor.wind_from_rad), np.cos(sensor.wind_from_rad)])
                num[i, c.WIND_X : c.WIND_X + 3] = -(blows[:, None] * axes[i, :2]).sum(axis=0)
                num[i, c.WIND_VAR] = sensor.wind_sigma_mps**2
        num[i, c.REFERENCE], num[i, c.ECHO] = sensor.reference_range_m, _echo(sensor)
        num[i, c.REPORT_RATE] = sensor.report_rate_hz if sensor.reporting == "event" else 0.0
        num[i, c.SKYLINE_STEP] = SKYLINE_STEP_M
        num[i, c.LISTENS] = float(sensor.reporting != "event")
    lines, skylines = _skylines(declared, settings, unpack(settings.ground))
    self_report = np.array([int(dependent(s, declared)) for s in declared], dtype=np.int64)
    return Sensors(
        place=np.nan_to_num(places),
        axes=axes,
        num=num,
        self_report=self_report,
        cells=np.zeros((len(declared), 4), dtype=np.int64),  # a Learner knows better
        registered=np.full(len(declared), -1, dtype=np.int64),
        pd_ratio=np.ones(1),
        skyline=lines,
        skylines=skylines,
    )


def _echo(sensor: Sensor) -> float:
    """1 + signal to noise at the reference range that gives the declared detection probability (Swerling 1)."""
    if sensor.reference_range_m <= 0.0:
        return 0.0
    return float(np.log(FALSE_ALARM) / np.log(min(sensor.detection_probability, PD_MOST)))


def _skylines(declared: tuple[Sensor, ...], settings: Settings, terrain: Terrain | None) -> tuple[Floats, Ints]:
    """What the ground hides from each radar and direction finder by light (sound goes around hills); see Sensors."""
    of = np.full((len(declared), 3), -1, dtype=np.int64)
    lines: list[Floats] = []
    points = 0
    for i, sensor in enumerate(declared):
        if terrain is None or sensor.path or antenna_horizon_m(sensor, settings.frame) < 0.0:
            continue
        height = 0.0 if np.isnan(sensor.altitude_m) else sensor.altitude_m
        reach = min(sensor.max_range_m, SKYLINE_M_MAX)
        at = (sensor.latitude_rad, sensor.longitude_rad, height)
        grid = skyline(terrain, *at, reach, SKYLINE_STEP_M, AZIMUTHS).lowest_grid_m
        of[i] = points, *grid.shape
        lines.append(grid.ravel())
        points += grid.size
    return (np.concatenate(lines) if lines else np.zeros(1)), of
