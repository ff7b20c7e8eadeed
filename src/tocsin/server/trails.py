"""Where tracks were in the last minutes, so that a map that opens now shows trails at once."""

import threading
from collections import deque
from dataclasses import dataclass, field

import msgspec
import numpy as np
from numpy.typing import NDArray

from tocsin.server.frames import VERSION, Shown

STEP_S = 5.0
KEPT = 120  # ten minutes
POINTS_MAX = 400_000  # in one answer: 10,000 tracks with 40 points each


@dataclass(frozen=True, slots=True)
class _Moment:
    time_s: float
    track: NDArray[np.uint32]
    lon: NDArray[np.float32]
    lat: NDArray[np.float32]


@dataclass(slots=True)
class Trails:
    """The last ten minutes in steps of five seconds. `see` is called by one thread, `message` by any."""

    _moments: deque[_Moment] = field(default_factory=lambda: deque(maxlen=KEPT))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def see(self, now: Shown) -> None:
        """Keep a moment when it is time for one; time that turned back forgets what came later."""
        with self._lock:
            while self._moments and self._moments[-1].time_s > now.time_s:
                self._moments.pop()
            if self._moments and now.time_s - self._moments[-1].time_s < STEP_S:
                return
            columns = now.columns
            self._moments.append(
                _Moment(
                    now.time_s,
                    columns["id"].astype(np.uint32),
                    columns["lon"].astype(np.float32),
                    columns["lat"].astype(np.float32),
                )
            )

    def message(self, since_s: float) -> bytes:
        """All points since then, oldest first, as columns; thinned evenly where there would be too many."""
        with self._lock:
            moments = [moment for moment in self._moments if moment.time_s >= since_s]
        points = sum(len(moment.track) for moment in moments)
        moments = moments[:: max(1, -(-points // POINTS_MAX))]
        time = [np.full(len(moment.track), moment.time_s) for moment in moments]
        empty = np.zeros(0)
        return msgspec.msgpack.encode(
            {
                "v": VERSION,
                "kind": "trails",
                "id": np.concatenate([empty, *(moment.track for moment in moments)]).astype("<u4").tobytes(),
                "time": np.concatenate([empty, *time]).astype("<f8").tobytes(),
                "lon": np.concatenate([empty, *(moment.lon for moment in moments)]).astype("<f4").tobytes(),
                "lat": np.concatenate([empty, *(moment.lat for moment in moments)]).astype("<f4").tobytes(),
            }
        )
