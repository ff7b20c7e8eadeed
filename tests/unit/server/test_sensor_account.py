"""Asked what is believed of a sensor, the server tells its health, offsets, cells and last residuals."""

import pytest

from tests.doors import House
from tests.skies import START_NS
from tocsin.server.access.roles import Role


def test_a_sensor_is_accounted_for_in_degrees_metres_and_seconds(server: House) -> None:
    told = server.client(Role.VIEWER).get("/api/explain/sensor/north", params={"time": START_NS / 1e9 - 5}).json()
    assert (told["sensor"], told["kind"], told["time"]) == ("north", "radar", START_NS / 1e9 - 5)
    assert told["place"] == pytest.approx({"latitude_deg": 45.0, "longitude_deg": 30.0, "altitude_m": 60.0})
    assert told["health"]["range_bias_m"] == 40.0
    assert told["health"]["azimuth_bias_deg"] == 180.0
    assert told["health"]["time_bias_s"] is None  # nobody knows
    assert told["health"]["last"] == START_NS / 1e9 - 5
    assert (told["cells"]["rings"], told["cells"]["sectors"]) == (1, 2)
    assert told["cells"]["detection_probability"] == [0.8, 0.8]
    assert told["residuals"]["range_m"] == [12.5, None]
    assert told["residuals"]["azimuth_deg"] == [180.0, 0.0]


def test_a_sensor_that_the_site_has_not_is_not_found(server: House) -> None:
    client = server.client(Role.VIEWER)
    assert client.get("/api/explain/sensor/south").status_code == 404
    assert "no sensor 'south'" in client.get("/api/explain/sensor/south").text
