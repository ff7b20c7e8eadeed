"""Cuts a scan into smaller ones. How scans are cut changes no bit of the picture; when it is looked at does."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np

from tocsin.messages import Detections, Flags, Ints, Scan, Sweeps, freeze


def pieces(scan: Scan, at: Ints) -> Iterator[Scan]:
    """The rows up to each index in `at`, and the rest.

    A sweep goes with its rows; one without rows goes with the first rows that come in after its end, so that no piece
    tells of a look that was not over yet. Statuses, refusals and the raw digest go with the first piece.
    """
    detections, sweeps = scan.detections, scan.sweeps
    rowless = np.ones(len(sweeps.sensor), dtype=np.bool_)
    rowless[detections.sweep] = False
    bounds = [0, *at.tolist(), len(detections)]
    for first, last in pairwise(bounds):
        rows = slice(first, last)
        now_ns = detections.received_ns[rows].max(initial=0)
        wanted = rowless if last == bounds[-1] else rowless & (sweeps.end_ns <= now_ns)
        rowless = rowless & ~wanted
        wanted = wanted.copy()
        wanted[detections.sweep[rows]] = True
        piece = replace(scan, sweeps=_of(sweeps, wanted), detections=_rows(detections, rows, wanted))
        if first > 0:
            piece = replace(piece, statuses=(), refusals=(), raw_sha256=b"", raw_length=0)
        if last < bounds[-1]:
            piece = replace(piece, received_ns=int(piece.detections.received_ns.max()))
        freeze(piece)
        yield piece


def _of(sweeps: Sweeps, wanted: Flags) -> Sweeps:
    return Sweeps(**{name: getattr(sweeps, name)[wanted] for name in Sweeps.__slots__})


def _rows(detections: Detections, rows: slice, wanted: Flags) -> Detections:
    number = np.cumsum(wanted, dtype=np.int32) - np.int32(1)
    return Detections(
        number[detections.sweep[rows]].astype(np.int32),
        detections.time_ns[rows],
        detections.received_ns[rows],
        {name: column[rows] for name, column in detections.values.items()},
        {name: words[rows] for name, words in detections.texts.items()},
    )
