"""The dense side of the map: camera tracking, the surface, free and occupied space."""
