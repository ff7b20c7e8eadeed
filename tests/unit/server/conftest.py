from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.doors import House, house


@pytest.fixture
def server(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One server for many tests that change nothing in it."""
    with house(tmp_path_factory.mktemp("shared")) as made:
        yield made
