"""What the ledger says of what was decided and said."""
