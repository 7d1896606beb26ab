"""Recorded episodes: one file a format, found by looking at the path."""
