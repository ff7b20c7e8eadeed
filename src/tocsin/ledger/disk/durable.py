"""Files that must survive a power cut."""

import os
from collections.abc import Callable
from pathlib import Path

PART = ".part"  # of a file that is being written
Step = Callable[[str], None]


def nothing(step: str) -> None:
    """The hook that tests replace to fail, or to kill the process, between two steps."""


def write_durably(path: Path, data: bytes, step: Step = nothing) -> None:
    """Write a whole file so that after any crash it is there as given, or not there (or as it was before).

    The bytes are synced before the name appears, and the folder after: a rename that is not synced may be undone.
    Raises OSError, after taking away what was written: on a full disk that room is needed.
    """
    part = path.with_name(path.name + PART)
    step("before writing")
    try:
        part.write_bytes(data)
        step("written")
        place(part, path, step)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def place(part: Path, path: Path, step: Step = nothing) -> None:
    """Give a written file its name, durably."""
    handle = os.open(part, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    step("synced")
    part.replace(path)
    step("renamed")
    sync_folder(path.parent)
    step("folder synced")


def make_folder(path: Path) -> None:
    """Make a folder, and its name durable."""
    if not path.is_dir():
        path.mkdir(parents=True)
        sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
