"""Simulators of others, each behind the same few calls: frames out, velocities in."""
