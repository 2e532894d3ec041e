"""Reads of the chairside record: rows to frozen objects. Nothing here writes."""
