"""Hostile inputs for everything that reads what strangers wrote: ``cogmap bench fuzz``."""
