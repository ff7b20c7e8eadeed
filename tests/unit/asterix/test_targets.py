"""What becomes of a target's record: units, words, and what is refused."""

import numpy as np
import pytest

from tests.reference.asterix.records import block, edition, newest, said
from tocsin.feeds.asterix.decoder import Asterix
from tocsin.messages import Packet, Scan

NOON_NS = 1_780_056_000 * 10**9  # 2026-05-29 12:00:00 UTC
NOON = f"{12 * 3600 * 128:06x}"
PLOT = {"140": NOON, "020": "a0", "040": "80004000"}  # Mode S roll-call at 128 NM, due east


def decoded(category: int, *records: dict[str, str], name: str = "") -> Scan:
    which = edition(category, name) if name else newest(category)
    octets = block(category, [said(which, one) for one in records])
    return Asterix("box").decode([Packet(NOON_NS + 500_000_000, octets)])


def value(scan: Scan, name: str, row: int = 0) -> float:
    return float(scan.detections.values[name][row])


def reasons(scan: Scan) -> dict[str, int]:
    return {one.reason: one.count for one in scan.refusals}


def test_a_plot_of_a_radar() -> None:
    items = {"070": "0e38", "090": "0578", "130": "28c4b0", "220": "4ca7b3", "240": "10c2f1cb3820", "161": "0123"}
    scan = decoded(48, PLOT | items)
    assert scan.sensors == ("asterix 25/11",)
    assert value(scan, "range_m") == 128 * 1852
    assert value(scan, "azimuth_rad") == pytest.approx(np.pi / 2, abs=1e-15)
    assert value(scan, "pressure_altitude_m") == pytest.approx(35_000 * 0.3048)
    assert value(scan, "amplitude_db") == -80.0  # of the primary, where there is one
    texts = {name: words[0] for name, words in scan.detections.texts.items()}
    assert texts["identity"] == "icao:4ca7b3"
    assert texts["squawk"] == "7070"
    assert texts["source_track"] == "25/11:291"
    assert texts["report"] == "Mode S roll-call"
    assert scan.detections.time_ns[0] == NOON_NS
    assert not scan.refusals


def test_a_callsign_is_read_without_the_spaces_at_its_end() -> None:
    # "KLM12   ": K 11, L 12, M 13, 1 49, 2 50, space 32, six bits each.
    letters = int("".join(f"{code:06b}" for code in (11, 12, 13, 49, 50, 32, 32, 32)), 2)
    scan = decoded(48, PLOT | {"240": f"{letters:012x}"}, PLOT | {"240": "000000000000"})
    assert scan.detections.texts["callsign"] == ("KLM12", None)


def test_a_3d_radar_and_a_doppler_speed() -> None:
    items = {"110": "3fff", "120": "8003f6"}
    scan = decoded(48, PLOT | items, PLOT | {"120": "8083f6"})
    assert value(scan, "altitude_m") == pytest.approx(-25 * 0.3048)
    assert value(scan, "range_rate_mps") == -10.0
    assert np.isnan(value(scan, "range_rate_mps", 1))
    assert scan.detections.texts["report"] == ("Mode S roll-call", "Mode S roll-call; Doppler doubtful")


def test_a_garbled_or_unvalidated_code_is_no_code() -> None:
    scan = decoded(48, PLOT | {"070": "4e38", "090": "8578"}, PLOT | {"070": "0e38"})
    assert scan.detections.texts["squawk"] == (None, "7070")
    assert "pressure_altitude_m" not in scan.detections.values
    assert scan.detections.texts["report"][0] == "Mode S roll-call; code garbled; altitude not validated"


def test_what_is_no_real_detection_is_refused_with_its_reason() -> None:
    scan = decoded(
        48,
        PLOT,
        PLOT | {"020": "b0"},
        PLOT | {"020": "a180"},
        PLOT | {"020": "00", "161": "0001"},
        {"140": NOON, "020": "a0", "042": "00010001"},
    )
    assert len(scan.detections) == 1
    assert reasons(scan) == {
        "asterix: simulated target": 1,
        "asterix: test target": 1,
        "asterix: extrapolated track": 1,
        "asterix: no measured position": 1,
    }
    simulated = next(one for one in scan.refusals if "simulated" in one.reason)
    assert simulated.data == said(newest(48), PLOT | {"020": "b0"})
    assert "25/11" in simulated.detail


def test_a_field_monitor_is_kept_and_named() -> None:
    scan = decoded(48, PLOT | {"020": "a2"})
    assert scan.detections.texts["report"] == ("Mode S roll-call; field monitor",)


def test_what_a_radar_takes_for_birds_is_said() -> None:
    scan = decoded(48, PLOT | {"020": "20", "030": "0f28"}, PLOT)
    assert scan.detections.texts["class"] == ("bird", None)
    assert scan.detections.texts["report"][0] == "PSR; fixed plot, flock of birds"


