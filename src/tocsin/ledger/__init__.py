"""The evidence: a hash chain of entries in one store (store), sealed minutes as files (archive), and what checks them.

submit -> writer (one transaction: plan) -> ledger.sqlite -> archive -> segments/*.parquet -> retention
reader, verify, replay and backup read; chain is pure.
"""
