"""Going somewhere with the map: where to stand, which way leads there, and how to drive it."""
