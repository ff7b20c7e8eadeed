"""Scan in, Picture and Health out: the tracker, and who looked where."""


def warm() -> None:
    """Compile every kernel on a tiny input, so that the first scan need not wait. Cached: seconds only once."""
    # Importing this package imports no numba.
    import numpy as np  # noqa: PLC0415

    from tocsin.messages import Detections, Scan, Sweeps  # noqa: PLC0415
    from tocsin.settings import Frame, Sensor, Settings  # noqa: PLC0415
    from tocsin.tracking.tracker import Tracker  # noqa: PLC0415

    sensor = Sensor("warm", "position", sigma={"east_m": 10.0, "north_m": 10.0})
    tracker = Tracker(Settings(frame=Frame("local", 2), sensors=(sensor,)))
    for second in range(1, 3):
        times, nan = np.full(2, second * 1_000_000_000), np.full(1, np.nan)
        one = times[:1]
        sweeps = Sweeps(np.zeros(1, np.int32), one, one, one, nan, nan, np.ones(1, np.bool_))
        values = {"east_m": np.array([0.0, 900.0]), "north_m": np.zeros(2)}
        detections = Detections(np.zeros(2, np.int32), times, times, values)
        tracker.advance(Scan("warm", int(times[0]), ("warm",), sweeps, detections))
    tracker.tick(3_000_000_000)
    tracker.picture(3_000_000_000)
