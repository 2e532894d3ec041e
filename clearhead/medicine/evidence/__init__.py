"""What may be said to a patient, what it rests on, and what must not be said."""
