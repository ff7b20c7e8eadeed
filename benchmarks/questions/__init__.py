"""Did it cross the border, where did it fall, what was seen and what only claimed: answers beside the truth."""
