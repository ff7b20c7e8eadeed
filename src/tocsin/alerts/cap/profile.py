"""The profile: which words of CAP a stage and a class become. One TOML file; an authority's own replaces ours."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

import msgspec

from tocsin.alerts.wording import SAID
from tocsin.errors import SiteError

GROUPS: tuple[str, ...] = ("drone", "missile", "ballistic", "shell", "aircraft", "unknown")
CATEGORIES = frozenset(
    ["Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra", "CBRNE", "Other"]
)
URGENCIES = frozenset(["Immediate", "Expected", "Future", "Past", "Unknown"])
SEVERITIES = frozenset(["Extreme", "Severe", "Moderate", "Minor", "Unknown"])
CERTAINTIES = frozenset(["Observed", "Likely", "Possible", "Unlikely", "Unknown"])
RESPONSES = frozenset(["Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess", "AllClear", "None"])
SCOPES = frozenset(("Public", "Restricted", "Private"))
PARAMETERS = frozenset(("stage", "arrival", "chance", "observation", "lane", "evidence"))
WORST = ("Extreme", "Severe", "Moderate", "Minor", "Unknown")  # severities, the worst first


class Kind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What CAP says of one class of things."""

    name: str
    group: str
    code: str
    severity: str


class Saying(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What CAP says at one stage; "" leaves it to the class, the time left or the certainty of the thing."""

    urgency: str
    severity: str
    certainty: str
    response: tuple[str, ...]


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"kinds": "class"}):
    """A whole profile. See profile.toml for what each number means."""

    name: str
    code: tuple[str, ...]
    category: str
    event_code: str
    geocode: str
    immediate_s: float
    likely: float
    named_share: float
    unnamed: tuple[str, ...]
    classes_max: int
    points_max: int
    rings_max: int
    area_km2_max: float
    area_km2_min: float
    sent_s_max: float
    exercise: str
    public: tuple[str, ...]
    staff: tuple[str, ...]
    stage: Mapping[str, Saying]
    kinds: tuple[Kind, ...]

    def kind(self, name: str) -> Kind:
        """What to say of a class; of one that the profile does not know: what it says of the unknown."""
        known = {kind.name: kind for kind in self.kinds}
        return known.get(name, known["unknown"])


@cache
def shipped() -> Profile:
    """Ours."""
    return parse(resources.files(__package__).joinpath("profile.toml").read_text("utf-8"), "profile.toml")


def parse(text: str, name: str) -> Profile:
    """A profile file. Raises SiteError with what is wrong in it."""
    try:
        profile = msgspec.convert(tomllib.loads(text), Profile)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise SiteError(f"{name}: {error}; docs/reference/cap.md explains each key of a profile") from error
    if found := _faults(profile):
        raise SiteError("\n".join(f"{name}: {fault}" for fault in found))
    return profile


def _faults(profile: Profile) -> list[str]:
    found = [f"[stage.{stage}] is missing" for stage in SAID if stage not in profile.stage]
    if "unknown" not in {kind.name for kind in profile.kinds}:
        found.append('no [[class]] has name = "unknown": what the table does not know could not be said')
    wanted: list[tuple[str, str, frozenset[str]]] = [
        ("category", profile.category, CATEGORIES),
        ("exercise", profile.exercise, SCOPES - {"Public"}),
        *((f"class {kind.name}: severity", kind.severity, SEVERITIES) for kind in profile.kinds),
        *((f"class {kind.name}: group", kind.group, frozenset(GROUPS)) for kind in profile.kinds),
        *(("public", key, PARAMETERS) for key in profile.public),
        *(("staff", key, PARAMETERS) for key in profile.staff),
    ]
    for stage, say in profile.stage.items():
        wanted += [
            (f"stage {stage}: urgency", say.urgency, URGENCIES | {""}),
            (f"stage {stage}: severity", say.severity, SEVERITIES | {""}),
            (f"stage {stage}: certainty", say.certainty, CERTAINTIES | {""}),
            *((f"stage {stage}: response", one, RESPONSES) for one in say.response),
        ]
    found += [
        f"{what} = {came!r}; expected one of {', '.join(sorted(word for word in allowed if word))}"
        for what, came, allowed in wanted
        if came not in allowed
    ]
    return found
