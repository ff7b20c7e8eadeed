"""Which sensors are independent: no one fault, and no one lie, takes two paths at once."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tocsin.models.paths import SELF_REPORTING, Paths, dependent, shared
from tocsin.settings import Sensor

NORTH = Sensor("north", "radar", path_link="fibre", path_power="grid", path_clock="own", path_owner="army")
SOUTH = Sensor("south", "radar", path_link="radio", path_power="diesel", path_clock="caesium", path_owner="port")
EARS = Sensor("ears", "direction", propagation_mps=340.0)
ADSB = Sensor("adsb", "position")
PEOPLE = Sensor("people", "report")
SPOTTERS = Sensor("spotters", "report", authenticated=True, path_owner="spotters", path_link="phones")


def names(*sensors: Sensor) -> tuple[str, ...]:
    """The paths of all of them."""
    return tuple(sensors[k].name for k in Paths(sensors).of(range(len(sensors))))


def test_two_radars_that_share_nothing_are_two_paths() -> None:
    assert names(NORTH, SOUTH) == ("north", "south")


def test_one_shared_link_power_clock_or_owner_makes_them_one() -> None:
    for cause in ("path_link", "path_power", "path_clock", "path_owner"):
        alike = replace(SOUTH, **{cause: getattr(NORTH, cause)})
        assert len(names(NORTH, alike)) == 1
        assert getattr(NORTH, cause) in shared(NORTH, alike)


def test_radars_of_which_nothing_is_declared_are_one_path_and_ears_another() -> None:
    assert names(Sensor("a", "radar"), Sensor("b", "radar")) == ("a",)
    assert names(Sensor("a", "radar"), EARS) == ("a", "ears")


def test_what_targets_and_people_say_is_never_the_only_path() -> None:
    assert names(ADSB) == names(PEOPLE) == names(ADSB, PEOPLE) == names(SPOTTERS) == ()
    assert names(NORTH, ADSB, PEOPLE) == ("north",)
    assert names(NORTH, SPOTTERS) == ("north", "spotters")


def test_the_one_in_the_middle_does_not_hide_two_that_share_nothing() -> None:
    middle = Sensor("middle", "radar", path_link="fibre", path_power="diesel")
    assert names(NORTH, middle, SOUTH) == ("north", "south")


SENSORS = st.builds(
    Sensor,
    name=st.just("s"),
    kind=st.sampled_from(("radar", "direction", "position", "track", "report")),
    authenticated=st.booleans(),
    path_link=st.sampled_from(("", "a", "b")),
    path_power=st.sampled_from(("", "a", "b")),
    path_owner=st.sampled_from(("", "a", "b")),
)


@given(st.lists(SENSORS, max_size=8))
def test_no_two_paths_share_a_cause_and_none_is_mere_word(sensors: list[Sensor]) -> None:
    chosen = [sensors[k] for k in Paths(sensors).of(range(len(sensors)))]
    assert not any(shared(a, b) for k, a in enumerate(chosen) for b in chosen[k + 1 :])
    assert not any(dependent(one, sensors) for one in chosen)
    assert not chosen or any(one.kind not in SELF_REPORTING for one in chosen)
    sensed = [one for one in sensors if one.kind not in SELF_REPORTING]
    assert bool(chosen) == bool(sensed)
