"""Doses in, concentrations out: exact, with the uncertainty a clinician must see."""
