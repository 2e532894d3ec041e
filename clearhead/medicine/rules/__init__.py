"""One clinical question per module; each answers a Verdict with reasons and sources."""
