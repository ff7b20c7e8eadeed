"""Outside answers: standards' own examples and other people's decoders. `make authorities` runs what is here.

Nothing here belongs to the project: the folder that TOCSIN_AUTHORITIES names, the GPL decoders in .cache/oracles (asked
as programs, never imported) and the recorded flights in .cache/samples. Where one is missing its tests fail, and say
how to get it.
"""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def existing(path: Path, remedy: str) -> Path:
    if not path.exists():
        pytest.fail(f"{path} is not there: {remedy}", pytrace=False)
    return path


@pytest.fixture(scope="session")
def authorities() -> Path:
    """The folder of outside answers, kept verbatim."""
    named = os.environ.get("TOCSIN_AUTHORITIES", ROOT.parent / "shared" / "authorities")
    return existing(Path(named), "set TOCSIN_AUTHORITIES to the folder of outside answers")


@pytest.fixture(scope="session")
def samples() -> Path:
    """Recorded flights: the folder `traffic/data/samples` of the package of that name."""
    return existing(ROOT / ".cache/samples/traffic/data/samples", "run `make samples`")


@pytest.fixture(scope="session")
def ask_oracle() -> Callable[[str, bytes], bytes]:
    """Run a program on the oracles' Python (asterix-decoder, pyModeS), given bytes: what it printed."""
    python = existing(ROOT / ".cache/oracles/bin/python", "run `make oracles` (it needs a C compiler)")

    def ask(program: str, given: bytes) -> bytes:
        done = subprocess.run([str(python), "-c", program], input=given, check=False, capture_output=True)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    return ask
