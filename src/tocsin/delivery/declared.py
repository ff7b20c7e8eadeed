"""What a site declares of its channels, and which statements each of them serves. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

from tocsin.errors import SiteError
from tocsin.messages import Statement

AUDIENCES = ("public", "staff")
STATUSES = ("actual", "exercise", "test")
INSTANCES = ("off", "actual", "exercise")
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Channel:
    """One way out, as the site declares it. Which keys a kind reads: docs/reference/site.md.

    `places` are names of places or of their parents; none: all. `stages`: none: all. A secret is a file or the name of
    a variable, never the secret itself.
    """

    name: str
    kind: str
    audience: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    url: str = ""
    test_url: str = ""
    read_back: str = ""
    user: str = ""
    secret_file: str = ""
    secret_env: str = ""
    certificates: str = ""  # PEM file of the authorities that the other side's certificate must come from
    topic: str = "tocsin"
    sender: str = ""
    to: tuple[str, ...] = ()
    test_to: tuple[str, ...] = ()
    argv: tuple[str, ...] = ()
    country: str = ""
    device: int = 1
    register_first: int = 0
    lease_s: float = 15.0
    longest_s: float = 300.0
    current_a_min: float = 0.0
    battery_v_min: float = 0.0
    silent_test_utc: str = ""
    timeout_s: float = 10.0
    check_s: float = 30.0
    at_once: int = 4

    def address(self) -> SplitResult:
        """The parts of `url`."""
        return urlsplit(self.url)


@dataclass(frozen=True, slots=True)
class Delivery:
    """All channels of a site. `instance`: "off" (nothing is sent), "actual" or "exercise".

    `outside_url` is told every `outside_s` that all is well; its silence is the alarm. "": nobody is told.
    """

    instance: str = "off"
    channels: tuple[Channel, ...] = ()
    outside_url: str = ""
    outside_s: float = 60.0
    outside_secret_file: str = ""
    outside_secret_env: str = ""
    seed: int = 0  # of the jitter between attempts
    said: tuple[str, ...] = ()  # of subscribers whose zones were changed


@dataclass(frozen=True, slots=True)
class Routes:
    """Which channels a statement goes to. `parents`: each place and what it belongs to."""

    delivery: Delivery = field(default_factory=Delivery)
    parents: Mapping[str, str] = field(default_factory=dict)

    def of(self, statement: Statement) -> tuple[str, ...]:
        """The names of its channels, in the site's order. Only what is released goes out."""
        apart = {"actual": "exercise", "exercise": "actual"}.get(self.delivery.instance)
        if statement.state != "released" or self.delivery.instance == "off" or statement.status == apart:
            return ()
        return tuple(one.name for one in self.delivery.channels if self._serves(one, statement))

    def _serves(self, channel: Channel, statement: Statement) -> bool:
        if statement.audience not in channel.audience or statement.status not in channel.status:
            return False
        if statement.status == "test":
            return True  # whatever it serves else: a test of the way must go all the way
        if channel.stages and statement.stage not in channel.stages and statement.kind != "cancel":
            return False
        return not channel.places or bool({statement.place, *self._above(statement.place)} & set(channel.places))

    def _above(self, place: str) -> set[str]:
        found: set[str] = set()
        while (place := self.parents.get(place, "")) and place not in found:
            found.add(place)
        return found


def gate(delivery: Delivery) -> tuple[Channel, ...]:
    """The channels that this instance may open. Raises SiteError when exercise and actual are not kept apart.

    An exercise that can reach a live channel is how Hawaii was told of a missile on 13 January 2018.
    """
    if delivery.instance == "off":
        return ()
    wrong = {"actual": "exercise", "exercise": "actual"}[delivery.instance]
    for channel in delivery.channels:
        if wrong in channel.status:
            raise SiteError(
                f"channel {channel.name!r} serves status {wrong!r}, and this instance is {delivery.instance!r}: it "
                "may never be opened here. Exercise and actual are two instances, each with a site file, channels and "
                f"keys of its own; take {wrong!r} out of status = ... or leave this channel to the other file"
            )
    return delivery.channels


