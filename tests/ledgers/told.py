"""A ledger of a short night in which some aircraft told of themselves."""

from pathlib import Path

import numpy as np

from tests.ledgers.evidence import Clock, open_ledger
from tests.scans import ADSB, RADAR, START_NS, Flight, radar_turn, self_reports, settings
from tocsin.live.evidence import item_record, step_records
from tocsin.messages import Item, Tick
from tocsin.pipeline import State, advance

SECONDS = 150


def keep(folder: Path, telling: int) -> Path:
    """A radar and four aircraft, of which so many tell of themselves."""
    state, clock, rng = State.of(settings(RADAR, ADSB)), Clock(START_NS), np.random.default_rng(1)
    flights = [Flight((20_000.0 * k, 30_000.0, 5_000.0), (200.0, 0.0, 0.0), f"icao:00000{k}") for k in range(4)]
    with open_ledger(folder, clock) as ledger:
        for second in range(SECONDS):
            if second % 60 == 0:
                ledger.dump(clock(), state.dump())
            items: list[Item] = [Tick(clock())]
            if second and second % 4 == 0:
                items.insert(0, radar_turn(flights, second // 4 - 1, rng))
            if second and telling:
                items.insert(0, self_reports(flights[:telling], second - 0.2, rng))
            for item in items:
                ledger.submit([item_record(item), *step_records(advance(state, item))])
            clock.pass_s(1)
        ledger.submit([]).result()
        ledger.keep()
    return folder
