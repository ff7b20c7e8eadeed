"""How dangerous each track is to each place: that it is there, that it means harm, and that it enters in time.

    danger(t) = existence x threat x P(entry within t)

What is thrown is in the air for minutes at most, and whoever waits is told little more: for it t is all of its flight
(`at_launch` of a class).

A place's danger from several tracks is 1 - product of (1 - danger): ten drones at 0.1 each are a warning.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tocsin.messages import QUANTILES, Flags, Floats, Forecast, Ints, Picture
from tocsin.settings import Alerting, Place

YOUNG_NS = 120_000_000_000  # the tracker remembers whose a detection was for three minutes
ALIKE = 0.5  # of the likeliest goal's chance: undecided between them
ARRIVAL = (QUANTILES.index(0.10), QUANTILES.index(0.50), QUANTILES.index(0.90))


@dataclass(frozen=True, slots=True, eq=False)
class Dangers:
    """q pairs of track and place, as in the Forecast that they come from."""

    track: Ints  # (q,)
    place: Ints  # (q,) index
    row: Ints  # (q,) of the picture
    kind: Ints  # (q,) index into Alerting.threats
    in_time: Floats  # (q,) danger before there is no time left to act
    soon: Floats  # (q,) danger within half an hour
    inside: Floats  # (q,) that it is inside now
    bound: Floats  # (q,) p*
    arrival_s: Floats  # (q, 3)


def dangers(forecast: Forecast, picture: Picture, places: tuple[Place, ...], rules: Alerting) -> Dangers:
    """Every pair that the forecast names."""
    row = np.searchsorted(picture.track, forecast.track)
    place = forecast.place.astype(np.int64)
    kind = kinds(picture, rules)[row]
    means_harm: Floats = harm(picture, rules)[row] * picture.existence[row]
    at_launch = np.array([threat.at_launch for threat in rules.threats])[kind]
    need_s = np.array([one.action_time_s + rules.margin_s for one in places])[place]
    need_s = np.where(at_launch, np.inf, need_s)
    arrival_s = forecast.quantile_s[:, ARRIVAL]
    far, near = (
        np.array([getattr(threat, name) for threat in rules.threats])[kind]
        for name in ("warn_chance", "warn_chance_late")
    )
    left = np.clip(arrival_s[:, 0] / need_s, 0.0, 1.0)  # 1: as much time as is needed, or more
    return Dangers(
        track=forecast.track,
        place=place,
        row=row,
        kind=kind,
        in_time=means_harm * within(forecast, need_s),
        soon=means_harm * forecast.chance[:, -1],
        inside=means_harm * forecast.inside.astype(np.float64),
        bound=near + (far - near) * left,
        arrival_s=arrival_s,
    )


def undecided(forecast: Forecast) -> Mapping[int, tuple[str, ...]]:
    """Of tracks that may be meant for several places: those that are at least half as likely as the likeliest."""
    out: dict[int, tuple[str, ...]] = {}
    if not len(forecast.goal_track):
        return out
    begins = np.flatnonzero(np.diff(forecast.goal_track, prepend=-1)).tolist()
    for a, b in zip(begins, [*begins[1:], len(forecast.goal_track)], strict=True):
        chance = forecast.goal_chance[a:b]
        alike = forecast.goal_place[a:b][chance >= ALIKE * chance.max()].tolist()
        if len(alike) > 1:
            out[int(forecast.goal_track[a])] = tuple(forecast.places[k] for k in alike)
    return out


def kinds(picture: Picture, rules: Alerting) -> Ints:
    """(n,) the row of the threat table of each track: of its class, or of what is unknown."""
    index = {threat.name: k for k, threat in enumerate(rules.threats)}
    of_class = np.array([index.get(name, index["unknown"]) for name in picture.classes], dtype=np.int64)
    return np.asarray(of_class[picture.class_index])


def harm(picture: Picture, rules: Alerting) -> Floats:
    """(n,) the chance that each track means harm: by its class, and by whether it says who it is.

    Who says who it is and is contradicted has its identity refused by the tracker. Where no sensor bears it out, it is
    an aircraft that nobody else sees, or nothing at all: neither does harm, and phantoms must not ring bells.
    The first detections are no track yet (`proven`).
    """
    threat = _threat(picture, rules)
    known = np.array([word is not None for word in picture.identity], dtype=np.bool_)
    marked = np.array([_marked(mark) for mark in picture.mark]).reshape(-1)
    harm_of = np.where(known, rules.known_threat * threat, threat)
    harm_of = np.where(proven(picture, rules), harm_of, 0.0)
    return np.asarray(np.where(np.isnan(marked), harm_of, marked))


def proven(picture: Picture, rules: Alerting) -> Flags:
    """(n,) does each track rest on enough detections to be taken for a danger?

    Two false detections in a wide gate are a fast low flyer as good as any, and birds of a flock that are taken for one
    another are fast as well. What tells them from a true one is whose the next detections are: all but the first must
    have been more likely the track's own than anything else's. That is asked of young tracks alone: what hides behind
    hills for minutes has nobody who remembers its detections, and proved itself before.
    """
    least = np.array([threat.detections for threat in rules.threats])[kinds(picture, rules)]
    enough = picture.detections >= least
    if len(picture.sure):
        young = picture.time_ns - picture.born_ns < YOUNG_NS
        enough &= ~young | (picture.sure >= least - 1)
    return np.asarray(enough)


def _threat(picture: Picture, rules: Alerting) -> Floats:
    """(n,) the chance that one which is not known by name means harm: over all that it may be, not the likeliest alone.

    Something slow and low of which little is known is a bird far more often than a drone.
    """
    threat = {threat.name: threat.threat for threat in rules.threats}
    if picture.class_probability.shape[1] == 0:
        return np.array([threat.threat for threat in rules.threats])[kinds(picture, rules)]
    of_class = np.array([threat.get(name, threat["unknown"]) for name in picture.classes], dtype=np.float64)
    return np.asarray((picture.class_probability * of_class).sum(axis=1))


def _marked(mark: str) -> float:
    """What a named person called it decides."""
    return {"hostile": 1.0, "suspect": 1.0, "friend": 0.0, "neutral": 0.0}.get(mark, np.nan)


def within(forecast: Forecast, time_s: Floats) -> Floats:
    """(q,) P(entry within time_s (q,)): P(entry) times the distribution of its time, straight lines between quantiles.

    (Between the horizons of `chance` lie minutes: too coarse for who has two of them.)
    """
    first = np.maximum(2.0 * forecast.quantile_s[:, :1] - forecast.quantile_s[:, 1:2], 0.0)
    last = 2.0 * forecast.quantile_s[:, -1:] - forecast.quantile_s[:, -2:-1] + 1e-9
    times = np.concatenate([first, forecast.quantile_s, last], axis=1)
    shares = np.array([0.0, *QUANTILES, 1.0])
    low = np.clip((times <= time_s[:, None]).sum(axis=1) - 1, 0, len(QUANTILES))
    row = np.arange(len(times))
    part = (time_s - times[row, low]) / np.maximum(times[row, low + 1] - times[row, low], 1e-9)
    share = shares[low] + np.clip(part, 0.0, 1.0) * (shares[low + 1] - shares[low])
    return np.where(forecast.inside, 1.0, forecast.enters * share)


def together(danger: Floats, place: Ints, places: int) -> Floats:
    """(places,) the danger from all tracks: 1 - product of (1 - danger)."""
    safe = np.ones(places)
    np.multiply.at(safe, place, 1.0 - np.clip(danger, 0.0, 1.0))
    return 1.0 - safe
