"""The drawings of a tracking run: GOSPA through time, the picture, who followed whom, errors, NEES."""

from typing import Final

import numpy as np

from tocsin.geo.frames import enu_from_ecef, geodetic_from_ecef
from tocsin.messages import Flags, Floats, Ints
from tocsin.score.alignment import Scene
from tocsin.score.report.svg import (
    Axis,
    Drawing,
    bins,
    empty,
    label,
    means,
    number_axis,
    round_step,
    thinned,
    time_axis,
)
from tocsin.score.rows import Rows
from tocsin.score.scorecard import Scorecard

WIDTH: Final = 960.0
LEFT, RIGHT, TOP = 64.0, 940.0, 54.0
POINTS_IN_PICTURE: Final = 40_000  # a page of a few MB, however long the run was
LANES_MAX: Final = 60
BINS: Final = 41


def gospa_over_time(card: Scorecard) -> str:
    """GOSPA of each step in metres, parted in proportion to its p-th powers."""
    scene, sets = card.scene, card.sets
    cuts = bins(scene.steps)
    parts = [means(part, cuts) for part in (sets.localisation, sets.missed, sets.false)]
    total = sum(parts, np.zeros(len(cuts)))
    gospa_m = total ** (1.0 / sets.p)
    drawing, x, y = _over_time(scene, gospa_m, "GOSPA over time", "metres")
    at = x.at(scene.times_s[cuts])
    below = np.zeros(len(cuts))
    kinds = (("localisation", "how far off"), ("missed", "missed"), ("false", "false"))
    for part, (kind, words) in zip(parts, kinds, strict=True):
        above = below + np.where(total > 0.0, part / np.where(total > 0.0, total, 1.0), 0.0) * gospa_m
        drawing.band(at, y.at(below), y.at(above), f"fill {kind}", words)
        below = above
    drawing.legend(LEFT, 14, [(f"fill {kind}", words) for kind, words in kinds])
    return drawing.svg()


def completeness_over_time(card: Scorecard) -> str:
    """How many targets flew, how many of them were tracked, and how many tracks were of nothing."""
    scene, sets = card.scene, card.sets
    cuts = bins(scene.steps)
    targets, paired, shown = (means(one.astype(np.float64), cuts) for one in (sets.targets, sets.paired, sets.tracks))
    drawing, x, y = _over_time(scene, np.maximum(targets, shown - paired), "Targets over time", "targets")
    at = x.at(scene.times_s[cuts])
    drawing.band(at, y.at(np.zeros(len(cuts))), y.at(paired), "fill localisation", "tracked")
    drawing.band(at, y.at(paired), y.at(targets), "fill missed", "missed")
    drawing.path(at, y.at(shown - paired), "stroke false", "tracks of nothing")
    words = [("fill localisation", "tracked"), ("fill missed", "missed"), ("fill false", "tracks of nothing")]
    drawing.legend(LEFT, 14, words)
    return drawing.svg()


def nees_over_time(card: Scorecard) -> str:
    """The mean normalised squared error of each step, between its bounds."""
    nees, scene = card.nees, card.scene
    if nees is None:
        return empty(["The tracks tell no sigmas (sigma_east_m, ...): what they think of their errors is not known."])
    if not np.isfinite(nees.overall):
        return empty(["No track with a sigma was matched with a target: there is no error to compare."])
    cuts = bins(scene.steps)
    mean, low, high = (means(one, cuts) for one in (nees.mean, nees.low, nees.high))
    # a single wild step must not flatten the rest: it is drawn at the edge
    top = float(max(np.nanquantile(mean, 0.99), np.nanquantile(high, 0.95), 2.0 * nees.degrees))
    drawing, x, y = _over_time(scene, np.array([0.0, top]), "NEES over time", "NEES")
    at = x.at(scene.times_s[cuts])
    drawing.band(at, y.at(np.minimum(low, y.high)), y.at(np.minimum(high, y.high)), "bounds", "95 % of a good filter")
    drawing.line(x.begin, float(y.at(nees.degrees)), x.end, float(y.at(nees.degrees)), "expected")
    drawing.path(at, y.at(np.minimum(mean, y.high)), "stroke localisation", "mean of the tracks matched then")
    drawing.legend(
        LEFT,
        14,
        [
            ("fill localisation", "mean of the matched tracks"),
            ("bounds", "95 % bounds"),
            ("fill axis-key", f"expected: {nees.degrees}"),
        ],
    )
    return drawing.svg()


