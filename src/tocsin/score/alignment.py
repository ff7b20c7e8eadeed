"""Truth and tracks on the same steps in time and in the same metres, with every choice on the way told in words.

Truth is interpolated to the times of the tracks, linearly between its rows; tracks are left as they were shown. Silence
is scored: where a system showed nothing for long, steps are added at which all that flew was missed.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from tocsin.errors import InputError
from tocsin.geo.frames import ecef_from_geodetic, ecef_vector_from_enu, enu_vector_from_ecef, geodetic_from_ecef
from tocsin.geo.units import SECOND_NS
from tocsin.messages import Flags, Floats, Ints
from tocsin.score.rows import Rows
from tocsin.score.tables.objects import NEVER, Objects

STEPS_MAX: Final = 5_000_000  # more is a mistake of units, or wants a coarser --every
SILENCES: Final = 3.0  # silent: longer than so many usual intervals (nine of ten are no longer)
GAP_S: Final = 10.0  # truth is not guessed across more than this, nor across three of its own intervals
PICTURE_SHARE: Final = 0.5  # a picture shows most of the tracks that live; below this, rows come one by one


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """Truth and tracks, step by step. Positions are ECEF metres, or east, north(, up); velocities east, north, up.

    Numbers in `truth` and `tracks` count objects as `targets` and `shown` do; `times_ns` gives each step's time.
    `sigma_m`, `covariance_m2` (empty where not told) and `updated_ns` belong to the rows of `tracks`. `notes` says what
    was done to get here.
    """

    frame: str
    dimensions: int
    times_ns: Ints
    truth: Rows
    tracks: Rows
    sigma_m: Floats
    covariance_m2: Floats
    updated_ns: Ints
    targets: Objects
    shown: Objects
    notes: tuple[str, ...]

    @property
    def steps(self) -> int:
        """How many."""
        return len(self.times_ns)

    @property
    def times_s(self) -> Floats:
        """Seconds since the first step."""
        return np.asarray((self.times_ns - self.times_ns[0]) / SECOND_NS)

    def offsets_m(self, truth_rows: Ints, track_rows: Ints) -> Floats:
        """(k, 3): track minus target, as east, north, up at the target; up is NaN where height is not compared."""
        difference = self.tracks.position_m[track_rows] - self.truth.position_m[truth_rows]
        if self.frame == "earth":
            latitude, longitude, _ = geodetic_from_ecef(self.truth.position_m[truth_rows])
            difference = enu_vector_from_ecef(difference, latitude, longitude)
        offsets = np.full((len(truth_rows), 3), np.nan)
        offsets[:, : self.dimensions] = difference[:, : self.dimensions]
        return offsets


def align(
    truth: Objects,
    tracks: Objects,
    every_s: float | None = None,
    dimensions: int | None = None,
    *,
    at_truth: bool = False,
) -> Scene:
    """The scene that is scored. `every_s` cuts time into equal steps and moves tracks there by their own velocity.

    `at_truth`: at each time of the truth, and no track is moved: for laboratory data, where both have the scans' times.

    Raises InputError where the two cannot be compared: nothing in either, no common time, rows that are no pictures.
    """
    notes = [f"{name}: {why}" for name, one in (("truth", truth), ("tracks", tracks)) for why in one.left_out]
    begin_ns, end_ns = _span(truth, tracks)
    dims = _dimensions(truth, tracks, dimensions, notes)
    if at_truth and every_s is None:
        times_ns = _few_enough(np.unique(truth.time_ns))
        step, row = _as_shown(tracks, times_ns)
        late_s = np.zeros(len(row))
    elif every_s is None:
        times_ns = _picture_times(truth, tracks, begin_ns, end_ns, notes)
        step, row = _as_shown(tracks, times_ns)
        late_s = np.zeros(len(row))
    else:
        times_ns = _grid(begin_ns, end_ns, every_s)
        step, row, late_s = _carried(tracks, times_ns, notes)
    outside = int(((tracks.time_ns < begin_ns) | (tracks.time_ns > end_ns)).sum())
    if outside:
        notes.append(f"{outside} rows of tracks lie before or after the truth: nobody knows whether they are right")
    columns = _velocity_columns(truth, tracks)
    shown = _rows(tracks, dims, columns, step, row, row, late_s, np.zeros(len(row)))
    return Scene(
        frame=truth.frame,
        dimensions=dims,
        times_ns=times_ns,
        truth=_true_rows(truth, dims, columns, times_ns, notes),
        tracks=shown,
        sigma_m=tracks.sigma_m[row],
        covariance_m2=tracks.covariance_m2[row] if len(tracks.covariance_m2) else tracks.covariance_m2,
        updated_ns=tracks.updated_ns[row],
        targets=truth,
        shown=tracks,
        notes=tuple(notes),
    )


def _span(truth: Objects, tracks: Objects) -> tuple[int, int]:
    """From when to when is scored: as long as truth is known, or, where nothing flew, as long as tracks were shown."""
    if not len(truth) and not len(tracks):
        raise InputError("neither truth nor tracks have a row with a place: there is nothing to score")
    known = truth if len(truth) else tracks
    begin_ns, end_ns = int(known.time_ns.min()), int(known.time_ns.max())
    if len(tracks) and (int(tracks.time_ns.max()) < begin_ns or int(tracks.time_ns.min()) > end_ns):
        spans = [f"{_utc(one.time_ns.min())} to {_utc(one.time_ns.max())}" for one in (truth, tracks)]
        raise InputError(f"truth ({spans[0]}) and tracks ({spans[1]}) have no time in common; are both UTC?")
    return begin_ns, end_ns


def _utc(time_ns: np.int64) -> str:
    return f"{np.datetime64(int(time_ns), 'ns').astype('datetime64[ms]')}Z"


def _dimensions(truth: Objects, tracks: Objects, asked: int | None, notes: list[str]) -> int:
    without = [(name, int(np.isnan(one.place[:, 2]).sum())) for name, one in (("truth", truth), ("tracks", tracks))]
    missing = [f"{count} rows of {name} have no height" for name, count in without if count]
    if asked == 3 and missing:
        raise InputError(f"{' and '.join(missing)}; three dimensions cannot be scored: ask for two")
    if asked is None and missing:
        notes.append(f"{' and '.join(missing)}: compared over the ground")
    return 2 if missing else asked or 3


def _picture_times(truth: Objects, tracks: Objects, begin_ns: int, end_ns: int, notes: list[str]) -> Ints:
    inside = tracks.time_ns[(tracks.time_ns >= begin_ns) & (tracks.time_ns <= end_ns)]
    times = np.unique(inside)
    if not len(times):
        times = np.unique(truth.time_ns) if len(truth) else np.unique(tracks.time_ns)
        notes.append(f"no track was shown: scored at the {len(times)} times of the truth")
        return _few_enough(times)
    _refuse_single_rows(tracks, times)
    if len(times) == 1:
        notes.append("tracks were shown at one time only: scored at the times of the truth as well")
        return _few_enough(np.unique(np.append(truth.time_ns, times)))
    intervals = np.diff(times)
    usual, longest = int(np.median(intervals)), SILENCES * float(np.quantile(intervals, 0.9, method="lower"))
    edges = np.concatenate(([begin_ns], times, [end_ns]))
    silent = np.flatnonzero(np.diff(edges) > longest)
    added = [np.arange(edges[at] + (usual if at else 0), edges[at + 1], usual) for at in silent]
    if added:
        times = np.unique(np.concatenate((times, *added)))
        if len(silent) and edges[silent[-1] + 1] == end_ns:
            times = np.unique(np.append(times, end_ns))
        silence_s = float(np.diff(edges)[silent].sum()) / SECOND_NS
        notes.append(
            f"no track was shown for {silence_s:.0f} s in all: steps were added there, {usual / 1e9:g} s apart"
        )
    return _few_enough(times)


def _few_enough(times: Ints) -> Ints:
    if len(times) > STEPS_MAX:
        raise InputError(f"{len(times)} steps, at most {STEPS_MAX}: score in larger steps (--every)")
    return times


def _refuse_single_rows(tracks: Objects, times: Ints) -> None:
    """Rows that come one by one are no pictures: at each time all other tracks would count as missed."""
    first, last = tracks.begin[:-1], tracks.begin[1:] - 1
    begin, end = np.searchsorted(times, tracks.time_ns[first]), np.searchsorted(times, tracks.time_ns[last])
    alive = float((end - begin + 1).sum()) / len(times)
    shown = len(tracks) / len(times)
    if alive > 1.5 and shown < PICTURE_SHARE * alive:
        gaps = np.diff(tracks.time_ns)[np.diff(tracks.number) == 0]
        every = float(np.median(gaps)) / SECOND_NS
        found = f"tracks shows {shown:.1f} tracks at a time while {alive:.1f} live: its rows come one by one"
        raise InputError(f"{found}, not as pictures; score at equal steps, for example --every {every:.3g}")


def _grid(begin_ns: int, end_ns: int, every_s: float) -> Ints:
    every_ns = round(every_s * SECOND_NS)
    if every_ns < 1:
        raise InputError(f"steps of {every_s} s; expected more than 0")
    if (end_ns - begin_ns) // every_ns >= STEPS_MAX:
        raise InputError(f"more than {STEPS_MAX} steps of {every_s} s; score in larger steps (--every)")
    return np.arange(begin_ns, end_ns + 1, every_ns).astype(np.int64)


def _as_shown(tracks: Objects, times_ns: Ints) -> tuple[Ints, Ints]:
    step = np.minimum(np.searchsorted(times_ns, tracks.time_ns), len(times_ns) - 1)
    row = np.flatnonzero(times_ns[step] == tracks.time_ns)
    row = row[np.argsort(step[row], kind="stable")]
    return step[row], row


def _carried(tracks: Objects, times_ns: Ints, notes: list[str]) -> tuple[Ints, Ints, Floats]:
    """Each track's last row before each step, and how old it is: carried on by its velocity, for three intervals."""
    same = np.diff(tracks.number) == 0
    intervals = np.diff(tracks.time_ns)[same]
    hold_ns = int(SILENCES * float(np.median(intervals))) if len(intervals) else 0
    if len(times_ns) > 1:
        hold_ns = max(hold_ns, int(times_ns[1] - times_ns[0]))
    until = tracks.time_ns + hold_ns
    until[:-1][same] = np.minimum(until[:-1], tracks.time_ns[1:] - 1)[same]
    first = np.searchsorted(times_ns, tracks.time_ns, side="left")
    count = np.maximum(np.searchsorted(times_ns, until, side="right") - first, 0)
    row = np.repeat(np.arange(len(tracks)), count)
    step = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count) + first[row]
    order = np.argsort(step, kind="stable")
    step, row = step[order], row[order]
    late_s = (times_ns[step] - tracks.time_ns[row]) / SECOND_NS
    moved = "by its velocity" if np.isfinite(tracks.velocity_mps[:, :2]).all() else "by its velocity where it has one"
    notes.append(f"each track is carried on {moved} from its last row to each step, for at most {hold_ns / 1e9:g} s")
    return step, row, late_s


