"""Where tracks may be, come down and came from: made by the whole pipeline, told as GeoJSON, and changing nothing."""

import json
from typing import Any

import numpy as np
import pytest
import shapely

from tests.scans import PLANT, RADAR, SECOND_NS, START_NS, Flight, radar_turn, settings
from tocsin.ends import Cone, Landing, Origin, Outlook, Spread
from tocsin.geo.distance import geodesic
from tocsin.geo.frames import geodetic_from_ecef
from tocsin.messages import Scan, Tick
from tocsin.pipeline import State, advance, outlook
from tocsin.server.outlook import Told, geojson
from tocsin.settings import Frame

UNTIL_S = 120
COMING = Flight((0.0, 40_000.0, 600.0), (0.0, -60.0, 0.0))
LEAVING = Flight((30_000.0, 30_000.0, 9_000.0), (160.0, 160.0, 0.0))


def came_ns(item: Scan | Tick) -> int:
    """When it came."""
    return item.time_ns if isinstance(item, Tick) else item.received_ns


def watched(flights: list[Flight]) -> State:
    """Two minutes of a radar's night."""
    state, rng = State.of(settings(RADAR)), np.random.default_rng(3)
    scans = [radar_turn(flights, turn, rng, clutter=0.0) for turn in range(UNTIL_S // 4)]
    ticks = [Tick(START_NS + second * SECOND_NS) for second in range(1, UNTIL_S + 1)]
    items: list[Scan | Tick] = [*scans, *ticks]
    for item in sorted(items, key=came_ns):
        advance(state, item)
    return state


@pytest.fixture(scope="module")
def night() -> State:
    return watched([COMING, LEAVING])


def test_what_comes_has_a_cone_that_widens_and_holds_where_it_will_be(night: State) -> None:
    said = outlook(night)
    ((track, endangered), *_) = said.tracks
    assert endangered == (PLANT.name,)
    (cone,) = [one for one in said.cones if one.track == track]
    assert [one.after_s for one in cone.spreads] == [0.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0]
    wide = [one.most_m[0] for one in cone.spreads[:5]]
    assert wide == sorted(wide)
    assert all(one.half_m[0] <= one.most_m[0] for one in cone.spreads)
    for spread in cone.spreads[:4]:
        latitude, longitude, _ = geodetic_from_ecef(COMING.ecef_m(UNTIL_S + spread.after_s))
        away, bearing, _ = geodesic(*spread.place, latitude, longitude)
        along, across = away * np.cos(bearing - spread.bearing_rad), away * np.sin(bearing - spread.bearing_rad)
        assert np.hypot(along / spread.most_m[0], across / spread.most_m[1]) < 2.0


def test_what_goes_away_has_one_when_it_is_asked_for(night: State) -> None:
    unasked = [track for track, _ in outlook(night).tracks]
    others = [int(number) for number in night.forecaster.courses.number if int(number) not in unasked]
    assert others
    said = outlook(night, chosen=(others[0],))
    assert said.tracks == ((others[0], ()),)
    assert [one.track for one in said.cones] == others[:1]
    assert outlook(night, chosen=(999_999,)).cones == ()


def test_looking_changes_no_bit_and_the_same_look_says_the_same(night: State) -> None:
    before = night.digest()
    said = outlook(night)
    assert outlook(night) == said
    assert night.digest() == before
    assert outlook(State.load(night.dump())) == said


def test_the_geojson_holds_closed_rings_the_smaller_in_the_larger(night: State) -> None:
    told = json.loads(json.dumps(geojson(outlook(night), night.settings.frame)))
    assert told["type"] == "FeatureCollection"
    assert told["time"] == pytest.approx(START_NS / 1e9 + UNTIL_S)
    shapes = {}
    for feature in told["features"]:
        ring = feature["geometry"]["coordinates"][0]
        assert ring[0] == ring[-1]
        known = feature["properties"]
        shapes[known["track"], known["kind"], known["share"]] = shapely.Polygon(ring)
    assert all(shape.is_valid for shape in shapes.values())
    aheads = [key for key in shapes if key[1] == "ahead" and key[2] == 0.5]
    assert aheads
    for track, kind, _ in aheads:
        inner, outer = shapes[track, kind, 0.5], shapes[track, kind, 0.9]
        assert inner.difference(outer).area < 0.01 * outer.area


def test_both_ends_of_a_fall_and_where_it_came_from_are_areas_around_their_places() -> None:
    place = (0.9, 0.5)
    fall = Landing(7, place, (2_000.0, 500.0), 0.3, (SECOND_NS, 2 * SECOND_NS, 3 * SECOND_NS))
    came = Origin(8, place, 1.0, 0.05, SECOND_NS)
    said = Outlook(SECOND_NS, ((7, ("plant",)), (8, ())), (fall,), (fall,), (came,))
    told = json.loads(json.dumps(geojson(said, Frame())))
    shapes = {
        (one["properties"]["kind"], one["properties"]["share"]): shapely.Polygon(one["geometry"]["coordinates"][0])
        for one in told["features"]
    }
    assert {kind for kind, _ in shapes} == {"impact", "launch", "origin"}
    middle = shapely.Point(np.degrees(0.5), np.degrees(0.9))
    for share in (0.5, 0.9):
        assert shapes["impact", share].contains(middle)
        assert shapes["impact", share].exterior.is_ccw
    assert shapes["impact", 0.9].area / shapes["impact", 0.5].area == pytest.approx((2.146 / 1.1774) ** 2, rel=0.01)
    first = told["features"][0]["properties"]
    assert first["endangers"] == ["plant"]
    assert first["times"] == [1.0, 2.0, 3.0]


def test_in_a_local_frame_and_at_the_end_of_longitudes_no_ring_is_torn() -> None:
    frame = Frame("local", np.radians(60.0), np.radians(179.99))
    fall = Landing(7, (2_000.0, 0.0), (3_000.0, 1_000.0), 1.2, (0, 0, 0))
    spreads = tuple(
        Spread(after, (2_000.0, 10.0 * after), 0.0, (500.0, 400.0), (900.0, 800.0)) for after in (0.0, 60.0)
    )
    told: dict[str, Any] = dict(geojson(Outlook(0, ((7, ()),), (fall,), (), (), (Cone(7, spreads),)), frame))
    for feature in told["features"]:
        longitude = np.array(feature["geometry"]["coordinates"][0])[:, 0]
        assert np.abs(np.diff(longitude)).max() < 1.0
        assert np.abs(longitude - 180.0).max() < 1.0


def test_it_is_made_once_for_all_who_ask() -> None:
    told, said = Told(), Outlook(SECOND_NS)
    first = told.json(said, Frame())
    assert told.json(said, Frame()) is first
    assert told.json(Outlook(2 * SECOND_NS), Frame()) != first


def test_before_the_first_second_there_is_nothing() -> None:
    assert geojson(None, Frame())["features"] == []
