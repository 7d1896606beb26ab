"""Detectors: what turns a frame into detections, one module a kind."""
