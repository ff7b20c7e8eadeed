"""[[sensing]], [[network]], [[fault]]: how sensors really work, and how they fail."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from tocsin.errors import SiteError
from tocsin.settings import Sensor
from tocsin.simulate.network import Network, station_places
from tocsin.simulate.reading.entry import Entry
from tocsin.simulate.scenario import (
    FAULTS,
    AirborneSensing,
    Fault,
    FlashSensing,
    PeopleSensing,
    RadarSensing,
    RadioSensing,
    ReceiverSensing,
    Sensing,
)


def sensing(entry: Entry, sensors: tuple[Sensor, ...], movers: tuple[str, ...]) -> tuple[str, Sensing] | None:
    """One [[sensing]]: the sensor's name and how it works."""
    kinds = {sensor.name: sensor.kind for sensor in sensors}
    name = entry.word("sensor", None, kinds)
    physics = entry.word("physics", "radar", READERS)
    kind, reader = READERS[physics]
    if name in kinds and kinds[name] != kind and (physics, kinds[name]) != ("airborne radar", "radar"):
        entry.wrong("physics", f"sensor {name!r} is of kind {kinds[name]}, and {physics} is for {kind}")
        return None
    made = reader(entry, name) if physics != "airborne radar" else _airborne(entry, name, movers)
    entry.done()
    return name, made


def _radar(entry: Entry, name: str) -> RadarSensing:
    return RadarSensing(
        name,
        range_1m2_m=entry.number("range_1m2_m", 0.0, 0.0, 1e6),
        sectors=entry.whole("sectors", 16, 1, 128),
        plots=entry.number("plots", 1.0, 1.0, 20.0),
        clutter_near=entry.number("clutter_near", 0.3, 0.0, 1.0),
        delay_s=entry.number("delay_s", 0.1, 0.0, 60.0),
        jitter_s=entry.number("jitter_s", 0.03, 0.0, 10.0),
    )


def _airborne(entry: Entry, name: str, movers: tuple[str, ...]) -> AirborneSensing:
    return AirborneSensing(
        _radar(entry, name),
        carrier=entry.word("carrier", None, movers),
        sigma_range_m=entry.number("sigma_range_m", 150.0, 1.0, 5_000.0),
        sigma_azimuth_rad=entry.angle("sigma_azimuth_deg", 0.4, 0.01, 10.0),
        sigma_altitude_m=entry.number("sigma_altitude_m", 600.0, 10.0, 10_000.0),
    )


def _receiver(entry: Entry, name: str) -> ReceiverSensing:
    return ReceiverSensing(
        name,
        rate_hz=entry.number("rate_hz", 1.0, 0.01, 10.0),
        loss=entry.number("loss", 0.1, 0.0, 1.0),
        delay_s=entry.number("delay_s", 0.1, 0.0, 60.0),
        jitter_s=entry.number("jitter_s", 0.03, 0.0, 10.0),
    )


def _radio(entry: Entry, name: str) -> RadioSensing:
    return RadioSensing(name, delay_s=entry.number("delay_s", 0.3, 0.0, 60.0))


def _flash(entry: Entry, name: str) -> FlashSensing:
    delay_s, jitter_s = entry.number("delay_s", 20.0, 0.0, 600.0), entry.number("jitter_s", 15.0, 0.0, 600.0)
    return FlashSensing(name, delay_s, jitter_s)


def _people(entry: Entry, name: str) -> PeopleSensing:
    return PeopleSensing(
        name,
        area=entry.points("area_deg", 3),
        people=entry.whole("people", 500, 1, 1_000_000),
        delay_s=entry.number("delay_s", 45.0, 1.0, 3_600.0),
        wrong=entry.number("wrong", 0.25, 0.0, 1.0),
        false_hz=entry.number("false_hz", 0.0, 0.0, 10.0),
    )


# What a [[sensing]] may be, the kind of sensor that it is for, and its reader.
READERS: Mapping[str, tuple[str, Callable[[Entry, str], Sensing]]] = {
    "radar": ("radar", _radar),
    "airborne radar": ("position", _radar),
    "ads-b": ("position", _receiver),
    "radio": ("direction", _radio),
    "launch flash": ("position", _flash),
    "people": ("report", _people),
}


def network(entry: Entry) -> Network:
    """One [[network]]."""
    made = Network(
        name=entry.word("name"),
        output=entry.word("output", "direction", ("direction", "position")),
        area=entry.points("area_deg", 3),
        spacing_m=entry.number("spacing_m", None, 100.0, 100_000.0),
        altitude_m=entry.number("altitude_m", 5.0, 0.0, 500.0),
        period_s=entry.number("period_s", 1.0, 0.1, 60.0),
        max_range_m=entry.number("max_range_m", 6_000.0, 100.0, 30_000.0),
        noise_db=entry.number("noise_db", 34.0, 0.0, 120.0),
        false_hz=entry.number("false_hz", 0.01, 0.0, 10.0),
        sigma_azimuth_rad=entry.angle("sigma_azimuth_deg", 4.0, 0.01, 60.0),
        sigma_elevation_rad=entry.angle("sigma_elevation_deg", 6.0, 0.01, 60.0),
        sigma_position_m=entry.number("sigma_position_m", 500.0, 1.0, 20_000.0),
        reporting=entry.word("reporting", "event", ("event", "dwell")),
        delay_s=entry.number("delay_s", 0.4, 0.0, 60.0),
    )
    entry.done()
    try:
        places = station_places(made)[0]
    except SiteError as error:
        entry.wrong("area_deg", f"{error}")
        return replace(made, area=())
    if not len(places) and made.area:
        entry.wrong("spacing_m", f"no station fits into the area {made.spacing_m:g} m apart; give a smaller spacing_m")
    return made


def fault(entry: Entry, sensors: tuple[str, ...], duration_s: float) -> Fault:
    """One [[fault]]."""
    from_s = entry.number("from_s", 0.0, 0.0, duration_s)
    nan = float("nan")
    sector = "azimuth_from_deg" in entry or "azimuth_to_deg" in entry
    made = Fault(
        entry.word("kind", None, FAULTS),
        entry.word("sensor", None, sensors),
        from_s,
        entry.number("to_s", duration_s, from_s, duration_s),
        range_m=entry.number("range_m", 0.0, -50_000.0, 50_000.0),
        azimuth_rad=entry.angle("azimuth_deg", 0.0, -180.0, 180.0),
        clock_s=entry.number("clock_s", 0.0, -86_400.0, 86_400.0),
        share=entry.number("share", 0.0, 0.0, 1.0),
        delay_s=entry.number("delay_s", 0.0, 0.0, 3_600.0),
        factor=entry.number("factor", 1.0, 0.0, 1_000.0),
        azimuth_from_rad=entry.angle("azimuth_from_deg", None, 0.0, 360.0) if sector else nan,
        azimuth_to_rad=entry.angle("azimuth_to_deg", None, 0.0, 360.0) if sector else nan,
    )
    entry.done()
    return made