def _true_rows(truth: Objects, dims: int, columns: int, times_ns: Ints, notes: list[str]) -> Rows:
    longest_ns = gap_ns(truth)
    parts = [
        _bracket(truth.time_ns[a:b], times_ns, longest_ns, a)
        for a, b in zip(truth.begin[:-1].tolist(), truth.begin[1:].tolist(), strict=True)
    ]
    intervals = np.diff(truth.time_ns)[np.diff(truth.number) == 0]
    none = np.zeros(0, np.int64)
    step, before, after = (np.concatenate(part) for part in zip(*parts, strict=True)) if parts else (none, none, none)
    width = truth.time_ns[after] - truth.time_ns[before]
    share = (times_ns[step] - truth.time_ns[before]) / np.maximum(width, 1)
    if (share > 0).any():
        usual_s = float(np.median(intervals)) / SECOND_NS
        notes.append(f"truth is interpolated linearly between its rows ({usual_s:g} s apart) to the steps")
    if (intervals > longest_ns).any():
        gap_s = longest_ns / SECOND_NS
        notes.append(f"truth is not guessed across gaps longer than {gap_s:g} s: there its targets do not count")
    rows = _rows(truth, dims, columns, step, before, after, np.zeros(len(step)), share)
    if rows.velocity_mps is None and len(step):
        notes.append("truth has no velocities: they are taken from its places")
        rows = replace(
            rows, velocity_mps=_slopes(truth, dims, columns, before[np.lexsort((truth.number[before], step))])
        )
    return rows


