"""Chairs and time: phases, free slots, series, levelling. Knows minutes and resources, no medicine and no database."""
