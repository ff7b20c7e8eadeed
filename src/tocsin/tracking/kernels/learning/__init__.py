"""What is learnt of sensors, row by row, as compiled code: clutter, detection probability, residuals, registration."""
