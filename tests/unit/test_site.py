"""A site file is read whole, and a wrong one is answered with the line, what came, what was expected, what to write."""

from math import degrees, radians
from pathlib import Path

import pytest

from tocsin import site, wire
from tocsin.errors import SiteError

GOOD = """
[site]
name = "shore"
[frame]
latitude_deg = 57.0
longitude_deg = 21.0
[[sensor]]
name = "north"
kind = "radar"
sources = ["asterix 25/11"]
latitude_deg = 57.1
longitude_deg = 21.2
altitude_m = 40
sigma_range_m = 50
sigma_azimuth_deg = 0.1
[[sensor]]
name = "adsb"
kind = "position"
sigma_position_m = 30
[[place]]
name = "plant"
kind = "site"
latitude_deg = 57.2
longitude_deg = 21.3
ring_m = 5000
[[place]]
name = "city"
kind = "zone"
points_deg = [[57.0, 21.0], [57.1, 21.0], [57.1, 21.2]]
[[feed]]
name = "radars"
format = "asterix"
transport = "udp"
port = 8600
"""


def test_a_good_file_is_read_in_radians_and_metres() -> None:
    read = site.parse(GOOD)
    north, adsb = read.settings.sensors
    assert read.settings.site == "shore"
    assert north.latitude_rad == pytest.approx(radians(57.1))
    assert north.sigma == {"range_m": 50.0, "azimuth_rad": radians(0.1)}
    assert north.reporting == "turn"
    assert adsb.reporting == "event"
    assert adsb.sigma == {"east_m": 30.0, "north_m": 30.0}
    assert [place.kind for place in read.settings.places] == ["site", "zone"]
    assert read.settings.places[1].geometry[0] == read.settings.places[1].geometry[-1]
    assert read.feeds[0].port == 8600
    assert read.server.host == "127.0.0.1"


def test_settings_survive_the_wire_bit_for_bit() -> None:
    settings = site.parse(GOOD).settings
    body = wire.encode_settings(settings)
    assert wire.encode_settings(wire.decode_settings(body)) == body


WRONG = {
    "no TOML": ("[site", "no TOML"),
    "an unknown kind, with the near one": ('kind = "radar"', 'kind = "rader"'),
    "a misspelt key": ("sigma_range_m = 50", "sigma_rang_m = 50"),
    "a number out of bounds": ("latitude_deg = 57.1", "latitude_deg = 157.1"),
    "a word for a number": ("ring_m = 5000", 'ring_m = "wide"'),
    "a zone that crosses itself": (
        "[[57.0, 21.0], [57.1, 21.0], [57.1, 21.2]]",
        "[[57.0, 21.0], [57.1, 21.1], [57.1, 21.0], [57.0, 21.1]]",
    ),
    "a zone of two points": ("[[57.0, 21.0], [57.1, 21.0], [57.1, 21.2]]", "[[57.0, 21.0], [57.1, 21.0]]"),
    "two sensors of one name": ('name = "adsb"', 'name = "north"'),
    "a radar without a place": ("latitude_deg = 57.1\nlongitude_deg = 21.2", "altitude_m = 1"),
    "a feed without a port": ("port = 8600", ""),
    "not a number": ("ring_m = 5000", "ring_m = nan"),
}


@pytest.mark.parametrize("story", [name for name in WRONG if name != "no TOML"])
def test_a_wrong_file_names_its_line(story: str) -> None:
    right, wrong = WRONG[story]
    text = GOOD.replace(right, wrong, 1).replace("altitude_m = 40\n", "", 1 if "without a place" in story else 0)
    assert text != GOOD
    with pytest.raises(SiteError) as caught:
        site.parse(text, "site.toml")
    first = str(caught.value).splitlines()[0]
    number = int(first.split(":")[1])
    assert first.startswith("site.toml:")
    assert 1 < number <= len(text.splitlines())
    assert ";" in first, "an error says what to do after a semicolon"


def test_the_line_is_the_one_with_the_mistake() -> None:
    text = GOOD.replace("sigma_range_m = 50", "sigma_rang_m = 50")
    line = text.splitlines().index("sigma_rang_m = 50") + 1
    advice = "unknown key 'sigma_rang_m'; did you mean 'sigma_range_m'"
    with pytest.raises(SiteError, match=rf"site\.toml:{line}: {advice}"):
        site.parse(text, "site.toml")


def test_what_is_no_toml_says_so() -> None:
    with pytest.raises(SiteError, match="this is no TOML"):
        site.parse("[site")


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(SiteError, match="cannot be read"):
        site.read(tmp_path / "none.toml")


def test_every_problem_is_told_at_once() -> None:
    text = GOOD.replace("port = 8600", "").replace("ring_m = 5000", "")
    with pytest.raises(SiteError) as caught:
        site.parse(text)
    assert len(str(caught.value).splitlines()) == 2


