"""Tells systemd that we are ready and alive. The thinking loop pings, so a stalled one is found and restarted.

The protocol is sd_notify(3): datagrams of KEY=VALUE lines to the socket named in $NOTIFY_SOCKET ("@" is an abstract
name). Outside of systemd it does nothing.
"""

import contextlib
import os
import socket
from collections.abc import Mapping


def notify(text: str, environment: Mapping[str, str] = os.environ) -> bool:
    """Send `text` ("READY=1", "WATCHDOG=1", "STOPPING=1", "STATUS=..."). False when nobody listens."""
    address = environment.get("NOTIFY_SOCKET", "")
    if not address:
        return False
    if address.startswith("@"):
        address = "\0" + address[1:]
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as out:
        out.sendto(text.encode(), address)
        return True
    return False  # a service manager that went away must not stop the watch
