"""One <info> block a language: what is said of a statement, and the facts, which no language changes."""

from dataclasses import dataclass
from math import isfinite, nan

from lxml import etree

from tocsin.alerts.cap import area
from tocsin.alerts.cap.issuer import Issuer
from tocsin.alerts.cap.moments import clock, name, sent_ns, stamp
from tocsin.alerts.cap.profile import WORST, Kind, Profile
from tocsin.alerts.cap.tree import add
from tocsin.alerts.wording import Wording
from tocsin.geo.units import SECOND_NS
from tocsin.messages import Reason, Statement
from tocsin.settings import Place


@dataclass(frozen=True, slots=True)
class Facts:
    """What is true in every language. `said`: a row of the profile's stages. `arrival_ns`: 10, 50, 90 %; () unknown."""

    said: str
    kinds: tuple[Kind, ...]
    urgency: str
    severity: str
    certainty: str
    response: tuple[str, ...]
    arrival_ns: tuple[int, ...]
    due: bool  # its 10 % time is here: at any moment
    evidence: str = ""  # which entries of the ledger it rests on


def said_of(statement: Statement) -> str:
    """Which row of the profile's stages a statement is. An end that nobody saw is never said to be an all clear."""
    if statement.kind == "cancel":
        return "cancel"
    if statement.stage == "all clear":
        seen = statement.alert is not None and statement.alert.observation == "seen clear"
        return "all_clear" if seen else "ended"
    return statement.stage.replace(" ", "_")


def facts_of(statement: Statement, profile: Profile, evidence: str = "") -> Facts:
    """The facts of a statement."""
    said, alert, now_ns = said_of(statement), statement.alert, sent_ns(statement)
    say = profile.stage[said]
    reasons = _named(alert.reasons if alert else (), profile)
    every = tuple(dict.fromkeys(profile.kind(reason.kind) for reason in reasons))
    kinds = (tuple(kind for kind in every if kind.name not in profile.unnamed) or every)[: profile.classes_max]
    arrival_ns = _arrival_ns(statement)
    left_s = (arrival_ns[1] - now_ns) / SECOND_NS if arrival_ns else 0.0
    severities = [kind.severity for kind in kinds] or [profile.kind("unknown").severity]
    exists = max((_existence(reason) for reason in reasons), default=nan)
    return Facts(
        said=said,
        kinds=kinds or (profile.kind("unknown"),),
        urgency=say.urgency or ("Immediate" if left_s < profile.immediate_s else "Expected"),
        severity=say.severity or min(severities, key=WORST.index),
        certainty=say.certainty or ("Likely" if exists >= profile.likely else "Possible"),
        response=say.response,
        arrival_ns=arrival_ns,
        due=bool(arrival_ns) and arrival_ns[0] <= now_ns,
        evidence=evidence,
    )


def fill(
    root: etree._Element,
    statement: Statement,
    facts: Facts,
    place: Place,
    issuer: Issuer,
    profile: Profile,
    wording: Wording,
    problems: list[str],
) -> None:
    """Add the block of one language. What has no words is left out and told; without an event there is no block."""
    texts = _texts(statement, facts, place, issuer, wording)
    missing = [what for what in ("event", "headline", "description", "instruction") if not texts[what]]
    problems += [f"wording {wording.language} has no {what} for {facts.said}" for what in missing]
    if "event" in missing:
        return
    info = add(root, "info")
    add(info, "language", wording.language)
    add(info, "category", profile.category)
    add(info, "event", texts["event"])
    for response in facts.response:
        add(info, "responseType", response)
    add(info, "urgency", facts.urgency)
    add(info, "severity", facts.severity)
    add(info, "certainty", facts.certainty)
    for code in dict.fromkeys(kind.code for kind in facts.kinds):
        _pair(info, "eventCode", profile.event_code, code)
    add(info, "effective", stamp(sent_ns(statement)))
    if facts.arrival_ns and facts.said == "warning":
        add(info, "onset", stamp(facts.arrival_ns[1]))
    add(info, "expires", stamp(statement.expires_ns))
    optional = {
        "senderName": issuer.name,
        "headline": texts["headline"],
        "description": texts["description"],
        "instruction": texts["instruction"],
        "web": issuer.web,
        "contact": issuer.contact,
    }
    for tag, text in optional.items():
        if text:
            add(info, tag, text)
    for key, value in _parameters(statement, facts, profile):
        _pair(info, "parameter", f"tocsin:{key}", value)
    _resources(info, issuer)
    _area(info, statement, place, profile, wording)


def _named(reasons: tuple[Reason, ...], profile: Profile) -> list[Reason]:
    """Those that bring a share of the danger worth naming, the most dangerous first."""
    most = max((reason.danger for reason in reasons), default=0.0)
    serious = [reason for reason in reasons if reason.danger >= profile.named_share * most]
    return sorted(serious, key=lambda reason: -reason.danger)


def _existence(reason: Reason) -> float:
    """That it is there; of one that was lost, how dangerous it was when it was last seen."""
    return reason.existence if isfinite(reason.existence) else reason.danger


