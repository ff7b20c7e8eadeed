"""`tocsin simulate`: a night as tables, the same again from the same seed, which `track` and `score` take."""

import json
from pathlib import Path

import pytest

from tocsin.cli import main
from tocsin.cli.scenarios import CHECKOUT

BRIEF_S = 20


def _run(*words: str | Path) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    return int(ended.value.code or 0)


@pytest.fixture(scope="module")
def brief(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo night's first seconds."""
    lines = (CHECKOUT / "demo-night.toml").read_text().splitlines()
    cut = [f"duration_s = {BRIEF_S}" if line.startswith("duration_s") else line for line in lines]
    path = tmp_path_factory.mktemp("brief") / "brief.toml"
    path.write_text("\n".join(cut))
    return path


def test_a_night_is_tables_that_track_and_score_take(brief: Path, tmp_path: Path) -> None:
    night = tmp_path / "night"
    assert _run("simulate", brief, "-o", night) == 0
    names = {path.name for path in night.iterdir()}
    assert {"detections.parquet", "truth.parquet", "sensors.parquet", "places.parquet", "site.toml"} <= names
    tracks, page = tmp_path / "tracks.parquet", tmp_path / "score.html"
    assert _run("track", night / "detections.parquet", "--sensors", night / "site.toml", "-o", tracks) == 0
    assert _run("score", night / "truth.parquet", tracks, "-o", page) == 0
    assert json.loads(page.with_suffix(".json").read_text())
    assert page.read_text().startswith("<!")


def test_one_seed_is_one_night_and_another_seed_another(brief: Path, tmp_path: Path) -> None:
    nights = []
    for name, seed in (("a", "3"), ("b", "3"), ("c", "4")):
        assert _run("simulate", brief, "-o", tmp_path / name, "--seed", seed) == 0
        nights.append((tmp_path / name / "detections.parquet").read_bytes())
    assert nights[0] == nights[1]
    assert nights[0] != nights[2]
