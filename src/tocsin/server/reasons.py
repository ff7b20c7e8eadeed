"""Why a track is there, in words of JSON: degrees, metres, seconds UTC."""

from math import degrees

import numpy as np

from tocsin.messages import Explanation

_NS = 1e9


def reasons(explained: Explanation, time_ns: int) -> dict[str, object]:
    """The answer of /api/explain/track, as it was known at a time."""
    return {
        "track": explained.track,
        "time": time_ns / _NS,
        "detections": [_detection(explained, row) for row in range(len(explained))],
        "sensors": [
            {"sensor": name, "detections": count, "weight": explained.weights[name]}
            for name, count in explained.detections.items()
        ],
        "refused": [
            {
                "time": refusal.time_ns / _NS,
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
        "time": int(explained.time_ns[row]) / _NS,
        "sensor": explained.sensors[int(explained.sensor[row])],
        "weight": float(explained.weight[row]),
    }
    for name, column in explained.measured.items():
        value = float(column[row])
        if not np.isnan(value):
            angle = name.endswith("_rad")
            known[name.removesuffix("_rad") + "_deg" if angle else name] = degrees(value) if angle else value
    return known
