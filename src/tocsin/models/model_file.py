"""A model in TOML, so that a paper's scenario can be met exactly: `tocsin track --model`.

[model]                     all keys may be left out
scan_s = 1.0                turns what a paper gives per scan into rates
survival = 0.99             per scan (or survival_s: mean life)
gate = 20.0                 these five go to the tracker's settings
report_existence = 0.4
confirm_existence = 0.9
prune_existence = 1e-5
hold_s = 0.0
detection_probability = 0.9 these two go to every sensor
clutter_per_m2 = 1.1e-4     per scan (in a three-dimensional frame the height's span divides it further);
                            what of these two is given is not learnt, and no sensor's offsets are

[[mode]]                    noise is a density of acceleration noise, m2/s3
name = "steady"
noise = 0.02

[[initial]]                 what is there before the first scan; [[birth]]: what is born in each scan
weight = 3.0
mean = [100, 100, 0, 0, 0, 0]       east, north, up, and their velocities
sigma = [150, 150, 0, 1, 1, 0]
"""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from tocsin.errors import SiteError
from tocsin.models.model import Mode, Model, Part
from tocsin.settings import Settings

# key of the file -> field of settings.Tracking
TRACKING: Mapping[str, str] = {
    "gate": "gate",
    "report_existence": "release_existence",
    "confirm_existence": "confirm_existence",
    "prune_existence": "prune_existence",
    "hold_s": "hold_s",
}
OWN = frozenset({"scan_s", "survival", "detection_probability"})
NUMBERS = frozenset(f.name for f in fields(Model)) - {"modes", "initial", "births", "classes"}


@dataclass(frozen=True, slots=True)
class ModelFile:
    """What a model file says."""

    model: Model
    tracking: Mapping[str, float]
    detection_probability: float | None = None

    def settings(self, settings: Settings) -> Settings:
        """The site's settings with what the file says about the tracker and the sensors.

        Raises SiteError where the file's parts of the unseen are metres of a local frame and the site is on the earth.
        """
        if settings.frame.kind == "earth" and (self.model.initial or self.model.births):
            raise SiteError('[[initial]] and [[birth]] are east, north, up: they need [frame] kind = "local"')
        sensors = settings.sensors
        if self.detection_probability is not None:
            sensors = tuple(replace(s, detection_probability=self.detection_probability) for s in sensors)
        tracking = replace(settings.tracking, **self.tracking)  # type: ignore[arg-type]  # all of these are floats
        learning = settings.learning
        told, false = self.detection_probability is not None, not math.isnan(self.model.clutter_per_m2)
        if told or false:  # what a paper states is not learnt anew
            learning = replace(learning, detection=not told, clutter=not false, registration=False, weighting=False)
        return replace(settings, sensors=sensors, tracking=tracking, learning=learning)


def parse(text: str, name: str) -> ModelFile:
    """The model in a TOML text; `name` is what to call it in errors. Raises SiteError with what was expected."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SiteError(f"{name}: is no TOML: {error}") from error
    unknown = set(table) - {"model", "mode", "initial", "birth"}
    if unknown:
        raise SiteError(f"{name}: [{min(unknown)}] is unknown; expected [model], [[mode]], [[initial]] and [[birth]]")
    head = _numbers(table.get("model", {}), OWN | NUMBERS | set(TRACKING), f"{name}: [model]")
    scan_s = head.get("scan_s", 1.0)
    if "survival" in head:
        if not 0.0 < head["survival"] < 1.0:
            raise SiteError(f"{name}: [model] survival = {head['survival']} is no probability per scan below 1")
        head["survival_s"] = -scan_s / math.log(head["survival"])
    modes = tuple(_mode(one, f"{name}: [[mode]] {i + 1}") for i, one in enumerate(_tables(table, "mode", name)))
    if not modes:
        raise SiteError(f'{name}: no [[mode]]; write at least one, for instance name = "steady", noise = 1.0')
    own: dict[str, Any] = {key: value for key, value in head.items() if key in NUMBERS}
    own |= {key: int(own[key]) for key in ("exact_max", "rivals_max") if key in own}
    model = Model(
        modes,
        initial=_parts(table, "initial", 1.0, name),
        births=_parts(table, "birth", 1.0 / scan_s, name),
        **own,
    )
    tracking = {to: head[key] for key, to in TRACKING.items() if key in head}
    return ModelFile(model, tracking, head.get("detection_probability"))


def _tables(table: Mapping[str, Any], key: str, name: str) -> list[Mapping[str, Any]]:
    found = table.get(key, [])
    if not isinstance(found, list) or not all(isinstance(one, Mapping) for one in found):
        raise SiteError(f"{name}: [{key}] stands alone; write it in two brackets: [[{key}]]")
    return found


def _numbers(table: Mapping[str, Any], known: set[str] | frozenset[str], where: str) -> dict[str, float]:
    """The numbers of a table, each of them known."""
    for key, value in table.items():
        if key not in known:
            raise SiteError(f"{where} {key!r} is unknown; expected some of {', '.join(sorted(known))}")
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise SiteError(f"{where} {key} = {value!r} is no finite number")
    return {key: float(value) for key, value in table.items()}


def _mode(table: Mapping[str, Any], where: str) -> Mode:
    numbers = _numbers(
        {key: value for key, value in table.items() if key != "name"},
        {"noise", "noise_up", "slowing", "slowing_up", "turn", "share"},
        where,
    )
    if "noise" not in numbers:
        raise SiteError(f"{where}: noise is missing; write the density of acceleration noise in m2/s3")
    given: dict[str, Any] = {"noise_up": numbers["noise"]} | numbers
    return Mode(str(table.get("name", "mode")), **given)


def _parts(table: Mapping[str, Any], key: str, per: float, name: str) -> tuple[Part, ...]:
    parts = []
    for i, one in enumerate(_tables(table, key, name)):
        where = f"{name}: [[{key}]] {i + 1}"
        columns = [np.asarray(one.get(column, ()), dtype=np.float64) for column in ("mean", "sigma")]
        if any(column.shape != (6,) or not np.isfinite(column).all() for column in columns) or (columns[1] < 0.0).any():
            raise SiteError(f"{where}: mean and sigma are six numbers each: east, north, up, and their velocities")
        weight = one.get("weight")
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not weight >= 0.0:
            raise SiteError(f"{where}: weight = {weight!r} is no number of objects")
        parts.append(Part(float(weight) * per, columns[0], np.diag(columns[1] ** 2)))
    return tuple(parts)
