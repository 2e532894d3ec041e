"""Questionnaires as data: items only where the licence allows; scoring, cut-offs and licence note for all."""
