"""Batches of sensors that speak when something happens: their silence says nothing."""

from collections.abc import Mapping

import numpy as np

from tocsin.messages import Floats, Ints, SensorStatus
from tocsin.simulate.sensors.batch import Batch, Texts


def events(
    name: str,
    time_s: Floats,
    received_s: Floats,
    values: Mapping[str, Floats],
    target: Ints,
    texts: Texts | None = None,
    statuses: tuple[SensorStatus, ...] = (),
    status_s: float = 0.0,
) -> Batch:
    """A scan for each distinct moment of arrival, with one open sweep; and one more for statuses, at `status_s`."""
    moments, of_row = np.unique(received_s, return_inverse=True)
    order = np.lexsort((time_s, of_row))
    k = len(moments)
    first = np.searchsorted(of_row[order], np.arange(k))
    start = np.minimum.reduceat(time_s[order], first) if k else np.empty(0)
    received = np.append(moments, status_s) if statuses else moments
    return Batch(
        feed=name,
        sensors=(name,),
        received_s=received,
        sweep_scan=np.arange(k),
        sweep_sensor=np.zeros(k, dtype=np.int32),
        sweep_number=np.full(k, -1),
        sweep_start_s=start,
        sweep_end_s=moments,
        sweep_from_rad=np.full(k, np.nan),
        sweep_to_rad=np.full(k, np.nan),
        survey=False,
        row_sweep=of_row[order],
        time_s=time_s[order],
        values={key: column[order] for key, column in values.items()},
        texts={key: tuple(column[row] for row in order) for key, column in (texts or {}).items()},
        statuses={k: statuses} if statuses else {},
        target=target[order],
    )
