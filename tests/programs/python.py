"""A Python program of others, in an environment of its own under .cache/tools: it shares no package with tocsin."""

import fcntl
import subprocess
import sys
from pathlib import Path

from tests.programs.debian import TOOLS


def program(name: str, *requirements: str) -> Path:
    """Where the program is; installed from the package index of the machine where it is missing."""
    folder = TOOLS / f"python-{name}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "whole").exists():
            subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
            pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
            subprocess.run([*pip, *requirements], check=True)
            (folder / "whole").touch()
    return folder / "bin" / name
