"""What the map is exchanged as: JSON layouts, meshes, annotated layouts of others."""
