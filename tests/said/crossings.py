"""Random sequences of signing and judging with mixed keys: no status crosses.

python -m tests.said.crossings 100000
"""

import sys
import time
from dataclasses import replace
from random import Random

from tests.said.statements import ISSUER, PLACE, WARNING, key
from tocsin.alerts import wording
from tocsin.alerts.cap import profile
from tocsin.alerts.cap.document import document
from tocsin.delivery import signing
from tocsin.errors import DocumentRefused


def main(count: int, seed: int = 1) -> int:
    """`count` operations: sign with a key that may lie about its status, then let somebody judge who may believe it."""
    random = Random(seed)  # noqa: S311  it has a seed, and guards nothing
    plain = document(WARNING, PLACE, ISSUER, profile.shipped(), [wording.shipped("en")]).data
    signed: list[tuple[str, str, bytes]] = []
    crossed = refused = taken = 0
    began = time.process_time()
    for _ in range(count):
        if not signed or random.random() < 0.3:
            told, of, claimed = (random.choice(signing.STATUSES) for _ in range(3))
            try:
                body = plain.replace(b"<status>Actual", f"<status>{told}".encode())
                signed.append((told, of, signing.sign(body, replace(key(of), status=claimed))))
            except DocumentRefused:
                refused += 1
                crossed += told == claimed
            signed = signed[-200:]
            continue
        told, of, data = random.choice(signed)
        trust = [signing.Trusted(key(one).certificate, random.choice(signing.STATUSES)) for one in signing.STATUSES]
        counts = signing.faults(data, trust) == []
        believed = next(one.status for one in trust if one.certificate == key(of).certificate)
        taken += counts
        crossed += counts != (told == of == believed)
    seconds = time.process_time() - began
    print(f"{count} operations, {refused} refused to sign, {taken} taken, {crossed} crossed, {seconds:.0f} s of CPU")
    return int(crossed > 0)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
