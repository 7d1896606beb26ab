"""One recipe a room type: which furniture it gets, and how people arrange it."""
