"""The table of classes: what is in it, what its words mean, and what it says of a table that is wrong."""

from importlib import resources

import numpy as np
import pytest

from tocsin.errors import SiteError
from tocsin.models.classes import GROUPS, known, parse

TEXT = resources.files("tocsin.models.classes").joinpath("classes.toml").read_text("utf-8")
THREATS = {"multirotor", "small fixed-wing drone", "one-way-attack drone", "cruise missile"}
THREATS |= {"ballistic rocket", "artillery or mortar round"}
OTHERS = {"unknown", "bird", "helicopter", "light aircraft", "airliner", "fast jet"}


def test_the_table_names_what_the_map_has_symbols_for() -> None:
    assert set(known().names) == THREATS | OTHERS
    assert known().names[0] == "unknown"


def test_every_group_has_a_class() -> None:
    assert {row.group for row in known().rows} == set(GROUPS)
    assert [row.name for row in known().of_group("ballistic")] == ["ballistic rocket", "artillery or mortar round"]


def test_shares_and_priors_are_shares() -> None:
    assert sum(row.prior for row in known().rows) == pytest.approx(1.0)
    for row in known().rows:
        assert sum(row.share.values()) == pytest.approx(1.0)


def test_words_of_sensors_mean_classes() -> None:
    assert known().meaning("UAV") == ("multirotor", "small fixed-wing drone", "one-way-attack drone")
    assert known().meaning("Loitering  munition") == ("one-way-attack drone",)
    assert known().meaning("cruise_missile") == ("cruise missile",)
    assert known().meaning("unknown") == ()
    assert known().meaning("zeppelin") == ()


def test_a_sensor_names_its_class_rightly_more_often_than_any_other() -> None:
    table = known().confusion()
    np.testing.assert_allclose(table.sum(axis=1), 1.0)
    assert (table.argmax(axis=1) == np.arange(len(table))).all()


def test_a_site_may_say_how_one_sensor_confuses() -> None:
    names = known().names
    bird, multirotor = names.index("bird"), names.index("multirotor")
    table = known().confusion({"bird": {"multirotor": 0.6, "bird": 0.3}})
    assert table[bird, multirotor] == pytest.approx(0.6, rel=1e-3)
    assert table[bird, bird] == pytest.approx(0.3, rel=1e-3)
    assert table[bird].sum() == pytest.approx(1.0)
    assert (table > 0.0).all()


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("prior = 0.2 ", "prior = 0.3 ", "priors sum to 1.1"),
        ('group = "missiles"', 'group = "rockets"', "expected one of birds_and_hobby"),
        ("speed_min_mps = 150", "speed_min = 150", "mps is missing"),
        ('name = "bird"', 'name = "airliner"', "two classes are called 'airliner'"),
        ('name = "unknown"', 'name = "nothing"', "the first class is 'nothing'"),
        ("hovers = true", 'hovers = "yes"', "expected true or false"),
        ("climb_sigma_mps = 1.0 ", "climb_sigma_mps = 0.0 ", "climb_sigma_mps = 0; expected a number above 0"),
        ("left = 0.2, right = 0.2", "left = 0.2, wing = 0.2", "wing = 0.2; expected numbers above 0 for some of quiet"),
        ("right = 0.7", "right = 0.95", "leave something below 1 for the rest"),
        ('quadcopter = ["multirotor"]', 'quadcopter = ["toy"]', "expected a list of names of classes"),
        ("speed_mps = 14.0", "speed_mps = 140.0", "speed must rise from min over typical to max"),
        ("[confusion]", "[confused]", "[confused] is unknown"),
        ("mass_per_drag_kgpm2 = [8000.0] ", "mass_per_drag_kgpm2 = [] ", "expected a list of numbers above 0"),
        ("[[class]]", "[[class", "is no TOML"),
    ],
)
def test_a_wrong_table_is_explained(before: str, after: str, said: str) -> None:
    text = TEXT.replace("speed_min_mps = 120.0", "speed_min_mps = 150")
    assert before in text
    with pytest.raises(SiteError, match=r"classes\.toml") as told:
        parse(text.replace(before, after, 1), "classes.toml")
    assert said in str(told.value)
