"""Reads recordings into flights, and lays a night around them."""

from argparse import Namespace
from dataclasses import replace
from pathlib import Path

import numpy as np

from tocsin.cli.scenarios import load
from tocsin.errors import InputError
from tocsin.feeds import recordings
from tocsin.messages import Scan
from tocsin.simulate.recorded.flights import Fixes, Flown, flown
from tocsin.simulate.recorded.layout import Layout, half_real, place_weeks
from tocsin.simulate.scenario import Scenario

SEED = 1


def scenario(arguments: Namespace) -> Scenario:
    """The night that the arguments of `tocsin simulate` ask for, and what was read, said.

    With a scenario its sensors and places are kept and the flights are added to it, moved in time to its beginning.
    """
    if not 0.0 <= arguments.strip <= 1.0:
        raise InputError(f"--strip {arguments.strip:g}: give a share from 0 (all say who they are) to 1 (nobody does)")
    if not (arguments.place_weeks > 0.0 and arguments.ring > 0.0 and arguments.radars >= 1):
        raise InputError("--place-weeks and --ring must be above 0, and --radars at least 1")
    seed = SEED if arguments.seed is None else arguments.seed
    found = flown(_fixes(arguments), arguments.strip, seed)
    for why, count in found.left_out.items():
        print(f"left out: {count} fixes: {why}")
    if arguments.scenario is not None:
        base = load(arguments.scenario)[1]
        flights = tuple(one for one in found.flights if one.start_s < base.duration_s)
        _say(found, f"{len(flights)} of them within the {base.duration_s:g} s of {base.name}")
        return replace(base, recorded=flights)
    layout = Layout(arguments.radars, arguments.place_weeks, ring_m=arguments.ring)
    made = half_real(found, layout, seed)
    places = len(made.settings.places)
    _say(found, f"{places} virtual places x {made.duration_s / 3600.0:.2f} h = {place_weeks(made):.4g} place-weeks")
    if place_weeks(made) < arguments.place_weeks:
        print(
            f"fewer than the {arguments.place_weeks:g} place-weeks asked for: more places would be the same ones again"
        )
    return made


def _say(found: Flown, more: str) -> None:
    hours = sum(len(one.knots) for one in found.flights) / 3600.0
    named = sum(bool(one.identity) for one in found.flights)
    print(f"{len(found.flights)} recorded flights, {hours:.1f} h in all, {named} with identity; {more}")


def _fixes(arguments: Namespace) -> Fixes:
    columns: dict[str, list[np.ndarray]] = {"time": [], "who": [], "lat": [], "lon": [], "alt": []}
    number: dict[str, int] = {}
    callsigns: dict[int, str] = {}
    for path in arguments.half_real:
        for scan in recordings.scans(Path(path), arguments.format, arguments.framing, arguments.start_ns):
            _take(scan, columns, number, callsigns)
    if not columns["time"]:
        named = ", ".join(str(path) for path in arguments.half_real)
        raise InputError(f"{named}: no aircraft with an identity and a position; give a recording of ADS-B flights")
    time_ns, who, latitude, longitude, altitude = (np.concatenate(parts) for parts in columns.values())
    words = tuple(callsigns.get(index, "") for index in range(len(number)))
    return Fixes(time_ns, who, latitude, longitude, altitude, tuple(number), words)


def _take(scan: Scan, columns: dict[str, list[np.ndarray]], number: dict[str, int], callsigns: dict[int, str]) -> None:
    """Add the positions of one scan."""
    rows = scan.detections
    if not len(rows) or "latitude_rad" not in rows.values or "identity" not in rows.texts:
        return
    latitude, longitude = rows.values["latitude_rad"], rows.values["longitude_rad"]
    height = np.full(len(rows), np.nan)
    for name in ("pressure_altitude_m", "altitude_m"):  # the geometric one, where it is told
        height = np.where(np.isfinite(told := rows.values.get(name, height)), told, height)
    said = rows.texts["identity"]
    good = np.isfinite(latitude) & np.isfinite(longitude) & np.array([bool(word) for word in said], np.bool_)
    at = np.flatnonzero(good)
    who = np.array([number.setdefault(str(said[row]), len(number)) for row in at.tolist()], np.int64)
    for row, index in zip(at.tolist(), who.tolist(), strict=True):
        if (word := rows.texts.get("callsign", (None,) * len(rows))[row]) and index not in callsigns:
            callsigns[index] = word
    values = (rows.time_ns[at], who, latitude[at], longitude[at], height[at])
    for column, part in zip(columns.values(), values, strict=True):
        column.append(part)