def test_a_scenarios_own_tables_are_left_alone() -> None:
    assert site.parse(GOOD + '[scenario]\nstory = "x"\n', ignore=("scenario",)).settings.site == "shore"
    with pytest.raises(SiteError, match="unknown key 'scenario'"):
        site.parse(GOOD + '[scenario]\nstory = "x"\n')


MOVING = """
[[sensor]]
name = "Watcher"
kind = "{kind}"
sigma_range_m = 60
sigma_azimuth_deg = 0.1
path = [
  [2031-01-14T01:00:00Z, 37.0, 179.9, 8500.0],
  [{second}, {latitude}, -179.9, 8600.0],
]
"""
LATER = "2031-01-14T01:10:00.5Z"


def test_a_moving_sensor_has_a_path_instead_of_a_place() -> None:
    (sensor,) = site.parse(MOVING.format(kind="radar", second=LATER, latitude=38.0)).settings.sensors
    assert sensor.path[1][0] - sensor.path[0][0] == 600_500_000_000
    assert [degrees(angle) for angle in sensor.path[1][1:3]] == pytest.approx([38.0, 180.1])  # on over the antimeridian
    assert (sensor.latitude_rad, sensor.longitude_rad, sensor.altitude_m) == sensor.path[0][1:]


@pytest.mark.parametrize(
    ("kind", "second", "latitude", "says"),
    [
        ("radar", "2031-01-14T00:59:00Z", "38.0", "sort it by time"),
        ("radar", LATER, "98.0", r"row 2 is at \(98, -179.9\)"),
        ("report", LATER, "38.0", "each report may carry its own place instead"),
        ("radar", "2031-01-14T01:10:00", "38.0", "timezone"),
    ],
)
def test_a_wrong_path_is_explained(kind: str, second: str, latitude: str, says: str) -> None:
    with pytest.raises(SiteError, match=says):
        site.parse(MOVING.format(kind=kind, second=second, latitude=latitude))


def test_a_line_that_movers_follow_is_a_corridor() -> None:
    text = (
        GOOD
        + """
[[line]]
name = "river"
points_deg = [[57.0, 21.0], [57.2, 21.3]]
corridor_m = 3000
[[line]]
name = "road"
points_deg = [[57.0, 21.0], [57.2, 21.3]]
"""
    )
    corridors = site.parse(text).settings.corridors
    assert [(one.name, one.width_m) for one in corridors] == [("river", 3000.0)]
    assert degrees(corridors[0].geometry[1][1]) == pytest.approx(21.3)


def test_a_launch_region_is_read_and_a_wrong_one_explained() -> None:
    table = '\n[[launch]]\nname = "cape"\npoints_deg = [[57.0, 21.0], [57.1, 21.0], [57.1, 21.2]]\n'
    (launch,) = site.parse(GOOD + table + 'groups = ["ballistic"]\nper_hour = 2\n').settings.launches
    assert (launch.name, launch.groups, launch.per_hour) == ("cape", ("ballistic",), 2.0)
    assert degrees(launch.geometry[2][1]) == pytest.approx(21.2)
    for more, says in (
        ('groups = ["birds"]', "groups"),
        ("groups = []", "groups"),
        ("per_hour = 0", "per_hour"),
    ):
        with pytest.raises(SiteError, match=says):
            site.parse(GOOD + table + more + "\n")
    with pytest.raises(SiteError, match="2 different points"):
        site.parse(GOOD + table.replace(", [57.1, 21.2]", ""))
    with pytest.raises(SiteError, match="crosses itself"):
        site.parse(GOOD + table.replace("[[57.0, 21.0]", "[[57.0, 21.0], [57.2, 21.3], [57.0, 21.3]"))
    with pytest.raises(SiteError, match="the frame is local"):
        site.parse('[frame]\nkind = "local"\n' + table)


def test_who_releases_and_who_lives_there_come_from_the_file() -> None:
    read = site.parse(
        '[release]\npeople = ["ann", "ben"]\nsame_person = [["ann", "ann.night"]]\nanswer_s = 20\n'
        '[[place]]\nname = "plant"\nkind = "site"\nlatitude_deg = 57\nlongitude_deg = 21\nring_m = 100\n'
        'residents = 1200\nrelease_by = ["cid"]\n'
    ).settings
    assert (read.releasing.status, read.releasing.people) == ("actual", ("ann", "ben"))
    assert (read.releasing.same_person, read.releasing.answer_s) == ((("ann", "ann.night"),), 20.0)
    assert (read.places[0].residents, read.places[0].release_by) == (1_200.0, ("cid",))


def test_an_instance_for_exercises_says_exercises() -> None:
    assert site.parse('[delivery]\ninstance = "exercise"\n').settings.releasing.status == "exercise"
