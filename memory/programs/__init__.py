"""Spatial programs: the language in which the map is asked, and what runs it."""
