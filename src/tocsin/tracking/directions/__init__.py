"""Sensors that give directions without a range: rows, stations and their neighbours, what was heard lately."""
