"""The other side of every channel, for tests: real servers, and gateways that fail as real ones do."""
