"""Delivery in the running system: the ledger behind the worker, and the worker behind the ledger."""