def _arrival_ns(statement: Statement) -> tuple[int, ...]:
    alert = statement.alert
    if alert is None or statement.kind == "cancel" or statement.stage not in ("watch", "warning"):
        return ()
    if not all(isfinite(second) for second in alert.arrival_s):
        return ()
    return tuple(alert.time_ns + round(second * SECOND_NS) for second in alert.arrival_s)


def _texts(statement: Statement, facts: Facts, place: Place, issuer: Issuer, wording: Wording) -> dict[str, str]:
    """event, headline, description and instruction in one language; "" where it has no words."""
    where = wording.place(place.name, place.title or place.name)
    kinds = (wording.text(f"hazard.{kind.name}") or wording.text("hazard.unknown") for kind in facts.kinds)
    hazard = ", ".join(dict.fromkeys(kind for kind in kinds if kind))
    mark = wording.text(f"mark.{statement.status}") if statement.status != "actual" else ""
    event = wording.text(f"event.{facts.said}")
    headline = wording.text(f"headline.{facts.said}", place=where, hazard=hazard)
    before = f"{mark}: " if mark else ""
    return {
        "event": f"{before}{event}" if event else "",
        "headline": f"{before}{headline}" if headline else "",
        "description": _description(statement, facts, where, hazard, issuer, wording),
        "instruction": _instruction(statement, facts, place, wording),
    }


def _description(statement: Statement, facts: Facts, where: str, hazard: str, issuer: Issuer, wording: Wording) -> str:
    def at(time_ns: int) -> str:
        hours, zone = clock(time_ns, issuer.zone)
        return wording.text("time.clock", clock=hours, zone=zone) or f"{hours} ({zone})"

    mark = wording.text(f"mark.{statement.status}_note") if statement.status != "actual" else ""
    parts = [mark]
    if facts.said in ("watch", "warning", "under_way"):
        parts.append(wording.text("said.hazard", hazard=hazard))
        parts.append(wording.text("said.unsure") if len(facts.kinds) > 1 else "")
    parts.append(wording.text("said.place", place=where))
    if facts.due:
        parts.append(wording.text("said.arrival_now"))
    elif facts.arrival_ns:
        early, likely, late = (at(time_ns) for time_ns in facts.arrival_ns)
        parts.append(wording.text("said.arrival", early=early, likely=likely, late=late))
    if facts.said == "cancel":
        parts.append(wording.text("said.cancelled"))
    if facts.said == "ended":
        parts.append(wording.text("said.unobserved"))
    source = wording.text("source.order" if statement.authority else "source.people")
    parts.append(wording.text("said.source", source=source))
    parts.append(wording.text("said.expires", until=at(statement.expires_ns)))
    return " ".join(part for part in (*parts, mark) if part)


def _instruction(statement: Statement, facts: Facts, place: Place, wording: Wording) -> str:
    mark = wording.text(f"mark.{statement.status}_note") if statement.status != "actual" else ""
    if facts.said in ("all_clear", "ended", "cancel"):
        guidance = wording.text(f"guidance.after.{facts.said}")
    elif facts.said == "watch":
        guidance = wording.text(f"guidance.watch.{place.kind}")
    else:
        groups = dict.fromkeys(kind.group for kind in facts.kinds)
        said = (wording.text(f"guidance.{place.kind}.{group}") for group in groups)
        guidance = next((text for text in said if text), wording.text(f"guidance.{place.kind}.unknown"))
    return f"{mark} {guidance}".strip() if guidance else ""


def _parameters(statement: Statement, facts: Facts, profile: Profile) -> list[tuple[str, str]]:
    told = profile.public if statement.audience == "public" else profile.staff
    alert, found = statement.alert, [("stage", statement.stage)]
    if facts.arrival_ns:
        shares = zip(("p10", "p50", "p90"), facts.arrival_ns, strict=True)
        found += [(f"arrival_{share}", stamp(time_ns)) for share, time_ns in shares]
    if alert is not None and facts.said in ("watch", "warning", "under_way"):
        found.append(("chance", f"{alert.chance:.2f}"))
    if alert is not None:
        found.append(("observation", alert.observation))
    found += [("lane", statement.lane), ("evidence", facts.evidence)]
    return [(key, value) for key, value in found if key.partition("_")[0] in told and value]


def _resources(info: etree._Element, issuer: Issuer) -> None:
    for resource in issuer.resources:
        made = add(info, "resource")
        add(made, "resourceDesc", resource.description)
        add(made, "mimeType", resource.mime_type)
        if resource.size:
            add(made, "size", str(resource.size))
        add(made, "uri", resource.uri)
        if resource.digest:
            add(made, "digest", resource.digest)


def _area(info: etree._Element, statement: Statement, place: Place, profile: Profile, wording: Wording) -> None:
    made = add(info, "area")
    add(made, "areaDesc", wording.place(place.name, place.title or place.name))
    for ring in statement.area:
        add(made, "polygon", area.polygon(ring))
    scheme = f"{profile.geocode}:{place.scheme}" if place.scheme else profile.geocode
    _pair(made, "geocode", scheme, name(place.name))


def _pair(parent: etree._Element, tag: str, key: str, value: str) -> None:
    made = add(parent, tag)
    add(made, "valueName", key)
    add(made, "value", value)
