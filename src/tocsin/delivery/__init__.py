"""What is said leaves the house: signed documents, channels, receipts. At least once, one effect for each identifier.

Read `declared.py` (what a channel is), `outbox.py` (the worker), `lane.py` (one channel's queue), `channels/` (one file
for each kind), `signing/`. Nothing here knows the ledger: the live room hands in a `Keeper`.
"""
