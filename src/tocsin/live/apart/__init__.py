"""Thinking in a process of its own, so that serving maps and thinking never wait for one interpreter."""
