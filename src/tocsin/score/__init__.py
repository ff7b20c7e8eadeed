"""How well it was done: sets of tracks against truth, tracks through time, consistency. Any system's tables will do."""
