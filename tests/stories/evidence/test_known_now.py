"""A past moment as it is known now is nearer to what was than what was known then."""

from pathlib import Path

import numpy as np
import pytest

from tests.scans import RADAR, SECOND_NS, START_NS, radar_turn, settings
from tests.stories.test_pipeline import FLIGHTS
from tocsin.errors import LedgerError
from tocsin.ledger.disk.format import DUMP
from tocsin.ledger.plan import Record
from tocsin.ledger.store import Ledger
from tocsin.live.evidence import item_record, time_of
from tocsin.live.past.later import known_now
from tocsin.messages import Picture, Scan, Tick
from tocsin.pipeline import State, advance, look

MOMENT_NS = START_NS + 40 * SECOND_NS


def error_m(picture: Picture) -> float:
    rows = np.flatnonzero(picture.state == 1)
    places = [np.linalg.norm(picture.position_m[rows] - flight.ecef_m(40.0), axis=1).min() for flight in FLIGHTS]
    return float(np.mean(places))


def test_the_minute_that_came_after_puts_tracks_nearer_to_where_they_were(tmp_path: Path) -> None:
    rng = np.random.default_rng(7)
    state = State.of(settings(RADAR))
    ticks: list[Scan | Tick] = [Tick(START_NS + second * SECOND_NS) for second in range(1, 121)]
    items = sorted([*ticks, *(radar_turn(FLIGHTS, turn, rng) for turn in range(30))], key=time_of)
    records = [Record(DUMP, START_NS, state.dump()), *(item_record(item) for item in items)]
    then = None
    for item in items:
        advance(state, item)
        if isinstance(item, Tick) and item.time_ns == MOMENT_NS:
            then = look(state, MOMENT_NS)
    assert then is not None
    with Ledger.open(tmp_path, b"{}", lambda: START_NS) as ledger:
        ledger.submit(tuple(records)).result()
        reader = ledger.reader()
        now = known_now(reader, MOMENT_NS)
        with pytest.raises(LedgerError, match="nothing is kept"):
            known_now(reader, START_NS - 100 * SECOND_NS)
        reader.close()
    assert now.time_ns == MOMENT_NS
    assert set(now.track.tolist()) >= {int(one) for one in then.track[then.state == 1]}
    assert error_m(now) < error_m(then)
