"""The parity of Mode S messages.

Source: ICAO Annex 10 volume IV, 3.1.2.3.3: generator 1 1111 1111 1111 0100 0000 1001, over all but the last 24 bits.
"""

GENERATOR = 0xFFF409


def _table() -> tuple[int, ...]:
    entries = []
    for byte in range(256):
        rest = byte << 16
        for _ in range(8):
            rest = (rest << 1) ^ GENERATOR if rest & 0x800000 else rest << 1
        entries.append(rest & 0xFFFFFF)
    return tuple(entries)


TABLE = _table()


def remainder(message: bytes) -> int:
    """What the parity field leaves over: 0 for a sound squitter (DF 17, 18), the interrogator's code in an all-call
    reply (DF 11), the aircraft's address in other replies.
    """
    rest = 0
    for byte in message[:-3]:
        rest = ((rest << 8) & 0xFFFFFF) ^ TABLE[(rest >> 16) ^ byte]
    return rest ^ int.from_bytes(message[-3:], "big")
