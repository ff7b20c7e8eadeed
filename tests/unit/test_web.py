"""The page's own unit tests (web/src/**/*.test.ts), run by Node's test runner."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_unit_tests_of_the_page_pass() -> None:
    command = [sys.executable, "hatch_build.py", "npm", "run", "--silent", "test"]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
