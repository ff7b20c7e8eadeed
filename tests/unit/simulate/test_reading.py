"""A scenario that cannot be gives readable errors, each with its line."""

import pytest

from tests.simulated import HEAD, RADAR, scenario, whole
from tocsin.errors import SiteError
from tocsin.simulate.scenario import RadarSensing

MOVER = """
[[mover]]
kind = "cruise missile"
route_deg = [[36.0, -7.0], [37.0, -7.0]]
"""


def test_a_scenario_holds_what_its_file_says() -> None:
    night = scenario(MOVER + 'altitude_m = 40\nname = "low"\n' + RADAR)
    assert night.name == "test"
    assert night.start_ns == 1_928_540_400 * 10**9
    assert night.movers[0].altitude_m == (40.0, 40.0)
    assert isinstance(night.sensing["Radar"], RadarSensing)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (MOVER + "speed_mps = 700\n", 11, "speed_mps of a cruise missile holds 700; expected numbers from 150 to 330"),
        (
            MOVER + "altitude_m = -20\n",
            11,
            "altitude_m of a cruise missile holds -20; expected numbers from 0 to 12000",
        ),
        (MOVER + "altitude_m = [10, 20, 30]\n", 11, "altitude_m has 3 values; expected 1, or one for each of the 2"),
        (MOVER + "speeed_mps = 200\n", 11, "unknown key 'speeed_mps'; did you mean 'speed_mps'?"),
        (MOVER.replace("cruise missile", "cruise misile"), 9, 'write kind = "cruise missile"'),
        (MOVER.replace("36.0", "136.0"), 10, "expected [latitude, longitude] in degrees"),
        (MOVER.replace("[36.0, -7.0], ", ""), 10, "has 1 points; expected at least 2"),
        (MOVER + "count = 2.5\n", 11, "count = 2.5 cannot be; expected a whole number"),
        (MOVER + 'count = "x"\n', 11, "count = 'x' is no number; write count = a number from 1 to"),
        (MOVER + "loiter = [{ point = 3, seconds = 10, radius_m = 900 }]\n", 11, "point = 3 cannot be"),
        (MOVER + 'only_for = ["Radar"]\n', 11, "only_for holds 'Radar'; expected names out of"),
        (MOVER + 'end = "explode"\n', 11, "end = 'explode' is unknown; expected one of vanish, dive, land"),
        (MOVER + "from_ground = 1\n", 11, "from_ground = 1 is neither true nor false"),
        (MOVER + 'start_s = "soon"\n', 11, "start_s = 'soon' is no number"),
        ("\n[weather]\nwind_mps = nan\n", 9, "wind_mps = nan cannot be; expected a number from 0 to 60"),
        ('\n[[fault]]\nkind = "bias"\nsensor = "Radar"\n', 10, "sensor = 'Radar' is unknown"),
        ('\n[[fault]]\nkind = "loss"\n', 8, "'sensor' is missing; write sensor = ..."),
        ('\n[frame]\nkind = "local"\n', 9, "scenarios happen on the earth"),
        ("\nmover = 3\n", 8, "'mover' must be a list of tables; begin each with [[mover]]"),
    ],
)
def test_what_cannot_be_is_told_with_its_line(text: str, line: int, words: str) -> None:
    head = HEAD.format(duration_s=60)
    if text.startswith("\nmover"):
        text, head = head, "mover = 3\n"
        line = 1
    with pytest.raises(SiteError) as error:
        whole(head + text)
    first = str(error.value).splitlines()[0]
    assert words in first
    assert first.startswith(f"night.toml:{line}: ")


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "text",
    [
        MOVER.replace("cruise missile", "ufo") + "speed_mps = 900\naltitude_m = 90000\n",
        "\n[terrain]\nridges = [{ points_deg = [[36, -7], [37, -7]], height_m = 300, width_m = 60000 }]\n",
    ],
)
def test_one_mistake_is_one_problem(text: str) -> None:
    """Neither the bounds of some other kind nor a ridge of no width come after it."""
    with pytest.raises(SiteError) as error:
        whole(HEAD.format(duration_s=60) + text)
    assert len(str(error.value).splitlines()) == 1


def test_every_problem_is_told_at_once() -> None:
    with pytest.raises(SiteError) as error:
        scenario(MOVER + "speed_mps = 1\nhight_m = 3\n" + RADAR + '[[sensing]]\nsensor = "Radar"\nphysics = "ads-b"\n')
    assert len(str(error.value).splitlines()) == 3


def test_a_sensor_that_nobody_explained_is_an_error() -> None:
    with pytest.raises(SiteError, match=r"nothing says how position sensor 'Ears' works; write \[\[sensing\]\]"):
        scenario('[[sensor]]\nname = "Ears"\nkind = "position"\n')


def test_a_network_needs_room_and_a_clear_area() -> None:
    network = '[[network]]\nname = "Ears"\nspacing_m = {}\narea_deg = [[37.0, -7.0], {}]\n'
    with pytest.raises(SiteError, match=r"night.toml:9: no station fits"):
        scenario(network.format(90_000, "[37.001, -7.0], [37.0, -7.001]"))
    with pytest.raises(SiteError, match=r"night.toml:10: .*without crossing"):
        scenario(network.format(1_000, "[37.1, -7.1], [37.0, -7.1], [37.1, -7.0]"))
