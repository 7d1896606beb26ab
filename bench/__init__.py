"""The measurements and their bars: ``cogmap bench``."""
