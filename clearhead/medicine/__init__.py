"""The science: plain Python and NumPy. No Django, no clock, no database, no network."""
