"""Step 5: protocol → order → series of sessions, preparation in clock times, the escort by name."""
