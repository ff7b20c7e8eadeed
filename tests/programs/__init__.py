"""Programs of others that tests drive: found on PATH, else fetched by themselves into .cache/tools."""
