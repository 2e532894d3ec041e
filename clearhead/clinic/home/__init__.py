"""Readers of every step: the patient timeline, day board, chair board, dashboards."""
