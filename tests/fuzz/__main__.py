"""Fuzz kernels with bounds checks on, against their twins: `make fuzz`, or `.venv/bin/python -m tests.fuzz [ROUNDS]`.

Every access of compiled code is checked, and each round looks at new examples: kernels against their slow twins
(tests/reference), properties of the whole tracker and of the decoders (tests/properties), noise of any kind, and every
decoder under changed messages (tests.fuzz.decoders). The compiled code has a cache of its own, .cache/numba-checked,
with a folder for each state of all kernels; the tracker's is compiled before the first round and takes no target's
time. A target that takes longer than half an hour is told as unfinished.
Ends with 1, and the seed with which to see it again, at the first round that finds something.
"""

import hashlib
import os
import secrets
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WHAT = (
    *("tests/reference/tracking", "tests/reference/motion", "tests/reference/forecast"),
    *("tests/properties/tracking", "tests/properties/asterix", "tests/unit/tracking/test_bad_input.py"),
)
COMPILED = "from tocsin.tracking import warm; warm()"
LIMIT_S = 1_800  # of one target: what takes longer is told as unfinished, and the round goes on with the next
DECODER_S = 10.0  # of CPU for each decoder of a round; python -m tests.fuzz.decoders goes on for longer


def main(rounds: int) -> int:
    """So many rounds, or until one fails."""
    cache = Path(os.environ.get("NUMBA_CHECKED_DIR", ROOT / ".cache" / "numba-checked")) / kernels()
    checked = {"NUMBA_BOUNDSCHECK": "1", "NUMBA_DISABLE_JIT": "0", "NUMBA_CACHE_DIR": str(cache)}
    around = {name: value for name, value in os.environ.items() if name != "CI"}  # CI would repeat its examples
    if not run("compiling", [sys.executable, "-c", COMPILED], around | checked, None):
        return 1
    for number in range(1, rounds + 1):
        seed = secrets.randbelow(2**31)
        print(f"round {number} of {rounds}, seed {seed}", flush=True)
        for what in WHAT:
            command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "--timeout=0"]
            if not run(what, [*command, f"--hypothesis-seed={seed}", what], around | checked):
                print(f"round {number} found something: the same again by --hypothesis-seed={seed} {what}")
                return 1
        decoders = [sys.executable, "-m", "tests.fuzz.decoders", "10000000", str(DECODER_S)]
        if not run("decoders", decoders, around | checked):
            return 1
    print(f"{rounds} rounds found nothing")
    return 0


def kernels() -> str:
    """A name for the state of all kernels: numba does not see when one that another one calls has changed."""
    texts = [path.read_bytes() for path in sorted((ROOT / "src").rglob("*.py"))]
    return hashlib.sha256(b"".join(text for text in texts if b"njit" in text)).hexdigest()[:12]


def run(what: str, command: list[str], around: dict[str, str], limit_s: float | None = LIMIT_S) -> bool:
    """One target, and a line of what it did; False where it found something."""
    began = time.monotonic()
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=around, check=False, timeout=limit_s, stdout=subprocess.PIPE, text=True
        )
    except subprocess.TimeoutExpired:
        print(f"{what}: unfinished after {limit_s} s", flush=True)
        return True
    said = done.stdout.strip().splitlines()
    shown = said if done.returncode or what == "decoders" else said[-1:]
    print(f"{what}: {time.monotonic() - began:.0f} s", *shown, sep="\n  ", flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1))
