"""Every score as a row: its key in the JSON, its name, value, unit and meaning. Page and JSON read the same list."""

from dataclasses import dataclass

import numpy as np

from tocsin.score.scorecard import Scorecard
from tocsin.score.surveillance import Spread


@dataclass(frozen=True, slots=True)
class Row:
    """One score. `key` is "group.name"; a value of NaN or None could not be computed."""

    key: str
    name: str
    value: float | None
    unit: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Group:
    """Rows under one heading; `key` is the first part of their keys."""

    key: str
    title: str
    rows: tuple[Row, ...]


def group(key: str, title: str, *rows: tuple[str, str, float | None, str, str]) -> Group:
    """Rows from (key, name, value, unit, meaning)."""
    made = (Row(f"{key}.{one}", name, value, unit, meaning) for one, name, value, unit, meaning in rows)
    return Group(key, title, tuple(made))


def groups(card: Scorecard) -> tuple[Group, ...]:
    """All rows of a tracking run."""
    return (_sets(card), _trajectories(card), _siap(card), _clear(card), *_surveillance(card), _consistency(card))


def _sets(card: Scorecard) -> Group:
    sets = card.sets
    rules = f"p = {card.rules.p:g}, c = {card.rules.c_m:g} m, alpha = {card.rules.alpha:g}"
    mean = float(np.mean(sets.gospa_m)) if len(sets.gospa_m) else float("nan")
    return group(
        "gospa",
        f"Sets at each step: GOSPA and OSPA ({rules})",
        ("rms_m", "GOSPA", sets.rms_m(sets.total), "m", "p-th root of its mean p-th power over the steps"),
        ("mean_m", "GOSPA, mean", mean, "m", "mean over the steps"),
        ("localisation_m", "how far off", sets.rms_m(sets.localisation), "m", "the part of paired targets"),
        ("missed_m", "missed", sets.rms_m(sets.missed), "m", "the part of targets without a track"),
        ("false_m", "false", sets.rms_m(sets.false), "m", "the part of tracks without a target"),
        ("targets", "targets at a time", float(np.mean(sets.targets)), "", "mean over the steps"),
        ("missed_targets", "missed at a time", float(np.mean(sets.targets - sets.paired)), "", "mean over the steps"),
        ("false_tracks", "false at a time", float(np.mean(sets.tracks - sets.paired)), "", "mean over the steps"),
        ("ospa_m", "OSPA", float(np.mean(sets.ospa_m)), "m", "mean over the steps, same c and p"),
    )


def _trajectories(card: Scorecard) -> Group:
    one = card.trajectories
    switch_m = card.rules.switch_m or card.rules.c_m
    return group(
        "trajectory_gospa",
        f"Whole trajectories: trajectory GOSPA (a switch costs {switch_m:g} m)",
        ("mean_m", "trajectory GOSPA", one.mean_m(one.total**one.p), "m", "p-th root of its p-th power for each step"),
        ("total_m", "of the whole run", one.total, "m", "grows with the length of the run"),
        ("localisation_m", "how far off", one.mean_m(one.localisation), "m", "as above, this part alone"),
        ("missed_m", "missed", one.mean_m(one.missed), "m", "as above, this part alone"),
        ("false_m", "false", one.mean_m(one.false), "m", "as above, this part alone"),
        ("switches_m", "switches", one.mean_m(one.switches), "m", "as above, this part alone"),
        (
            "switch_count",
            "switches, counted",
            one.switch_count,
            "",
            "from one track to another; gained or lost is half",
        ),
        ("slack_m", "too large by at most", one.slack_m, "m", "0: exact; more where very many fly near each other"),
    )


def _siap(card: Scorecard) -> Group:
    one = card.siap
    return group(
        "siap",
        "Single integrated air picture: SIAP",
        ("completeness", "completeness", one.completeness, "", "share of target rows that some track follows"),
        ("ambiguity", "ambiguity", one.ambiguity, "", "tracks for each target that is followed; 1 is best"),
        ("spuriousness", "spuriousness", one.spuriousness, "", "share of track rows that follow nothing"),
        ("position_m", "position accuracy", one.positional_accuracy_m, "m", "mean distance of followers"),
        ("velocity_mps", "velocity accuracy", one.velocity_accuracy_mps, "m/s", "mean velocity error of followers"),
        ("changes", "number changes", one.track_number_changes, "", "tracks beyond the fewest that were needed"),
        ("change_hz", "rate of number change", one.rate_of_number_change_hz, "1/s", "for each second that is tracked"),
        ("longest_segment", "longest segment", one.longest_segment, "", "longest unbroken stretch in a target's life"),
        ("longest_track", "longest track", one.longest_track, "", "all stretches of one track in a target's life"),
    )


