"""The table of what made tracks (docs/reference/tables.md): a row for each detection and each track that it made."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from arro3.core import RecordBatch, RecordBatchReader

from tocsin.errors import InputError
from tocsin.feeds.tables.arrow import Path, guarded
from tocsin.feeds.tables.tracks import WRITERS, number_column, time_column, word_column
from tocsin.geo.units import DEGREE_RAD


def write(columns: Mapping[str, np.ndarray], sensors: Sequence[str], path: Path) -> int:
    """Write contributions (Tracker.contributions) to a file; the suffix chooses the format. How many rows.

    Angles become degrees. Raises InputError for a suffix that is none of .parquet, .arrow, .csv.
    """
    writer = WRITERS.get(path.suffix.lower())
    if writer is None:
        raise InputError(f"{path.name}: expected a name that ends in .parquet, .arrow or .csv")
    table: dict[str, Any] = {
        "time": time_column(columns["time_ns"]),
        "track": columns["track"].astype(np.int64),
        "sensor": word_column([sensors[index] for index in columns["sensor"].tolist()]),
        "weight": number_column(columns["weight"].astype(np.float64)),
    }
    for name, column in columns.items():
        if name.endswith("_rad"):
            table[name.removesuffix("_rad") + "_deg"] = number_column(column / DEGREE_RAD)
        elif name not in {"time_ns", "track", "sensor", "weight"}:
            table[name] = number_column(column)
    batch = RecordBatch.from_pydict(table)
    options: dict[str, Any] = {"compression": "zstd(3)"} if path.suffix.lower() == ".parquet" else {}
    guarded(lambda: writer(RecordBatchReader.from_batches(batch.schema, [batch]), str(path), **options), path.name)
    return len(columns["track"])
