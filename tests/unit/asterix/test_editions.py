"""The edition is guessed from what fits, said, and changed only when a source really changed."""

from itertools import pairwise
from random import Random

import numpy as np
import pytest

from tests.reference.asterix.records import block, edition, newest, record, said, seeded
from tocsin.feeds.asterix.decoder import Asterix
from tocsin.feeds.asterix.layout import Edition
from tocsin.feeds.asterix.sources.choice import CHANGED, LEARNED, Choice
from tocsin.feeds.asterix.tables import EDITIONS
from tocsin.messages import Packet, Scan

NEIGHBOURS = {
    # Editions whose records say in every second one which of them it is.
    (62, "0.17"),
    (62, "1.21"),
    (48, "1.32"),
    (21, "0.23"),
    (21, "0.26"),
    (21, "2.1"),
    (21, "2.7"),
}


def packets(which: Edition, rng: Random, count: int, start: int = 0) -> list[Packet]:
    """Blocks of two records each, all of SIC 1."""
    made = []
    for number in range(start, start + count):
        records = [bytearray(record(which, rng, share=0.6)) for _ in range(2)]
        for one in records:
            fspec = next(index for index, octet in enumerate(one) if not octet & 1)
            one[fspec + 1 : fspec + 3] = bytes([25, 1])
        made.append(Packet(number * 10**9, block(which.category, [bytes(one) for one in records])))
    return made


@pytest.mark.parametrize(("category", "name"), sorted(NEIGHBOURS))
def test_the_edition_that_was_written_is_the_one_that_is_read(category: int, name: str) -> None:
    decoder = Asterix("box")
    scan = decoder.decode(packets(edition(category, name), seeded(7), 60))
    assert decoder.editions()[category, "asterix 25/1"].name == name
    assert f"CAT{category:03d} edition {name}" in scan.statuses[-1].text


@pytest.mark.parametrize("category", sorted(EDITIONS))
def test_where_all_editions_fit_alike_the_newest_is_read_and_the_others_are_named(category: int) -> None:
    time = {10: "140", 21: "073", 34: "030", 48: "140", 62: "070", 65: "030"}[category]
    octets = block(category, [said(newest(category), {time: "5a0000"})])
    decoder = Asterix("box")
    scan = decoder.decode([Packet(0, octets)])
    assert decoder.editions()[category, "asterix 25/11"] == newest(category)
    if len(EDITIONS[category]) > 1:
        assert scan.statuses[0].text.startswith(f"CAT{category:03d} edition {newest(category).name} (")
        assert "fit" in scan.statuses[0].text


def test_how_packets_are_batched_changes_no_choice() -> None:
    stream = packets(edition(62, "1.17"), seeded(3), 50) + packets(edition(62, "0.17"), seeded(4), 50, start=50)
    whole = Asterix("box").decode(stream)
    for size in (1, 7, 33):
        decoder = Asterix("box")
        scans = [decoder.decode(stream[at : at + size]) for at in range(0, len(stream), size)]
        latitudes = np.concatenate([scan.detections.values.get("latitude_rad", np.zeros(0)) for scan in scans])
        assert np.array_equal(latitudes, whole.detections.values["latitude_rad"])
        assert said_of_editions(scans) == said_of_editions([whole])


def said_of_editions(scans: list[Scan]) -> list[str]:
    """What was told of the edition, one after the other (the rest of a status may be told with it, or after it)."""
    told = [status.text.partition(";")[0] for scan in scans for status in scan.statuses]
    return [text for text, before in pairwise([*reversed(told), ""]) if text != before][::-1]


def test_a_source_that_was_updated_is_read_anew_after_some_blocks() -> None:
    decoder = Asterix("box")
    decoder.decode(packets(edition(62, "0.17"), seeded(1), 50))
    assert decoder.editions()[62, "asterix 25/1"].name == "0.17"
    decoder.decode(packets(edition(62, "1.21"), seeded(2), 60, start=50))
    assert decoder.editions()[62, "asterix 25/1"].name == "1.21"


def test_a_clean_block_ends_the_suspicion_whatever_the_batch() -> None:
    old, new = packets(edition(62, "0.17"), seeded(1), 60), packets(edition(62, "1.21"), seeded(2), 60)
    decoder = Asterix("box")
    decoder.decode(old[:50])
    for number in range(4):
        for packet in (*new[number * 7 : number * 7 + CHANGED - 1], old[50 + number]):
            decoder.decode([packet])
    assert decoder.editions()[62, "asterix 25/1"].name == "0.17"


def test_damage_changes_no_choice() -> None:
    rng = seeded(5)
    stream = packets(edition(62, "0.17"), rng, 200)
    broken = [
        Packet(one.received_ns, one.data[:20] + rng.randbytes(4) + one.data[24:]) if index % 3 == 0 else one
        for index, one in enumerate(stream)
    ]
    decoder = Asterix("box")
    decoder.decode(broken)
    assert decoder.editions()[62, "asterix 25/1"].name == "0.17"


def test_two_sources_may_write_two_editions() -> None:
    old = {"070": "5a0000", "040": "0123", "105": "1f7ae90cf6a7", "060": "0c3a", "080": "10"}
    new = {"010": "190c", "070": "5a0000", "040": "0123", "105": "00949efc0008d3dd", "080": "10"}
    octets = block(62, [said(edition(62, "0.17"), old)] * 2) + block(62, [said(newest(62), new)] * 2)
    decoder = Asterix("box")
    decoder.decode([Packet(0, octets)])
    chosen = {source: which.name for (_, source), which in decoder.editions().items()}
    assert chosen == {"asterix 25/11": "0.17", "asterix 25/12": "1.21"}


def test_the_rule_in_small() -> None:
    choice = Choice(EDITIONS[48])
    assert choice.learn([0, 0, 0], 1) == 2
    assert choice.said() == "CAT048 edition 1.32 (1.14-1.30, 1.31 fit as well)"
    assert choice.learn([100, 0, 0], 1) == 2
    assert choice.said() == "CAT048 edition 1.32 (1.31 fits as well)"
    assert choice.learn([0, 0, 300], 1) == 1
    assert choice.said() == "CAT048 edition 1.31"
    choice.learn([0, 0, 0], LEARNED)
    for _ in range(CHANGED - 1):
        assert choice.learn([0, 1, 1], 1) == 1
    choice.learn([0, 0, 0], 1)  # one clean block, and the suspicion is over
    for _ in range(CHANGED - 1):
        assert choice.learn([0, 1, 1], 1) == 1
    assert choice.learn([0, 1, 1], 1) == 0
