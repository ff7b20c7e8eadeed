"""The ways out: is anything sent at all, to whom, and does each channel work?"""

from collections.abc import Callable, Iterator

from tocsin.cli.doctor.finding import BROKEN, WEAK, WELL, Finding
from tocsin.delivery.channels.patterns import unreviewed
from tocsin.delivery.declared import Channel, problems
from tocsin.delivery.trial import trial
from tocsin.site import Site


def ways_out(site: Site, now_ns: Callable[[], int], *, send: bool) -> Iterator[Finding]:
    """`send`: a test message goes to the test address of each channel, and nowhere else."""
    delivery = site.delivery
    if delivery.instance == "off":
        yield Finding(
            WEAK,
            "delivery",
            "off: places are watched, and nothing is sent to anybody",
            'write instance = "actual" under [delivery], and [[channel]] for each way out',
        )
    elif not _serving(site, "public") or not _serving(site, "staff"):
        missing = " and ".join(who for who in ("public", "staff") if not _serving(site, who))
        yield Finding(BROKEN, "delivery", f"no channel serves {missing}", "write [[channel]] with that audience")
    for said in delivery.said:
        yield Finding(WEAK if "no zone" in said else WELL, "subscribers", said)
    if delivery.instance != "off" and not delivery.outside_url:
        yield Finding(
            WEAK,
            "outside",
            "nobody outside is told that all is well: when this machine dies, nobody notices by its silence",
            "write outside_url = ... under [delivery]",
        )
    for channel in delivery.channels:
        yield _channel(channel, now_ns, send=send)
    for country in sorted({one.country for one in delivery.channels if one.kind == "siren" and not problems(one)}):
        if source := unreviewed(country):
            yield Finding(
                WEAK,
                f"sirens of {country}",
                f"nobody of that country's authority has read which sound means what ({source})",
                "have it read, or give the controller the plan of your own authority: the numbers stay",
            )


def _serving(site: Site, audience: str) -> list[Channel]:
    delivery = site.delivery
    return [one for one in delivery.channels if audience in one.audience and delivery.instance in one.status]


def _channel(channel: Channel, now_ns: Callable[[], int], *, send: bool) -> Finding:
    about = f"channel {channel.name!r}"
    if found := problems(channel):
        return Finding(BROKEN, about, "; ".join(found), "mend its table in the site file")
    if not send:
        return Finding(WELL, about, f"{channel.kind}, not tried (--send tries it)")
    if found := trial(channel, now_ns):
        return Finding(BROKEN, about, "; ".join(found), "mend it: alerts would not arrive by it")
    return Finding(WELL, about, f"{channel.kind}: took a test message")
