"""Fuzz kernels with bounds checks on, against their twins: `make fuzz`, or `.venv/bin/python -m tests.fuzz [ROUNDS]`.

Every access of compiled code is checked, and each round looks at new examples: kernels against their slow twins
(tests/reference), properties of the whole tracker and of the decoders (tests/properties), and noise of any kind. The
compiled code has a cache of its own, .cache/numba-checked; the first round compiles for some minutes.
Ends with 1, and the seed with which to see it again, at the first round that finds something.
"""

import os
import secrets
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WHAT = (
    *("tests/reference/tracking", "tests/reference/motion", "tests/reference/forecast"),
    *("tests/properties/tracking", "tests/properties/asterix", "tests/unit/tracking/test_bad_input.py"),
)


def main(rounds: int) -> int:
    """So many rounds, or until one fails."""
    cache = Path(os.environ.get("NUMBA_CHECKED_DIR", ROOT / ".cache" / "numba-checked"))
    checked = {"NUMBA_BOUNDSCHECK": "1", "NUMBA_DISABLE_JIT": "0", "NUMBA_CACHE_DIR": str(cache)}
    around = {name: value for name, value in os.environ.items() if name != "CI"}  # CI would repeat its examples
    for number in range(1, rounds + 1):
        seed = secrets.randbelow(2**31)
        print(f"round {number} of {rounds}, seed {seed}", flush=True)
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", f"--hypothesis-seed={seed}"]
        code = subprocess.run([*command, *WHAT], cwd=ROOT, env=around | checked, check=False).returncode
        if code:
            print(f"round {number} found something: the same again by --hypothesis-seed={seed}")
            return 1
    print(f"{rounds} rounds found nothing")
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1))
