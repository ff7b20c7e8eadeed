"""The running system: the only place with a wall clock, threads and sockets of our own.

    transports -> queues -> sequencer -> runner (thinking thread) -> ledger -> server (event loop)

`service.run` wires them; everything here moves time and bytes, and decides nothing about the sky.
"""