def _clear(card: Scorecard) -> Group:
    one = card.clear
    return group(
        "clear",
        "One to one: CLEAR",
        ("mota", "MOTA", one.mota, "", "1 - (missed + false + switches) / target rows"),
        ("motp_m", "MOTP", one.mean_distance_m, "m", "mean distance of matched rows"),
        ("recall", "recall", one.recall, "", "matched rows among target rows"),
        ("precision", "precision", one.precision, "", "matched rows among track rows"),
        ("switches", "identity switches", one.switches, "", "a target that was one track's became another's"),
    )


def _surveillance(card: Scorecard) -> tuple[Group, Group]:
    one = card.surveillance
    rows = group(
        "surveillance",
        f"Surveillance, in the style of ED-142 and ED-87 (interval {one.interval_s:g} s)",
        ("update_probability", "probability of update", one.update_probability, "", "intervals with a new detection"),
        ("intervals", "intervals", one.intervals, "", "whole intervals of targets' lives"),
        ("long_gaps", "long gaps", one.long_gaps, "", "longer than 3.3 intervals without an update"),
        ("gap_share", "time in long gaps", one.gap_share, "", "share of targets' lives"),
        ("longest_gap_s", "longest gap", one.longest_gap_s, "s", ""),
        ("targets", "targets", one.targets, "", ""),
        ("found", "targets found", one.found, "", "matched at least once"),
        ("initiation_median_s", "initiation, median", one.initiation_median_s, "s", "from first step to first match"),
        ("initiation_p95_s", "initiation, 95 %", one.initiation_p95_s, "s", "of the targets that were found"),
        ("kept_by_one", "kept by one track", one.kept_by_one, "", "targets that never changed their track"),
        ("changes_per_hour", "track changes", one.changes_per_hour, "1/h", "for each hour flown"),
        ("tracks", "tracks", one.tracks, "", ""),
        ("false_tracks", "false tracks", one.false_tracks, "", "never near any target"),
        ("redundant_tracks", "redundant tracks", one.redundant_tracks, "", "near targets that another track held"),
        ("false_per_hour", "false tracks an hour", one.false_tracks_per_hour, "1/h", "of the time that is scored"),
        ("false_life_s", "life of a false track", one.false_life_median_s, "s", "median"),
    )
    kinds: tuple[tuple[str, str, Spread], ...] = (
        ("along_m", "along the course", one.along),
        ("across_m", "across the course", one.across),
        ("horizontal_m", "over the ground", one.horizontal),
        ("vertical_m", "vertical", one.vertical),
        ("speed_mps", "ground speed", one.speed),
        ("course_deg", "course", one.course),
    )
    errors = [
        (f"{key}.{part}", f"{name}, {words}", value, _unit(key), meaning)
        for key, name, spread in kinds
        for part, words, value, meaning in (
            ("rms", "RMS", spread.rms, f"of {spread.count} matched rows"),
            ("p95", "95 %", spread.p95, "of sizes are below"),
            ("mean", "mean", spread.mean, "a bias, when it is not near 0"),
        )
    ]
    return rows, group("errors", "Errors of matched rows", *errors)


def _unit(key: str) -> str:
    return {"m": "m", "mps": "m/s", "deg": "°"}[key.rpartition("_")[2]]


def _consistency(card: Scorecard) -> Group:
    one = card.nees
    if one is None:
        return group("nees", "Consistency", ("mean", "NEES", None, "", "tracks tell no sigmas"))
    bounds = (
        f"{100 * one.probability:g} % bounds {one.overall_low:.3g} to {one.overall_high:.3g} if independent in time"
    )
    return group(
        "nees",
        "Consistency of positions: does a track know how wrong it is?",
        ("mean", "NEES", one.overall, "", f"{one.degrees} is right; {bounds}"),
        ("median", "NEES, median", one.median, "", f"{one.median_right:.3g} is right; a few bad tracks do not rule it"),
        ("inside", "steps inside their bounds", one.inside, "", f"{one.probability:g} would be right"),
        ("unusable", "rows without a usable sigma", one.unusable, "", "left out"),
    )
