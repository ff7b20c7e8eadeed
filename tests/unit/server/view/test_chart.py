"""The chart of who sees at a height: what is below the horizon, or whose sensor is silent, is blind."""

import msgspec
import numpy as np

from tests.browser.stage.sky import settings
from tocsin.server.chart import chart


def seen(height_m: float, silent: tuple[str, ...] = ()) -> tuple[dict[str, float], np.ndarray]:
    body = msgspec.msgpack.decode(chart(settings(), silent, height_m))
    return body, np.frombuffer(body["seen"], np.uint8).reshape(body["down"], body["across"])


def at(height_m: float, latitude: float, longitude: float, silent: tuple[str, ...] = ()) -> int:
    body, cells = seen(height_m, silent)
    column = int((longitude - body["west"]) / (body["east"] - body["west"]) * body["across"])
    y = [np.log(np.tan(np.pi / 4 + np.radians(one) / 2)) for one in (body["north"], latitude, body["south"])]
    return int(cells[int((y[0] - y[1]) / (y[0] - y[2]) * body["down"]), column])


def test_higher_things_are_seen_further() -> None:
    low, high = seen(50.0)[1], seen(3_000.0)[1]
    assert (low > 0).sum() < (high > 0).sum()
    assert ((low > 0) & (high == 0)).sum() == 0


def test_near_a_radar_something_sees_and_beyond_its_horizon_nothing_does() -> None:
    assert at(300.0, 37.10, -7.85) >= 1
    assert at(50.0, 36.05, -7.85) == 0  # 108 km away: below the horizon for anything so low
    assert at(3_000.0, 36.05, -7.85) == 1


def test_a_silent_sensor_sees_nothing() -> None:
    every = ("Radar Cape", "Radar Ridge", "Microphones")
    assert at(300.0, 37.10, -7.85, every) == 0
    assert seen(300.0, every)[1].max() == 0
