"""The questions of each scenario, answered from what was shown alone, and set beside what flew."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tocsin.ends import Landing
from tocsin.geo.areas import area
from tocsin.geo.distance import geodesic
from tocsin.geo.units import SECOND_NS
from tocsin.messages import Floats, Ints
from tocsin.score.questions.borders import Compared, Crossing, compared, crossings
from tocsin.score.questions.ends import end
from tocsin.score.tables.objects import NEVER, Objects

if TYPE_CHECKING:
    from benchmarks.questions.playing import Night

NEAR_M: Final = 1_000.0  # a track so near to a thing over the ground shows it
SURVEYS: Final = ("radar", "direction", "position")  # what measures; people claim
Rows = list[dict[str, object]]


def answers(name: str, night: "Night") -> dict[str, object]:
    """What was asked of this scenario."""
    match name:
        case "river-border":
            return _border(night)
        case "rocket-in-the-lake":
            return {"ends": _ends(night)}
        case "contested-strike":
            return _contested(night)
    raise KeyError(name)


def _border(night: "Night") -> dict[str, object]:
    place = next(one for one in night.settings.places if one.kind == "border")
    line = area("border", place.geometry)
    true, said = crossings(night.truth, line), crossings(night.shown, line)
    told, idle = compared(true, said)
    drones = [k for k, kind in enumerate(night.truth.kind) if kind == "one-way-attack drone"]
    own = [_of_drone(night, k, [one for one in told if one.true.number == k]) for k in drones]
    others = [one for one in told if one.true.number not in drones]
    along = {k for k in drones if not any(one.number == k for one in true)}
    near = [_thing(night, one) for one in idle]
    return {
        "drones": own,
        "others": {"crossed": len(others), "said": sum(one.said is not None for one in others)},
        "idle": Counter("along" if number in along else "drone" if number in drones else "other" if number >= 0
                        else "nothing" for number in near),
    }  # fmt: skip


def _of_drone(night: "Night", number: int, told: Sequence[Compared]) -> dict[str, object]:
    """One drone: each of its crossings, with what was said of it."""
    rows: Rows = []
    for one in told:
        back_s = two.stay_s if (two := one.said) is not None else float("nan")
        rows.append(
            {
                "to": one.true.to,
                "said": one.said is not None,
                "off_m": one.off_m,
                "late_s": one.late_s,
                "stay_s": one.true.stay_s,
                "said_stay_s": back_s,
                "turned_back": one.true.back_ns != NEVER,
                "turned_back_said": one.turned_back,
            }
        )
    return {"name": night.group[int(night.truth.names[number])], "crossings": rows}


def _thing(night: "Night", one: Crossing) -> int:
    """Which true thing was nearest to a crossing that was said for nothing; -1: none within NEAR_M."""
    number, away_m = _nearest(night.truth, one.time_ns, one.latitude_rad, one.longitude_rad)
    return number if away_m <= NEAR_M else -1


def _nearest(objects: Objects, time_ns: int, latitude_rad: float, longitude_rad: float) -> tuple[int, float]:
    """The object that was nearest over the ground within a second of then, and how far off it was."""
    rows = np.flatnonzero(np.abs(objects.time_ns - time_ns) <= SECOND_NS)
    if not len(rows):
        return -1, float("inf")
    away_m = geodesic(latitude_rad, longitude_rad, objects.place[rows, 0], objects.place[rows, 1])[0]
    best = int(np.argmin(away_m))
    return int(objects.number[rows[best]]), float(away_m[best])


def _ends(night: "Night") -> Rows:
    """Of each rocket: what was told of its launch and its fall, first and last."""
    out: Rows = []
    for k in (k for k, kind in enumerate(night.truth.kind) if kind == "ballistic rocket"):
        a, b = night.truth.begin[k], night.truth.begin[k + 1] - 1
        for what, row, told in (("launch", a, night.launches), ("fall", b, night.impacts)):
            own = [(at_ns, one) for at_ns, one in told if _shows(night, one.track, at_ns, k)]
            found: dict[str, Any] = {"what": what, "told": bool(own), "tracks": len({one.track for _, one in own})}
            for name, (at_ns, one) in _chosen(own, int(night.truth.time_ns[b])).items():
                latitude, longitude = night.truth.place[row, :2].tolist()
                found[name] = _said(one, latitude, longitude, int(night.truth.time_ns[row]))
                found[name]["before_fall_s"] = (int(night.truth.time_ns[b]) - at_ns) / SECOND_NS
            out.append(found)
    return out


def _chosen(told: Sequence[tuple[int, Landing]], fell_ns: int) -> dict[str, tuple[int, Landing]]:
    """The first one, the last, the last one a minute before the fall, and the one with the smallest area."""
    if not told:
        return {}
    early = [one for one in told if one[0] <= fell_ns - 60 * SECOND_NS]
    surest = min(told, key=lambda one: one[1].sigma_m[0] * one[1].sigma_m[1])
    return {"first": told[0], "surest": surest, "last": told[-1], **({"minute": early[-1]} if early else {})}


def _said(one: Landing, latitude: float, longitude: float, time_ns: int) -> dict[str, Any]:
    found = end(one, latitude, longitude, time_ns)
    halves = {"inside_50": found.inside(0.5), "inside_90": found.inside(0.9)}
    return {"off_m": found.off_m, "area_km2": found.area_km2, "late_s": found.late_s, **halves}


def _shows(night: "Night", track: int, time_ns: int, target: int) -> bool:
    """Whether this track is nearer to the target then than to anything else, over the ground."""
    shown = night.shown
    rows = np.flatnonzero((shown.names[shown.number] == track) & (shown.time_ns <= time_ns))
    if not len(rows):
        return False
    row = rows[np.argmax(shown.time_ns[rows])]
    number, away_m = _nearest(night.truth, int(shown.time_ns[row]), *shown.place[row, :2].tolist())
    return number == target and away_m <= 10.0 * NEAR_M


def _contested(night: "Night") -> dict[str, object]:
    """Each thing that flew: seen by what measures, or only claimed by people; and what was claimed of nothing."""
    kind = {one.name: one.kind for one in night.settings.sensors}
    measured = {
        track: sum(count for name, count in of.items() if kind.get(name) in SURVEYS)
        for track, of in night.witnesses.items()
    }
    of_row, away = _things(night)
    things: Rows = []
    for k, number in enumerate(night.truth.names.tolist()):
        rows = night.truth.number == k
        own = (of_row == k) & (away <= NEAR_M)
        seen = own & np.array([measured.get(int(one), 0) > 0 for one in night.shown.names[night.shown.number]], bool)
        words: Counter[str] = Counter()
        for track in np.unique(night.shown.names[night.shown.number[seen]]).tolist():
            words += night.called.get(track, Counter())
        claims = [word for about, word in night.claims if about == number]
        things.append(
            {
                "name": night.group[number],
                "kind": night.truth.kind[k],
                "flew_s": int(rows.sum()),
                "seen_s": len(np.unique(night.shown.time_ns[seen])) * 2.0,
                "called": words.most_common(1)[0][0] if words else "",
                "claims": len(claims),
                "claims_right": sum(word == night.truth.kind[k] for word in claims),
            }
        )
    tracks = night.shown.names.tolist()
    nothing = [one for k, one in enumerate(tracks) if not (away[night.shown.number == k] <= NEAR_M).any()]
    return {
        "things": things,
        "tracks": len(tracks),
        "tracks_by_people_alone": sum(measured.get(one, 0) == 0 for one in tracks),
        "tracks_of_nothing": len(nothing),
        "tracks_of_nothing_measured": sum(measured.get(one, 0) > 0 for one in nothing),
        "claims": len(night.claims),
        "claims_of_nothing": sum(about < 0 for about, _ in night.claims),
        "kinds_claimed": len({word for _, word in night.claims}),
    }


def _things(night: "Night") -> tuple[Ints, Floats]:
    """For each row that was shown the true thing that was nearest then, and how far off."""
    shown = night.shown
    found = [
        _nearest(night.truth, time_ns, latitude, longitude)
        for time_ns, (latitude, longitude) in zip(shown.time_ns.tolist(), shown.place[:, :2].tolist(), strict=True)
    ]
    return np.array([one for one, _ in found], np.int64), np.array([away for _, away in found])
