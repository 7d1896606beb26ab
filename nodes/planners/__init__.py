"""Planners: what turns a question into an answer from the map, one module a kind."""
