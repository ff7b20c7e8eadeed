"""Memory, where waiting for it costs more than the work."""
