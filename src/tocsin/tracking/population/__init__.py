"""How many there are: how often things appear and leave, learnt from tracks."""
