"""Next and previous event in the evidence of a watch."""

from pathlib import Path

from tocsin import wire
from tocsin.ledger.plan import Record
from tocsin.ledger.store import Ledger
from tocsin.live.past.events import event_from
from tocsin.messages import Notice, Order, Tick

SECOND = 1_000_000_000


def test_one_goes_from_event_to_event_in_both_directions_past_what_is_none(tmp_path: Path) -> None:
    said: list[Tick | Notice | Order] = [
        Tick(1 * SECOND),
        Notice(10 * SECOND, "stage", "plant", "quiet -> watch"),
        Notice(15 * SECOND, "track_confirmed", "7", "track 7 is confirmed"),
        Tick(16 * SECOND),
        Order(20 * SECOND, "key-0001", "Olena", "operator", "mark", "7", {"mark": "suspect"}, "because"),
        Notice(30 * SECOND, "sensor", "north", "fresh -> expired"),
    ]
    with Ledger.open(tmp_path, b"{}", lambda: SECOND) as ledger:
        records = tuple(Record(wire.kind(one), one.time_ns, wire.encode(one), wire.FORMAT) for one in said)
        ledger.submit(records).result()
        reader = ledger.reader()
        ahead = [event_from(reader, time * SECOND, 1).get("text") for time in (0, 10, 20, 30)]
        back = [event_from(reader, time * SECOND, -1).get("text") for time in (40, 30, 20, 10)]
        reader.close()
    assert ahead == ["plant: quiet -> watch", "Olena: mark 7", "north: fresh -> expired", None]
    assert back == ["north: fresh -> expired", "Olena: mark 7", "plant: quiet -> watch", None]
