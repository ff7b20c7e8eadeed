"""The compiled reader against its plain twin, on valid, damaged and hostile records of every edition."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reference.asterix.records import ALL_EDITIONS, damaged, record, seeded
from tests.reference.asterix.twin import compiled, plain
from tocsin.feeds.asterix.layout import Edition

seeds = st.integers(0, 2**32)
every_edition = pytest.mark.parametrize("edition", ALL_EDITIONS, ids=repr)


@every_edition
@settings(max_examples=40)
@given(seed=seeds)
def test_every_wanted_field_of_a_valid_record_is_what_the_plain_reader_says(edition: Edition, seed: int) -> None:
    rng = seeded(seed)
    data = b"".join(record(edition, rng, share=rng.random()) for _ in range(rng.randint(1, 4)))
    read = compiled(edition, data)
    assert read == plain(edition, data)
    assert read.problem is None
    assert sum(end - start for start, end, _, _ in read.records) == len(data)


@every_edition
@settings(max_examples=40)
@given(seed=seeds)
def test_damage_is_seen_alike_by_both_readers(edition: Edition, seed: int) -> None:
    rng = seeded(seed)
    data = b"".join(record(edition, rng, spare=0.1, share=rng.random()) for _ in range(rng.randint(1, 4)))
    data = damaged(data, rng)
    assert compiled(edition, data) == plain(edition, data)


@every_edition
@settings(max_examples=40)
@given(data=st.binary(max_size=60))
def test_any_octets_are_read_or_refused_alike(edition: Edition, data: bytes) -> None:
    assert compiled(edition, data) == plain(edition, data)


# Both readers on many damaged records, in a process of its own where every access of an array is checked.
HOSTILE = """
import sys
from random import Random
sys.path.insert(0, ".")
from tests.reference.asterix.records import ALL_EDITIONS, block, damaged, record
from tests.reference.asterix.twin import compiled, plain
from tocsin.feeds.asterix.decoder import Asterix
from tocsin.messages import Packet

rng = Random(int(sys.argv[1]))
for number in range(int(sys.argv[2])):
    edition = rng.choice(ALL_EDITIONS)
    data = damaged(b"".join(record(edition, rng, 0.05, rng.random()) for _ in range(rng.randint(1, 3))), rng)
    assert compiled(edition, data) == plain(edition, data), (edition, data.hex())
decoders = [Asterix("hostile", framing) for framing in ("datagrams", "stream")]
for number in range(int(sys.argv[2]) // 20):
    edition = rng.choice(ALL_EDITIONS)
    records = [record(edition, rng, 0.05, rng.random()) for _ in range(3)]
    whole = block(edition.category, [damaged(one, rng) for one in records])
    data = damaged(whole + block(edition.category, records), rng)
    for decoder in decoders:
        decoder.decode([Packet(number * 10**9, data)])
print("both agree")
"""


def test_with_every_access_checked_nothing_is_read_out_of_bounds() -> None:
    checked = dict(
        os.environ, NUMBA_BOUNDSCHECK="1", NUMBA_DISABLE_JIT="0", NUMBA_CACHE_DIR=str(Path(".cache/numba-checked"))
    )
    done = subprocess.run(
        [sys.executable, "-c", HOSTILE, "1", "1500"], env=checked, check=False, capture_output=True, text=True
    )
    assert done.stdout == "both agree\n", done.stderr[-2000:]
