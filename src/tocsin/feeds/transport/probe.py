"""A trial reading of Parquet and Arrow files in a process of its own.

Arrow's Rust readers abort the whole process on some damaged files (apache/arrow-rs issues 10437, 10521, 10921): a panic
that crosses their C interface cannot be caught. So a child reads the file first; if it dies, the file is refused.
"""

import subprocess
import sys
from pathlib import Path

from tocsin.errors import InputError

PROGRAM = """
import resource, sys
from arro3.io import read_ipc, read_ipc_stream, read_parquet
# A damaged length must not take the machine's memory.
resource.setrlimit(resource.RLIMIT_AS, (2**35, 2**35))
kind, path = sys.argv[1:]
read = {"parquet": read_parquet, "arrow": read_ipc, "arrow stream": read_ipc_stream}[kind]
for batch in read(path):
    pass
"""


def check(path: Path, kind: str) -> None:
    """Read a file of `kind` (parquet, arrow, arrow stream) to its end elsewhere.

    Raises:
        InputError: it is damaged; says what the reader said.
    """
    command = [sys.executable, "-I", "-c", PROGRAM, kind, str(path)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, errors="replace")  # noqa: S603 - ours
    if done.returncode == 0:
        return
    lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    said = next(
        (lines[i + 1] for i, line in enumerate(lines[:-1]) if "panicked at" in line), lines[-1] if lines else ""
    )
    raise InputError(f"{path.name} is damaged: {said[:300]}; copy or write it again")
