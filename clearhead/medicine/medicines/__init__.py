"""Medicines as patients name them: ingredient, class, and what they mean for headache counts and the infusion."""
