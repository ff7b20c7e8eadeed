"""Copies by a second network, whatever the format."""

from tocsin.feeds.duplicates import Duplicates
from tocsin.messages import Packet

SECOND_NS = 10**9


def test_a_copy_within_the_window_is_one_too_many() -> None:
    copies = Duplicates()
    assert not copies.repeats(Packet(0, b"a", "one"))
    assert not copies.repeats(Packet(1, b"b", "one"))
    assert copies.repeats(Packet(SECOND_NS, b"a", "two"))


def test_the_same_octets_later_are_news() -> None:
    copies = Duplicates()
    assert not copies.repeats(Packet(0, b"a"))
    assert not copies.repeats(Packet(2 * SECOND_NS + 1, b"a"))
    assert copies.repeats(Packet(3 * SECOND_NS, b"a"))


def test_what_is_remembered_is_bounded() -> None:
    copies = Duplicates(kept_max=100)
    for number in range(10_000):
        assert not copies.repeats(Packet(0, number.to_bytes(2)))
    assert len(copies._seen) == 100
    late = Duplicates()
    for number in range(1000):
        late.repeats(Packet(number * SECOND_NS, number.to_bytes(2)))
    assert len(late._seen) == 3
