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


def carrier(declared: Channel, now_ns: Callable[[], int]) -> Carrier:
    """The carrier of a declared channel, not yet open. `now_ns` is the clock that says when a daily test is due."""
    module, name = _MODULES[declared.kind]
    made: Callable[[Channel, Callable[[], int]], Carrier] = getattr(import_module(f"{__name__}.{module}"), name)
    return made(declared, now_ns)
