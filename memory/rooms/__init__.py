"""The structure of a building: rooms, doors and walls."""