def test_a_target_beyond_256_nautical_miles_has_its_range_in_the_expansion() -> None:
    far = {"020": "a140", "040": "ffff4000", "RE": "0508015e00"}
    assert value(decoded(48, PLOT | far), "range_m") == 350 * 1852


def test_without_a_time_of_its_own_a_report_is_from_when_it_came() -> None:
    untimed = {name: octets for name, octets in PLOT.items() if name != "140"}
    scan = decoded(48, untimed, PLOT)
    assert scan.detections.time_ns.tolist() == [NOON_NS + 500_000_000, NOON_NS]
    assert value(scan, "time_sigma_s") == 1.0
    assert np.isnan(value(scan, "time_sigma_s", 1))


def test_an_item_with_spare_bits_set_is_not_used_but_the_rest_is() -> None:
    scan = decoded(48, PLOT | {"161": "f123", "220": "4ca7b3"})
    assert "source_track" not in scan.detections.texts
    assert scan.detections.texts["identity"] == ("icao:4ca7b3",)
    assert reasons(scan) == {"asterix: spare bits set": 1}
    assert "item 161" in scan.refusals[0].detail


def test_a_time_beyond_the_day_is_no_time() -> None:
    scan = decoded(48, PLOT | {"140": "a8c100"})
    assert reasons(scan) == {"asterix: value out of range": 1}
    assert scan.detections.time_ns[0] == NOON_NS + 500_000_000


TRACK = {"070": NOON, "105": "00949efc0008d3dd", "040": "1234", "080": "00"}


def test_a_track_of_another_system() -> None:
    items = {
        "185": "fffc0190",
        "220": "ff60",
        "130": "0640",
        "135": "0578",
        "060": "0e38",
        "380": "c04ca7b32cc3371cb820",
        "500": "bd8000640050004000200804081008",
    }
    scan = decoded(62, TRACK | items)
    assert value(scan, "latitude_rad") == pytest.approx(np.radians(0x949EFC * 180 / 2**25))
    assert value(scan, "longitude_rad") == pytest.approx(np.radians(0x8D3DD * 180 / 2**25))
    assert (value(scan, "velocity_east_mps"), value(scan, "velocity_north_mps")) == (-1.0, 100.0)
    assert value(scan, "velocity_up_mps") == pytest.approx(-1000 * 0.3048 / 60)
    assert value(scan, "altitude_m") == pytest.approx(10_000 * 0.3048)
    assert value(scan, "pressure_altitude_m") == pytest.approx(35_000 * 0.3048)
    assert value(scan, "latitude_rad_sigma") == pytest.approx(np.radians(64 * 180 / 2**25))
    assert value(scan, "altitude_m_sigma") == pytest.approx(50 * 0.3048)
    assert value(scan, "velocity_north_mps_sigma") == 4.0
    assert scan.detections.texts["source_track"] == ("25/11:4660",)
    assert scan.detections.texts["identity"] == ("icao:4ca7b3",)
    assert not scan.refusals


def test_an_altitude_corrected_by_the_pressure_on_the_ground_is_no_pressure_altitude() -> None:
    scan = decoded(62, TRACK | {"135": "80c8"})
    assert value(scan, "altitude_m") == pytest.approx(5_000 * 0.3048)
    assert "pressure_altitude_m" not in scan.detections.values


def test_a_track_that_coasts_or_ends_says_so() -> None:
    ended = {"070": NOON, "040": "1234", "080": "0140"}
    scan = decoded(
        62, TRACK | {"080": "01010180"}, ended, TRACK | {"080": "0180"}, {"070": NOON, "100": "000001000001"}
    )
    assert scan.detections.texts["report"] == ("coasting",)
    assert reasons(scan) == {
        "asterix: track ended": 1,
        "asterix: simulated track": 1,
        "asterix: place in a plane of its own": 1,
    }


REPORT = {"040": "00", "080": "4ca7b3", "073": NOON, "131": "1000000001800000"}


def test_what_an_aircraft_says_of_itself() -> None:
    items = {
        "140": "0640",
        "145": "0578",
        "157": "7f60",
        "160": "08004000",
        "170": "2cc3371cb820",
        "020": "05",
        "210": "12",
        "090": "5f1304",
    }
    scan = decoded(21, REPORT | items)
    assert value(scan, "latitude_rad") == pytest.approx(np.radians(0x10000000 * 180 / 2**30))
    assert value(scan, "altitude_m") == pytest.approx(10_000 * 0.3048)
    assert value(scan, "velocity_east_mps") == pytest.approx(2048 / 2**14 * 1852)
    assert value(scan, "velocity_north_mps") == pytest.approx(0, abs=1e-9)
    assert value(scan, "velocity_up_mps") == pytest.approx(-1000 * 0.3048 / 60)
    # NACp 9: 30 m at 95%; NACv 2: 3 m/s; GVA 2: 45 m.
    assert value(scan, "latitude_rad_sigma") * 6_371_000 == pytest.approx(30 / 2.448)
    assert value(scan, "velocity_east_mps_sigma") == pytest.approx(3 / 2.448)
    assert value(scan, "altitude_m_sigma") == pytest.approx(45 / 1.96)
    assert scan.detections.texts["class"] == ("airliner",)
    assert scan.detections.texts["identity"] == ("icao:4ca7b3",)
    assert scan.detections.texts["report"] == ("ADS-B",)


