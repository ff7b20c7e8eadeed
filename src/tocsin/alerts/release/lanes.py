"""Actual, exercise and test: what an instance may say, and what may go to which channel. One table.

An instance says one status all its life; it cannot be changed while it runs. A channel declares the statuses that it
carries. A crossing is refused here, whoever asks.
"""

from collections.abc import Collection

STATUSES = ("actual", "exercise", "test")
AUDIENCES = ("public", "staff")


def refused(status: str, instance: str, carries: Collection[str]) -> str:
    """Why a statement of this status may not go from this instance to a channel that carries those; "" where it may.

    A channel that carries "actual" carries nothing else: people who were woken once by an exercise do not wake again.
    """
    if status not in STATUSES:
        return f"status {status!r} is unknown; expected one of {', '.join(STATUSES)}"
    if status != instance:
        return f"an instance for {instance} says nothing of status {status}"
    if status not in carries:
        return f"this channel carries {', '.join(sorted(carries)) or 'nothing'}, not {status}"
    if "actual" in carries and len(set(carries)) > 1:
        return "a channel that carries actual statements carries nothing else: give exercises and tests their own"
    return ""
