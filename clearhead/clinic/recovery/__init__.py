"""Step 8: observation, discharge, the escort met, the restriction clock, the call on the next day."""
