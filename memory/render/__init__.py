"""Pictures of the map: from above, and keyframes with marks."""
