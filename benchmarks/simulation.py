"""How fast a large night is simulated, on one core: processor seconds. Prints, asserts nothing.

    .venv/bin/python -m benchmarks.simulation              8 h: 800 drones, 60 missiles, 300 civil aircraft, 12 radars,
    .venv/bin/python -m benchmarks.simulation --hours 1    2,000 listening stations, an ADS-B receiver (the bar: 5 min)

All flies at some time of the night: drones for 50 min each, as raids do. Everything is made that a file would hold:
what flew each second, and every detection of every sensor with its columns; only writing it is left out.
"""

import argparse
import os
import platform
import resource
import time
from pathlib import Path

from tocsin.cli.progress import Progress
from tocsin.cluster.scenario import scenario_of
from tocsin.live.warm import use_cache
from tocsin.simulate.night import slabs

HEAD = """
[scenario]
name = "large"
start = 2031-02-11T16:00:00Z
duration_s = {duration_s}
seed = 1
[site]
name = "large"
[frame]
kind = "earth"
latitude_deg = 37.6
longitude_deg = -7.2
altitude_m = 0
[[sensor]]
name = "ADS-B"
kind = "position"
latitude_deg = 37.6
longitude_deg = -7.2
altitude_m = 300
sigma_position_m = 30
sigma_velocity_mps = 1
detection_probability = 0.85
clutter_per_scan = 0
max_range_m = 350000
period_s = 1
reporting = "event"
[[sensing]]
sensor = "ADS-B"
physics = "ads-b"
loss = 0.1
[[network]]
name = "Listening"
output = "direction"
area_deg = [[37.0, -8.2], [37.0, -6.2], [38.2, -6.2], [38.2, -8.2]]
spacing_m = {spacing_m}
period_s = 1
max_range_m = 7000
noise_db = 32
false_hz = 0.01
"""
RADAR = """
[[sensor]]
name = "Radar {k}"
kind = "radar"
latitude_deg = {latitude}
longitude_deg = {longitude}
altitude_m = 150
sigma_range_m = 50
sigma_azimuth_deg = 0.15
sigma_range_rate_mps = 1
detection_probability = 0.92
clutter_per_scan = 10
min_range_m = 500
max_range_m = 200000
period_s = {period_s}
doppler_notch_mps = 6
resolution_range_m = 120
resolution_azimuth_deg = 1.4
[[sensing]]
sensor = "Radar {k}"
range_1m2_m = 100000
"""
MOVER = """
[[mover]]
name = "{kind}s"
kind = "{kind}"
count = {count}
start_s = {start_s}
until_s = {until_s}
route_deg = {route}
spread_m = 30000
"""
ROUTES = {
    "one-way-attack drone": (800, "[[36.6, -8.4], [37.2, -7.6], [37.5, -7.0], [37.9, -6.8]]"),
    "cruise missile": (60, "[[36.0, -9.5], [37.0, -8.0], [37.9, -6.8]]"),
    "airliner": (300, "[[39.5, -5.0], [37.6, -7.0], [35.5, -9.3]]"),
}
SPACING_M = 3_430.0


def text(hours: float) -> str:
    """The scenario as a file would have it."""
    duration_s = 3600.0 * hours
    parts = [HEAD.format(duration_s=duration_s, spacing_m=SPACING_M)]
    for k in range(12):
        place = {"latitude": 37.05 + 0.36 * (k // 4), "longitude": -8.1 + 0.6 * (k % 4)}
        parts.append(RADAR.format(k=k, period_s=(4, 6, 10)[k % 3], **place))
    for kind, (count, route) in ROUTES.items():
        flown = max(round(count * hours / 8.0), 1)
        parts.append(MOVER.format(kind=kind, count=flown, route=route, start_s=-600, until_s=duration_s))
    return "".join(parts)


def main() -> None:
    """Simulate it, and say how long it took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=float, default=8.0)
    hours = parser.parse_args().hours
    use_cache()
    began_s = time.process_time()
    _, scenario = scenario_of(text(hours), "large", Path())
    stations = sum(sensor.kind == "direction" for sensor in scenario.settings.sensors)
    detections = rows = 0
    with Progress("simulating") as progress:
        for slab in slabs(scenario):
            rows += len(slab.truth)
            detections += sum(len(batch.time_s) for batch in slab.batches)
            progress(int(slab.to_s), int(scenario.duration_s))
    spent_s = time.process_time() - began_s
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{hours:g} h, {stations} stations, {platform.machine()}, load {os.getloadavg()[0]:.1f}")
    print(f"{rows:,} rows of truth, {detections:,} detections: {spent_s:.1f} CPU s, {peak_mb:.0f} MB at most")


if __name__ == "__main__":
    main()
