"""The index of the map: objects, rooms and keyframes by words, meaning and looks."""
