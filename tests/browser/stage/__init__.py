"""A stage for the browser tests: the real server and its guard before a made-up sky, with hands that break things."""
