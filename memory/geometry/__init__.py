"""Boxes, cameras, poses and gravity: geometry that every part of the map shares."""
