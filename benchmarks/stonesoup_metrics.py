"""Stone Soup's GOSPA, OSPA and SIAP of one run: started by benchmarks/score.py in an environment of its own.

    .cache/stonesoup/bin/python benchmarks/stonesoup_metrics.py RUN.npz

Prints JSON: values, and CPU seconds of the metrics alone; making its objects is not timed.
"""

import json
import sys
import time
from datetime import datetime, timedelta
from importlib.metadata import version

import numpy as np
from stonesoup.dataassociator.tracktotrack import TrackToTruth
from stonesoup.measures import Euclidean
from stonesoup.metricgenerator.manager import MultiManager
from stonesoup.metricgenerator.ospametric import GOSPAMetric, OSPAMetric
from stonesoup.metricgenerator.tracktotruthmetrics import SIAPMetrics
from stonesoup.types.groundtruth import GroundTruthPath, GroundTruthState
from stonesoup.types.state import State
from stonesoup.types.track import Track

BEGIN = datetime(2026, 1, 1)  # noqa: DTZ001  Stone Soup knows no zones
SIAP = {
    "completeness": "SIAP Completeness",
    "ambiguity": "SIAP Ambiguity",
    "spuriousness": "SIAP Spuriousness",
    "position_m": "SIAP Position Accuracy",
    "longest_track": "SIAP Longest Track Segment",
}


def paths(step: np.ndarray, number: np.ndarray, state: np.ndarray, whole: type, one: type) -> set[object]:
    """Its objects: states are x, vx, y, vy."""
    out = set()
    for name in np.unique(number):
        rows = np.flatnonzero(number == name)
        states = [one(state[row].reshape(4, 1), timestamp=BEGIN + timedelta(seconds=int(step[row]))) for row in rows]
        out.add(whole(states))
    return out


def main() -> None:
    """Read, score, print."""
    run = np.load(sys.argv[1])
    truth = paths(run["truth_step"], run["truth_number"], run["truth_state"], GroundTruthPath, GroundTruthState)
    tracks = paths(run["track_step"], run["track_number"], run["track_state"], Track, State)
    c, place = float(run["c"]), Euclidean((0, 2))
    keys = {"tracks_key": "tracks", "truths_key": "truths"}
    generators = {
        "gospa": GOSPAMetric(p=2, c=c, measure=place, generator_name="gospa", **keys),
        "ospa": OSPAMetric(p=2, c=c, measure=place, generator_name="ospa", **keys),
        "siap": SIAPMetrics(position_measure=place, velocity_measure=Euclidean((1, 3)), generator_name="siap", **keys),
    }
    seconds: dict[str, float] = {}
    values: dict[str, float] = {}
    for name, generator in generators.items():
        associator = TrackToTruth(association_threshold=c, measure=place) if name == "siap" else None
        manager = MultiManager([generator], associator)
        manager.add_data({"tracks": tracks, "truths": truth})
        began = time.process_time()
        found = manager.generate_metrics()[name]
        seconds[name] = time.process_time() - began
        if name == "siap":
            values |= {key: float(found[theirs].value) for key, theirs in SIAP.items()}
        elif name == "gospa":
            each = [one.value["distance"] for one in found["GOSPA Metrics"].value]
            values["gospa_rms_m"] = float(np.sqrt(np.mean(np.square(each))))
    print(json.dumps({"version": version("stonesoup"), "seconds": seconds, "values": values}))


if __name__ == "__main__":
    main()
