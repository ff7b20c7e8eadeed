"""Open air surveillance and early warning.

     feeds        tracking             ledger, server
     bytes ->     Scan    ->    Picture, Health  ->  evidence, the live map
                  every input and every decision  ->  ledger

Start with `messages` (the nouns) and `pipeline` (the one function). Importing tocsin imports nothing heavy: the names
below are found when they are first used.
"""

from importlib import import_module

__version__ = "0.1.0"

_PUBLIC = {
    "Scan": "tocsin.messages",
    "Tick": "tocsin.messages",
    "Order": "tocsin.messages",
    "Picture": "tocsin.messages",
    "Health": "tocsin.messages",
    "Step": "tocsin.messages",
    "Settings": "tocsin.settings",
    "Sensor": "tocsin.settings",
    "Place": "tocsin.settings",
    "State": "tocsin.pipeline",
    "advance": "tocsin.pipeline",
    "look": "tocsin.pipeline",
}
__all__ = (  # noqa: PLE0604  the names are strings: the keys of _PUBLIC
    "__version__",
    *_PUBLIC,
)


def __getattr__(name: str) -> object:
    if name not in _PUBLIC:
        message = f"module 'tocsin' has no attribute {name!r}; it has {', '.join(__all__)}"
        raise AttributeError(message)
    return getattr(import_module(_PUBLIC[name]), name)