def _slopes(truth: Objects, dims: int, columns: int, row: Ints) -> Floats:
    """Velocity (east, north, up) from a row of the truth to its next, or from the one before where it is the last."""
    last = truth.begin[1:][truth.number[row]] - 1
    first = truth.begin[:-1][truth.number[row]]
    from_row = np.maximum(np.minimum(row, last - 1), first)
    to_row = np.minimum(from_row + 1, last)
    position_m = metres(truth, dims)
    seconds = np.maximum((truth.time_ns[to_row] - truth.time_ns[from_row]) / SECOND_NS, 1e-9)
    slope = (position_m[to_row] - position_m[from_row]) / seconds[:, None]
    if truth.frame == "earth":
        slope = enu_vector_from_ecef(slope, truth.place[from_row, 0], truth.place[from_row, 1])
    return np.asarray(slope[:, :columns])


def _velocity_columns(truth: Objects, tracks: Objects) -> int:
    """3 where both tell their vertical speed, else 2."""
    return 3 if np.isfinite(np.concatenate((truth.velocity_mps[:, 2], tracks.velocity_mps[:, 2]))).all() else 2


def _bracket(time_ns: Ints, times_ns: Ints, gap_ns: int, offset: int) -> tuple[Ints, Ints, Ints]:
    """The steps of one target, and its rows before and after each."""
    step = np.arange(np.searchsorted(times_ns, time_ns[0]), np.searchsorted(times_ns, time_ns[-1], side="right"))
    before = np.searchsorted(time_ns, times_ns[step], side="right") - 1
    exact = time_ns[before] == times_ns[step]
    after = np.where(exact, before, before + 1)
    kept = exact | (time_ns[after] - time_ns[before] <= gap_ns)
    return step[kept], before[kept] + offset, after[kept] + offset


