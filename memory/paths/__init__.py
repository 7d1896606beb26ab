"""Ways over the known floor."""
