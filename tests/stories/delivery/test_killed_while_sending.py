"""The process is killed between send and receipt: nothing that was kept is lost, and nothing is heard twice.

benchmarks/delivery/kills.py counts many.
"""

from pathlib import Path

from tests.receivers.kills import count


def test_kills_between_send_and_receipt_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    found = count(tmp_path, kills=6)
    assert found.kept > 0
    assert found.lost == {"honours": 0, "asked": 0, "neither": 0}
    # who neither honours the identifier nor can be asked hears at least once: it is not in this list
    assert (found.doubled["honours"], found.doubled["asked"]) == (0, 0)
