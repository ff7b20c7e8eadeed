"""Unit tests wait for no disk. What syncing is worth is tested with power cuts (properties) and kills (stories)."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

MEMORY = Path("/dev/shm")  # noqa: S108 - folders of our own making in it


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """A folder in memory, where there is such a thing: a sync costs nothing there."""
    memory = MEMORY if os.access(MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=memory, prefix="tocsin-") as folder:
        yield Path(folder)
