"""What decides the bits of a computation."""

import json
from pathlib import Path

import numba
import numpy as np
import pytest

from tocsin.ledger import fingerprint


def test_a_fingerprint_names_versions_and_the_features_of_the_processor() -> None:
    found = fingerprint.fingerprint()
    assert found["numpy"] == np.__version__
    assert found["numba"] == numba.__version__
    assert {"tocsin", "source", "python", "llvmlite", "scipy", "libc", "machine", "cpu"} <= found.keys()
    assert len(found["cpu"].split()) > 1
    assert fingerprint.encode(found) == fingerprint.encode(fingerprint.fingerprint())


def test_a_variable_that_chooses_other_kernels_is_part_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "0")
    before = fingerprint.encode(fingerprint.fingerprint())
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")
    after = fingerprint.encode(fingerprint.fingerprint())
    assert fingerprint.differences(before, after) == ["NUMBA_DISABLE_JIT: 0 then, 1 now"]
    monkeypatch.delenv("NUMBA_DISABLE_JIT")
    gone = fingerprint.encode(fingerprint.fingerprint())
    assert fingerprint.differences(before, gone) == ["NUMBA_DISABLE_JIT: 0 then, not set now"]


def test_a_changed_line_that_thinks_is_another_source_and_one_that_shows_is_not(tmp_path: Path) -> None:
    (tmp_path / "tracking").mkdir()
    (tmp_path / "server").mkdir()
    (tmp_path / "pipeline.py").write_text("a = 1\n")
    (tmp_path / "tracking" / "filter.py").write_text("b = 1\n")
    (tmp_path / "server" / "hub.py").write_text("c = 1\n")
    before = fingerprint.source_digest(tmp_path)
    (tmp_path / "server" / "hub.py").write_text("c = 2\n")
    assert fingerprint.source_digest(tmp_path) == before
    (tmp_path / "tracking" / "filter.py").write_text("b = 2\n")
    changed = fingerprint.source_digest(tmp_path)
    assert changed != before
    (tmp_path / "tracking" / "filter.py").rename(tmp_path / "tracking" / "filters.py")
    assert fingerprint.source_digest(tmp_path) not in {before, changed}


def test_a_fingerprint_is_readable_json() -> None:
    assert json.loads(fingerprint.encode({"b": "2", "a": "1"})) == {"a": "1", "b": "2"}
