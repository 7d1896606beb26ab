"""Units of length by the words for them."""

from __future__ import annotations

__all__ = ["METRES"]

METRES = {"m": 1, "meter": 1, "meters": 1, "metre": 1, "metres": 1, "cm": 0.01,
           "centimeter": 0.01, "centimeters": 0.01, "centimetres": 0.01, "mm": 0.001,
           "ft": 0.3048, "foot": 0.3048, "feet": 0.3048, "in": 0.0254, "inch": 0.0254,
           "inches": 0.0254}  # fmt: skip
"""Metres that one of each is."""
