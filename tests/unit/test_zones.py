"""Zones come as versions. A new one never drops a subscriber silently: they get every zone that shares their ground."""

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin import site
from tocsin.errors import SiteError
from tocsin.settings import Place
from tocsin.site.zones import Scheme, checked_outline, follow

Box = tuple[float, float, float, float]  # west, south, east, north


def outline(box: Box) -> list[list[float]]:
    west, south, east, north = box
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def feature(name: str, box: Box, **more: object) -> dict[str, object]:
    geometry = {"type": "Polygon", "coordinates": [outline(box)]}
    return {"type": "Feature", "properties": {"name": name, **more}, "geometry": geometry}


def written(folder: Path, name: str, *features: dict[str, object]) -> Path:
    path = folder / name
    path.write_text(json.dumps({"type": "FeatureCollection", "features": list(features)}))
    return path


def zone(name: str, box: Box, scheme: str, parent: str = "") -> Place:
    return Place(
        name, "zone", checked_outline([(y, x) for x, y in outline(box)], name), parent=parent, scheme=scheme, title=name
    )


OLD = Scheme(
    "2024", current=False, zones=(zone("north", (24, 57, 25, 58), "2024"), zone("south", (24, 56, 25, 57), "2024"))
)
NEW = Scheme(
    "2026",
    current=True,
    zones=(
        zone("land", (24, 56, 26, 58), "2026"),
        zone("coast", (24, 56.5, 24.5, 57.5), "2026", "land"),
        zone("hills", (24.5, 57.5, 26, 58), "2026", "land"),
    ),
)
PLANT = Place("plant", "site", ((0.99, 0.42),), 5000.0)
PLACES = (PLANT, *NEW.zones)


def test_the_zones_of_the_current_scheme_are_places_of_the_site(tmp_path: Path) -> None:
    written(tmp_path, "2024.geojson", feature("north", (24, 57, 25, 58)))
    written(tmp_path, "2026.geojson", feature("coast", (24, 57, 25, 58), title="The coast", action_time_s=300))
    text = """
[[place]]
name = "plant"
kind = "site"
latitude_deg = 57.1
longitude_deg = 24.7
ring_m = 5000
parent = "coast"
[[scheme]]
name = "2024"
geojson = "2024.geojson"
[[scheme]]
name = "2026"
geojson = "2026.geojson"
current = true
"""
    read = site.parse(text, folder=tmp_path)
    plant, coast = read.settings.places
    assert (plant.name, coast.name, coast.kind, coast.title) == ("plant", "coast", "zone", "The coast")
    assert (coast.scheme, coast.action_time_s) == ("2026", 300.0)
    assert [one.name for one in read.schemes] == ["2024", "2026"]


def test_a_zone_of_several_parts_is_followed_by_its_one_name(tmp_path: Path) -> None:
    parts = [[outline((24, 57, 25, 58))], [outline((26, 57, 27, 58))]]
    islands: dict[str, object] = {
        "type": "Feature",
        "properties": {"name": "islands"},
        "geometry": {"type": "MultiPolygon", "coordinates": parts},
    }
    written(tmp_path, "z.geojson", islands)
    read = site.parse('[[scheme]]\nname = "z"\ngeojson = "z.geojson"\ncurrent = true\n', folder=tmp_path)
    assert [place.name for place in read.settings.places] == ["islands/1", "islands/2"]
    assert follow(["islands"], "z", read.schemes, read.settings.places).places == ("islands/1", "islands/2")


def test_who_follows_a_place_follows_what_lies_in_it() -> None:
    assert follow(["land"], "2026", (OLD, NEW), PLACES).places == ("land", "coast", "hills")
    assert follow(["plant"], "2024", (OLD, NEW), PLACES) == follow(["plant"], "", (OLD, NEW), PLACES)


def test_a_subscriber_of_the_old_scheme_gets_all_that_shares_ground_and_is_told() -> None:
    north = follow(["north"], "2024", (OLD, NEW), PLACES)
    assert set(north.places) == {"land", "coast", "hills"}
    assert "zone 'north' of scheme '2024' is now" in north.said[0]
    assert "more ground" in north.said[0]
    south = follow(["south"], "2024", (OLD, NEW), PLACES)
    assert set(south.places) == {"land", "coast"}  # the hills only touch it along a line


def test_a_name_that_now_means_another_zone_is_found_by_where_it_lay() -> None:
    moved = Scheme(
        "2026", current=True, zones=(zone("south", (24, 57, 25, 58), "2026"), zone("x", (24, 56, 25, 57), "2026"))
    )
    assert follow(["south"], "2024", (OLD, moved), moved.zones).places == ("x",)
    assert follow(["south"], "2026", (OLD, moved), moved.zones).places == ("south",)


def test_ground_that_no_zone_holds_any_more_is_said_and_never_nothing() -> None:
    half = Scheme("2026", current=True, zones=(zone("west", (24, 57, 24.5, 58), "2026"),))
    followed = follow(["north"], "2024", (OLD, half), half.zones)
    assert followed.places == ("west",)
    assert "50% of it lies in no zone" in followed.said[0]
    far = Scheme("2026", current=True, zones=(zone("far", (30, 57, 31, 58), "2026"),))
    with pytest.raises(SiteError, match="would get nothing"):
        follow(["north"], "2024", (OLD, far), far.zones)
    with pytest.raises(SiteError, match="keep the old scheme's file"):
        follow(["nowhere"], "2024", (OLD, NEW), PLACES)


corner = st.integers(0, 8)


