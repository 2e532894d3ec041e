"""Drives every step through its actions: demo, rehearse, the chair simulator, thin command-line wrappers."""
