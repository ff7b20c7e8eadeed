"""The chain, against a textbook twin, and the head that is copied outside."""

import hashlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.errors import LedgerError
from tocsin.ledger import chain
from tocsin.ledger.chain import GENESIS, Fault, Head, Row


def twin(before: bytes, number: int, time_ns: int, kind: str, form: int, body: bytes) -> bytes:
    """The formula of the docstring, field by field."""
    digest = hashlib.sha256()
    digest.update(b"tocsin entry 1\x00")
    digest.update(before)
    digest.update(number.to_bytes(8, "little", signed=True))
    digest.update(time_ns.to_bytes(8, "little", signed=True))
    digest.update(form.to_bytes(4, "little", signed=True))
    digest.update(struct.pack("<H", len(kind.encode())))
    digest.update(kind.encode())
    digest.update(hashlib.sha256(body).digest())
    return digest.digest()


INT64 = st.integers(-(2**63), 2**63 - 1)


@given(INT64, INT64, st.text(min_size=1, max_size=20), st.integers(0, 2**31 - 1), st.binary(max_size=50))
def test_the_hash_is_the_one_of_the_formula(number: int, time_ns: int, kind: str, form: int, body: bytes) -> None:
    before = hashlib.sha256(b"before").digest()
    found = chain.link(before, number, time_ns, kind, form, hashlib.sha256(body).digest())
    assert found == twin(before, number, time_ns, kind, form, body)


def rows(count: int) -> list[Row]:
    made: list[Row] = []
    before = GENESIS
    for number in range(1, count + 1):
        body = f"body {number}".encode()
        before = twin(before, number, 1000 + number, "scan", 1, body)
        made.append((number, 1000 + number, "scan", 1, hashlib.sha256(body).digest(), before, body))
    return made


def test_a_whole_chain_ends_with_its_last_hash() -> None:
    made = rows(5)
    assert chain.walk(made, GENESIS, 1) == (made[-1][5], 6)


def test_a_chain_goes_on_without_the_bodies() -> None:
    bare: list[Row] = [(*row[:6], None) for row in rows(5)]
    assert chain.walk(bare, GENESIS, 1) == (bare[-1][5], 6)


def changed(made: list[Row], at: int, column: int, value: object) -> list[Row]:
    row = (*made[at][:column], value, *made[at][column + 1 :])
    return [*made[:at], row, *made[at + 1 :]]  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        (0, 7, "missing"),
        (1, 0, "its hash does not follow"),
        (2, "tick", "its hash does not follow"),
        (3, 2, "its hash does not follow"),
        (4, bytes(32), "its body was changed"),
        (5, bytes(32), "its hash does not follow"),
        (6, b"other", "its body was changed"),
        (1, None, "something that no entry holds"),
        (2, None, "something that no entry holds"),
        (3, "1", "something that no entry holds"),
        (6, "text", "something that no entry holds"),
    ],
)
def test_a_changed_column_is_named(column: int, value: object, words: str) -> None:
    fault = chain.walk(changed(rows(5), 2, column, value), GENESIS, 1)
    assert isinstance(fault, Fault)
    assert fault.number == 3
    assert words in fault.what


def test_a_body_and_its_digest_that_are_both_gone_are_named() -> None:
    fault = chain.walk(changed(changed(rows(5), 2, 4, None), 2, 6, None), GENESIS, 1)
    assert isinstance(fault, Fault)
    assert fault.number == 3


def test_an_entry_that_was_cut_out_is_named() -> None:
    made = rows(5)
    fault = chain.walk(made[:2] + made[3:], GENESIS, 1)
    assert isinstance(fault, Fault)
    assert (fault.number, fault.time_ns) == (3, None)
    assert "missing" in fault.what


def test_two_entries_that_changed_places_are_named() -> None:
    made = rows(5)
    one, other = list(made[1]), list(made[2])
    one[0], other[0] = 3, 2
    fault = chain.walk([made[0], tuple(other), tuple(one), *made[3:]], GENESIS, 1)  # type: ignore[list-item]
    assert isinstance(fault, Fault)
    assert fault.number == 2


def test_an_inserted_entry_is_named() -> None:
    made = rows(5)
    after = [(row[0] + 1, *row[1:]) for row in made[2:]]
    fault = chain.walk([*made[:2], (3, 1002, "scan", 1, made[0][4], made[0][5], made[0][6]), *after], GENESIS, 1)
    assert isinstance(fault, Fault)
    assert fault.number == 3


def test_a_head_is_one_line_and_comes_back() -> None:
    head = Head("name", 12, 34, bytes(range(32)))
    assert head.text().count("\n") == 1
    assert Head.parse(head.text()) == head


@pytest.mark.parametrize("line", ["", "{}", "[]", '{"ledger": "a", "number": 1, "time_ns": 2, "hash": "xy"}'])
def test_what_is_no_head_is_refused_with_words(line: str) -> None:
    with pytest.raises(LedgerError, match="no ledger head"):
        Head.parse(line)
