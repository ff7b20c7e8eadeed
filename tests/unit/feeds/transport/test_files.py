"""Plain files, and folders of them."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from tocsin.errors import InputError
from tocsin.feeds.transport import directory, files, probe
from tocsin.messages import Packet, Refusal

START_NS = 1_780_012_800_000_000_000  # a midnight
SECOND_NS = 1_000_000_000


def read(path: Path, framing: str) -> tuple[list[Packet], list[Refusal]]:
    refusals: list[Refusal] = []
    return list(files.packets(path, framing, START_NS, refusals.append)), refusals


def saved(folder: Path, data: bytes) -> Path:
    path = folder / "recording"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_stream_comes_whole_in_pieces(tmp_path: Path, pack: type[bytes]) -> None:
    data = bytes(range(256)) * 1000
    packets, refusals = read(saved(tmp_path, pack(data)), "stream")
    assert b"".join(packet.data for packet in packets) == data
    assert {packet.received_ns for packet in packets} == {START_NS}
    assert max(len(packet.data) for packet in packets) == files.PIECE_BYTES
    assert not refusals


def test_a_damaged_compressed_stream_gives_what_can_be_unpacked(tmp_path: Path) -> None:
    packed = gzip.compress(bytes(range(256)) * 1000)
    _, (refusal,) = read(saved(tmp_path, packed[:-20]), "stream")
    assert refusal.reason == "file: compressed data damaged"


@pytest.mark.parametrize("framing", files.LENGTH_FRAMES)
def test_lengths_frame_datagrams(tmp_path: Path, framing: str) -> None:
    size, order = files.LENGTH_FRAMES[framing]
    parts = [b"one", b"", b"three"]
    data = b"".join(len(part).to_bytes(size, "little" if order == "little" else "big") + part for part in parts)
    packets, refusals = read(saved(tmp_path, data), framing)
    assert [packet.data for packet in packets] == parts
    assert not refusals
    packets, (refusal,) = read(saved(tmp_path, data[:-1]), framing)
    assert [packet.data for packet in packets] == parts[:2]
    assert refusal.reason == "file: cut off or damaged"


def test_a_length_beyond_sense_ends_the_file(tmp_path: Path) -> None:
    packets, (refusal,) = read(saved(tmp_path, b"\xff\xff\xff\xff more"), "lengths32")
    assert not packets
    assert refusal.reason == "file: wrong length"


def final(time_s: float, body: bytes) -> bytes:
    return (len(body) + 12).to_bytes(2, "big") + bytes(3) + round(time_s * 100).to_bytes(3, "big") + body + b"\xa5" * 4


def test_final_envelopes_have_their_time_of_day_and_pass_midnight(tmp_path: Path) -> None:
    data = final(86_399.5, b"late") + final(0.25, b"early")
    packets, refusals = read(saved(tmp_path, data), "final")
    assert [packet.data for packet in packets] == [b"late", b"early"]
    assert [(packet.received_ns - START_NS) / SECOND_NS for packet in packets] == [86_399.5, 86_400.25]
    assert not refusals


def test_a_final_envelope_without_its_footer_ends_the_file(tmp_path: Path) -> None:
    data = final(1.0, b"good") + final(2.0, b"bad")[:-1] + b"!"
    packets, (refusal,) = read(saved(tmp_path, data), "final")
    assert [packet.data for packet in packets] == [b"good"]
    assert refusal.reason == "file: cut off or damaged"


def test_an_unknown_framing_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="stream, final, lengths16"):
        read(saved(tmp_path, b""), "parcel")


def test_a_damaged_arrow_file_dies_in_the_child(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="recording is damaged"):
        probe.check(saved(tmp_path, b"PAR1 nothing here PAR1"), "parquet")


def test_files_are_merged_in_time_and_opened_when_it_is_their_turn(tmp_path: Path) -> None:
    times = {"a": [1, 4, 9], "b": [2, 3], "c": [], "d": [5, 4, 6], "e": [20]}
    for name in times:
        (tmp_path / name).write_text(name)
    (tmp_path / ".hidden").write_text("")
    (tmp_path / "folder").mkdir()
    log: list[str] = []

    def items(path: Path) -> Iterator[tuple[str, int]]:
        log.append(f"open {path.name}")
        yield from ((path.name, time) for time in times[path.name])
        log.append(f"close {path.name}")

    def first(path: Path) -> int | None:
        return times[path.name][0] if times[path.name] else None

    found = list(directory.merged(directory.files(tmp_path), first, items, lambda item: item[1]))
    assert found == [("a", 1), ("b", 2), ("b", 3), ("a", 4), ("d", 5), ("d", 4), ("d", 6), ("a", 9), ("e", 20)]
    assert log.index("close b") < log.index("open d") < log.index("close a") < log.index("open e")


def test_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds 0 files"):
        directory.files(tmp_path)
