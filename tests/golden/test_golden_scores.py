"""Scores of frozen nights may not get worse beyond noise. Better ones may be frozen: tools/freeze_scores.py."""

import copy
from typing import Any

import pytest

from tests.golden import gate, warned
from tocsin.settings import Alerting
from tocsin.site import rules


@pytest.fixture(scope="module")
def held() -> dict[str, Any]:
    return gate.frozen()


def test_the_summary_is_of_what_was_frozen(held: dict[str, Any]) -> None:
    more = warned.summary(warned.frozen())
    assert gate.SUMMARY.read_text(encoding="utf-8") == gate.summary(held, more)


def test_the_gate_shuts_when_a_score_gets_worse_beyond_noise_and_only_then(held: dict[str, Any]) -> None:
    assert gate.worse(held, held["nights"]) == []
    for score in gate.SCORES:
        for share, shut in ((0.9, False), (1.1, True), (-5.0, False)):
            nights = copy.deepcopy(held["nights"])
            for one in nights:
                if one["scores"][score.name] is not None:
                    one["scores"][score.name] += share * held["tolerances"][score.name]
            found = gate.worse(held, nights)
            assert bool(found) == shut, (score.name, share)
            assert not found or score.words in found[0]


def test_a_night_that_is_another_one_is_named(held: dict[str, Any]) -> None:
    nights = copy.deepcopy(held["nights"])
    nights[3]["simulated"] = "0"
    assert "the simulation changed" in gate.worse(held, nights)[0]


def test_an_edit_by_hand_is_seen(held: dict[str, Any]) -> None:
    held = copy.deepcopy(held)
    held["tolerances"]["seeable.gospa.rms_m"] = 1e9
    assert gate.digest(held) != held["digest"]


@pytest.mark.timeout(1_200)  # ten nights on a busy machine
def test_no_score_got_worse_beyond_noise(held: dict[str, Any]) -> None:
    found = gate.worse(held, gate.played())
    advice = "mend it, or freeze with a reason: .venv/bin/python tools/freeze_scores.py --reason '...'"
    assert not found, "\n".join([*found, advice])


@pytest.mark.parametrize("score", warned.SCORES, ids=lambda score: score.name)
def test_the_gate_of_warnings_shuts_when_one_gets_worse_beyond_noise_and_only_then(score: gate.Score) -> None:
    held = warned.frozen()
    assert warned.worse(held, held["nights"]) == []
    for share, shut in ((0.9, False), (1.1, True), (-5.0, False)):
        nights = copy.deepcopy(held["nights"])
        for one in nights:
            if one["scores"][score.name] is not None:
                one["scores"][score.name] += share * held["tolerances"][score.name]
        found = warned.worse(held, nights)
        assert bool(found) == shut, share
        assert not found or score.words in found[0]


def test_the_frozen_rules_are_those_that_tocsin_comes_with() -> None:
    advice = "freeze them with a reason: tools/freeze_scores.py --only warnings --reason '...'"
    assert rules.read(warned.RULES) == Alerting(), advice


def test_other_rules_than_the_frozen_ones_are_named() -> None:
    held = {**warned.frozen(), "rules": "0"}
    assert "other rules than those that were frozen" in warned.worse(held, held["nights"])[0]


@pytest.mark.timeout(1_200)
def test_no_warning_score_got_worse_beyond_noise() -> None:
    found = warned.worse(warned.frozen(), warned.played())
    advice = "mend it, or freeze with a reason: .venv/bin/python tools/freeze_scores.py --only warnings --reason '...'"
    assert not found, "\n".join([*found, advice])
