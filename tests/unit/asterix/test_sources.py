"""Antennas that tell their sectors, clocks, states: what is known of the senders."""

import numpy as np
import pytest

from tests.reference.asterix.records import block, newest, said
from tocsin.feeds.asterix.decoder import Asterix
from tocsin.feeds.asterix.sources.memory import SOURCES_MAX
from tocsin.messages import Packet, Scan
from tocsin.simulate import asterix_out

DAY_NS = 86_400 * 10**9
START_NS = 1_780_056_000 * 10**9  # noon
SOURCE = (25, 11)
PERIOD_S = 4.0
SECTORS = 8


def plot(time_ns: int, azimuth: float) -> bytes:
    """A PSR plot at an azimuth in turns."""
    time, theta = time_ns % DAY_NS * 128 // 10**9, int(azimuth * 65536) % 65536
    return said(newest(48), {"140": f"{time:06x}", "020": "20", "040": f"4000{theta:04x}"})


def edge_ns(turn: int, edge: int) -> int:
    return START_NS + int((turn + edge / SECTORS) * PERIOD_S * 10**9)


def crossing(turn: int, edge: int) -> bytes:
    """The message of an antenna that crosses the edge of a sector."""
    when = edge_ns(turn, edge)
    if edge == 0:
        return block(34, [asterix_out.north(SOURCE, when, PERIOD_S)])
    return block(34, [asterix_out.sector(SOURCE, when, edge * 256 // SECTORS)])


def turns(*numbers: int, without: frozenset[tuple[int, int]] = frozenset()) -> list[Packet]:
    """Whole turns of crossings, each sent when it happens."""
    told = [(turn, edge) for turn in numbers for edge in range(SECTORS) if (turn, edge) not in without]
    return [Packet(edge_ns(turn, edge) + 10**6, crossing(turn, edge)) for turn, edge in told]


def surveys(scan: Scan) -> list[tuple[float, float]]:
    """Sectors of the survey sweeps, in eighths of a turn."""
    sweeps = scan.sweeps
    rows = np.flatnonzero(sweeps.survey)
    eighth = 2 * np.pi / SECTORS
    return [(sweeps.azimuth_from_rad[row] / eighth, sweeps.azimuth_to_rad[row] / eighth) for row in rows]


def test_after_one_whole_turn_each_sector_is_one_survey_sweep() -> None:
    decoder = Asterix("box")
    assert surveys(decoder.decode(turns(0))) == []
    scan = decoder.decode(turns(1, 2, 3)[:-7])
    assert surveys(scan) == [(edge, (edge + 1) % SECTORS) for edge in range(SECTORS)] * 2
    numbers = scan.sweeps.number[scan.sweeps.survey]
    assert numbers[8] == numbers[0] + 1
    assert (np.diff(scan.sweeps.start_ns[scan.sweeps.survey]) == PERIOD_S * 10**9 / SECTORS).all()
    assert len(scan.detections) == 0


def test_a_detection_lies_in_the_very_sweep_that_is_told_when_its_sector_ends() -> None:
    decoder = Asterix("box")
    decoder.decode(turns(0, 1, 2))
    begun = turns(3)[:3]
    when = edge_ns(3, 2) + 10**8
    scan = decoder.decode([*begun, Packet(when, block(48, [plot(when, 2.2 / SECTORS)]))])
    ended = decoder.decode(turns(3)[3:4])
    row = int(scan.detections.sweep[0])
    told = int(np.flatnonzero(ended.sweeps.survey)[0])
    for name in ("number", "start_ns", "end_ns", "azimuth_from_rad", "azimuth_to_rad", "survey"):
        assert getattr(scan.sweeps, name)[row] == getattr(ended.sweeps, name)[told], name
    assert scan.sweeps.azimuth_from_rad[row] == 2 * 2 * np.pi / SECTORS


def test_a_plot_that_comes_after_the_north_marker_still_belongs_to_the_turn_before() -> None:
    decoder = Asterix("box")
    decoder.decode(turns(0, 1, 2))
    when = edge_ns(3, 0) - 10**8
    told = decoder.decode(turns(3)[:1])
    scan = decoder.decode([Packet(when + 2 * 10**8, block(48, [plot(when, 7.8 / SECTORS)]))])
    row, last = int(scan.detections.sweep[0]), int(np.flatnonzero(told.sweeps.survey)[-1])
    assert scan.sweeps.number[row] == told.sweeps.number[last]
    assert scan.sweeps.end_ns[row] == told.sweeps.end_ns[last] == edge_ns(3, 0)


def test_an_antenna_in_the_wind_still_gives_each_plot_the_sweep_of_its_own_turn() -> None:
    # The radar says 4 s, but its turns take 3.9 and 4.1 s by turns.
    def when(turn: int, edge: int) -> int:
        return START_NS + int((turn * 4 + (turn % 2) * 0.1 + edge / SECTORS * (4 - (turn % 2) * 0.2)) * 10**9)

    def message(turn: int, edge: int) -> Packet:
        octets = (
            asterix_out.sector(SOURCE, when(turn, edge), edge * 32)
            if edge
            else asterix_out.north(SOURCE, when(turn, 0), 4.0)
        )
        return Packet(when(turn, edge), block(34, [octets]))

    decoder = Asterix("box")
    before = [message(turn, edge) for turn in range(4) for edge in range(SECTORS)]
    decoder.decode(before)
    told = decoder.decode([message(4, 0)])
    late = Packet(when(4, 0) + 10**8, block(48, [plot(when(4, 0) - 10**8, 7.8 / SECTORS)]))
    scan = decoder.decode([late])
    whole = Asterix("box").decode([*before, message(4, 0), late])  # in one batch it is the same
    last = int(np.flatnonzero(told.sweeps.survey)[-1])
    for name in ("number", "start_ns", "end_ns"):
        expected = getattr(told.sweeps, name)[last]
        assert getattr(scan.sweeps, name)[scan.detections.sweep[0]] == expected, name
        assert getattr(whole.sweeps, name)[whole.detections.sweep[0]] == expected, name


def test_a_turn_of_which_only_a_part_was_heard_teaches_no_sectors() -> None:
    decoder = Asterix("box")
    assert surveys(decoder.decode(turns(0)[5:] + turns(1))) == []
    assert surveys(decoder.decode(turns(2)))[:2] == [(0, 1), (1, 2)]


def test_where_a_crossing_was_lost_nothing_is_claimed() -> None:
    decoder = Asterix("box")
    decoder.decode(turns(0, 1, 2))
    scan = decoder.decode(turns(3, 4, without=frozenset({(3, 4)})))
    assert surveys(scan) == [
        *[(7, 0), (0, 1), (1, 2), (2, 3)],  # (3, 4) and (4, 5) are not told
        *[(5, 6), (6, 7), (7, 0)],
        *[(edge, edge + 1) for edge in range(7)],
    ]


def test_a_radar_that_was_silent_for_turns_claims_nothing_for_them() -> None:
    decoder = Asterix("box")
    decoder.decode(turns(0, 1, 2))
    scan = decoder.decode(turns(9, 10))
    assert surveys(scan)[0] == (0, 1)
    assert scan.sweeps.start_ns[scan.sweeps.survey][0] == edge_ns(9, 0)


def test_a_radar_that_only_marks_north_gives_open_sweeps() -> None:
    decoder = Asterix("box")
    norths = [Packet(edge_ns(turn, 0), crossing(turn, 0)) for turn in range(4)]
    when = edge_ns(3, 1)
    scan = decoder.decode([*norths, Packet(when, block(48, [plot(when, 0.1)]))])
    assert surveys(scan) == []
    assert scan.sensors == ("asterix 25/11",)
    assert not scan.sweeps.survey.any()


def test_period_and_place_are_told_once_and_when_they_change() -> None:
    decoder = Asterix("box")
    place = asterix_out.place(SOURCE, START_NS, np.radians(50), np.radians(30), 120.0)
    scan = decoder.decode([Packet(START_NS, block(34, [place])), *turns(1, 2, 3)])
    first, second = scan.statuses
    assert first.latitude_rad == pytest.approx(np.radians(50), abs=1e-6)
    assert first.longitude_rad == pytest.approx(np.radians(30), abs=1e-6)
    assert first.altitude_m == 120.0
    assert second.period_s == PERIOD_S
    faster = asterix_out.north(SOURCE, edge_ns(4, 0), 2.0)
    (third,) = decoder.decode([Packet(edge_ns(4, 0), block(34, [faster]))]).statuses
    assert (third.period_s, third.altitude_m) == (2.0, 120.0)


def test_a_radar_that_is_not_to_be_used_says_so() -> None:
    marker = said(newest(34), {"000": "01", "030": "5a0000", "050": "8082"})
    (status,) = Asterix("box").decode([Packet(START_NS, block(34, [marker]))]).statuses
    assert status.text == "not released for operation, says the radar, its time source is invalid"


def test_a_jamming_strobe_is_told_with_its_azimuths() -> None:
    strobe = said(newest(34), {"000": "04", "030": "5a0000", "100": "0000ffff20004000"})
    (status,) = Asterix("box").decode([Packet(START_NS, block(34, [strobe]))]).statuses
    assert status.text == "jamming strobe 45.0 to 90.0 deg"


def test_a_tracker_tells_its_state() -> None:
    state = said(newest(65), {"000": "01", "015": "01", "030": "5a0000", "040": "50"})
    service = said(newest(65), {"000": "03", "015": "01", "030": "5a0000", "050": "08"})
    first, second = Asterix("box").decode([Packet(START_NS, block(65, [state, service]))]).statuses
    assert first.text == "degraded, its time source is invalid"
    assert second.text == "degraded, its time source is invalid; service: user's main radar failed"


def test_a_crossing_without_time_or_sector_is_refused() -> None:
    records = [said(newest(34), items) for items in ({"000": "02", "030": "5a0000"}, {"000": "01"}, {"030": "5a0000"})]
    scan = Asterix("box").decode([Packet(START_NS, block(34, records))])
    reasons = {one.reason: one.count for one in scan.refusals}
    assert reasons == {"asterix: crossing without time or sector": 2, "asterix: CAT034 without a type": 1}


@pytest.mark.parametrize("hours", [0, 6, 11.9, 12.1, 18, 23.99])
def test_midnight_is_crossed_without_a_leap(hours: float) -> None:
    midnight = START_NS + DAY_NS // 2
    measured = [midnight - 10**9 // 2, midnight + 10**9 // 2]
    received = [time + int(0.9 * 10**9) for time in measured]
    packets = [Packet(when, block(48, [plot(time, 0.1)])) for when, time in zip(received, measured, strict=True)]
    scan = Asterix("box").decode(packets)
    assert scan.detections.time_ns.tolist() == measured
    late = int(hours * 3600) * 10**9
    off = Asterix("box").decode([Packet(midnight + late, block(48, [plot(midnight, 0.1)]))])
    assert abs(int(off.detections.time_ns[0]) - midnight) == (0 if hours < 12 else DAY_NS)


def test_the_second_that_is_put_in_at_midnight_is_a_time() -> None:
    inserted = said(newest(48), {"140": f"{int(86400.5 * 128):06x}", "020": "20", "040": "40004000"})
    midnight = START_NS + DAY_NS // 2
    scan = Asterix("box").decode([Packet(midnight + 10**9, block(48, [inserted]))])
    assert scan.detections.time_ns.tolist() == [midnight + 10**9 // 2]
    assert not scan.refusals


def test_a_flood_of_invented_sources_is_refused_and_the_others_are_still_heard() -> None:
    def plots(codes: range) -> bytes:
        items = {"140": "5a0000", "020": "20", "040": "40004000"}
        return block(48, [said(newest(48), items | {"010": f"{code:04x}"}) for code in codes])

    decoder = Asterix("box")
    assert len(decoder.decode([Packet(START_NS, plots(range(10)))]).detections) == 10
    flood = decoder.decode([Packet(START_NS + 1, plots(range(1000, 4000)))])
    assert len(flood.sensors) == len(flood.detections) == SOURCES_MAX - 10
    assert {one.reason: one.count for one in flood.refusals} == {"asterix: too many sources": 3010 - SOURCES_MAX}
    assert len(decoder.decode([Packet(START_NS + 2, plots(range(9)))]).detections) == 9
    # Ten minutes later the invented ones are forgotten.
    later = decoder.decode([Packet(START_NS + 601 * 10**9, plots(range(5000, 5020)))])
    assert len(later.detections) == 20
    assert not later.refusals


def test_a_clock_that_leaps_is_flagged_once() -> None:
    packets = []
    for second in range(20):
        shift = 3 * 10**9 if second >= 10 else 0
        when = START_NS + second * 10**9
        packets.append(Packet(when + 10**8, block(48, [plot(when + shift, second / 20)])))
    scan = Asterix("box").decode(packets)
    leaps = [one for one in scan.statuses if "leapt" in one.text]
    assert len(leaps) == 1
    assert leaps[0].time_ns == packets[10].received_ns
    assert "-2.9 s" in leaps[0].text
