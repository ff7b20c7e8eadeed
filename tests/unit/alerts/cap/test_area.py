"""Areas: what may be warned of, and what was changed after it was signed."""

from dataclasses import replace
from math import radians

import pytest

from tests.said.statements import ISSUER, PLACE, RING, WARNING, key
from tocsin.alerts import wording
from tocsin.alerts.cap import area, profile
from tocsin.alerts.cap.document import document
from tocsin.delivery import signing
from tocsin.errors import DocumentRefused
from tocsin.settings import Place

OURS = profile.shipped()
Corner = tuple[float, float]


def ring(*corners: Corner) -> tuple[Corner, ...]:
    return tuple((radians(latitude), radians(longitude)) for latitude, longitude in corners)


BOW = ring((46.0, 30.0), (46.1, 30.1), (46.1, 30.0), (46.0, 30.1), (46.0, 30.0))
INSIDE = ring((46.41, 30.71), (46.41, 30.72), (46.42, 30.72), (46.41, 30.71))
HUGE = ring((40.0, 20.0), (40.0, 30.0), (50.0, 30.0), (50.0, 20.0), (40.0, 20.0))
TINY = ring((46.0, 30.0), (46.0, 30.00002), (46.00002, 30.00002), (46.0, 30.0))
MANY = ring(*((46.0 + 1e-4 * k, 30.0) for k in range(1_000)), (46.0, 30.1), (46.0, 30.0))
ACROSS = ring((60.0, 179.9), (60.0, -179.9), (60.1, -179.9), (60.0, 179.9))
WRONG = {
    "reaches nobody or everybody": (),
    "it is empty": ((),),
    "not closed": (RING[:-1],),
    "2 different points": (ring((46.0, 30.0), (46.1, 30.0), (46.0, 30.0)),),
    "no clear inside": (BOW,),
    "has no holes": (RING, INSIDE),
    "warn of a smaller area": (HUGE,),
    "it reaches nobody": (TINY,),
    "simplify it": (MANY,),
    "antimeridian": (ACROSS,),
    "not on the earth": (ring((91.0, 30.0), (46.1, 30.0), (46.1, 30.1), (91.0, 30.0)),),
    "no number": (((float("nan"), 0.5), *RING),),
    "draw the place with fewer": (RING,) * 51,
    "each language repeats them": (MANY[:700],) * 3,
}


@pytest.mark.parametrize("reason", WRONG)
def test_an_area_that_is_none_is_refused_with_the_reason(reason: str) -> None:
    (fault, *_) = area.faults(WRONG[reason], OURS)
    assert reason in fault
    with pytest.raises(DocumentRefused, match="may not be warned of"):
        document(replace(WARNING, area=WRONG[reason]), PLACE, ISSUER, OURS, [wording.shipped("en")])


def test_a_right_area_is_not() -> None:
    assert area.faults((RING,), OURS) == []
    assert area.size_km2(RING) == pytest.approx(21.4, rel=0.02)


@pytest.mark.parametrize(
    "place",
    [
        PLACE,
        Place("plant", "site", ((radians(51.39), radians(30.1)),), ring_m=5_000.0),
        Place("east", "border", ring((49.0, 23.0), (49.5, 23.2), (50.0, 23.1)), ring_m=10_000.0),
    ],
    ids=lambda place: place.kind,
)
def test_every_kind_of_place_has_an_outline_that_may_be_warned_of(place: Place) -> None:
    assert area.faults(area.outline(place), OURS) == []


def test_the_outline_of_a_site_is_its_ring() -> None:
    (made,) = area.outline(Place("plant", "site", ((radians(51.39), radians(30.1)),), ring_m=5_000.0))
    assert area.size_km2(made) == pytest.approx(3.14159 * 25.0, rel=0.005)
    assert made[0] == made[-1]


SENT = document(WARNING, PLACE, ISSUER, OURS, [wording.shipped("en")]).data


def test_ground_that_was_changed_after_it_was_signed_is_refused() -> None:
    signed = signing.sign(SENT, key("Actual"))
    assert signing.faults(signed, signing.trusting(key("Actual"))) == []
    larger = signed.replace(b"46.45000,30.75000", b"46.55000,30.75000")
    assert "does not fit" in signing.faults(larger, signing.trusting(key("Actual")))[0]
    without = signed[: signed.index(b"<polygon>")] + signed[signed.index(b"</polygon>") + len(b"</polygon>") :]
    assert "does not fit" in signing.faults(without, signing.trusting(key("Actual")))[0]
