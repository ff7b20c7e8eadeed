"""The channels of a site file, checked: what each needs, secrets that stand elsewhere, places that are there."""

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from tocsin.delivery.declared import LOOPBACK, Channel, Delivery, gate, problems
from tocsin.errors import SiteError
from tocsin.settings import Place
from tocsin.site.lines import Lines
from tocsin.site.tables import ChannelTable, DeliveryTable
from tocsin.site.zones import Scheme, follow


def delivery(
    table: DeliveryTable,
    channels: Sequence[ChannelTable],
    schemes: Sequence[Scheme],
    places: Sequence[Place],
    lines: Lines,
) -> Delivery:
    """All ways out of a site. Raises SiteError with every problem, each with its line."""
    found: list[str] = []
    made: list[Channel] = []
    said: list[str] = []
    for index, channel in enumerate(channels):
        where = lines.at(("channel", index))
        if channel.secret:
            found.append(
                f"{lines.at(('channel', index, 'secret'))}: channel {channel.name!r} has its secret in the site file, "
                "which is copied, shown and kept; write it into a file that only tocsin may read and name that: "
                "secret_file = ..., or name a variable: secret_env = ... Change the secret: it has been seen"
            )
        one = Channel(**channel.model_dump(exclude={"secret", "scheme"}))
        found += [f"{where}: {text}" for text in problems(one)]
        try:
            followed = follow(one.places, channel.scheme, schemes, places)
        except SiteError as error:
            found.append(f"{lines.at(('channel', index, 'places'))}: channel {one.name!r}: {error}")
            continue
        said += [f"channel {one.name!r}: {text}" for text in followed.said]
        made.append(replace(one, places=followed.places))
    found += _outside(table, lines)
    if found:
        raise SiteError("\n".join(found))
    declared = Delivery(table.instance, tuple(made), said=tuple(said), **table.model_dump(exclude={"instance"}))
    try:
        gate(declared)
    except SiteError as error:
        raise SiteError(f"{lines.at(('delivery', 'instance'))}: {error}") from error
    return declared


def _outside(table: DeliveryTable, lines: Lines) -> list[str]:
    where = lines.at(("delivery", "outside_url"))
    if not table.outside_url:
        return []
    parts = urlsplit(table.outside_url)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        return [f'{where}: outside_url = {table.outside_url!r}; write outside_url = "https://host/path"']
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        return [f"{where}: http to {parts.hostname} can be changed on the way; write https"]
    return []
