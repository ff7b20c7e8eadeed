"""A change of stage says which ledger entries it rests on: the scans with its detections, and the Tick that decided."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.scans import PLANT, RADAR, SECOND_NS, START_NS, Flight, settings
from tests.stories.urgent.test_decided_at_the_look import looks
from tests.unit.live.test_runner import Script, play
from tocsin import wire
from tocsin.ledger.store import Ledger
from tocsin.ledger.verify import verify
from tocsin.live.evidence import Evidence
from tocsin.live.past.grounds import Grounds, grounds_at
from tocsin.live.thinking import Pipeline
from tocsin.messages import Alert, Item, Scan, Tick

COMING = Flight((0.0, 62_000.0, 300.0), (0.0, -240.0, 0.0))
UNTIL_S = 16


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Grounds]:
    """A missile comes; everything goes through the runner into a ledger."""
    folder = tmp_path_factory.mktemp("ledger")
    site = replace(
        settings(replace(RADAR, period_s=1.0, clutter_per_scan=0.1)),
        places=(replace(PLANT, ring_m=60_000.0, action_time_s=30.0),),
    )
    items: list[Item] = [*looks(COMING, UNTIL_S), *(Tick(START_NS + k * SECOND_NS) for k in range(1, UNTIL_S + 1))]
    items.sort(key=lambda one: one.received_ns if isinstance(one, Scan) else one.time_ns)
    grounds = Grounds({"asterix 25/11": "north"})
    with Ledger.open(folder, b"{}", lambda: START_NS, keep_s=0) as ledger:
        evidence = Evidence(ledger, grounds=grounds)
        play(evidence, Script(*([item] for item in items)), Pipeline(site))  # type: ignore[arg-type]
        evidence.close()
    return folder, grounds


def test_each_change_names_its_alert_its_tick_and_the_scans_with_its_detections(night: tuple[Path, Grounds]) -> None:
    folder, _ = night
    with Ledger.open(folder, b"{}", lambda: START_NS, keep_s=0) as ledger:
        reader = ledger.reader()
        told = grounds_at(reader, 2**62, 50)
        assert {one["stage"] for one in told} >= {"watch", "warning"}
        for one in told:
            alert = reader.entry(int(one["alert"]))  # type: ignore[call-overload]
            said: Alert = wire.decode(alert.kind, alert.format, alert.body or b"")
            assert (said.place, said.stage) == (one["place"], one["stage"])
            assert reader.entry(int(one["tick"])).kind == "tick"  # type: ignore[call-overload]
            for reason in one["reasons"]:  # type: ignore[attr-defined]
                assert reason["entries"]
                for time_s, sensor, weight, number in reason["detections"]:
                    scan: Scan = wire.decode("scan", 1, reader.entry(number).body or b"")
                    assert sensor == "north"
                    assert 0.0 <= weight <= 1.0
                    assert abs(scan.detections.time_ns / 1e9 - time_s).min() < 1e-3
        reader.close()
    assert verify(folder).whole


def test_the_words_of_an_event_name_them(night: tuple[Path, Grounds]) -> None:
    _, grounds = night
    (event,) = grounds._said
    words = grounds.of(event)
    assert words.startswith("ledger entry ")
    assert "decided by" in words
    assert "detections in" in words
    assert grounds.of("nothing of the kind") == ""
