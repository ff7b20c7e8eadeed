"""Hills: what follows them, what hides behind them, and what they give radars that is not there."""

from pathlib import Path

import numpy as np
import pytest

from tests.simulated import HEAD, RADAR, column, played, scenario, whole
from tocsin.errors import SiteError
from tocsin.geo.distance import distance_m

RIDGE = """
[terrain]
ridges = [{ points_deg = [[36.9, -6.7], [37.1, -6.7]], height_m = 500, width_m = 1500 }]
"""
RAID = """
[[mover]]
kind = "cruise missile"
altitude_m = 60
speed_mps = 220
route_deg = [[37.0, -6.4], [37.0, -7.0]]
"""
STRONG = '[[sensing]]\nsensor = "Radar"\nrange_1m2_m = 900000\n'


def test_a_missile_follows_the_ground_without_touching_it() -> None:
    night = scenario(RIDGE + RAID, 240)
    assert night.terrain is not None
    above = np.concatenate(
        [
            slab.truth.altitude_m - night.terrain.height_m(slab.truth.latitude_rad, slab.truth.longitude_rad)
            for slab in played(night)
        ]
    )
    altitude = np.concatenate([slab.truth.altitude_m for slab in played(night)])
    assert altitude.max() > 500.0
    assert above.min() >= 10.0
    assert np.median(above) == pytest.approx(60.0, abs=5.0)


def test_behind_the_ridge_it_is_not_seen() -> None:
    def first(text: str) -> float:
        slabs = played(scenario(text + RAID + STRONG + RADAR, 240))
        return float(column(slabs, "range_m").max())

    # In the open it is seen from the start; the ridge is 26.7 km away and hides what flies low behind it.
    assert first("") > 50_000.0
    assert first(RIDGE) < 29_000.0


def test_an_airliner_flies_by_the_barometer_over_hills() -> None:
    text = '[[mover]]\nkind = "airliner"\naltitude_m = 9000\nroute_deg = [[37.0, -6.4], [37.0, -7.0]]\n'
    altitude = np.concatenate([slab.truth.altitude_m for slab in played(scenario(RIDGE + text, 200))])
    assert altitude == pytest.approx(9_000.0, abs=1.0)


def test_who_stands_below_ground_is_told_so() -> None:
    below = RADAR.replace("latitude_deg = 37.0\nlongitude_deg = -7.0", "latitude_deg = 37.0\nlongitude_deg = -6.7")
    with pytest.raises(
        SiteError, match=r"night.toml:\d+: sensor 'Radar' is below ground at 100 m; the ground there is"
    ):
        scenario(RIDGE + below)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[terrain]\n", "either geotiff = a file or ridges"),
        ('[terrain]\ngeotiff = "no.tif"\n', "No such file"),
        ('[terrain]\ngeotiff = "bad.tif"\n', "no classic TIFF"),
        ("[terrain]\nridges = 3\n", "is no list of tables"),
        ("[terrain]\nridges = [{ height_m = 3, width_m = 100 }]\n", "'points_deg' is missing"),
    ],
)
def test_ground_that_cannot_be_read_is_told(text: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "bad.tif").write_bytes(b"nothing of the kind")
    with pytest.raises(SiteError, match=words):
        whole(HEAD.format(duration_s=60) + text, folder=tmp_path)


def test_rain_gives_plots_where_it_is_and_moves_with_the_wind() -> None:
    rain = """
[[clutter]]
centre_deg = [37.3, -7.0]
radius_m = 6000
plots = 8
east_mps = 15
"""
    slabs = played(scenario(rain + RADAR, 600))
    time_s, distance, azimuth = (column(slabs, name) for name in ("time_s", "range_m", "azimuth_rad"))
    assert len(time_s) / (600 / 4) == pytest.approx(8.0, abs=0.8)
    east = distance * np.sin(azimuth)
    early, late = east[time_s < 100].mean(), east[time_s > 500].mean()
    assert late - early == pytest.approx(15.0 * 500.0, rel=0.2)
    assert (
        np.abs(distance * np.cos(azimuth) - distance_m(*np.radians((37.0, -7.0)), *np.radians((37.3, -7.0)))).max()
        < 7e3
    )
    notched = played(scenario(rain + RADAR + "doppler_notch_mps = 12\n", 100))
    assert len(column(notched, "time_s")) < 0.25 * 25 * 8


def test_in_town_less_is_heard() -> None:
    ears = """
[[network]]
name = "Ears"
area_deg = [[36.95, -7.05], [36.95, -6.95], [37.05, -6.95], [37.05, -7.05]]
spacing_m = 2500
false_hz = 0
"""
    drone = '[[mover]]\nkind = "one-way-attack drone"\nroute_deg = [[36.98, -7.03], [37.02, -6.97]]\n'
    town = "[[town]]\nnoise_db = 62\narea_deg = [[36.9, -7.1], [36.9, -6.9], [37.1, -6.9], [37.1, -7.1]]\n"
    loud = len(column(played(scenario(drone + ears + town, 60)), "time_s"))
    quiet = len(column(played(scenario(drone + ears, 60)), "time_s"))
    assert 0 < loud < 0.4 * quiet
