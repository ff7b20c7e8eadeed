"""Picture in, Forecast out: which places a track may enter, with what chance and when; what falls where.

legs     how each class goes on: straight legs, turns, circles          (a table)
courses  what each track has done lately: its leg, its circles, its goals by Bayes
futures  many ways that each track may go on, drawn by lot with a fixed seed
areas    the places in one plane
arrival  from futures to chances and times of entry
falls    what is thrown or launched: where it comes down, and where it came from
calibration  what was said of nights against what came of them: a table, and its use
"""
