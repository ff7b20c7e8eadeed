"""One file for each kind of channel; this table finds them. Libraries are loaded when a channel of theirs is made."""

from collections.abc import Callable
from importlib import import_module

from tocsin.delivery.carrier import Carrier
from tocsin.delivery.declared import Channel

_MODULES = {
    "webhook": ("webhook", "Webhook"),
    "mqtt": ("mqtt", "Mqtt"),
    "email": ("mail", "Mail"),
    "feed": ("feed", "Feed"),
    "cot": ("cot", "Cot"),
    "siren": ("siren", "Siren"),
    "command": ("command", "Command"),
}


def carrier(declared: Channel) -> Carrier:
    """The carrier of a declared channel, not yet open."""
    module, name = _MODULES[declared.kind]
    made: Callable[[Channel], Carrier] = getattr(import_module(f"{__name__}.{module}"), name)
    return made(declared)
