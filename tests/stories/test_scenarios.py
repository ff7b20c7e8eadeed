"""The stories that the scenarios tell really happen in them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.simulated import whole
from tocsin import site
from tocsin.geo.areas import area
from tocsin.geo.distance import distance_m
from tocsin.messages import Floats, Ints
from tocsin.simulate import reading, tables
from tocsin.simulate.night import night as play
from tocsin.simulate.night import slabs, truth
from tocsin.simulate.reading.sensing import READERS
from tocsin.simulate.scenario import FAULTS, Scenario

FILES = sorted(Path("scenarios").glob("*.toml"))


def read(name: str) -> Scenario:
    file = Path("scenarios") / f"{name}.toml"
    return whole(file.read_text(encoding="utf-8"), str(file))


class Told:
    """What flew, and when and where."""

    def __init__(self, name: str) -> None:
        self.scenario = read(name)
        parts = list(truth(self.scenario))
        self.traits = parts[0].traits
        self.mover: Ints = np.concatenate([part.mover for part in parts])
        ns = np.concatenate([part.time_ns for part in parts]) - self.scenario.start_ns
        self.time_s: Floats = ns / 1e9
        self.latitude: Floats = np.concatenate([part.latitude_rad for part in parts])
        self.longitude: Floats = np.concatenate([part.longitude_rad for part in parts])
        self.altitude: Floats = np.concatenate([part.altitude_m for part in parts])

    def of(self, group: str) -> list[Ints]:
        """The rows of each mover of a group."""
        movers = [index for index, name in enumerate(self.traits.group) if name == group]
        return [np.flatnonzero(self.mover == mover) for mover in movers]

    def from_place_m(self, name: str, rows: Ints) -> Floats:
        """How far from a place of the scenario."""
        place = next(place for place in self.scenario.settings.places if place.name == name)
        return area(place.kind, place.geometry).distance_m(self.latitude[rows], self.longitude[rows])


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_every_scenario_says_what_it_is_and_plays(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.startswith("# ")
    assert "invented" in text.split("[scenario]")[0]
    scenario = whole(text, str(file))
    night = slabs(scenario)
    first = [next(night), next(night)]
    assert sum(len(slab.truth) for slab in first) > 50
    assert sum(len(batch.time_s) for slab in first for batch in slab.batches) > 50


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_every_scenario_can_be_written_and_its_site_file_read(file: Path, tmp_path: Path) -> None:
    scenario = replace(whole(file.read_text(encoding="utf-8"), str(file)), duration_s=4.0)
    tables.write(scenario, tmp_path)
    settings = site.read(tmp_path / "site.toml").settings
    assert [one.name for one in settings.sensors] == [one.name for one in scenario.settings.sensors]
    assert [one.authenticated for one in settings.sensors] == [one.authenticated for one in scenario.settings.sensors]
    assert [one.name for one in settings.places] == [one.name for one in scenario.settings.places]


def test_the_readme_names_every_scenario_table_way_and_fault() -> None:
    page = Path("scenarios/README.md").read_text(encoding="utf-8")
    expected = [*(file.stem for file in FILES), *reading.TABLES, *READERS, *FAULTS]
    assert not [name for name in expected if f"`{name}`" not in page and f"[{name}]" not in page]


def test_a_drone_circles_over_the_town_for_25_minutes_and_then_picks_the_port() -> None:
    told = Told("circling")
    (drone,) = told.of("the one that circles")
    over = told.from_place_m("city", drone) == 0.0
    assert 24 * 60 < np.count_nonzero(over) < 30 * 60
    assert told.from_place_m("port", drone)[-1] < 1.0


def test_four_drones_at_the_river_do_four_different_things() -> None:
    told = Told("river-border")
    line = next(place for place in told.scenario.settings.places if place.name == "border")
    river = area("border", line.geometry)

    def east(group: str) -> list[float]:
        """For how long it was more than 500 m on each side of the river, beside the sector: west, east; seconds."""
        (rows,) = told.of(group)
        at = told.latitude[rows], told.longitude[rows]
        beside = (at[0] > line.geometry[0][0]) & (at[0] < line.geometry[-1][0]) & (river.distance_m(*at) > 500.0)
        side = river.side(*at)[beside]
        return [float(np.count_nonzero(side < 0)), float(np.count_nonzero(side > 0))]

    assert max(east("along the middle")) < 30
    assert 30 < east("over and back")[1] < 240
    assert 360 < east("over for long")[0] < 900
    (last,) = told.of("over for good")
    assert river.distance_m(told.latitude[last[-1]], told.longitude[last[-1]]) > 20_000.0


def test_a_rocket_falls_into_the_lake() -> None:
    told = Told("rocket-in-the-lake")
    (rocket,) = told.of("the stray rocket")
    assert told.altitude[rocket].max() > 40_000.0
    away = distance_m(told.latitude[rocket[-1]], told.longitude[rocket[-1]], *np.radians((58.93, 13.22)))
    assert away < 2_000.0
    assert abs(told.altitude[rocket[-1]]) < 1.0


def test_two_rockets_come_down_on_what_they_were_aimed_at_with_and_without_a_cue() -> None:
    for name, cued in (("ballistic-pair", True), ("ballistic-pair-no-cue", False)):
        told = Told(name)
        (first,), (second,) = told.of("for the power station"), told.of("for the city")
        assert told.from_place_m("power station", first)[-1] < 1_500.0
        assert told.from_place_m("city", second)[-1] < 1_500.0
        flashes = [
            scan for scan in play(told.scenario) if "launch flash" in (scan.detections.texts.get("report") or ())
        ]
        assert len(flashes) == (2 if cued else 0)


def test_behind_the_ridge_nobody_sees_the_drone_for_minutes() -> None:
    scenario = read("behind-the-ridge")
    seen: list[Floats] = []
    for slab in slabs(scenario):
        drone = slab.traits.group.index("the one that comes back")
        seen += [batch.time_s[batch.target == drone] for batch in slab.batches if batch.target is not None]
    times = np.sort(np.concatenate(seen))
    gaps = np.diff(times)
    assert gaps.max() > 240.0
    assert times[-1] - times[np.argmax(gaps) + 1] > 20.0  # and then it is seen again before it arrives


def test_all_feeds_fall_silent_together_and_come_back() -> None:
    scenario = read("all-cut")
    scenario = replace(scenario, duration_s=720.0)
    heard = np.array([(scan.received_ns - scenario.start_ns) / 1e9 for scan in play(scenario)])
    assert not np.any((heard >= 240.0) & (heard < 660.0))
    assert np.any(heard < 240.0)
    assert np.any(heard > 660.0)


@pytest.mark.parametrize("name", ["shared-link", "phantom-swarm", "poisoned-sensor", "exercise"])
def test_what_is_not_there_is_in_no_truth(name: str) -> None:
    scenario = read(name)
    slab = next(slabs(scenario, watched=False))
    phantoms = slab.traits.phantom
    assert phantoms.sum() >= 6
    assert (slab.traits.number[phantoms] == -1).all()
    assert not np.isin(np.flatnonzero(phantoms), slab.truth.mover).any()


def test_three_radars_of_one_link_show_the_same_raid_and_a_fourth_does_not() -> None:
    scenario = replace(read("shared-link"), duration_s=560.0)
    links = {sensor.name: sensor.path_link for sensor in scenario.settings.sensors}
    seen: dict[str, int] = {}
    for slab in slabs(scenario):
        phantom = slab.traits.phantom
        for batch in slab.batches:
            if batch.target is not None:
                of_phantoms = phantom[batch.target] & (batch.target >= 0)
                seen[batch.feed] = seen.get(batch.feed, 0) + int(of_phantoms.sum())
    false = {name for name, count in seen.items() if count > 50}
    assert false == {"Radar Cape", "Radar Dunes", "Radar River"}
    assert {links[name] for name in false} == {"multiplexer 7"}
    assert seen["Radar Plant"] == seen["Radar Port"] == 0