@given(
    st.lists(st.tuples(corner, corner, st.integers(1, 4), st.integers(1, 4)), min_size=1, max_size=5), corner, corner
)
def test_whoever_was_in_an_old_zone_is_in_what_follows_it(
    boxes: list[tuple[int, int, int, int]], x: int, y: int
) -> None:
    """Property: each point of the old zone that any current zone holds is held by one that the subscriber gets."""
    cells = [(24 + a / 4, 56 + b / 4, 24 + (a + w) / 4, 56 + (b + h) / 4) for a, b, w, h in boxes]
    new = Scheme("n", current=True, zones=tuple(zone(f"z{k}", cell, "n") for k, cell in enumerate(cells)))
    old = Scheme("o", current=False, zones=(zone("old", (24 + x / 4, 56 + y / 4, 24.5 + x / 4, 56.5 + y / 4), "o"),))
    here = (24.1 + x / 4, 56.1 + y / 4)  # inside the old one, on nobody's edge
    holders = {f"z{k}" for k, (w, s, e, n) in enumerate(cells) if w < here[0] < e and s < here[1] < n}
    try:
        got = set(follow(["old"], "o", (old, new), new.zones).places)
    except SiteError:
        got = set()
    assert holders <= got


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"geometry": None}, "has an outline"),
        ({"geometry": {"type": "Point", "coordinates": [24, 57]}}, "has an outline"),
        ({"geometry": {"type": "Polygon", "coordinates": []}}, "empty outline"),
        ({"geometry": {"type": "Polygon", "coordinates": [[]]}}, "0 corners"),
        ({"geometry": {"type": "Polygon", "coordinates": [[[24, 57], [25, 57], [24, 57]]]}}, "2 corners"),
        ({"geometry": {"type": "Polygon", "coordinates": [[[24, 57], [25, 58], [25, 57], [24, 58]]]}}, "crossing"),
        ({"geometry": {"type": "Polygon", "coordinates": [outline((-60, -60, 60, 60))]}}, "wide"),
        ({"geometry": {"type": "Polygon", "coordinates": [outline((10, 40, 28, 58))]}}, "km2"),
        ({"geometry": {"type": "Polygon", "coordinates": [[[24, 157], [25, 157], [25, 158]]]}}, "longitude first"),
        ({"geometry": {"type": "Polygon", "coordinates": [[["a", 57], [25, 57], [25, 58]]]}}, "corner is no"),
        (
            {
                "geometry": {
                    "type": "Polygon",
                    "coordinates": [outline((24, 57, 25, 58)), outline((24.2, 57.2, 24.4, 57.4))],
                }
            },
            "hole",
        ),
        (
            {
                "geometry": {
                    "type": "Polygon",
                    "coordinates": [[[24 + k / 1e5, 57 + k % 2 / 1e3] for k in range(5_001)]],
                }
            },
            "5001 corners",
        ),
        ({"properties": {}}, "no name"),
        ({"properties": {"name": "a", "action_time_s": -1}}, "at least 0"),
    ],
)
def test_an_outline_that_is_none_is_refused_with_its_reason(
    tmp_path: Path, change: dict[str, object], words: str
) -> None:
    written(tmp_path, "z.geojson", {**feature("a", (24, 57, 25, 58)), **change})
    with pytest.raises(SiteError, match=words) as caught:
        site.parse('[[scheme]]\nname = "z"\ngeojson = "z.geojson"\ncurrent = true\n', folder=tmp_path)
    assert "feature 1" in str(caught.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [("[1, 2]", "FeatureCollection"), ("{", "FeatureCollection"), ('{"features": []}', "without warning")],
)
def test_a_scheme_that_holds_no_zones_is_refused(tmp_path: Path, content: str, words: str) -> None:
    (tmp_path / "z.geojson").write_text(content)
    with pytest.raises(SiteError, match=words):
        site.parse('[[scheme]]\nname = "z"\ngeojson = "z.geojson"\ncurrent = true\n', folder=tmp_path)


def test_of_several_schemes_one_counts(tmp_path: Path) -> None:
    written(tmp_path, "z.geojson", feature("a", (24, 57, 25, 58)))
    with pytest.raises(SiteError, match="current = true"):
        site.parse('[[scheme]]\nname = "z"\ngeojson = "z.geojson"\n', folder=tmp_path)


def test_a_zone_and_a_place_of_one_name_are_refused(tmp_path: Path) -> None:
    written(tmp_path, "z.geojson", feature("plant", (24, 57, 25, 58), parent="nobody"))
    scheme = '[[scheme]]\nname = "z"\ngeojson = "z.geojson"\ncurrent = true\n'
    with pytest.raises(SiteError, match="no place here"):
        site.parse(scheme, folder=tmp_path)
    place = '[[place]]\nname = "plant"\nkind = "border"\npoints_deg = [[57, 24], [58, 24]]\n'
    with pytest.raises(SiteError, match="there twice"):
        site.parse(place + scheme, folder=tmp_path)


def test_zones_that_changed_under_an_old_name_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "z.geojson", feature("a", (24, 57, 25, 58)))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    text = f'[[scheme]]\nname = "z"\ngeojson = "z.geojson"\ncurrent = true\nsha256 = "{digest}"\n'
    assert site.parse(text, folder=tmp_path).schemes[0].zones[0].name == "a"
    written(tmp_path, "z.geojson", feature("a", (24, 57, 25.5, 58)))
    with pytest.raises(SiteError, match="was changed"):
        site.parse(text, folder=tmp_path)