def test_of_version_0_the_position_category_is_a_nucp() -> None:
    scan = decoded(21, REPORT | {"210": "02", "090": "0e"})
    assert value(scan, "latitude_rad_sigma") * 6_371_000 == pytest.approx(92.6 / 2.448)


def test_a_finer_time_of_reception_is_used() -> None:
    scan = decoded(
        21, REPORT | {"074": "20000000"}, REPORT | {"073": f"{12 * 3600 * 128 + 127:06x}", "074": "40000000"}
    )
    assert scan.detections.time_ns.tolist() == [NOON_NS + 500_000_000, NOON_NS + 1_000_000_000]


def test_a_message_received_in_the_second_before_the_one_it_names() -> None:
    noon = f"{12 * 3600 * 128:06x}"
    scan = decoded(21, REPORT | {"073": noon, "074": "a0000000"}, REPORT | {"074": "e0000000"})
    assert scan.detections.time_ns.tolist() == [NOON_NS - 500_000_000, NOON_NS]


# DO-260B, table 2-14: NACp and the radius that holds the place with 95%.
EPU_M = {1: 18520, 2: 7408, 3: 3704, 4: 1852, 5: 926, 6: 555.6, 7: 185.2, 8: 92.6, 9: 30, 10: 10, 11: 3}


@pytest.mark.parametrize("nacp", range(16))
def test_each_navigation_accuracy_category(nacp: int) -> None:
    scan = decoded(21, REPORT | {"090": "01" + f"{nacp << 1:02x}", "210": "12"})
    if nacp not in EPU_M:
        assert "latitude_rad_sigma" not in scan.detections.values
    else:
        assert value(scan, "latitude_rad_sigma") * 6_371_000 == pytest.approx(EPU_M[nacp] / 2.448)


def test_an_address_that_is_not_the_worlds_is_told_apart() -> None:
    scan = decoded(21, REPORT | {"040": "60"})
    assert scan.detections.texts["identity"] == ("adsb:4ca7b3",)


def test_a_report_that_its_station_doubts_says_so() -> None:
    scan = decoded(21, REPORT | {"040": "010320"})
    assert scan.detections.texts["report"] == (
        "ADS-B; independent position check failed; suspect, says the ground station",
    )


def test_the_old_edition_of_ads_b() -> None:
    old = {"040": "0020", "030": NOON, "130": "00949efc0008d3dd", "080": "4ca7b3", "090": "0007", "160": "08004000"}
    scan = decoded(21, *[old] * 3, name="0.26")
    assert len(scan.detections) == 3
    assert scan.statuses[0].text.startswith("CAT021 edition 0.2")
    assert value(scan, "latitude_rad") == pytest.approx(np.radians(0x949EFC * 180 / 2**25))
    assert value(scan, "latitude_rad_sigma") * 6_371_000 == pytest.approx(92.6 / 2.448)
    assert scan.detections.texts["identity"] == ("icao:4ca7b3",) * 3


def test_a_surface_sensor() -> None:
    target = {
        "000": "01",
        "020": "20",
        "140": NOON,
        "041": "2000000010000000",
        "202": "0004fff8",
        "220": "4ca7b3",
        "500": "08040000",
    }
    flat = {"000": "01", "020": "60", "140": NOON, "042": "fe0c01f4"}
    scan = decoded(10, target, flat, {"000": "02", "140": NOON})
    assert len(scan.detections) == 2
    assert value(scan, "latitude_rad") == pytest.approx(np.radians(45))
    assert value(scan, "velocity_east_mps") == 1.0
    assert value(scan, "velocity_north_mps") == -2.0
    assert value(scan, "latitude_rad_sigma") * 6_371_000 == pytest.approx(1.0)
    assert value(scan, "range_m", 1) == pytest.approx(500 * np.sqrt(2))
    assert value(scan, "azimuth_rad", 1) == pytest.approx(np.radians(315))
    assert scan.detections.texts["report"] == ("Mode S multilateration", "PSR")


def test_the_edition_of_2008_is_read() -> None:
    old = {
        "070": NOON,
        "040": "0123",
        "105": "1f7ae90cf6a7",
        "060": "0c3a",
        "136": "0550",
        "180": "07564000",
        "080": "10",
    }
    scan = decoded(62, *[old] * 4, name="0.17")
    assert scan.statuses[0].text == "CAT062 edition 0.17"
    assert value(scan, "latitude_rad") == pytest.approx(np.radians(0x1F7AE9 * 180 / 2**23))
    assert value(scan, "velocity_east_mps") == pytest.approx(0x756 * 0.22 * 1852 / 3600)
    assert value(scan, "pressure_altitude_m") == pytest.approx(34_000 * 0.3048)
    assert not scan.refusals