def _over_time(scene: Scene, values: Floats, title: str, unit: str) -> tuple[Drawing, Axis, Axis]:
    drawing = Drawing(WIDTH, 310.0, title)
    x = time_axis(scene.times_ns, LEFT, RIGHT)
    top = float(np.nanmax(values)) if np.isfinite(values).any() else 0.0
    y = number_axis(0.0, top or 1.0, 266.0, TOP)
    drawing.frame(x, y, "UTC", unit)
    return drawing, x, y


def picture(card: Scorecard) -> str:
    """Where everything flew and what was shown, in kilometres east and north of the middle."""
    scene = card.scene
    truth_km, tracks_km = _kilometres(scene)
    framed = truth_km if len(truth_km) else tracks_km  # one false track far away would make all the rest small
    if not len(framed):
        return empty(["Nothing flew and nothing was shown inside the time that is scored."])
    low, high = framed.min(axis=0), framed.max(axis=0)
    span = np.maximum(high - low, 0.2) * 1.06
    middle = (low + high) / 2.0
    room = RIGHT - LEFT
    height = float(np.clip(room * span[1] / span[0], 300.0, 720.0))
    per_km = min(room / span[0], height / span[1])
    half = np.array([room, height]) / (2.0 * per_km)
    drawing = Drawing(WIDTH, height + TOP + 44.0, "Picture of truth and tracks")
    x = _square_axis(float(middle[0] - half[0]), float(middle[0] + half[0]), LEFT, RIGHT)
    y = _square_axis(float(middle[1] - half[1]), float(middle[1] + half[1]), TOP + height, TOP)
    drawing.frame(x, y, "km east", "km north")
    matched = np.zeros(len(scene.truth.step), np.bool_)
    matched[card.clear.pairs.truth] = True
    right = np.zeros(len(scene.tracks.step), np.bool_)
    right[card.pairs.track] = True
    _missed(drawing, scene, (x, y), truth_km, matched)
    _flights(drawing, scene, (x, y), truth_km)
    inside = (np.abs(tracks_km - middle) <= half).all(axis=1)
    _shown(drawing, scene, (x, y), tracks_km, (right & inside, ~right & inside))
    if not inside.all():
        drawing.text(RIGHT, 14.0, f"{int((~inside).sum())} rows of tracks lie farther out", "", "end")
    drawing.legend(
        LEFT,
        14,
        [
            ("fill ink", "flew"),
            ("fill localisation", "track"),
            ("fill missed", "missed"),
            ("fill false", "false track"),
        ],
    )
    return drawing.svg()


def _square_axis(low: float, high: float, begin: float, end: float) -> Axis:
    """An axis that keeps its ends, so that a kilometre is as long across as up."""
    step = round_step(high - low, 8 if abs(end - begin) > 400 else 5)
    values = np.arange(np.ceil(low / step), np.floor(high / step) + 1.0) * step
    return Axis(low, high, begin, end, tuple((float(v), label(round(float(v), 9))) for v in values))


def _kilometres(scene: Scene) -> tuple[Floats, Floats]:
    flew, shown = scene.truth.position_m, scene.tracks.position_m
    if scene.frame == "earth" and len(flew) + len(shown):
        latitude, longitude, _ = geodetic_from_ecef(np.concatenate((flew, shown)).mean(axis=0))
        flew, shown = (enu_from_ecef(one, latitude, longitude, 0.0) for one in (flew, shown))
    return flew[:, :2] / 1e3, shown[:, :2] / 1e3


