"""How many statements are lost or doubled when the sender is killed between send and receipt.

    .venv/bin/python -m benchmarks.delivery.kills 200                    (about 0.3 s a kill)
    .venv/bin/python -m benchmarks.delivery.kills 10000 --minutes 40     (as many as fit)

Three gateways lose one answer in ten and answer up to 20 ms late: one honours the identifier, one can be asked what it
holds, one does neither. The last one is heard at least once; how often twice is shown, and no promise is made.
"""

import argparse
import tempfile
import time
from pathlib import Path

from tests.receivers.kills import count


def main() -> None:
    """Count and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kills", type=int, nargs="?", default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=float("inf"), help="end after so long, and say how many")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = count(Path(folder), wanted.kills, wanted.seed, time.monotonic() + 60.0 * wanted.minutes)
    print(f"{found.kills} kills, {found.kept} statements kept, {found.posts} posts")
    for name, lost in found.lost.items():
        print(f"  {name:8} lost {lost}, doubled {found.doubled[name]}")
    for name in ("honours", "asked"):
        print(f"  {name}: if none was seen, fewer than {3 / max(1, found.kept):.2e} of all statements (95 %)")


if __name__ == "__main__":
    main()
