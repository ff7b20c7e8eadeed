"""Why a track is there, in words of JSON: degrees, metres, seconds UTC."""

from math import degrees

import numpy as np

from tocsin.geo.units import SECOND_NS
from tocsin.messages import Explanation, Floats
from tocsin.models.account import SensorAccount, SensorCells
from tocsin.settings import Frame


def reasons(explained: Explanation, time_ns: int) -> dict[str, object]:
    """The answer of /api/explain/track, as it was known at a time."""
    return {
        "track": explained.track,
        "time": time_ns / SECOND_NS,
        "detections": [_detection(explained, row) for row in range(len(explained))],
        "sensors": [
            {"sensor": name, "detections": count, "weight": explained.weights[name]}
            for name, count in explained.detections.items()
        ],
        "refused": [
            {
                "time": refusal.time_ns / SECOND_NS,
                "feed": refusal.feed,
                "reason": refusal.reason,
                "detail": refusal.detail,
                "count": refusal.count,
            }
            for refusal in explained.refused
        ],
    }


def _detection(explained: Explanation, row: int) -> dict[str, object]:
    known: dict[str, object] = {
        "time": int(explained.time_ns[row]) / SECOND_NS,
        "sensor": explained.sensors[int(explained.sensor[row])],
        "weight": float(explained.weight[row]),
    }
    for name, column in explained.measured.items():
        value = float(column[row])
        if not np.isnan(value):
            angle = name.endswith("_rad")
            known[name.removesuffix("_rad") + "_deg" if angle else name] = degrees(value) if angle else value
    return known


def told(account: SensorAccount, frame: Frame) -> dict[str, object]:
    """The answer of /api/explain/sensor, as it was known at its time. What nobody knows is null."""
    health = account.health
    named = ("latitude_rad", "longitude_rad", "altitude_m") if frame.kind == "earth" else ("east_m", "north_m", "up_m")
    return {
        "time": account.time_ns / SECOND_NS,
        "sensor": health.sensor,
        "kind": health.kind,
        "place": dict(_number(name, value) for name, value in zip(named, account.place, strict=False)),
        "health": dict(
            _number(name, getattr(health, name))
            for name in health.__slots__
            if name not in {"sensor", "kind", "last_ns"}
        )
        | {"last": health.last_ns / SECOND_NS if health.last_ns >= 0 else None},
        "cells": _cells(account.cells),
        "residuals": {
            "time": (account.residual_ns / SECOND_NS).tolist(),
            **dict(_column(name, column) for name, column in account.residuals.items()),
        },
    }


def _number(name: str, value: object) -> tuple[str, object]:
    """A number with the name that it has outside: degrees for radians, null for what nobody knows."""
    if not isinstance(value, float):
        return name, value
    renamed, factor = _outside(name)
    return renamed, None if np.isnan(value) else factor * value


def _column(name: str, values: Floats) -> tuple[str, object]:
    renamed, factor = _outside(name)
    return renamed, [None if np.isnan(value) else factor * value for value in values.tolist()]


def _outside(name: str) -> tuple[str, float]:
    return (name.replace("_rad", "_deg"), degrees(1.0)) if "_rad" in name else (name, 1.0)


def _cells(cells: SensorCells) -> dict[str, object]:
    """The map of what is believed: rings from the least range on, sectors clockwise from north; or squares."""
    plain: dict[str, object] = {
        name: getattr(cells, name) for name in ("kind", "rings", "sectors", "least_m", "most_m")
    }
    plain["declared_detection_probability"] = cells.declared_detection_probability
    for name in ("clutter_per_scan", "declared_clutter_per_scan", "detection_probability", "looks"):
        plain[name] = getattr(cells, name).tolist()
    return plain