def problems(channel: Channel) -> list[str]:
    """What is wrong with one channel, in words that say what to write; nothing when it can be opened."""
    who = f"channel {channel.name!r}"
    found: list[str] = []
    if not channel.audience:
        found.append(f'{who} serves nobody; write audience = ["staff"] or ["public", "staff"]')
    if not channel.status:
        found.append(f'{who} serves no status; write status = ["test"] first, and ["actual", "test"] when it is tried')
    if {"actual", "exercise"} <= set(channel.status):
        found.append(f"{who} serves actual and exercise; they are kept apart: two site files, two channels, two keys")
    if channel.secret_file and channel.secret_env:
        found.append(f"{who} has secret_file and secret_env; write one of them")
    found += [f"{who}: {text}" for text in _KINDS[channel.kind](channel)] if channel.kind in _KINDS else []
    if channel.kind not in _KINDS:
        found.append(f"{who} is of kind {channel.kind!r}; write one of {', '.join(_KINDS)}")
    return found


def _url(channel: Channel, schemes: Sequence[str], plain: Iterable[str]) -> list[str]:
    """The scheme fits, there is a host, and what goes to another machine is encrypted."""
    try:
        parts = channel.address()
        port = parts.port
    except ValueError as error:
        return [f"url = {channel.url!r} cannot be read: {error}"]
    if parts.scheme not in schemes or not parts.hostname:
        return [f'url = {channel.url!r}; write url = "{schemes[0]}://host:port" ({", ".join(schemes)})']
    found = []
    if parts.username or parts.password:
        found.append("a user or a password stands in url; write user = ... and secret_file = ... or secret_env = ...")
    if parts.scheme in plain and parts.hostname not in LOOPBACK:
        safe = ", ".join(one for one in schemes if one not in plain)
        found.append(f"{parts.scheme} to {parts.hostname} can be read and changed on the way; write {safe}")
    if port == 0:
        found.append("port 0 is no port")
    return found


def _webhook(channel: Channel) -> list[str]:
    found = _url(channel, ("https", "http"), ("http",))
    if not (channel.secret_file or channel.secret_env):
        found.append("no secret to sign with; write secret_file = ... or secret_env = ... (at least 32 random bytes)")
    if channel.read_back and "{identifier}" not in channel.read_back:
        found.append('read_back has no place for the identifier; write read_back = "https://host/alerts/{identifier}"')
    return found


def _mqtt(channel: Channel) -> list[str]:
    found = _url(channel, ("mqtts", "mqtt"), ("mqtt",))
    if any(one in channel.topic for one in "+#") or not channel.topic:
        found.append(f"topic = {channel.topic!r} is no topic to publish to; write one without + and #")
    return found


def _email(channel: Channel) -> list[str]:
    found = _url(channel, ("smtps", "smtp+starttls", "smtp"), ("smtp",))
    if "@" not in channel.sender:
        found.append('nobody sends it; write sender = "tocsin@your.domain"')
    found += [f"{address!r} is no address" for address in (*channel.to, *channel.test_to) if "@" not in address]
    if not channel.to:
        found.append('nobody gets it; write to = ["duty@your.domain"]')
    return found


def _cot(channel: Channel) -> list[str]:
    return _url(channel, ("tls", "tcp"), ("tcp",))


def _siren(channel: Channel) -> list[str]:
    # Modbus has no encryption: the controller stands in a network of its own
    found = _url(channel, ("modbus",), ())
    if not channel.country:
        found.append('no patterns; write country = "de" (delivery/channels/sirens.toml lists them)')
    if not 3.0 <= channel.lease_s <= 120.0:
        found.append(
            f"lease_s = {channel.lease_s:g}; write 3 to 120: it is renewed each third of it, and outlives us so long"
        )
    return found


def _command(channel: Channel) -> list[str]:
    if not channel.argv or not channel.argv[0].startswith("/"):
        return ['no program by its full path; write argv = ["/usr/local/bin/announce", "--json"]; no shell reads it']
    return []


def _feed(_channel: Channel) -> list[str]:
    return []


_KINDS = {
    "webhook": _webhook,
    "mqtt": _mqtt,
    "email": _email,
    "feed": _feed,
    "cot": _cot,
    "siren": _siren,
    "command": _command,
}
KINDS = tuple(_KINDS)
