"""Spatial programs: the language in which the map is asked, what runs it, and what it means."""
