"""Our own output that returns by another way: to take it as a witness would be to believe ourselves."""

from collections.abc import Sequence

import numpy as np

from tocsin.messages import Flags, Scan
from tocsin.tracking.intake import Reason

LOOP = Reason("our own output returned", "it is our own track, sent back; take our output out of that feed")


def returned(scan: Scan, own: Sequence[str]) -> Flags:
    """(n,) which detections come from us: sent under one of our names, or a track that has one of them.

    A name is a source as feeds print it ("asterix 25/100"), or how it stands before a track number ("25/100" of
    "25/100:1234").
    """
    detections = scan.detections
    if not own:
        return np.zeros(len(detections), dtype=np.bool_)
    names = frozenset(own)
    sensor = np.array([_ours(name, names) for name in scan.sensors] + [False], dtype=np.bool_)
    found: Flags = sensor[scan.sweeps.sensor[detections.sweep]]
    for i, track in enumerate(detections.texts.get("source_track", ())):
        if track and track.rpartition(":")[0] in names:
            found[i] = True
    return found


def _ours(name: str, names: frozenset[str]) -> bool:
    return name in names or name.rpartition(" ")[2] in names
