"""What was said in a night, what flew, and where: as the score takes them."""

from dataclasses import dataclass

import numpy as np

from tests.skies import picture
from tocsin.geo.areas import area
from tocsin.geo.frames import ecef_vector_from_enu, geodetic_from_ecef
from tocsin.messages import Floats, Forecast, Ints, Picture
from tocsin.score.tables.objects import Objects
from tocsin.score.tables.warning import Forecasts, Places
from tocsin.settings import Place

OFF_M, OFF_MPS = 30.0, 2.0  # sigma of each coordinate that the forecast is shown
Look = tuple[Ints, Floats, Floats, int]  # who flies, position m, velocity m/s, when


@dataclass(frozen=True, slots=True, eq=False)
class Night:
    """One night's forecasts and truth. `end_ns` (targets,): until when it is known what became of each."""

    forecasts: Forecasts
    truth: Objects
    places: Places
    end_ns: Ints

    @property
    def known_ns(self) -> Ints:
        """Of each forecast, until when it is known what became of its target."""
        return self.end_ns[self.forecasts.target]


def seen(look: Look, kind: Ints, names: tuple[str, ...], rng: np.random.Generator) -> Picture:
    """The picture of what flies, a little off. `kind` (targets,) of `names`: the class of each."""
    rows, position, velocity, time_ns = look
    n = len(rows)
    covariance = np.zeros((n, 21))
    covariance[:, [0, 6, 11]], covariance[:, [15, 18, 20]] = OFF_M**2, OFF_MPS**2
    return picture(
        time_ns,
        (rows + 1).tolist(),
        position_m=position + OFF_M * rng.standard_normal((n, 3)),
        velocity_mps=velocity + OFF_MPS * rng.standard_normal((n, 3)),
        covariance=covariance,
        class_index=kind[rows].astype(np.int32),
        classes=names,
    )


def told(said: list[Forecast]) -> Forecasts:
    """All forecasts as one table."""
    target = np.concatenate([one.track for one in said]) - 1
    return Forecasts(
        np.concatenate([np.full(len(one), one.time_ns) for one in said]),
        target,
        target,
        np.concatenate([one.place for one in said]).astype(np.int64),
        np.concatenate([one.chance for one in said]),
        np.concatenate([one.quantile_s for one in said]),
    )


def objects(truth: list[Look], kinds: tuple[str, ...]) -> Objects:
    """The truth as one table."""
    number = np.concatenate([rows for rows, *_ in truth])
    time_ns = np.concatenate([np.full(len(rows), when) for rows, _, _, when in truth])
    position, velocity = (np.concatenate([one[k] for one in truth]) for k in (1, 2))
    latitude, longitude, altitude = geodetic_from_ecef(np.asarray(position))
    axes = np.stack([ecef_vector_from_enu(unit, latitude, longitude) for unit in np.eye(3)], axis=1)
    level = np.einsum("nai,ni->na", axes, np.asarray(velocity))
    order = np.lexsort([time_ns, number])
    names = np.arange(len(kinds))
    n = len(number)
    return Objects(
        "earth",
        time_ns[order],
        number[order],
        names,
        np.column_stack([latitude, longitude, altitude])[order],
        level[order],
        np.full((n, 3), np.nan),
        np.empty((0, 3, 3)),
        time_ns[order],
        kinds,
        ("",) * len(names),
    )


def known(places: tuple[Place, ...]) -> Places:
    """The places as the score knows them."""
    areas = tuple(area(place.kind, place.geometry, place.ring_m) for place in places)
    names = tuple(place.name for place in places)
    return Places(names, areas, ("",) * len(names), ("",) * len(names))


def joined(nights: list[Night]) -> Night:
    """Nights side by side: places and targets numbered on."""
    targets = np.cumsum([0, *(len(one.end_ns) for one in nights)])
    places = np.cumsum([0, *(len(one.places.names) for one in nights)])
    parts, flown = [one.forecasts for one in nights], [one.truth for one in nights]
    forecasts = Forecasts(
        np.concatenate([f.time_ns for f in parts]),
        np.concatenate([f.target + targets[k] for k, f in enumerate(parts)]),
        np.concatenate([f.track + targets[k] for k, f in enumerate(parts)]),
        np.concatenate([f.place + places[k] for k, f in enumerate(parts)]),
        np.concatenate([f.chance for f in parts]),
        np.concatenate([f.quantile_s for f in parts]),
    )
    truth = Objects(
        "earth",
        np.concatenate([t.time_ns for t in flown]),
        np.concatenate([t.number + targets[k] for k, t in enumerate(flown)]),
        np.arange(targets[-1]),
        np.concatenate([t.place for t in flown]),
        np.concatenate([t.velocity_mps for t in flown]),
        np.concatenate([t.sigma_m for t in flown]),
        np.empty((0, 3, 3)),
        np.concatenate([t.updated_ns for t in flown]),
        sum((t.kind for t in flown), ()),
        sum((t.identity for t in flown), ()),
    )
    lists = [one.places for one in nights]
    names = tuple(f"{k} {name}" for k, one in enumerate(lists) for name in one.names)
    areas = tuple(a for one in lists for a in one.areas)
    everywhere = Places(names, areas, ("",) * len(names), ("",) * len(names))
    return Night(forecasts, truth, everywhere, np.concatenate([one.end_ns for one in nights]))
