"""Chairs, rooms, pumps, people's shares, openings, bookings. Knows phases and resources, never dose or protocol."""
