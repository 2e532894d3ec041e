"""Clearhead: a clinic system for ketamine infusion therapy in refractory migraine."""

__version__ = "0.1.0"