def _flights(drawing: Drawing, scene: Scene, axes: tuple[Axis, Axis], at_km: Floats) -> None:
    for number, rows in scene.truth.by_number():
        _path(drawing, scene.truth, rows, axes, at_km, "stroke ink", _who(scene, number))


def _missed(drawing: Drawing, scene: Scene, axes: tuple[Axis, Axis], at_km: Floats, matched: Flags) -> None:
    for number, rows in scene.truth.by_number():
        for part in _runs(rows, ~matched[rows]):
            _path(drawing, scene.truth, part, axes, at_km, "halo missed", f"{_who(scene, number)}, missed")


def _shown(drawing: Drawing, scene: Scene, axes: tuple[Axis, Axis], at_km: Floats, drawn: tuple[Flags, Flags]) -> None:
    """Rows of tracks that show something, and rows that show nothing."""
    right, wrong = drawn
    for number, rows in scene.tracks.by_number():
        name = f"track {scene.shown.names[number]}"
        for part in _runs(rows, right[rows]):
            _path(drawing, scene.tracks, part, axes, at_km, "stroke localisation", name)
        for part in _runs(rows, wrong[rows]):
            _path(drawing, scene.tracks, part, axes, at_km, "stroke false", f"{name}, of nothing")


def _path(
    drawing: Drawing, objects: Rows, rows: Ints, axes: tuple[Axis, Axis], at_km: Floats, kind: str, tip: str
) -> None:
    most = max(12, POINTS_IN_PICTURE // (1 + len(objects.step) // max(len(rows), 1)))
    x, y = axes[0].at(at_km[rows, 0]), axes[1].at(at_km[rows, 1])
    kept = thinned(np.column_stack((x, y)), 1.0, most)
    drawing.path(x[kept], y[kept], kind, tip)


def _runs(rows: Ints, chosen: Flags) -> list[Ints]:
    """Unbroken runs of chosen rows."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], chosen, [False])).astype(np.int8)))
    return [rows[begin:end] for begin, end in edges.reshape(-1, 2).tolist()]


def _who(scene: Scene, number: int) -> str:
    words = [str(scene.targets.names[number]), scene.targets.identity[number], scene.targets.kind[number]]
    return " ".join(word for word in words if word)


def who_followed_whom(card: Scorecard) -> str:
    """A lane for each target: its life, and the track that followed it; the shade changes where the track does."""
    scene = card.scene
    lives = dict(scene.truth.by_number())
    if not lives:
        return empty(["Nothing flew: there is nobody to follow."])
    order, spans = _matched_spans(card)
    worst = sorted(lives, key=lambda number: (-order.get(number, 0.0), number))[:LANES_MAX]
    lanes = sorted(worst, key=lambda number: (int(scene.truth.step[lives[number][0]]), number))
    height = TOP + 16.0 * len(lanes)
    drawing = Drawing(WIDTH, height + 44.0, "Who followed whom")
    x = time_axis(scene.times_ns, 200.0, RIGHT)
    drawing.frame(x, Axis(0.0, 1.0, height, TOP, ()), "UTC", "")
    for lane, number in enumerate(lanes):
        top = TOP + 16.0 * lane
        first, last = (scene.times_s[scene.truth.step[lives[number][k]]] for k in (0, -1))
        drawing.text(190.0, top + 11.0, _short(_who(scene, number), 28), "tick", "end")
        begin, end = float(x.at(first)), float(x.at(last))
        drawing.rectangle(begin, top + 3.0, max(end - begin, 1.0), 9.0, "fill missed pale", f"{_who(scene, number)}")
        shade, before = 0, -1
        for track, from_s, to_s in spans.get(number, []):
            shade, before = (shade + 1 if track not in (before, -1) and before != -1 else shade), track
            begin, end = float(x.at(from_s)), float(x.at(to_s))
            tip = f"track {scene.shown.names[track]}"
            drawing.rectangle(begin, top + 2.0, max(end - begin, 1.5), 11.0, f"fill lane{shade % 2}", tip)
    drawing.legend(
        200.0,
        14,
        [("fill lane0", "followed by a track"), ("fill lane1", "by another one"), ("fill missed pale", "by none")],
    )
    return drawing.svg()


def _short(words: str, most: int) -> str:
    return words if len(words) <= most else f"{words[: most - 1]}…"


def _matched_spans(card: Scorecard) -> tuple[dict[int, float], dict[int, list[tuple[int, float, float]]]]:
    """How badly each target was kept, and (track, from, to) of the spans in which one track followed it."""
    scene, pairs = card.scene, card.clear.pairs
    target, track = scene.truth.number[pairs.truth], scene.tracks.number[pairs.track]
    step = scene.truth.step[pairs.truth]
    order = np.lexsort((step, target))
    target, track, step = target[order], track[order], step[order]
    fresh = np.concatenate(([True], (np.diff(target) != 0) | (np.diff(track) != 0) | (np.diff(step) > 2)))
    begin = np.flatnonzero(fresh[: len(target)])
    end = np.append(begin[1:], len(target))[: len(begin)] - 1
    spans: dict[int, list[tuple[int, float, float]]] = {}
    for a, b in zip(begin.tolist(), end.tolist(), strict=True):
        span = (int(track[a]), float(scene.times_s[step[a]]), float(scene.times_s[step[b]]))
        spans.setdefault(int(target[a]), []).append(span)
    flown = np.bincount(scene.truth.number, minlength=len(scene.targets.names))
    held = np.bincount(target, minlength=len(flown))
    bad = {number: float(flown[number] - held[number]) + len(spans.get(number, [])) for number in range(len(flown))}
    return bad, spans


def error_distributions(card: Scorecard) -> str:
    """Histograms of the errors along, across and up, on one scale."""
    found = [("along", card.errors.along_m), ("across", card.errors.across_m), ("up", card.errors.vertical_m)]
    there = [(name, values[np.isfinite(values)]) for name, values in found]
    there = [(name, values) for name, values in there if len(values)]
    if not there:
        return empty(["No track was matched with a target: there are no errors to draw."])
    reach = float(max(np.quantile(np.abs(values), 0.995) for _, values in there)) or 1.0
    drawing = Drawing(WIDTH, 270.0, "Errors along, across and up")
    gap = 70.0  # so that the last figure of one scale and the first of the next stay apart
    width = (RIGHT - LEFT - gap * (len(there) - 1)) / len(there)
    for index, (name, values) in enumerate(there):
        begin = LEFT + index * (width + gap)
        _histogram(drawing, begin, begin + width, name, values, reach)
    return drawing.svg()


def _histogram(drawing: Drawing, begin: float, end: float, name: str, values: Floats, reach: float) -> None:
    edges = np.linspace(-reach, reach, BINS + 1)
    share = 100.0 * np.histogram(values, edges)[0] / len(values)
    y = number_axis(0.0, float(share.max()), 220.0, TOP, 4)
    x = number_axis(-reach, reach, begin, end, 4)
    drawing.frame(x, y, f"metres {name}", "% of rows" if begin == LEFT else "")
    for low, high, one in zip(edges[:-1].tolist(), edges[1:].tolist(), share.tolist(), strict=True):
        left, right, top = float(x.at(low)), float(x.at(high)), float(y.at(one))
        drawing.rectangle(left + 0.5, top, right - left - 1.0, y.begin - top, "fill localisation", f"{one:.1f} %")
    mean = float(x.at(float(np.clip(values.mean(), x.low, x.high))))
    drawing.line(mean, y.begin, mean, y.end, "expected", f"mean {values.mean():.1f} m")
    drawing.text(begin, 20.0, f"{name}: RMS {np.sqrt((values**2).mean()):.3g} m, mean {values.mean():.3g} m", "key")
