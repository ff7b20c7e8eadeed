"""Tables in and out: Parquet, Arrow IPC or CSV with the columns that docs/reference/tables.md promises."""
