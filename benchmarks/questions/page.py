"""The page of questions: what was asked, what was answered, and beside it what was so."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from statistics import median
from typing import Any

Night = dict[str, Any]
SIDES = {1: "east", -1: "west"}  # of the river, which is drawn from south to north
WHEN = {
    "launch": {"first": "first told", "minute": "a minute before the fall", "last": "at the fall"},
    "fall": {"first": "first told", "minute": "a minute before the fall", "last": "at the fall"},
}
COMMON = ("airliner", "light aircraft")


def page(nights: Sequence[Night]) -> str:
    """All of it."""
    nights = sorted(nights, key=lambda one: (one["scenario"], one["seed"]))
    seeds = ", ".join(str(one) for one in sorted({one["seed"] for one in nights}))
    codes = ", ".join(f"`{one}`" for one in sorted({one["code"] for one in nights}))
    lines = [
        "# Three questions of an investigator",
        "",
        "Made by `python -m benchmarks.questions`; nobody edits it by hand. Nights are simulated and played through",
        "`advance` exactly as live; each question is answered from what was shown then, and set beside what flew.",
        f"Seeds {seeds}; code {codes}, {datetime.now(UTC):%Y-%m-%d}.",
        "",
    ]
    for name, part in (("river-border", border), ("rocket-in-the-lake", lake), ("contested-strike", contested)):
        own = [one for one in nights if one["scenario"] == name]
        lines += part(own) if own else []
    return "\n".join(lines)


def border(nights: Sequence[Night]) -> list[str]:
    """Did it cross, where, how long, did it turn back."""
    lines = [
        "## A river border: did it cross, where, for how long, did it turn back?",
        "",
        "A thing has crossed once it is further beyond the river than 150 m, and than twice its own sigma",
        "(`tocsin.score.questions.borders`). Off: how far the place that was told is from the true one. Late: the time",
        "that was told less the true one. A time over there ends with the crossing back; *stayed*: there was none.",
        "",
        "| seed | drone | to the | told | off, m | late, s | over there, s | told, s | turned back? |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    every = [(night, drone, one) for night in nights for drone in night["drones"] for one in drone["crossings"]]
    for night, drone, one in every:
        lines.append(
            f"| {night['seed']} | {drone['name']} | {SIDES[one['to']]} | {'yes' if one['said'] else '**no**'} "
            f"| {_figure(one['off_m'])} | {_figure(one['late_s'])} | {_figure(one['stay_s'], 'stayed')} "
            f"| {_figure(one['said_stay_s'], 'stayed' if one['said'] else '-')} "
            f"| {'yes' if one['turned_back'] else 'no'}, told {_told(one)} |"
        )
    quiet = [(night, one["name"]) for night in nights for one in night["drones"] if not one["crossings"]]
    rows = [one for _, _, one in every]
    found = [one for one in rows if one["said"]]
    both = [one for one in found if one["said_stay_s"] == one["said_stay_s"] and one["stay_s"] == one["stay_s"]]
    turned = [one["turned_back_said"] for one in rows]
    idle = _sum(night["idle"] for night in nights)
    told = sum(night["others"]["said"] for night in nights), sum(night["others"]["crossed"] for night in nights)
    lines += [
        "",
        f"- Crossings by drones: {len(found)} of {len(rows)} told; told where there was none: {idle['drone']}.",
        f"- Drones that only followed the river: {len(quiet)}; said to have crossed: {idle['along']} times.",
        f"- Place: {_spread([one['off_m'] for one in found], 'm')}.",
        f"- Time: {_spread([abs(one['late_s']) for one in found], 's')}.",
        f"- Over there, {len(both)} that came back: {_spread([_stay_off_s(one) for one in both], 's')}.",
        f"- Did it turn back: {turned.count('right')} right, {turned.count('wrong')} wrong, {turned.count('lost')}",
        "  lost (the track ended before it could be told).",
        f"- Airliners, a light aircraft and 25 storks, few of which a radar sees: {told[0]} of {told[1]} crossings",
        f"  told; told where there was none: {idle['other']}, and {idle['nothing']} by tracks of nothing.",
        "",
    ]
    return lines


def _stay_off_s(one: dict[str, Any]) -> float:
    return abs(float(one["said_stay_s"] - one["stay_s"]))


def _told(one: dict[str, Any]) -> str:
    return {"right": "so", "wrong": "**wrongly**", "lost": "not: lost"}[one["turned_back_said"]]


def lake(nights: Sequence[Night]) -> list[str]:
    """Where from, where must divers look."""
    lines = [
        "## A rocket that falls into a lake: where from, and where to look?",
        "",
        "220 km of flight, two radars, one of which reports 650 m too far and 0.25 degrees off: it is found out from",
        "aircraft that both see. Areas are ellipses that hold 90 %. Late: the time that was told less the true one. A",
        "launch area is that of a throw: how a motor burned is not known. At the fall itself the way back is lost;",
        "what was told before it is kept, and asked of any past moment.",
        "",
        "| seed | what | when it was told | off, m | 90 % area, km2 | inside 50 % | inside 90 % | late, s |",
        "|---|---|---|---|---|---|---|---|",
    ]
    shares = []
    for night in nights:
        for one in night["ends"]:
            for key, when in WHEN[one["what"]].items():
                if key not in one:
                    continue
                said = one[key]
                ahead = f" ({said['before_fall_s']:.0f} s before the fall)" if key == "first" else ""
                lines.append(
                    f"| {night['seed']} | {one['what']} | {when}{ahead} | {_figure(said['off_m'])} "
                    f"| {_figure(said['area_km2'])} | {_yes(said['inside_50'])} | {_yes(said['inside_90'])} "
                    f"| {_figure(said['late_s'])} |"
                )
                shares.append((one["what"], key, said))
    lines.append("")
    for what, words in (("launch", "Where from"), ("fall", "Where to look")):
        for key, when in list(WHEN[what].items())[1:]:
            own = [said for one, two, said in shares if (one, two) == (what, key)]
            if own:
                held = [f"{sum(said[f'inside_{p}'] for said in own)} of {len(own)} inside {p} %" for p in (50, 90)]
                area = median(said["area_km2"] for said in own)
                off = _spread([said["off_m"] for said in own], "m")
                lines.append(f"- {words}, {when}: {off}; area {_figure(area)} km2 (median); {', '.join(held)}.")
    return [*lines, ""]


def _yes(said: bool) -> str:
    return "yes" if said else "no"


def contested(nights: Sequence[Night]) -> list[str]:
    """What was seen, what is only claimed."""
    lines = [
        "## A contested strike: what was seen, and what is only claimed?",
        "",
        "Seen: some track that a radar made was within 1 km of it over the ground. Called: what its tracks were called",
        "most of the time. Claims: people's reports that were really about it, and how many name its kind rightly:",
        "half of all people name a wrong one. Airliners and the light aircraft are left out of the first table.",
        "",
        "| seed | what really flew | flew, s | seen, s | called | claims | of the right kind |",
        "|---|---|---|---|---|---|---|",
    ]
    for night in nights:
        for one in night["things"]:
            if one["kind"] not in COMMON:
                seen = f"{one['seen_s']:.0f}" if one["seen_s"] else "**never**"
                what = f"{one['name']} ({one['kind']}) | {one['flew_s']} | {seen} | {one['called'] or '-'}"
                lines.append(f"| {night['seed']} | {what} | {one['claims']} | {one['claims_right']} |")
    lines += [
        "",
        "| seed | tracks shown | by people alone | of nothing | of nothing, by a radar | claims | of nothing | kinds |",
        "|---|---|---|---|---|---|---|---|",
    ]
    keys = ("tracks", "tracks_by_people_alone", "tracks_of_nothing", "tracks_of_nothing_measured")
    for night in nights:
        counts = [night[key] for key in (*keys, "claims", "claims_of_nothing", "kinds_claimed")]
        lines.append(f"| {night['seed']} | " + " | ".join(str(one) for one in counts) + " |")
    return [*lines, ""]


def _figure(value: float, none: str = "-") -> str:
    """Three digits that matter."""
    if value != value:  # noqa: PLR0124  NaN
        return none
    return f"{value:,.0f}" if abs(value) >= 100.0 else f"{value:.3g}"


def _spread(values: Sequence[float], unit: str) -> str:
    if not values:
        return "none"
    return f"off by {_figure(median(values))} {unit} (median), {_figure(max(values))} {unit} at most"


def _sum(counts: Iterable[dict[str, int]]) -> dict[str, int]:
    out = {"along": 0, "drone": 0, "other": 0, "nothing": 0}
    for one in counts:
        for key, count in one.items():
            out[key] += count
    return out
