"""What the reference pages promise of feeds and tables is what the code reads and writes."""

import re
from pathlib import Path

from tocsin.feeds.table import FORMATS
from tocsin.feeds.tables import columns, flights
from tocsin.feeds.transport import files

REFERENCE = Path(__file__).resolve().parents[3] / "docs/reference"


def section(page: str, heading: str) -> str:
    return (REFERENCE / page).read_text().partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def first_column(text: str) -> set[str]:
    """The names in the first column of the tables of a section."""
    rows = re.findall(r"^\| (`.*?) \|", text, re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`([a-z0-9_<>-]+)`", row)}


def test_the_detections_table_has_the_columns_that_are_promised() -> None:
    table = section("tables.md", "detections").partition("###")[0]
    promised = first_column(table)
    assert "<column>_sigma" in promised
    promised |= {f"{column.heading}_sigma" for column in columns.MEASUREMENTS}
    assert promised - {"<column>_sigma"} == set(columns.HEADINGS)


def test_the_bounds_of_rows_are_those_that_are_promised() -> None:
    bounds = {column.heading: (column.lowest, column.highest) for column in columns.NUMBERS}
    assert bounds["azimuth_deg"] == (-180.0, 360.0)
    assert bounds["elevation_deg"] == bounds["latitude_deg"] == (-90.0, 90.0)
    assert bounds["longitude_deg"] == (-180.0, 360.0)
    assert bounds["class_confidence"] == (0.0, 1.0)


def test_the_dialects_of_flights_are_those_that_are_promised() -> None:
    text = section("tables.md", "detections").partition("### Recorded flights")[2]
    for one in flights.DIALECTS:
        used = {one.time, one.latitude, one.longitude, one.pressure_altitude, one.altitude, one.speed, one.track}
        for name in (*used, one.climb, one.seen, "icao24", "callsign", "squawk"):
            assert f"`{name}`" in text


def test_every_format_and_framing_is_described() -> None:
    assert first_column(section("feeds.md", "Formats")) == set(FORMATS)
    framings = {"pcap", "pcapng", "stream", "final", "table", *files.LENGTH_FRAMES}
    assert first_column(section("feeds.md", "Transports")) == framings
