"""HTTP and WebSocket: people sign in, see the picture, look back, and give orders. `static/` holds the built web.

It decides nothing about the sky and owns no clock: what it needs is handed to it in a `station.Station`.
"""
