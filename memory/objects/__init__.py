"""The objects of the map and their life: association, boxes, absence, moves."""
