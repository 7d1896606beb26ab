"""The embedded simulator: houses, rendering, agent, ground truth."""
