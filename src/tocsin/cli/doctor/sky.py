"""Places and sensors: is each place where sensors look, from how far, and by how many independent paths?"""

from collections.abc import Iterator

import numpy as np

from tocsin.cli.doctor.finding import BROKEN, WEAK, WELL, Finding
from tocsin.errors import SiteError
from tocsin.geo.distance import geodesic
from tocsin.geo.horizon import horizon_m
from tocsin.models.paths import Paths
from tocsin.models.sensing import antenna_horizon_m
from tocsin.settings import Place, Sensor, Settings
from tocsin.site import Site
from tocsin.site.zones import follow

LOW_M = 300.0  # how high a drone flies that does not hide
WARNING_S = 300.0  # a slow drone must be seen so long before it enters
SLOW_MPS = 50.0


def sky(site: Site) -> Iterator[Finding]:
    """What can be said of places and sensors without a live feed."""
    settings = site.settings
    if not settings.places:
        yield Finding(BROKEN, "places", "none: nobody can be warned", "write [[place]] or [[scheme]]")
    if not settings.sensors:
        yield Finding(BROKEN, "sensors", "none: nothing can be seen", "write [[sensor]]")
    yield from _schemes(site)
    yield from _feeds(site)
    paths = Paths(settings.sensors)
    for place in settings.places:
        yield from _place(place, settings, paths)


def _schemes(site: Site) -> Iterator[Finding]:
    """Every name of every old scheme must still lead somewhere: somebody may have subscribed to it."""
    for scheme in site.schemes:
        if scheme.current:
            yield Finding(WELL, f"scheme {scheme.name!r}", f"{len(scheme.zones)} zones count")
            continue
        for zone in scheme.zones:
            try:
                followed = follow([zone.name], scheme.name, site.schemes, site.settings.places)
            except SiteError as error:
                yield Finding(BROKEN, f"scheme {scheme.name!r}", str(error), "add the zones that it lies in")
                continue
            for said in followed.said:
                yield Finding(WEAK if "no zone" in said else WELL, f"scheme {scheme.name!r}", said)


def _feeds(site: Site) -> Iterator[Finding]:
    if not site.feeds:
        yield Finding(BROKEN, "feeds", "none: no detection can come in", "write [[feed]]")
    for sensor in site.settings.sensors:
        if not sensor.sources:
            yield Finding(
                WEAK,
                f"sensor {sensor.name!r}",
                "no sources: only a feed that calls it by this very name is taken for it",
                'write sources = ["..."] as the feed calls it',
            )


def _place(place: Place, settings: Settings, paths_of: Paths) -> Iterator[Finding]:
    about = f"place {place.name!r}"
    if place.action_time_s == 0.0:
        yield Finding(
            WEAK, about, "no action time: a warning may come when nobody can act any more", "write action_time_s = ..."
        )
    if settings.frame.kind != "earth":
        return
    seeing = [sensor for sensor in settings.sensors if _sees(sensor, place, settings)]
    surveying = [sensor for sensor in seeing if sensor.reporting != "event"]
    if not surveying:
        yield Finding(
            BROKEN,
            about,
            f"always blind: no sensor that surveys sees {LOW_M:.0f} m high, {SLOW_MPS * WARNING_S / 1000:.0f} km off",
            "place a radar or listening stations nearer to it",
        )
        return
    paths = len(paths_of.of(index for index, sensor in enumerate(settings.sensors) if sensor in seeing))
    need = max(threat.paths for threat in settings.alerting.threats)
    names = ", ".join(sensor.name for sensor in seeing[:5]) + (" ..." if len(seeing) > 5 else "")
    if paths < need:
        yield Finding(
            WEAK,
            about,
            f"{paths} independent path of {need} that a public alert needs ({names}): the public is not told",
            "add a sensor with a link, power, clock and owner of its own, and write path_link, path_power, ... of each",
        )
    else:
        yield Finding(WELL, about, f"{paths} independent paths ({names})")


def _sees(sensor: Sensor, place: Place, settings: Settings) -> bool:
    """Would it see something low that is five minutes away, on some side of the place?"""
    if np.isnan(sensor.latitude_rad):
        return sensor.kind in ("position", "track")  # a network that is somewhere: its reach is not told
    middle = np.mean(np.array(place.geometry), axis=0)
    away_m = float(geodesic(sensor.latitude_rad, sensor.longitude_rad, middle[0], middle[1])[0])
    reach_m = sensor.max_range_m
    if (antenna_m := antenna_horizon_m(sensor, settings.frame)) >= 0.0:
        reach_m = min(reach_m, antenna_m + float(horizon_m(0.0, LOW_M)))
    return away_m - place.ring_m - SLOW_MPS * WARNING_S <= reach_m