def _rows(
    objects: Objects, dims: int, columns: int, step: Ints, before: Ints, after: Ints, late_s: Floats, share: Floats
) -> Rows:
    """Rows between two rows of the table (`share` of the way), moved on for `late_s` by their velocity."""
    position_m, velocity = metres(objects, dims), objects.velocity_mps
    at = position_m[before] + (position_m[after] - position_m[before]) * share[:, None]
    speed = velocity[before] + (velocity[after] - velocity[before]) * share[:, None]
    moving = late_s > 0.0
    if moving.any():
        along = np.nan_to_num(speed[moving])
        if objects.frame == "earth":
            rows = before[moving]
            along = ecef_vector_from_enu(along, objects.place[rows, 0], objects.place[rows, 1])
        at[moving] += along[:, : at.shape[1]] * late_s[moving, None]
    speed = speed[:, :columns]
    return Rows(step, objects.number[before], at, speed if len(speed) and np.isfinite(speed).all() else None)


def metres(objects: Objects, dims: int) -> Floats:
    """Places in metres: ECEF (on the ellipsoid when height is not compared), or the local axes."""
    if objects.frame == "local":
        return np.asarray(objects.place[:, :dims])
    height_m: Floats | float = objects.place[:, 2] if dims == 3 else 0.0
    return ecef_from_geodetic(objects.place[:, 0], objects.place[:, 1], height_m)


def gap_ns(truth: Objects) -> int:
    """Across how long a gap the truth is still interpolated: GAP_S, or three of its own intervals."""
    intervals = np.diff(truth.time_ns)[np.diff(truth.number) == 0]
    usual_ns = float(np.median(intervals)) if len(intervals) else 0.0
    return int(max(GAP_S * SECOND_NS, SILENCES * usual_ns))


def told(updated_ns: Ints) -> Flags:
    """Where a track said when it was last detected."""
    return np.asarray(updated_ns != NEVER)
