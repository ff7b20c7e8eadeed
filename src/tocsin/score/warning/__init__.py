"""How well a system warns (ALERTS, section 5): lead, delay, missed, false, calibration, alarms an operator gets.

Works on the tables of places, alerts, forecasts and truth of any system. Nothing here knows how an alert is made.
"""
