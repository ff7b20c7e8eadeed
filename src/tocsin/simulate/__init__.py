"""Nights that never were: a scenario file and a seed give the scans that a site would receive, and the truth.

    reading.read(table, where, settings)    TOML tables -> Scenario (its `settings` hold the generated stations too)
    night.night(scenario, seed)             -> Scan, Scan, ... in the order in which they would be received
    night.truth(scenario, seed)             -> Truth, Truth, ... what really flew
    tables.write(scenario, seed, folder)    -> detections, truth, sensors and places as files

The same scenario and seed give the same bytes. Each sensor, and the movers, draw from a stream of random numbers of
their own, so that taking a sensor away changes nothing of what the others see.
"""
