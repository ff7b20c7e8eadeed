"""How sensors see what flies: one file for each physics. Each gives a Batch per slab of time."""
