"""A missing standing order is told before the night in which it is missed."""

from pathlib import Path

from tests.unit.cli.doctor.test_doctor import FRAME, NOW_NS, PLANT, hook
from tocsin import site
from tocsin.cli.doctor.standing import standing
from tocsin.ledger.disk.format import DUMP
from tocsin.ledger.plan import Record
from tocsin.ledger.store import Ledger
from tocsin.messages import Order, Tick
from tocsin.pipeline import State, advance

HOUR_NS = 3_600 * 1_000_000_000
ALLOWED = {
    "places": "plant",
    "classes": "ballistic rocket, artillery or mortar round, cruise missile",
    "chance_min": "0.02",
    "area_km2_max": "500",
    "people_max": "50000",
    "rate_per_hour": "3",
    "hours": "100",
}
SITE = site.parse(FRAME + PLANT + hook(1))


def watch(folder: Path, *, signed: bool) -> None:
    """A ledger of a watch in which two people signed an order for rockets, or nobody did."""
    state = State.of(SITE.settings)
    advance(state, Tick(NOW_NS))
    for person, action, words in (("ann", "sign", ALLOWED), ("ben", "countersign", {})) if signed else ():
        order = Order(NOW_NS, f"{person}{action}", person, "supervisor", action, "night", words, "why", f"of {person}")
        assert advance(state, order).answers[0].accepted
    with Ledger.open(folder, b"test", lambda: NOW_NS) as ledger:
        ledger.submit([Record(DUMP, NOW_NS, state.dump())]).result()


def test_before_the_first_watch_there_is_none(tmp_path: Path) -> None:
    (finding,) = standing(SITE, tmp_path, NOW_NS)
    assert (finding.state, finding.text) == ("broken", "none: no watch has begun here yet")
    assert "countersigns" in finding.mend


def test_where_nothing_is_sent_none_is_missed(tmp_path: Path) -> None:
    assert list(standing(site.parse(FRAME + PLANT), tmp_path, NOW_NS)) == []


def test_a_missing_order_is_broken_and_names_the_classes(tmp_path: Path) -> None:
    watch(tmp_path, signed=False)
    (finding,) = standing(SITE, tmp_path, NOW_NS)
    assert (finding.state, finding.about) == ("broken", "place 'plant'")
    assert "ballistic rocket" in finding.text


def test_an_order_in_force_is_well_until_its_last_day(tmp_path: Path) -> None:
    watch(tmp_path, signed=True)
    (finding,) = standing(SITE, tmp_path, NOW_NS)
    assert (finding.state, finding.about) == ("well", "standing order 'night'")
    assert "signed by ann and ben" in finding.text
    (later,) = standing(SITE, tmp_path, NOW_NS + 80 * HOUR_NS)
    assert later.state == "weak"


def test_a_state_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    with Ledger.open(tmp_path, b"test", lambda: NOW_NS) as ledger:
        ledger.submit([Record(DUMP, NOW_NS, b"of another version")]).result()
    (finding,) = standing(SITE, tmp_path, NOW_NS)
    assert finding.state == "weak"
