"""Documents of nobody thrown at the reader of others' alerts: nothing but a bulletin or a ValueError may come of it.

python -m tests.said.fuzzing 200000
"""

import resource
import sys
import time
from random import Random

from tests.said.mutations import KINDS, originals
from tests.said.statements import NOW
from tocsin.alerts.cap import reading
from tocsin.delivery import atom

SLOW_S = 0.01


def thrown(random: Random, whole: list[bytes]) -> bytes:
    """Mutated several times over, cut and joined, or nothing but bytes."""
    data = random.choice(whole)
    match random.randrange(8):
        case 0:
            return random.randbytes(random.randrange(2_000))
        case 1:
            cuts = (random.randrange(len(data)) for _ in range(random.randrange(1, 60)))
            return b"".join(data[at : at + random.randrange(1, 120)] for at in cuts)
        case 2:
            return data[: random.randrange(len(data))]
        case _:
            for _ in range(random.randrange(1, 4)):
                kind = random.choice(KINDS[:6])[0]
                try:
                    data = kind(data, random)
                except (ValueError, IndexError):
                    return data
            return data


def main(count: int, seed: int = 1) -> int:
    """Throw `count` documents; tell what was read, what was refused, what was slow and whether memory grew."""
    random, whole = Random(seed), originals()  # noqa: S311  it has a seed, and guards nothing
    read = refused = slow = 0
    longest_s, grown = 0.0, 0
    began = time.process_time()
    for number in range(count):
        data = thrown(random, whole)
        start = time.process_time()
        for look in (reading.read, atom.links):
            try:
                found = look(data)
            except ValueError:
                refused += look is reading.read
            else:
                read += look is reading.read
                if isinstance(found, reading.Bulletin):
                    reading.unexpired((found,), NOW)
        spent_s = time.process_time() - start
        longest_s, slow = max(longest_s, spent_s), slow + (spent_s > SLOW_S)
        if number == count // 10:
            grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - grown
    print(
        f"{count} documents: {read} read, {refused} refused, 0 crashed; {slow} took more than {SLOW_S * 1e3:.0f} ms, "
        f"the longest {longest_s * 1e3:.1f} ms; memory grew by {grown} kB after the first tenth; "
        f"{time.process_time() - began:.0f} s of CPU"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
